//! Answers, as a lead's page shows them: what somebody wrote, as text, with what it quotes folded. Nothing of a mail is ever
//! shown as anything but text, and no attachment can be opened here.

use crate::ui::frame::TenantFrame;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use db::replies::ReplyContent;
use leptos::prelude::*;
use rules::ids::MessageId;
use rules::limits;
use rules::replies::{Attachment, ReplyClass};
use rules::time::OffsetDateTime;

/// The answers of one lead. Empty: no section at all.
pub(crate) fn section(
    frame: &TenantFrame,
    answers: Vec<(MessageId, ReplyContent)>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let cards: Vec<_> = answers.into_iter().map(|(message, content)| card(frame, message, content, now)).collect();
    (!cards.is_empty()).then(|| view! { <h2>"Answers"</h2><ul class="cards">{cards}</ul> })
}

fn card(frame: &TenantFrame, message: MessageId, content: ReplyContent, now: OffsetDateTime) -> impl IntoView + use<> {
    let href = frame.address(&format!("/messages/{message}"));
    let from = match (content.from_name.as_str(), content.from_address.as_str()) {
        ("", "") => "nobody that it names".to_owned(),
        ("", address) => address.to_owned(),
        (name, "") => name.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    };
    let subject = if content.subject.is_empty() { "No subject".to_owned() } else { content.subject };
    let class = content.class;
    view! {
        <li class="card">
            <p><strong>{subject}</strong>" "<StateWord tone=tone(class) word=class.label()/></p>
            <p class="soft">"From "{from}", "<Time at=content.received_at now/>" · "<a href=href>"the mail that it answers"</a></p>
            {marks(content.is_spam, content.has_virus)}
            {words(content.body, content.has_virus)}
            {folded(content.quoted)}
            {attached(content.attachments)}
            <p class="soft">{class.consequence()}</p>
        </li>
    }
}

const fn tone(class: ReplyClass) -> Tone {
    match class {
        ReplyClass::Person => Tone::Good,
        ReplyClass::RemoveMe | ReplyClass::Bounce => Tone::Warn,
        ReplyClass::Absence | ReplyClass::Automatic => Tone::Waiting,
        ReplyClass::Complaint => Tone::Bad,
    }
}

/// What Amazon SES found.
pub(crate) fn marks(is_spam: bool, has_virus: bool) -> impl IntoView {
    let spam = is_spam.then(|| view! { <p><StateWord tone=Tone::Warn word="Amazon SES takes it for spam"/></p> });
    let virus = has_virus.then(|| {
        view! { <p><StateWord tone=Tone::Bad word="Amazon SES found a virus in it: its text is not shown"/></p> }
    });
    (spam, virus)
}

/// A person's own words.
pub(crate) fn words(text: String, is_hidden: bool) -> impl IntoView {
    if text.is_empty() {
        return (!is_hidden).then(|| view! { <p class="soft">"It has no words of its own."</p> }.into_any());
    }
    Some(view! { <pre class="answer">{cut(text)}</pre> }.into_any())
}

fn folded(quoted: String) -> impl IntoView {
    (!quoted.is_empty()).then(|| {
        view! {
            <details>
                <summary>"What it quotes"</summary>
                <pre class="answer soft">{cut(quoted)}</pre>
            </details>
        }
    })
}

fn attached(attachments: Vec<Attachment>) -> impl IntoView {
    let names: Vec<String> =
        attachments.iter().map(|it| format!("{} ({})", it.name, crate::ui::number::bytes(it.bytes))).collect();
    (!names.is_empty())
        .then(|| view! { <p class="soft">{format!("Attached, and not opened: {}", names.join(", "))}</p> })
}

/// A book is not shown whole.
fn cut(text: String) -> String {
    match text.char_indices().nth(limits::REPLY_SHOWN_CHARS_MAX) {
        None => text,
        Some((end, _)) => format!("{}\n…", text.get(..end).unwrap_or_default()),
    }
}
