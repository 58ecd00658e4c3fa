//! Which mail of ours an incoming one is about. Only says what to look for, and in which order.

use super::reply::Reply;
use crate::ids::MessageId;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Candidate {
    /// SES's id of a message, as its events name it: SES puts it into the `Message-ID` in place of ours.
    Ses(String),
    /// Ours, where the mail went another way than through SES.
    Ours(MessageId),
    /// Of another mail of the thread, bare.
    Other(String),
}

/// What it answers first, then the thread from its newest mail back; of a report, the mail that it returns first of all.
pub fn candidates(reply: &Reply) -> Vec<Candidate> {
    let ids = reply.returned.iter().chain(reply.in_reply_to.iter().rev()).chain(reply.references.iter().rev());
    let mut found: Vec<Candidate> = Vec::new();
    for id in ids {
        let candidate = candidate(id);
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

fn candidate(id: &str) -> Candidate {
    let Some((left, host)) = id.rsplit_once('@') else { return Candidate::Other(id.to_owned()) };
    let host = host.to_ascii_lowercase();
    if host == "amazonses.com" || host.ends_with(".amazonses.com") {
        return Candidate::Ses(left.to_owned());
    }
    MessageId::parse(left).map_or_else(|| Candidate::Other(format!("{left}@{host}")), Candidate::Ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::ses_message_id_header;
    use crate::replies::{parse, samples};

    #[test]
    fn the_mail_that_is_answered_comes_first_and_each_once() {
        let [us, ohio] = ["us-east-1", "us-east-2"].map(|region| ses_message_id_header(samples::SES_ID, region));
        let ours = "019ac9a6-2500-7000-8000-000000000001";
        let mail = format!("In-Reply-To: <{ohio}>\nReferences: <first@B.Example> <{ours}@acme.example>\n <{us}>\n\nHi");
        assert_eq!(
            candidates(&parse(mail.as_bytes())),
            [
                Candidate::Ses(samples::SES_ID.to_owned()),
                Candidate::Ours(MessageId::parse(ours).unwrap()),
                Candidate::Other("first@b.example".to_owned()),
            ]
        );
        assert!(candidates(&parse(b"\nHi")).is_empty());
    }

    #[test]
    fn a_report_is_about_the_mail_that_it_returns() {
        let mail = samples::delivery_status("Final-Recipient: rfc822;bob@b.example\nAction: failed");
        assert_eq!(candidates(&parse(mail.as_bytes())), [Candidate::Ses(samples::SES_ID.to_owned())]);
        let words = format!(
            "From: MAILER-DAEMON@b.example\n\n<bob@b.example>: 550\n\n--- Copy of the message:\n\nMessage-ID: <{}@amazonses.com>\n",
            samples::SES_ID
        );
        assert_eq!(candidates(&parse(words.as_bytes())), [Candidate::Ses(samples::SES_ID.to_owned())]);
    }
}
