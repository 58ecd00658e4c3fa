//! Counts of the sandbox's own events.

use crate::harness::{Reply, Running};
use crate::post::{letter_to, send, sent_to, start};
use serde_json::{Value, json};

const PATH: &str = "/v2/email/metrics/batch";
const DAY: f64 = 1_769_990_400.0; // the first moment of the day on which the tests begin

#[tokio::test]
async fn events_are_counted_by_day_and_by_whatever_is_asked() {
    let sandbox = start().await;
    for address in ["a@b.example", "bounce@b.example", "softbounce@b.example", "complain@c.example"] {
        sent_to(&sandbox, &[address]).await;
    }
    sent_to(&sandbox, &["bounce@b.example"]).await; // suppressed: sent, and no bounce that counts
    sent_to(&sandbox, &["a@b.example", "b@b.example"]).await; // to several: counts in nothing
    sent_to(&sandbox, &["bounce@simulator.amazonses.com"]).await;
    let mut letter = letter_to(&["anna@b.example"]);
    letter["TenantName"] = Value::Null;
    letter["ConfigurationSetName"] = Value::Null;
    send(&sandbox, letter).await.ok();
    *sandbox.now.lock().unwrap() += 86_400.0;
    sent_to(&sandbox, &["a@b.example"]).await;

    let of_acme = json!({ "TENANT_NAME": "acme" });
    for (metric, dimensions, days, values) in [
        ("SEND", json!({}), json!([DAY, DAY + 86_400.0]), json!([6, 1])),
        ("SEND", of_acme.clone(), json!([DAY, DAY + 86_400.0]), json!([5, 1])),
        ("DELIVERY", of_acme.clone(), json!([DAY, DAY + 86_400.0]), json!([2, 1])),
        ("PERMANENT_BOUNCE", of_acme.clone(), json!([DAY]), json!([1])),
        ("TRANSIENT_BOUNCE", of_acme.clone(), json!([DAY]), json!([1])),
        ("COMPLAINT", json!({ "ISP": "C.example" }), json!([DAY]), json!([1])),
        ("DELIVERY_COMPLAINT", json!({ "CONFIGURATION_SET": "acme" }), json!([DAY]), json!([1])),
        ("SEND", json!({ "EMAIL_IDENTITY": "acme.example", "ISP": "c.example" }), json!([DAY]), json!([1])),
        ("SEND", json!({ "TENANT_NAME": "other" }), json!([]), json!([])),
        ("OPEN", of_acme, json!([]), json!([])),
    ] {
        let body = json!({ "Queries": [query(metric, dimensions.clone())] });
        let expected = json!({ "Results": [{ "Id": "q", "Timestamps": days, "Values": values }], "Errors": [] });
        assert_eq!(sandbox.post(PATH, body).await.ok(), expected, "{metric} {dimensions}");
    }
    let mut second = query("SEND", json!({}));
    second["Id"] = json!("second");
    second["StartDate"] = json!(DAY + 86_400.0);
    let both = ask(&sandbox, json!([query("SEND", json!({})), second])).await.ok();
    assert_eq!((&both["Results"][0]["Id"], &both["Results"][1]["Id"]), (&json!("q"), &json!("second")));
    assert_eq!(both["Results"][1]["Values"], json!([1]));
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused() {
    let sandbox = start().await;
    for (member, value) in [
        ("Id", Value::Null),
        ("Id", json!("")),
        ("Namespace", json!("CLOUDWATCH")),
        ("Metric", json!("JOY")),
        ("Dimensions", json!({ "COLOUR": "red" })),
        ("Dimensions", json!({ "ISP": 7 })),
        ("StartDate", Value::Null),
        ("StartDate", json!("yesterday")),
        ("EndDate", json!(DAY)),
    ] {
        let mut wrong = query("SEND", json!({}));
        wrong[member] = value.clone();
        let reply = ask(&sandbox, json!([wrong])).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{member} {value}");
    }
    for none in [Value::Null, json!([])] {
        assert_eq!(ask(&sandbox, none).await.status, 400);
    }
}

async fn ask(sandbox: &Running, queries: Value) -> Reply {
    sandbox.post(PATH, json!({ "Queries": queries })).await
}

fn query(metric: &str, dimensions: Value) -> Value {
    json!({
        "Id": "q",
        "Namespace": "VDM",
        "Metric": metric,
        "Dimensions": dimensions,
        "StartDate": DAY,
        "EndDate": DAY + 2.0 * 86_400.0,
    })
}
