//! Buckets as the real SDK of S3 meets them: made, found, listed; and who is refused.

use crate::harness::{Running, authorization_for, start};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;

pub const BUCKET: &str = "mails";

pub fn client(sandbox: &Running) -> Client {
    client_in(sandbox, "us-east-1")
}

fn client_in(sandbox: &Running, region: &'static str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .endpoint_url(format!("http://{}", sandbox.address))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}

/// With `BUCKET`, and these objects in it, each with its key as its body.
pub async fn with(sandbox: &Running, keys: &[&str]) -> Client {
    let s3 = client(sandbox);
    s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    for key in keys {
        let body = ByteStream::from(key.as_bytes().to_vec());
        s3.put_object().bucket(BUCKET).key(*key).body(body).send().await.unwrap();
    }
    s3
}

#[tokio::test]
async fn a_bucket_is_made_and_found() {
    let sandbox = start().await;
    let s3 = client(&sandbox);
    assert!(s3.head_bucket().bucket(BUCKET).send().await.unwrap_err().into_service_error().is_not_found());
    s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    s3.create_bucket().bucket(BUCKET).send().await.unwrap(); // us-east-1 says nothing to it
    let found = s3.head_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(found.bucket_region(), Some("us-east-1"));

    let elsewhere = client_in(&sandbox, "eu-west-1");
    let error = elsewhere.create_bucket().bucket(BUCKET).send().await.unwrap_err().into_service_error();
    assert!(error.is_bucket_already_owned_by_you());
    let error = elsewhere.get_object().bucket(BUCKET).key("a").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AuthorizationHeaderMalformed"));
    let error = s3.create_bucket().bucket("Mails_").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidBucketName"));
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_name() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &[]).await;
    let error = s3.get_object().bucket(BUCKET).key("a").send().await.unwrap_err().into_service_error();
    assert!(error.is_no_such_key() && error.request_id().is_some_and(|id| id.len() == 36), "{error:?}");
    let error = s3.get_object().bucket("nobodys").key("a").send().await.unwrap_err();
    assert_eq!((error.code(), status(&error)), (Some("NoSuchBucket"), 404));
    let error = s3.list_objects_v2().bucket("nobodys").send().await.unwrap_err().into_service_error();
    assert!(error.is_no_such_bucket());
    let error = s3.head_object().bucket(BUCKET).key("a").send().await.unwrap_err().into_service_error();
    assert!(error.is_not_found());
    let error = s3.head_bucket().bucket(BUCKET).expected_bucket_owner("999999999999").send().await.unwrap_err();
    assert_eq!(status(&error), 403);
}

fn status<E>(error: &aws_sdk_s3::error::SdkError<E>) -> u16 {
    error.raw_response().unwrap().status().as_u16()
}

#[tokio::test]
async fn an_operation_that_it_does_not_know_is_no_silent_success() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &["a"]).await;
    let error = s3.list_buckets().send().await.unwrap_err();
    assert_eq!((error.code(), status(&error)), (Some("NotImplemented"), 501));
    let error = s3.get_object_acl().bucket(BUCKET).key("a").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotImplemented"));
    let error = s3.create_multipart_upload().bucket(BUCKET).key("a").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotImplemented"));
    let error = s3.get_object().bucket(BUCKET).key("a").if_match("x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotImplemented"));
    let error = s3.copy_object().bucket(BUCKET).key("b").copy_source("mails/a").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotImplemented"));
    let headers = format!("authorization: {}\r\n", authorization_for("us-east-1", "s3"));
    let reply = sandbox.request("GET", "/mails?list-type=2&colour=red", &headers, "").await.unwrap();
    assert_eq!(reply.status, 501);
    assert_eq!(keys(&listed(&s3).await), ["a"]);
}

#[tokio::test]
async fn only_what_is_signed_is_answered() {
    let sandbox = start().await;
    with(&sandbox, &["a"]).await;
    let reply = sandbox.request("GET", "/mails/a", "", "").await.unwrap();
    assert_eq!(reply.status, 403);
    assert!(reply.text.contains("<Code>AccessDenied</Code>"), "{}", reply.text);
    assert!(reply.headers.contains("x-amz-request-id: ") && reply.headers.contains("content-type: application/xml"));
    let signed = authorization_for("us-east-1", "s3").replace("host;", "");
    let reply = sandbox.request("GET", "/mails/a", &format!("authorization: {signed}\r\n"), "").await.unwrap();
    assert!(reply.text.contains("<Code>SignatureDoesNotMatch</Code>"), "{}", reply.text);
}

