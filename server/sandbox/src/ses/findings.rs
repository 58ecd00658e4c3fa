//! Findings about the reputation of tenants, as ListRecommendations shows them. What a finding does to its tenant,
//! `reputation` decides.

use super::pages::Paging;
use super::{Operation, Request};
use crate::bridge::News;
use crate::wire::Answer;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "ListRecommendations",
    method: "POST",
    path: "/v2/email/vdm/recommendations",
    takes: "Filter PageSize NextToken",
    run: list,
}];

/// What AWS finds about a tenant.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Finding {
    #[serde(rename = "type")]
    pub kind: FindingType,
    /// Of one that is fixed, it does not count.
    #[serde(default)]
    pub impact: Impact,
    #[serde(default)]
    pub status: FindingStatus,
    pub description: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingType {
    Dkim,
    Dmarc,
    Spf,
    Bimi,
    Complaint,
    Bounce,
    #[serde(rename = "FEEDBACK_3P")]
    Feedback3p,
    IpListing,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Impact {
    #[default]
    Low,
    High,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FindingStatus {
    #[default]
    Open,
    Fixed,
}

/// Of one tenant, the last of each type.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Findings(BTreeMap<FindingType, Recorded>);

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Recorded {
    impact: Impact,
    status: FindingStatus,
    description: String,
    created: f64,
    updated: f64,
}

/// What a report made of the findings.
pub(super) enum Change {
    /// What is not open cannot be fixed.
    None,
    Eased,
    /// A new one, or of more impact.
    Violated,
}

const TYPES: [&str; 8] = ["DKIM", "DMARC", "SPF", "BIMI", "COMPLAINT", "BOUNCE", "FEEDBACK_3P", "IP_LISTING"];
const IMPACTS: [&str; 2] = ["LOW", "HIGH"];
const STATUSES: [&str; 2] = ["OPEN", "FIXED"];

impl FindingType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Dkim => "DKIM",
            Self::Dmarc => "DMARC",
            Self::Spf => "SPF",
            Self::Bimi => "BIMI",
            Self::Complaint => "COMPLAINT",
            Self::Bounce => "BOUNCE",
            Self::Feedback3p => "FEEDBACK_3P",
            Self::IpListing => "IP_LISTING",
        }
    }
}

impl Impact {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::High => "HIGH",
        }
    }
}

impl FindingStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Fixed => "FIXED",
        }
    }
}

impl Findings {
    /// The highest of the open ones.
    pub(super) fn impact(&self) -> Option<Impact> {
        self.0.values().filter(|finding| finding.status == FindingStatus::Open).map(|finding| finding.impact).max()
    }

    /// Those that were opened or fixed.
    pub(super) fn news(&self, before: &Self) -> Vec<News> {
        let is_open = |finding: &Recorded| finding.status == FindingStatus::Open;
        let changed =
            self.0.iter().filter(|(kind, finding)| is_open(finding) != before.0.get(kind).is_some_and(is_open));
        let news = changed.map(|(kind, finding)| News {
            detail_type: match finding.status {
                FindingStatus::Open => "Advisor Recommendation Status Open",
                FindingStatus::Fixed => "Advisor Recommendation Status Resolved",
            },
            detail: json!({
                "version": "1.0.0",
                "data": finding.description,
                "metadata": { "impact": finding.impact, "type": kind },
            }),
        });
        news.collect()
    }

    pub(super) fn record(&mut self, finding: Finding, now: f64) -> Change {
        let Finding { kind, impact, status, description } = finding;
        let open = self.0.get_mut(&kind).filter(|before| before.status == FindingStatus::Open);
        match (open, status) {
            (None, FindingStatus::Fixed) => Change::None,
            (Some(open), FindingStatus::Fixed) => {
                open.status = FindingStatus::Fixed;
                open.updated = now;
                Change::Eased
            }
            (Some(open), FindingStatus::Open) => {
                let change = if impact > open.impact { Change::Violated } else { Change::Eased };
                open.impact = impact;
                open.updated = now;
                if let Some(description) = description {
                    open.description = description;
                }
                change
            }
            (None, FindingStatus::Open) => {
                let description = description.unwrap_or_else(|| format!("{} needs attention.", kind.as_str()));
                self.0.insert(kind, Recorded { impact, status, description, created: now, updated: now });
                Change::Violated
            }
        }
    }
}

fn list(request: &mut Request) -> Answer {
    let filter = request.members().filter(&["TYPE", "IMPACT", "STATUS", "RESOURCE_ARN"])?;
    for (name, choices) in [("TYPE", &TYPES[..]), ("IMPACT", &IMPACTS[..]), ("STATUS", &STATUSES[..])] {
        filter.choice(name, choices)?;
    }
    let paging = Paging::read(request, "ListRecommendations")?;
    let mut items = Vec::new();
    for tenant in request.region.tenants.values() {
        for (kind, finding) in &tenant.reputation.findings.0 {
            if filter.admits("TYPE", kind.as_str())?
                && filter.admits("IMPACT", finding.impact.as_str())?
                && filter.admits("STATUS", finding.status.as_str())?
                && filter.admits("RESOURCE_ARN", &tenant.arn)?
            {
                let item = json!({
                    "ResourceArn": tenant.arn,
                    "Type": kind,
                    "Description": finding.description,
                    "Status": finding.status,
                    "CreatedTimestamp": finding.created,
                    "LastUpdatedTimestamp": finding.updated,
                    "Impact": finding.impact,
                });
                items.push((format!("{} {}", tenant.arn, kind.as_str()), item));
            }
        }
    }
    Ok(paging.answer(request, "Recommendations", items))
}
