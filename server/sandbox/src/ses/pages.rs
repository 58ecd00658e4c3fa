//! Lists in pages. Tokens are opaque, and each is issued once: a token that repeats ends an SDK's paginator silently.

use super::Request;
use super::members::Members;
use crate::wire::Failure;
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// The tokens out there. They do not outlive the process.
#[derive(Default)]
pub(crate) struct Pages(VecDeque<Page>);

struct Page {
    token: String,
    /// The list that it goes on with: operation, region and what was asked.
    list: String,
    /// The last key of the page before.
    after: String,
}

/// Where a page begins and how much it holds.
pub(crate) struct Paging {
    size: usize,
    list: String,
    after: Option<String>,
}

const PAGE_SIZE: usize = 100;
const PAGE_SIZE_MAX: usize = 1000;
const TOKENS_KEPT: usize = 10_000;
const HEX: &[u8] = b"0123456789abcdef";

impl Paging {
    /// From the body, or from the query of the paths that GET a list. `list` names what is listed.
    pub(crate) fn read(request: &Request, list: &str) -> Result<Self, Failure> {
        let members: Members = request.members();
        let size = match (members.integer("PageSize")?, request.query("PageSize")) {
            (Some(size), _) => Some(usize::try_from(size).map_err(|_| wrong_size())?),
            (None, Some(size)) => Some(size.parse().map_err(|_| wrong_size())?),
            (None, None) => None,
        };
        let size = match size {
            None | Some(0) => PAGE_SIZE,
            Some(size) if size > PAGE_SIZE_MAX => return Err(wrong_size()),
            Some(size) => size,
        };
        let list = format!("{} {list}", request.place.key());
        let token = members.text("NextToken")?.or_else(|| request.query("NextToken"));
        let after = match token {
            None => None,
            Some(token) => {
                let page = request.pages.0.iter().find(|page| page.token == token && page.list == list);
                Some(page.ok_or_else(|| Failure::bad_request("Invalid Next Token"))?.after.clone())
            }
        };
        Ok(Self { size, list, after })
    }

    /// `{member: […], NextToken}` from all items of the list by their keys.
    pub(crate) fn answer(self, request: &mut Request, member: &str, mut items: Vec<(String, Value)>) -> Value {
        items.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(after) = &self.after {
            items.retain(|(key, _)| key > after);
        }
        let more = items.len() > self.size;
        items.truncate(self.size);
        let mut answer = Map::new();
        if let (true, Some((after, _))) = (more, items.last()) {
            let token = request.random_text::<48>(HEX);
            answer.insert("NextToken".to_owned(), Value::String(token.clone()));
            if request.pages.0.len() == TOKENS_KEPT {
                request.pages.0.pop_front();
            }
            request.pages.0.push_back(Page { token, list: self.list, after: after.clone() });
        }
        answer.insert(member.to_owned(), items.into_iter().map(|(_, value)| value).collect());
        Value::Object(answer)
    }
}

fn wrong_size() -> Failure {
    Failure::bad_request(format!("PageSize must be between 1 and {PAGE_SIZE_MAX}."))
}
