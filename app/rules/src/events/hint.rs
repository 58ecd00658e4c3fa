//! Hints that SES gives by EventBridge about a tenant: its sending status changed, or something was found about it. A hint
//! says where to look and never how it stands: it may be late, twice or lost, and SES is asked.

use super::lenient::Node;
use super::parse::open;

const SOURCE: &str = "aws.ses";
/// SES's pages call the end of a finding now "Closed", now "Resolved".
const DETAIL_TYPES: [&str; 2] = ["Sending Status ", "Advisor Recommendation Status "];

/// The name at SES of the tenant whose standing may have changed; `None`: this is no hint.
pub fn tenant_hint(body: &str) -> Option<String> {
    let letter = open(body).1.ok()?;
    let outer = Node::of(&letter);
    let detail_type = outer.get("detail-type").text()?;
    if outer.get("source").text().as_deref() != Some(SOURCE)
        || !DETAIL_TYPES.iter().any(|known| detail_type.starts_with(known))
    {
        return None;
    }
    outer.get("resources").elements().find_map(|resource| tenant_name(&resource.text()?))
}

/// Of `arn:aws:ses:eu-west-1:123456789012:tenant/name/tn-id`.
fn tenant_name(arn: &str) -> Option<String> {
    let resource = arn.splitn(6, ':').nth(5)?.strip_prefix("tenant/")?;
    let name = resource.split('/').next().filter(|name| !name.is_empty())?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::kind_name;
    use crate::events::samples::{self, envelope};
    use serde_json::{Value, json};

    fn hint(source: &str, detail_type: &str, resources: &Value) -> Value {
        json!({ "version": "0", "id": "1", "source": source, "detail-type": detail_type, "resources": resources,
            "detail": { "version": "1.0.0", "data": { "origin": "AWS_MANAGED" } } })
    }

    #[test]
    fn a_hint_names_the_tenant_to_look_at() {
        let arn = json!(["arn:aws:ses:us-east-1:123456789012:tenant/ownlane-acme/tn-0a"]);
        for name in [
            "Sending Status Disabled",
            "Sending Status Enabled",
            "Advisor Recommendation Status Open",
            "Advisor Recommendation Status Closed",
            "Advisor Recommendation Status Resolved",
        ] {
            let body = hint("aws.ses", name, &arn);
            assert_eq!(tenant_hint(&body.to_string()).as_deref(), Some("ownlane-acme"), "{name}");
            assert_eq!(tenant_hint(&envelope("1", &body)).as_deref(), Some("ownlane-acme"), "{name}");
            assert_eq!(kind_name(&body.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn anything_else_is_no_hint() {
        let arn = json!(["arn:aws:ses:us-east-1:123456789012:tenant/ownlane-acme/tn-0a"]);
        let set = json!(["arn:aws:ses:us-east-1:123456789012:configuration-set/ownlane-acme"]);
        for body in [
            hint("aws.sns", "Sending Status Disabled", &arn),
            hint("aws.ses", "Email Bounced", &arn),
            hint("aws.ses", "Sending Status Disabled", &set),
            hint("aws.ses", "Sending Status Disabled", &json!(null)),
            hint("aws.ses", "Sending Status Disabled", &json!(["arn:aws:ses:us-east-1:123456789012:tenant//x", 7])),
            samples::send(),
        ] {
            assert_eq!(tenant_hint(&body.to_string()), None, "{body}");
        }
        assert_eq!(tenant_hint("no JSON"), None);
    }
}
