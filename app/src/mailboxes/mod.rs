//! Mailboxes: who a team writes as, how much a day, and when.

pub mod change;
pub mod create;
mod fields;
pub mod list;
pub mod mailbox;

use crate::ui::frame::TenantFrame;
use crate::ui::state::Tone;
use db::isolation::Pause;
use db::mailboxes::Mailbox;
use rules::isolation::LanePart;
use rules::time::relative;

/// How a mailbox stands now: a word, and a sentence that says what comes next. `paused` is all of the team's lane that is.
fn standing(frame: &TenantFrame, mailbox: &Mailbox, paused: &[(LanePart, Pause)]) -> (Tone, &'static str, String) {
    let now = frame.business_now;
    let is_paused = |part: LanePart| paused.iter().any(|(other, _)| *other == part);
    let window = &mailbox.settings.window;
    if mailbox.is_domain_gone {
        let name = mailbox.address.domain();
        let sentence = format!(
            "The claim on {name} ended, so nothing can leave under it. Connect it again and this mailbox goes on, or remove \
             the mailbox."
        );
        return (Tone::Bad, "Domain ended", sentence);
    }
    if !mailbox.may_send {
        let sentence = format!("{} is not verified, so nothing can leave under it.", mailbox.address.domain());
        return (Tone::Bad, "Domain not verified", sentence);
    }
    if !frame.pauses.is_empty() {
        return (Tone::Bad, "Lane paused", "Your team's lane is paused, and this mailbox with it.".to_owned());
    }
    if is_paused(mailbox.id.into()) {
        return (Tone::Bad, "Paused", "Nothing leaves from this mailbox until it is resumed.".to_owned());
    }
    if is_paused(mailbox.domain.into()) {
        return (Tone::Bad, "Domain paused", "Nothing leaves from its domain until that is resumed.".to_owned());
    }
    if window.is_open(now) {
        let until = rules::mailboxes::SendWindow::time_of_day(window.until());
        return (Tone::Good, "Open", format!("Its window is open until {until}, {}.", window.zone()));
    }
    let opens = window.next_open(now).map(|at| relative(at, now));
    let sentence = opens.map_or_else(
        || "Its window does not open in the next two weeks.".to_owned(),
        |opens| format!("Its window opens {opens} ({}).", window.describe()),
    );
    (Tone::Waiting, "Outside its window", sentence)
}
