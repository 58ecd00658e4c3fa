//! The mails of a sequence as one lead reads them, written by the very rules that write them when they are sent.

use crate::Result;
use db::accounts::settings;
use db::leads::{self, Lead};
use db::mailboxes::{self, Mailbox};
use db::scope::TenantTx;
use db::sequences::enrolments::{self, Which};
use db::sequences::{Sequence, StoredStep};
use leptos::prelude::*;
use rules::ids::LeadId;
use rules::limits;
use rules::sequences::{Letter, Sender, Step, write};
use rules::time::OffsetDateTime;

/// Where the recipient's own link will stand.
const OPT_OUT: &str = "(the link that lets this person opt out)";
const NO_POSTAL_ADDRESS: &str = "(your postal address)";

/// For whom, and in whose name.
pub struct Occasion {
    pub lead: Option<Lead>,
    /// Some leads to choose from: of the sequence, or else of the team.
    pub choices: Vec<(LeadId, String)>,
    writer: Option<Mailbox>,
    postal_address: Option<String>,
}

impl Occasion {
    /// The lead that is asked for, else the first.
    pub async fn read(tx: &mut TenantTx, sequence: &Sequence, asked: Option<LeadId>) -> Result<Self> {
        let enrolled = enrolments::list(tx, sequence.id, Which::All, None, limits::PREVIEW_LEADS_MAX).await?;
        let mut choices: Vec<(LeadId, String)> =
            enrolled.into_iter().map(|enrolment| (enrolment.lead, enrolment.email.to_string())).collect();
        if choices.is_empty() {
            let any = leads::list(tx, &leads::Filter::default(), limits::PREVIEW_LEADS_MAX).await?;
            choices = any.into_iter().map(|lead| (lead.id, lead.email.to_string())).collect();
        }
        let lead = match asked.or_else(|| choices.first().map(|(id, _)| *id)) {
            Some(id) => leads::find(tx, id).await?,
            None => None,
        };
        if let Some(lead) = &lead
            && !choices.iter().any(|(id, _)| *id == lead.id)
        {
            choices.push((lead.id, lead.email.to_string()));
        }
        let mailboxes = mailboxes::list(tx).await?;
        let writer = mailboxes.into_iter().find(|mailbox| sequence.mailboxes.contains(&mailbox.id));
        Ok(Self { lead, choices, writer, postal_address: settings::find_postal_address(tx).await? })
    }

    /// The mail of one of these steps (from 0), or the sentence that says why it cannot be written.
    pub fn write(&self, steps: &[StoredStep], at: usize, now: OffsetDateTime) -> Option<Result<Letter, String>> {
        let lead = self.lead.as_ref()?;
        let read: Result<Vec<Step>, _> = steps.iter().map(|step| Step::parse(&step.subject, &step.body)).collect();
        let letter = read.map_err(|error| error.to_string()).and_then(|steps| {
            write(&steps, at, lead.merge_fields(), self.sender(), OPT_OUT, now).map_err(|blocked| blocked.to_string())
        });
        Some(letter)
    }

    fn sender(&self) -> Sender<'_> {
        let writer = self.writer.as_ref();
        Sender {
            name: writer.map_or("(who writes)", |mailbox| &mailbox.settings.display_name),
            email: writer.map_or("(their address)", |mailbox| mailbox.address.as_str()),
            signature: writer.map_or("", |mailbox| &mailbox.settings.signature),
            postal_address: self.postal_address.as_deref().unwrap_or(NO_POSTAL_ADDRESS),
        }
    }
}

/// A mail as it is read, or why there is none.
pub fn letter(written: Option<Result<Letter, String>>) -> impl IntoView + use<> {
    match written {
        None => view! { <p class="soft">"Import leads to see it as they will."</p> }.into_any(),
        Some(Err(sentence)) => view! { <p class="blocked">{sentence}</p> }.into_any(),
        Some(Ok(letter)) => view! {
            <div class="card mail">
                <p><span class="soft">"Subject "</span><strong>{letter.subject}</strong></p>
                <pre class="letter">{letter.text}</pre>
            </div>
        }
        .into_any(),
    }
}