#[tokio::test]
async fn keys_are_listed_page_by_page() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &["in/1", "in/2", "in/3", "in/б", "out/1", "a&b <c>", "in"]).await;
    let whole = listed(&s3).await;
    assert_eq!(keys(&whole), ["a&b <c>", "in", "in/1", "in/2", "in/3", "in/б", "out/1"]);
    assert_eq!(
        (whole.key_count(), whole.is_truncated(), whole.next_continuation_token()),
        (Some(7), Some(false), None)
    );
    let first = &whole.contents()[1];
    assert_eq!((first.size(), first.e_tag()), (Some(2), Some("\"13b5bfe96f3e2fe411c9f66f4a582adf\"")));
    assert_eq!(first.last_modified().unwrap().secs(), 1_770_000_000);

    let mut pages = s3.list_objects_v2().bucket(BUCKET).prefix("in/").into_paginator().page_size(3).send();
    let (one, two) = (pages.next().await.unwrap().unwrap(), pages.next().await.unwrap().unwrap());
    assert_eq!((keys(&one), one.is_truncated()), (vec!["in/1", "in/2", "in/3"], Some(true)));
    assert_eq!((keys(&two), two.is_truncated()), (vec!["in/б"], Some(false)));
    assert!(pages.next().await.is_none());
    assert_ne!(one.next_continuation_token(), Some("in/3"), "a token is no key");

    let after = s3.list_objects_v2().bucket(BUCKET).start_after("in/2").max_keys(1).send().await.unwrap();
    assert_eq!((keys(&after), after.start_after()), (vec!["in/3"], Some("in/2")));
    let none = s3.list_objects_v2().bucket(BUCKET).max_keys(0).send().await.unwrap();
    assert_eq!((none.key_count(), none.is_truncated()), (Some(0), Some(false)));
}

#[tokio::test]
async fn what_lies_behind_a_delimiter_is_rolled_up() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &["a", "b/1", "b/2", "c/1", "c/2/x", "d"]).await;
    let list = || s3.list_objects_v2().bucket(BUCKET).delimiter("/");
    let whole = list().send().await.unwrap();
    assert_eq!((keys(&whole), prefixes(&whole), whole.key_count()), (vec!["a", "d"], vec!["b/", "c/"], Some(4)));
    let within = list().prefix("c/").send().await.unwrap();
    assert_eq!((keys(&within), prefixes(&within)), (vec!["c/1"], vec!["c/2/"]));
    let mut seen = Vec::new();
    let mut token = None;
    loop {
        let page = list().max_keys(1).set_continuation_token(token).send().await.unwrap();
        seen.extend(keys(&page).into_iter().chain(prefixes(&page)).map(str::to_owned));
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["a", "b/", "c/", "d"]);
}

#[tokio::test]
async fn a_listing_is_refused_for_its_arguments() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &["a b/ü+%"]).await;
    let list = || s3.list_objects_v2().bucket(BUCKET);
    for wrong in
        [list().max_keys(-1), list().continuation_token("a b/ü+%"), list().encoding_type(EncodingType::from("html"))]
    {
        assert_eq!(wrong.send().await.unwrap_err().code(), Some("InvalidArgument"));
    }
    let encoded = list().encoding_type(EncodingType::Url).send().await.unwrap();
    assert_eq!(keys(&encoded), ["a+b/%C3%BC%2B%25"]);
}

async fn listed(s3: &Client) -> ListObjectsV2Output {
    s3.list_objects_v2().bucket(BUCKET).send().await.unwrap()
}

fn keys(page: &ListObjectsV2Output) -> Vec<&str> {
    page.contents().iter().filter_map(|object| object.key()).collect()
}

fn prefixes(page: &ListObjectsV2Output) -> Vec<&str> {
    page.common_prefixes().iter().filter_map(|common| common.prefix()).collect()
}
