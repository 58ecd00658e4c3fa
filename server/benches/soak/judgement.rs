//! What must hold when the fire is out: the same mails at SES, in the rows and on the pages. It looks only.

use crate::harness::TestSite;
use crate::teams::Sending;
use std::collections::{BTreeMap, BTreeSet};

/// The mails that SES took, by its ids. The sandbox shows the newest only: it is looked at often.
#[derive(Default)]
pub struct Taken(BTreeMap<String, Letter>);

struct Letter {
    to: String,
    message: String,
}

impl Taken {
    pub fn look(&mut self, world: &sandbox::World) {
        for mail in world.mail() {
            let message = mail.tags.get("ownlane-message").cloned().unwrap_or_default();
            self.0.entry(mail.message_id).or_insert(Letter { to: mail.to.join(","), message });
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn recipients(&self) -> BTreeSet<&str> {
        self.0.values().map(|letter| letter.to.as_str()).collect()
    }

    fn messages(&self) -> BTreeSet<&str> {
        self.0.values().map(|letter| letter.message.as_str()).collect()
    }
}

/// # Panics
/// Where one of the equalities does not hold.
pub async fn pass(
    site: &TestSite,
    teams: &mut [Sending],
    slugs: &[&str],
    taken: &Taken,
    shape_before: &str,
    leads: i64,
) {
    let number = async |sql: &str| site.database.text(&format!("select ({sql})::text")).await.parse::<i64>().unwrap();
    let at_ses = i64::try_from(taken.len()).unwrap();
    assert_eq!(taken.recipients().len(), taken.len(), "nobody gets two");
    assert_eq!(taken.messages().len(), taken.len(), "no message leaves twice");

    let known =
        site.database.text("select coalesce(string_agg(id::text, ' '), '') from messages where state >= 4").await;
    let known: BTreeSet<&str> = known.split(' ').collect();
    assert!(known == taken.messages(), "what is known is what left: {} and {at_ses}", known.len());
    assert_eq!(number("select count(*) from messages where state in (1, 2)").await, 0, "nothing is open");
    let given_up = number("select count(*) from messages where state = 3").await;
    assert_eq!(at_ses + given_up, leads, "every lead got its mail, or it is shown that nobody knows");
    let twice = "select count(*) from (select lead_id from messages where state >= 3
        group by tenant_id, sequence_id, lead_id, step having count(*) > 1) c";
    assert_eq!(number(twice).await, 0, "one mail a lead and step in the rows too");

    let mut shown = 0;
    for (slug, team) in slugs.iter().zip(teams) {
        let sql =
            format!("select count(*) from messages join tenants using (tenant_id) where slug = '{slug}' and state");
        let (sent, bounced) = (number(&format!("{sql} >= 4")).await, number(&format!("{sql} in (6, 9)")).await);
        let overview = team.owner.get(&format!("/t/{slug}")).await.text;
        assert!(overview.contains(&format!("{sent} sent")), "{slug}: {sent} sent, {overview}");
        assert!(overview.contains(&format!("{bounced} bounced")), "{slug}: {bounced} bounced, {overview}");
        shown += sent;
    }
    assert_eq!(shown, at_ses, "the pages show what left");

    assert_eq!(crate::world::shape_of(&site.world), shape_before, "the set-up at SES is as it was");
    let silent = number("select count(*) from messages where state = 4").await;
    println!("leads                      {leads:>6}");
    println!("taken by SES, one mail each {at_ses:>5}");
    println!("known in the rows          {:>6}", known.len());
    println!("shown on the pages         {shown:>6}");
    println!("never answered for, shown  {given_up:>6}");
    println!("of which nothing but Send came {silent:>2}");
}
