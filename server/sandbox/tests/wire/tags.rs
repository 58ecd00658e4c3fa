//! Tags are by ARN, whatever the ARN is of.

use crate::harness::{encoded, start};
use serde_json::json;

#[tokio::test]
async fn tags_are_added_listed_and_removed() {
    let sandbox = start().await;
    let tenant = sandbox.tenant("acme").await["TenantArn"].as_str().unwrap().to_owned();
    let set = sandbox.configuration_set("acme").await;
    for arn in [&tenant, &set] {
        let tags = json!([{ "Key": "b", "Value": "2" }, { "Key": "a", "Value": "1" }]);
        sandbox.post("/v2/email/tags", json!({ "ResourceArn": arn, "Tags": tags })).await.ok();
        let path = format!("/v2/email/tags?ResourceArn={}", encoded(arn));
        let listed = sandbox.get(&path).await.ok();
        assert_eq!(listed["Tags"], json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }]));
        sandbox.delete(&format!("{path}&TagKeys=a&TagKeys=c")).await.ok();
        assert_eq!(sandbox.get(&path).await.ok()["Tags"], json!([{ "Key": "b", "Value": "2" }]));
    }
    let other = format!("{tenant}0");
    let id = other.rsplit_once('/').unwrap().1;
    let reply = sandbox.get(&format!("/v2/email/tags?ResourceArn={}", encoded(&other))).await;
    let message = format!("No Tenant present with name: acmewith tenantId: {id}");
    reply.refused(404, "NotFoundException", &message);
}
