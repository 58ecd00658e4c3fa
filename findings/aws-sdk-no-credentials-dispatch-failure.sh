#!/usr/bin/env bash
# aws-sdk-sesv2 1.145.0 with aws-smithy-runtime-api as it resolves (crates.io), rustc 1.95.
# SdkError has a kind for what fails before anything is sent (ConstructionFailure) and one of which its documentation says
# that the request may have been sent (DispatchFailure). A provider that has no credentials to give, so that nothing can be
# signed, is the second, of the connector's kind "other": the HTTP client is never asked for a connection. Whoever parks a mail
# as "may have left" at a DispatchFailure parks every mail while a role cannot be assumed.
# Output seen:
#   dispatch failure true, construction failure false, connector's kind other true, requests made 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
aws-sdk-sesv2 = { version = "=1.145.0", default-features = false, features = ["rt-tokio"] }
aws-credential-types = "=1.3.1"
aws-smithy-http-client = { version = "=1.5.2", features = ["test-util"] }
tokio = { version = "1", features = ["rt", "macros"] }
TOML
cat > "$folder/src/main.rs" <<'RUST'
use aws_credential_types::provider::{self, ProvideCredentials, error::CredentialsError, future};
use aws_sdk_sesv2::config::{BehaviorVersion, Region};
use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::{Client, Config};
use aws_smithy_http_client::test_util::capture_request;

#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let refused: provider::Result = Err(CredentialsError::provider_error("the role may not be assumed"));
        future::ProvideCredentials::ready(refused)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (http, requests) = capture_request(None);
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"));
    let client = Client::from_conf(config.credentials_provider(Nobody).http_client(http).build());
    let error = client.get_account().send().await.unwrap_err();
    let is_dispatch = matches!(error, SdkError::DispatchFailure(_));
    let is_construction = matches!(error, SdkError::ConstructionFailure(_));
    let is_other = error.as_dispatch_failure_is_other();
    requests.expect_no_request(); // fails where one was made
    println!("dispatch failure {is_dispatch}, construction failure {is_construction}, connector's kind other {is_other}, requests made 0");
}

trait Kind {
    fn as_dispatch_failure_is_other(&self) -> bool;
}

impl<E, R> Kind for SdkError<E, R> {
    fn as_dispatch_failure_is_other(&self) -> bool {
        matches!(self, SdkError::DispatchFailure(it) if it.is_other())
    }
}
RUST
cd "$folder"
out=$(cargo run --quiet)
echo "$out"
[ "$out" = "dispatch failure true, construction failure false, connector's kind other true, requests made 0" ] || { echo "It behaves otherwise now." >&2; exit 1; }
