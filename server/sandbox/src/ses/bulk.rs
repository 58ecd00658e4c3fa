//! SendBulkEmail: one inline template, a mail to each entry. What concerns the whole call refuses it as SendEmail does; what
//! concerns one entry is its status.

use super::letter::{Draft, Drafts};
use super::members::{Members, missing};
use super::{Operation, Request, send, template};
use crate::wire::{Answer, Failure};
use serde_json::{Map, Value, json};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: SEND,
    method: "POST",
    path: "/v2/email/outbound-bulk-emails",
    takes: "FromEmailAddress ReplyToAddresses DefaultEmailTags{Name Value} ConfigurationSetName TenantName \
            DefaultContent{Template{TemplateName TemplateArn TemplateContent{Subject Text Html} TemplateData \
            Headers{Name Value} Attachments{RawContent FileName ContentDisposition ContentDescription \
            ContentId ContentTransferEncoding ContentType}}} \
            BulkEmailEntries{Destination{ToAddresses CcAddresses BccAddresses} ReplacementTags{Name Value} \
            ReplacementEmailContent{ReplacementTemplate{ReplacementTemplateData}} ReplacementHeaders{Name Value}}",
    run: send_bulk,
}];

pub(super) const SEND: &str = "SendBulkEmail";
const ENTRIES_MAX: usize = 50;

/// A draft of every entry, as if each were a SendEmail. Calls are kept, mails elsewhere: only a number stays in the body.
pub(super) fn take(body: &mut Map<String, Value>) -> Drafts {
    let drafts = drafts(Members(body));
    body.remove("DefaultContent");
    if let Some(Value::Array(entries)) = body.remove("BulkEmailEntries") {
        body.insert("BulkEmailEntries".to_owned(), Value::String(format!("{} entries", entries.len())));
    }
    drafts
}

fn drafts(members: Members) -> Drafts {
    let template = members.required_object("DefaultContent")?.required_object("Template")?;
    template::inline(template)?;
    let entries = members.objects("BulkEmailEntries")?.ok_or_else(|| missing("BulkEmailEntries"))?;
    if !(1..=ENTRIES_MAX).contains(&entries.len()) {
        return Err(Failure::bad_request("A call has 1 to 50 entries."));
    }
    entries.into_iter().map(|entry| draft(members, template, entry)).collect()
}

fn draft(members: Members, template: Members, entry: Members) -> Result<Draft, Failure> {
    let mut letter = Map::new();
    for member in ["FromEmailAddress", "ReplyToAddresses"] {
        letter.insert(member.to_owned(), members.0.get(member).cloned().unwrap_or_default());
    }
    letter.insert("Destination".to_owned(), entry.0.get("Destination").cloned().unwrap_or_default());
    let tags = overlaid(members.objects("DefaultEmailTags")?, entry.objects("ReplacementTags")?);
    letter.insert("EmailTags".to_owned(), tags);

    let mut own = template.0.clone();
    own.insert("Headers".to_owned(), overlaid(template.objects("Headers")?, entry.objects("ReplacementHeaders")?));
    let replacement = entry.object("ReplacementEmailContent")?;
    let replacement = replacement.map(|content| content.object("ReplacementTemplate")).transpose()?.flatten();
    let replacement = replacement.map(|template| template.text("ReplacementTemplateData")).transpose()?.flatten();
    if let Some(replacement) = replacement {
        let default = template.text("TemplateData")?.unwrap_or("{}");
        own.insert("TemplateData".to_owned(), Value::String(merged(default, replacement)?));
    }
    letter.insert("Content".to_owned(), json!({ "Template": own }));
    Ok(Draft::take(&mut letter))
}

/// Data that cannot be read stays: it is its entry's fault, found when the entry is rendered.
fn merged(default: &str, replacement: &str) -> Result<String, Failure> {
    let mut data = template::data(default)?;
    match template::data(replacement) {
        Ok(replacement) => data.extend(replacement),
        Err(_) => return Ok(replacement.to_owned()),
    }
    Ok(Value::Object(data).to_string())
}

/// `{Name, Value}` of an entry go before those of the call.
fn overlaid<'a>(default: Option<Vec<Members<'a>>>, replacement: Option<Vec<Members<'a>>>) -> Value {
    let replacement = replacement.unwrap_or_default();
    let is_replaced = |given: &Members| replacement.iter().any(|other| other.0.get("Name") == given.0.get("Name"));
    let kept = default.unwrap_or_default().into_iter().filter(|given| !is_replaced(given));
    kept.chain(replacement.iter().copied()).map(|given| json!(given.0)).collect()
}

fn send_bulk(request: &mut Request) -> Answer {
    let drafts = std::mem::replace(&mut request.drafts, Ok(Vec::new()))?;
    let from = drafts.first().map(|draft| draft.from.clone());
    let sender = send::permitted(request, from.ok_or_else(Failure::internal_error)?)?;
    let unknown = drafts.iter().filter_map(|draft| draft.letter.as_ref().err()).find(|failure| failure.status == 501);
    if let Some(failure) = unknown {
        return Err(failure.clone());
    }
    let mut results = Vec::new();
    for draft in drafts {
        let sent = draft.letter.and_then(|letter| send::accept(request, &sender, letter, SEND));
        results.push(match sent {
            Ok(id) => json!({ "Status": "SUCCESS", "MessageId": id }),
            Err(failure) => json!({ "Status": status(&failure), "Error": failure.message }),
        });
    }
    Ok(json!({ "BulkEmailEntryResults": results }))
}

fn status(failure: &Failure) -> &'static str {
    match failure.name {
        "BadRequestException" => "INVALID_PARAMETER",
        "LimitExceededException" => "ACCOUNT_DAILY_QUOTA_EXCEEDED",
        "MessageRejected" => "MESSAGE_REJECTED",
        "TooManyRequestsException" => "ACCOUNT_THROTTLED",
        _ => "FAILED",
    }
}
