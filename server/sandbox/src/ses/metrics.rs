//! BatchGetMetricData: the sandbox's own events, counted by day. Mails to several recipients or to the simulator, and
//! bounces off a suppression list, count in nothing.

use super::insights::isp;
use super::members::{Members, missing};
use super::{Operation, Request};
use crate::events::EventType;
use crate::history::{Moment, Told};
use crate::moment;
use crate::people::Fate;
use crate::wire::{Answer, Failure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "BatchGetMetricData",
    method: "POST",
    path: "/v2/email/metrics/batch",
    takes: "Queries{Id Namespace Metric Dimensions StartDate EndDate}",
    run: get,
}];

struct Query<'a> {
    id: &'a str,
    metric: &'a str,
    dimensions: Vec<(&'a str, &'a str)>,
    /// Milliseconds of the epoch, the second exclusive.
    from: i64,
    until: i64,
}

const METRICS: [&str; 10] = [
    "SEND",
    "COMPLAINT",
    "PERMANENT_BOUNCE",
    "TRANSIENT_BOUNCE",
    "OPEN",
    "CLICK",
    "DELIVERY",
    "DELIVERY_OPEN",
    "DELIVERY_CLICK",
    "DELIVERY_COMPLAINT",
];
const DIMENSIONS: [&str; 4] = ["EMAIL_IDENTITY", "CONFIGURATION_SET", "ISP", "TENANT_NAME"];
const ID_CHARS_MAX: usize = 255;
const MILLIS_A_DAY: i64 = 86_400_000;

impl<'a> Query<'a> {
    fn read(members: Members<'a>) -> Result<Self, Failure> {
        let id = members.required_text("Id")?;
        if !(1..=ID_CHARS_MAX).contains(&id.chars().count()) {
            return Err(Failure::bad_request("An Id has 1 to 255 characters."));
        }
        members.required_choice("Namespace", &["VDM"])?;
        let metric = members.required_choice("Metric", &METRICS)?;
        let mut dimensions = Vec::new();
        if let Some(given) = members.object("Dimensions")? {
            for name in given.0.keys() {
                if !DIMENSIONS.contains(&name.as_str()) {
                    return Err(Failure::bad_request(format!("Invalid dimension <{name}>.")));
                }
                dimensions.push((name.as_str(), given.required_text(name)?));
            }
        }
        let from = moment::millis(members.required_moment("StartDate")?);
        let until = moment::millis(members.required_moment("EndDate")?);
        if from >= until {
            return Err(Failure::bad_request("StartDate must be before EndDate."));
        }
        Ok(Self { id, metric, dimensions, from, until })
    }

    /// By the first millisecond of the day. Days without any are left out.
    fn counts<'b>(&self, mails: impl Iterator<Item = &'b Told>, now: i64) -> BTreeMap<i64, u64> {
        let mut counts = BTreeMap::new();
        for told in mails.filter(|told| told.only_recipient().is_some_and(|recipient| self.is_about(told, recipient))) {
            for moment in told.moments.iter().filter(|moment| self.counts_moment(moment, now)) {
                *counts.entry(moment.at - moment.at.rem_euclid(MILLIS_A_DAY)).or_default() += 1;
            }
        }
        counts
    }

    fn is_about(&self, told: &Told, recipient: &str) -> bool {
        self.dimensions.iter().all(|(name, wanted)| match *name {
            "EMAIL_IDENTITY" => told.identity.eq_ignore_ascii_case(wanted),
            "CONFIGURATION_SET" => told.configuration_set.as_deref() == Some(*wanted),
            "TENANT_NAME" => told.tenant.as_deref() == Some(*wanted),
            _ => isp(recipient).eq_ignore_ascii_case(wanted),
        })
    }

    fn counts_moment(&self, moment: &Moment, now: i64) -> bool {
        let is_in_time = moment.at <= now && (self.from..self.until).contains(&moment.at);
        is_in_time && metrics(moment).contains(&self.metric)
    }
}

/// Clicks there are none.
fn metrics(moment: &Moment) -> &'static [&'static str] {
    match (moment.event.event_type, moment.event.fate) {
        (EventType::Send, _) => &["SEND"],
        (EventType::Delivery, _) => &["DELIVERY"],
        (EventType::Open, _) => &["OPEN", "DELIVERY_OPEN"],
        (EventType::Complaint, _) => &["COMPLAINT", "DELIVERY_COMPLAINT"],
        (EventType::Bounce, Fate::Suppressed(_)) => &[],
        (EventType::Bounce, _) if moment.bounce().is_some_and(|bounce| bounce.kind == "Permanent") => {
            &["PERMANENT_BOUNCE"]
        }
        (EventType::Bounce, _) => &["TRANSIENT_BOUNCE"],
        (EventType::Reject | EventType::DeliveryDelay | EventType::RenderingFailure, _) => &[],
    }
}

fn get(request: &mut Request) -> Answer {
    let queries = request.members().objects("Queries")?.filter(|queries| !queries.is_empty());
    let queries = queries.ok_or_else(|| missing("Queries"))?;
    let queries: Vec<Query> = queries.into_iter().map(Query::read).collect::<Result<_, _>>()?;
    let now = moment::millis(request.now);
    let result = |query: &Query| {
        let counts = query.counts(request.history.in_place(request.place), now);
        let days: Vec<f64> = counts.keys().map(|day| moment::seconds(*day)).collect();
        json!({ "Id": query.id, "Timestamps": days, "Values": counts.values().collect::<Vec<_>>() })
    };
    let results: Vec<Value> = queries.iter().map(result).collect();
    Ok(json!({ "Results": results, "Errors": [] }))
}
