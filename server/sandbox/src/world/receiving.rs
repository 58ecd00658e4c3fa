//! Mail that comes to the world from outside, and from the people who answer. The mail is in its bucket at once, whoever
//! listens hears of it when it is due.

use super::World;
use crate::ids;
use crate::mail_in::{MailIn, NotReceived, Received};
use crate::place::Place;
use crate::s3::buckets::Object;
use crate::ses::send::Accepted;
use crate::sns::{self, Subject};
use crate::{answers, headers, moment};

/// Delays from a mail to the answer to it.
const PROGRAM_STEP: u8 = 3;
const PERSON_STEP: u8 = 6;

impl World {
    /// What SES does with a mail from outside to these recipients. SES's id of the mail.
    pub fn mail_in(&self, recipients: &[&str], raw: &[u8]) -> Result<String, NotReceived> {
        self.take_in(recipients, raw, moment::millis((self.0.now)()))
    }

    pub(crate) fn receipt_rule(&self) -> Option<&MailIn> {
        self.0.mail_in.as_ref()
    }

    /// Bucket and queue of received mail are there from the start.
    pub(super) fn furnish(&self) {
        let Some(rule) = &self.0.mail_in else { return };
        let now = moment::millis((self.0.now)());
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.state.buckets.make(&rule.bucket, &rule.region);
        inner.state.queues.make(&rule.region, sns::queue(&rule.topic), now);
        inner.unsaved = true;
    }

    /// Those who got the mail and are of a mind to answer, if the answer would come here.
    pub(super) fn people_answer(&self, accepted: &Accepted, raw: &[u8]) {
        let Some(rule) = &self.0.mail_in else { return };
        let headers = &accepted.letter.headers;
        let mut mailboxes = headers.mailboxes("Reply-To");
        if mailboxes.is_empty() {
            mailboxes = headers.mailboxes("From");
        }
        let addresses: Vec<&str> = mailboxes.iter().filter_map(|mailbox| headers::address(mailbox)).collect();
        if !addresses.iter().any(|address| rule.is_for(address)) {
            return;
        }
        let to = mailboxes.join(", ");
        for (recipient, reaction) in accepted.letter.recipients.iter().zip(&accepted.reactions) {
            let Some(mood) = reaction.mood else { continue };
            let step = if mood.intent.is_automatic() { PROGRAM_STEP } else { PERSON_STEP };
            let at = self.due(accepted.at, step);
            let answer = answers::write(mood, recipient, &to, raw, moment::millis(accepted.at), at);
            if let Err(error) = self.take_in(&addresses, &answer, at) {
                tracing::warn!(%error, recipient, "an answer does not arrive");
            }
        }
    }

    fn take_in(&self, recipients: &[&str], raw: &[u8], at: i64) -> Result<String, NotReceived> {
        let rule = self.0.mail_in.as_ref().ok_or(NotReceived::NoRule)?;
        let message_id = ids::received(&*self.0.chance);
        let received = Received::new(rule, recipients, raw, &message_id, at)?;
        let message = received.notification();
        let mut object = Object::new(received.stored.into());
        object.modified = at;
        let key = rule.key(&message_id);
        self.0.files.keep(&rule.region, &rule.bucket, &key, &mut object);
        let copies = {
            let mut inner = self.inner();
            let bucket = inner.state.buckets.make(&rule.bucket, &rule.region);
            bucket.objects.insert(key, object);
            inner.plan.copies
        };
        let notices = (0..copies).map(|_| self.notice(&rule.topic, Subject::Receipt, &message, at));
        self.put(&Place::from(rule.region.as_str()), notices.collect::<Vec<_>>());
        Ok(message_id)
    }
}
