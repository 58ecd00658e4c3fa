//! Leads: files of them that come in, where they come from, and the people they are.

mod columns;
pub mod download;
pub mod import;
pub mod lead;
pub mod list;
mod progress;
mod review;
pub mod upload;

use db::leads::Lead;

/// The name of a person, from whichever fields have it; empty if none has.
fn name_of(lead: &Lead) -> String {
    let field = |name: &str| lead.fields.get(name).map(String::as_str);
    let parts: Vec<&str> = [field("first_name"), field("last_name")].into_iter().flatten().collect();
    if parts.is_empty() { field("full_name").unwrap_or_default().to_owned() } else { parts.join(" ") }
}
