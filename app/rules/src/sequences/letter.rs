//! What a recipient reads: subject and text of one step for one lead, with signature, postal address and the way out. The
//! preview and the mail are written by this one function.

use super::step::Step;
use super::template::{Blocked, MergeData};
use crate::time::OffsetDateTime;

/// Stands in front of the link by which a recipient opts out.
pub const OPT_OUT_SENTENCE: &str = "If you do not want to hear from us any more, one click is enough:";

/// Who writes.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub name: &'a str,
    pub email: &'a str,
    /// Lines ended by LF; may be empty.
    pub signature: &'a str,
    /// Lines ended by LF.
    pub postal_address: &'a str,
}

/// Plain text, lines ended by LF.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// Writes the step at `at` (from 0) of `steps`. `opt_out` is the recipient's own link.
pub fn write(
    steps: &[Step],
    at: usize,
    lead: impl IntoIterator<Item = (String, String)>,
    sender: Sender<'_>,
    opt_out: &str,
    now: OffsetDateTime,
) -> Result<Letter, Blocked> {
    let sender_fields = [("name", sender.name), ("email", sender.email)];
    let data = MergeData::new(lead, sender_fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let step = steps.get(at).ok_or(Blocked::Empty)?;
    match (subject(steps, at, &data, now), step.body.render(&data, now)) {
        (Ok(subject), Ok(body)) => Ok(Letter { subject, text: text(&body, sender, opt_out) }),
        (Err(Blocked::Missing { mut fields }), Err(Blocked::Missing { fields: more })) => {
            fields.extend(more);
            fields.sort();
            fields.dedup();
            Err(Blocked::Missing { fields })
        }
        (Err(blocked), _) | (_, Err(blocked)) => Err(blocked),
    }
}

/// Its own, or that of the thread it stands in.
fn subject(steps: &[Step], at: usize, data: &MergeData, now: OffsetDateTime) -> Result<String, Blocked> {
    let before = steps.iter().take(at + 1).enumerate().rev();
    let (found, template) =
        before.filter_map(|(at, step)| Some((at, step.subject.as_ref()?))).next().ok_or(Blocked::Empty)?;
    let subject = template.render_subject(data, now)?;
    Ok(if found == at { subject } else { format!("Re: {subject}") })
}

fn text(body: &str, sender: Sender<'_>, opt_out: &str) -> String {
    // A browser ends the lines of a text area by CR LF.
    let body = body.replace("\r\n", "\n");
    let mut text = body.trim_end().to_owned();
    if !sender.signature.is_empty() {
        text.push_str("\n\n");
        text.push_str(sender.signature);
    }
    text.push_str("\n\n-- \n");
    text.push_str(sender.postal_address);
    text.push_str("\n\n");
    text.push_str(OPT_OUT_SENTENCE);
    text.push('\n');
    text.push_str(opt_out);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: Sender<'static> = Sender {
        name: "Anna Berg",
        email: "anna@acme.example",
        signature: "Anna Berg\nSales",
        postal_address: "Acme\nHafenstr. 1, Hamburg",
    };

    fn written(steps: &[(&str, &str)], at: usize, lead: &[(&str, &str)]) -> Result<Letter, Blocked> {
        let steps: Vec<Step> = steps.iter().map(|(subject, body)| Step::parse(subject, body).unwrap()).collect();
        let lead = lead.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        write(&steps, at, lead, SENDER, "https://x.example/u/1", OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_mail_ends_with_signature_postal_address_and_the_way_out() {
        let letter = written(
            &[("To {{ lead.company }}", "Hi {{ lead.name }},\r\nbye {{ sender.name }}\r\n")],
            0,
            &[("company", "Smith & Sons <EU>"), ("name", "O'Brien {{ x }}")],
        );
        let letter = letter.unwrap();
        assert_eq!(letter.subject, "To Smith & Sons <EU>");
        assert_eq!(
            letter.text,
            "Hi O'Brien {{ x }},\nbye Anna Berg\n\nAnna Berg\nSales\n\n-- \nAcme\nHafenstr. 1, Hamburg\n\nIf you do not \
             want to hear from us any more, one click is enough:\nhttps://x.example/u/1\n"
        );
    }

    #[test]
    fn a_follow_up_without_a_subject_answers_the_last_one() {
        let steps = [("One", "a"), ("", "b"), ("Three", "c"), ("", "d")];
        let subject = |at| written(&steps, at, &[]).unwrap().subject;
        assert_eq!([0, 1, 2, 3].map(subject), ["One", "Re: One", "Three", "Re: Three"]);
    }

    #[test]
    fn what_is_missing_is_named_from_subject_and_body_at_once() {
        let blocked = written(&[("{{ lead.a }}", "{{ lead.b }} {{ lead.a }}")], 0, &[("b", " \u{a0}")]).unwrap_err();
        assert_eq!(blocked, Blocked::Missing { fields: vec!["lead.a".to_owned(), "lead.b".to_owned()] });
    }
}
