//! What whoever owns a team does until mail leaves: a domain, mailboxes, leads and a sequence.

use super::{Player, fields};
use crate::BoxError;

/// Of a mailbox: local part and name.
pub type MailboxName = (&'static str, &'static str);
/// Of a sequence: after how many sending days, subject and text.
pub type Step = (&'static str, &'static str, &'static str);

/// Imports a file as its page proposes to read it; the source's id.
pub async fn import(
    player: &mut Player,
    team: &str,
    (file_name, source): (&str, &str),
    file: &str,
) -> Result<String, BoxError> {
    let page = player.upload(&format!("{team}/imports/new"), file_name, file).await?;
    let mut form = fields::proposed(&player.read(&page).await?, "column-0");
    let more = [("source", source), ("basis", "consent"), ("act", "start")];
    form.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    player.send(&page, &form).await?;
    player.read_until(&page, "Imported", Some("Stopped")).await?;
    let link = player.find_link(&page, "/leads?source=").await?;
    Ok(link.rsplit('=').next().unwrap_or_default().to_owned())
}

/// Publishes the records, as more of them become known, until mail can leave.
pub async fn verify(player: &mut Player, domain_page: &str) -> Result<(), BoxError> {
    let publication = format!("{domain_page}/publication");
    while !player.read(domain_page).await?.contains("Mail can leave under this name.") {
        player.send(&publication, &[]).await?;
        player.wait().await?;
    }
    Ok(())
}

/// Mailboxes that write on working days from 8 to 18 o'clock UTC, so many minutes apart; their ids.
pub async fn make_mailboxes(
    player: &mut Player,
    team: &str,
    domain_page: &str,
    names: &[MailboxName],
    (gap_min, gap_max): (&str, &str),
) -> Result<Vec<String>, BoxError> {
    let domain = domain_page.rsplit('/').next().unwrap_or_default();
    let mut mailboxes = Vec::new();
    for (local, name) in names {
        let days = ["0", "1", "2", "3", "4"].map(|day| ("day", day));
        let mut form = vec![
            ("local", *local),
            ("domain", domain),
            ("name", name),
            ("signature", name),
            ("cap", "20"),
            ("from", "08:00"),
            ("until", "18:00"),
            ("zone", "UTC"),
            ("gap-min", gap_min),
            ("gap-max", gap_max),
        ];
        form.extend(days);
        let page = player.send(&format!("{team}/mailboxes/new"), &form).await?;
        mailboxes.push(page.rsplit('/').next().unwrap_or_default().to_owned());
    }
    Ok(mailboxes)
}

/// A sequence, which starts.
pub async fn start_sequence(
    player: &mut Player,
    team: &str,
    name: &str,
    steps: &[Step],
    mailboxes: &[String],
    source: &str,
) -> Result<(), BoxError> {
    let sequence = player.send(&format!("{team}/sequences/new"), &[("name", name)]).await?;
    for (number, (delay, subject, body)) in (1..).zip(steps) {
        let form = [("delay", *delay), ("subject", subject), ("body", body), ("act", "save")];
        player.send(&format!("{sequence}/steps/{number}"), &form).await?;
    }
    let chosen: Vec<(&str, &str)> = mailboxes.iter().map(|mailbox| ("mailbox", mailbox.as_str())).collect();
    player.send(&format!("{sequence}/mailboxes"), &chosen).await?;
    player.send(&format!("{sequence}/sources"), &[("source", source)]).await?;
    player.read_until(&format!("{sequence}/start"), &format!("action=\"{sequence}/start\""), None).await?;
    player.send(&format!("{sequence}/start"), &[]).await?;
    Ok(())
}
