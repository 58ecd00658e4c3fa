//! `/t/<slug>/suppressions`: who is not written to any more, why, and since when? What is looked for stands in the address.

use crate::form::Form;
use crate::page::render;
use crate::ssr::{Ask, Member};
use crate::ui::button::LinkButton;
use crate::ui::empty::Empty;
use crate::ui::field::Field;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::suppression::{self, Filter, Suppression};
use leptos::prelude::*;
use rules::access::Permission;
use rules::addresses::EmailAddress;
use rules::limits;
use rules::messages::{Suppressed, SuppressionReason};
use serde::Deserialize;

/// What is looked for.
#[derive(Default, Deserialize)]
pub struct SuppressionsAsked {
    #[serde(default)]
    starts: String,
    /// The last line of the page before: whom, and for which reason.
    #[serde(default)]
    after: String,
    #[serde(default)]
    reason: String,
}

impl SuppressionsAsked {
    fn filter(&self) -> Filter {
        let prefix: String = self.starts.trim().to_lowercase().chars().take(limits::SEARCH_CHARS_MAX).collect();
        let address = EmailAddress::parse(&prefix).ok();
        Filter {
            domain: address.map(|address| Suppressed::Domain(address.domain()).key()),
            prefix,
            after: SuppressionReason::parse(&self.reason).map(|reason| (self.after.clone(), reason)),
        }
    }
}

struct Found {
    list: Vec<Suppression>,
    has_more: bool,
    count: i64,
    filter: Filter,
}

pub async fn page(State(site): State<Site>, member: Member, Ask(asked): Ask<SuppressionsAsked>) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let filter = asked.filter();
    let mut list = suppression::list(&mut tx, &filter, limits::PAGE_ROWS_MAX + 1).await?;
    let has_more = i64::try_from(list.len()).unwrap_or(i64::MAX) > limits::PAGE_ROWS_MAX;
    if has_more {
        list.pop();
    }
    let found = Found { list, has_more, count: suppression::count(&mut tx).await?, filter };
    tx.commit().await?;
    Ok(render(&site, StatusCode::OK, "Suppression", move || {
        let add = frame.role.may(Permission::ManageLeads).then(|| frame.address("/suppressions/new"));
        let content = if found.count == 0 {
            let sentence = "Nobody is suppressed. Who opts out, complains or bounces comes here by itself, and gets no mail \
                            from your team any more.";
            view! { <Empty sentence/> }.into_any()
        } else {
            content(&frame, found).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Suppression>
                <div class="heading">
                    <h1>"Suppression"</h1>
                    {add.map(|href| view! { <LinkButton href label="Add by hand"/> })}
                </div>
                {content}
            </Tenant>
        }
    })
    .await)
}

/// Takes back what was added by hand. Asking twice changes nothing; nor does asking for any other reason.
pub async fn remove(member: Member, form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    if let Ok(whom) = Suppressed::parse(form.value("address")) {
        suppression::lift(&mut tx, &whom).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&frame.address("/suppressions")).into_response())
}

fn content(frame: &TenantFrame, found: Found) -> impl IntoView + use<> {
    let Found { list, has_more, count, filter } = found;
    let next =
        list.last().filter(|_| has_more).map(|last| frame.address(&format!("/suppressions{}", query(&filter, last))));
    let form = Form::of([("starts", filter.prefix)]);
    let action = frame.address("/suppressions");
    let list = if list.is_empty() {
        view! { <p class="soft">"Nobody like that is suppressed."</p> }.into_any()
    } else {
        table(frame, list).into_any()
    };
    view! {
        <p>
            "Your team writes to none of these any more. Opt-outs, complaints and bounces stay for good: your team cannot \
             lift them. What was added by hand, or kept bouncing for passing reasons, can be removed; what it stopped stays \
             stopped."
        </p>
        <h2>{format!("All suppressed: {}", thousands(count))}</h2>
        <form class="filter" method="get" action=action>
            <Field form=&form name="starts" label="Address or @domain begins with"/>
            <button class="button quiet">"Show"</button>
        </form>
        {list}
        {next.map(|href| view! { <p><a href=href>"Next page"</a></p> })}
    }
}

fn table(frame: &TenantFrame, list: Vec<Suppression>) -> impl IntoView + use<> {
    let now = frame.business_now;
    let manages = frame.role.may(Permission::ManageLeads);
    let rows: Vec<_> = list
        .into_iter()
        .map(|line| {
            let key = line.whom.key();
            let scope = match line.whom {
                Suppressed::Address(_) => None,
                Suppressed::Domain(_) => Some(view! { <span class="soft">" · the whole domain"</span> }),
            };
            let act = (manages && line.reason.may_be_lifted()).then(|| removal(frame, &key));
            view! {
                <tr>
                    <th scope="row">{key}{scope}</th>
                    <td data-label="Reason">{line.reason.label()}</td>
                    <td data-label="Since"><Time at=line.since now/></td>
                    <td>{act}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![Column::Text("Address"), Column::Text("Reason"), Column::Text("Since"), Column::Action];
    view! { <Table columns rows/> }
}

fn removal(frame: &TenantFrame, key: &str) -> impl IntoView + use<> {
    let action = frame.address("/suppressions/removal");
    let label = format!("Remove {key}");
    view! {
        <form method="post" action=action>
            <input type="hidden" name="address" value=key.to_owned()/>
            <button class="button quiet" aria-label=label>"Remove"</button>
        </form>
    }
}

/// The address of the page behind `last`.
fn query(filter: &Filter, last: &Suppression) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !filter.prefix.is_empty() {
        query.append_pair("starts", &filter.prefix);
    }
    query.append_pair("after", &last.whom.key()).append_pair("reason", last.reason.as_str());
    format!("?{}", query.finish())
}
