//! Objects as the real SDK of S3 meets them: what is put is got, with checksums, in chunks, in part, after a restart.

use crate::buckets::{BUCKET, client, with};
use crate::harness::{Running, authorization_for, start, start_with_state};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use sandbox::{Fault, FaultKind};
use std::fmt::Write;

const MD5_OF_HELLO: &str = "XUFAKrxLKna5cZ2REBfFkg==";
const CRC32_OF_HELLO: &str = "NhCmhg==";

#[tokio::test]
async fn what_is_put_is_got_back() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &[]).await;
    let put = s3
        .put_object()
        .bucket(BUCKET)
        .key("in/ü &+%2F<.eml")
        .content_type("message/rfc822")
        .metadata("sender", "anna")
        .body(ByteStream::from_static(b"hello"))
        .send()
        .await
        .unwrap();
    let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
    assert_eq!((put.e_tag(), put.checksum_crc32()), (Some(etag), Some(CRC32_OF_HELLO)));
    let got = s3.get_object().bucket(BUCKET).key("in/ü &+%2F<.eml").send().await.unwrap();
    assert_eq!((got.e_tag(), got.content_type(), got.content_length()), (Some(etag), Some("message/rfc822"), Some(5)));
    assert_eq!((got.checksum_crc32(), got.metadata().unwrap()["sender"].as_str()), (Some(CRC32_OF_HELLO), "anna"));
    assert_eq!(got.last_modified().unwrap().secs(), 1_770_000_000);
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "hello");

    let head = s3.head_object().bucket(BUCKET).key("in/ü &+%2F<.eml").send().await.unwrap();
    assert_eq!((head.content_length(), head.e_tag(), head.checksum_crc32()), (Some(5), Some(etag), None));
    let asked = s3.head_object().bucket(BUCKET).key("in/ü &+%2F<.eml").checksum_mode(ChecksumMode::Enabled);
    assert_eq!(asked.send().await.unwrap().checksum_crc32(), Some(CRC32_OF_HELLO));
    for _ in 0..2 {
        s3.delete_object().bucket(BUCKET).key("in/ü &+%2F<.eml").send().await.unwrap();
    }
    assert!(s3.get_object().bucket(BUCKET).key("in/ü &+%2F<.eml").send().await.is_err());
}

#[tokio::test]
async fn a_part_of_it_is_got() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &["0123456789"]).await;
    let part = |range: &str| s3.get_object().bucket(BUCKET).key("0123456789").range(range).send();
    for (range, shown, expected) in [
        ("bytes=2-4", "bytes 2-4/10", "234"),
        ("bytes=7-", "bytes 7-9/10", "789"),
        ("bytes=-2", "bytes 8-9/10", "89"),
        ("bytes=0-99", "bytes 0-9/10", "0123456789"),
    ] {
        let got = part(range).await.unwrap();
        assert_eq!(got.content_range(), Some(shown));
        assert_eq!(got.body.collect().await.unwrap().into_bytes(), expected, "{range}");
    }
    let error = part("bytes=10-").await.unwrap_err();
    assert_eq!((error.code(), error.raw_response().unwrap().status().as_u16()), (Some("InvalidRange"), 416));
}

#[tokio::test]
async fn a_checksum_that_does_not_fit_is_refused() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &[]).await;
    let put = |s3: &Client| s3.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"hello"));
    put(&s3).content_md5(MD5_OF_HELLO).checksum_crc32(CRC32_OF_HELLO).send().await.unwrap();
    s3.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    for (wrong, code) in [
        (put(&s3).checksum_crc32("AAAAAA=="), "BadDigest"),
        (put(&s3).content_md5("AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest"),
        (put(&s3).content_md5("hello"), "InvalidDigest"),
        (put(&s3).checksum_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), "NotImplemented"),
    ] {
        assert_eq!(wrong.send().await.unwrap_err().code(), Some(code));
    }
    assert!(s3.head_object().bucket(BUCKET).key("a").send().await.is_err());
}

#[tokio::test]
async fn a_file_is_sent_in_chunks_and_kept_without_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.eml");
    let mail: String = (0..20_000).fold(String::new(), |mut mail, number| {
        writeln!(mail, "line {number}\r").unwrap();
        mail
    });
    std::fs::write(&path, &mail).unwrap();
    let sandbox = start().await;
    let s3 = with(&sandbox, &[]).await;
    let body = ByteStream::from_path(&path).await.unwrap();
    s3.put_object().bucket(BUCKET).key("a").body(body).send().await.unwrap();
    let got = s3.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!((got.content_length(), got.content_encoding()), (i64::try_from(mail.len()).ok(), None));
    assert!(got.checksum_crc32().is_some());
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), mail);
}

#[tokio::test]
async fn chunks_that_break_off_are_no_object() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &[]).await;
    let put = async |body: &str, length: usize| {
        let headers = format!(
            "authorization: {}\r\ncontent-encoding: aws-chunked\r\nx-amz-content-sha256: \
             STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nx-amz-trailer: x-amz-checksum-crc32\r\n\
             x-amz-decoded-content-length: {length}\r\n",
            authorization_for("us-east-1", "s3")
        );
        sandbox.request("PUT", "/mails/a", &headers, body).await.unwrap()
    };
    let trailer = format!("x-amz-checksum-crc32:{CRC32_OF_HELLO}\r\n\r\n");
    for (body, length, code) in [
        (format!("5\r\nhello\r\n0\r\n{trailer}"), 6, "IncompleteBody"),
        ("5\r\nhello\r\n".to_owned(), 5, "IncompleteBody"),
        ("hello".to_owned(), 5, "IncompleteBody"),
        ("5\r\nhello\r\n0\r\n\r\n".to_owned(), 5, "MalformedTrailerError"),
        (format!("5\r\nhallo\r\n0\r\n{trailer}"), 5, "BadDigest"),
    ] {
        let reply = put(&body, length).await;
        assert!(reply.status == 400 && reply.text.contains(&format!("<Code>{code}</Code>")), "{}", reply.text);
    }
    assert!(s3.head_object().bucket(BUCKET).key("a").send().await.is_err());
    assert_eq!(put(&format!("5\r\nhello\r\n0\r\n{trailer}"), 5).await.status, 200);
}

#[tokio::test]
async fn faults_strike_objects_too() {
    let sandbox = start().await;
    let s3 = with(&sandbox, &["a"]).await;
    let fail = |kind| {
        sandbox.world.fail(Fault { operation: Some("GetObject".to_owned()), skip: 0, times: 1, kind });
    };
    for (kind, status, code) in [
        (FaultKind::TooManyRequests, 503, "SlowDown"),
        (FaultKind::InternalError, 500, "InternalError"),
        (FaultKind::ServiceUnavailable, 503, "ServiceUnavailable"),
    ] {
        fail(kind);
        s3.head_object().bucket(BUCKET).key("a").send().await.unwrap(); // not its fault
        let error = got(&s3).await.unwrap_err();
        assert_eq!(error, Some((status, code.to_owned())));
    }
    fail(FaultKind::Hang);
    let hung = tokio::time::timeout(std::time::Duration::from_millis(300), got(&s3)).await;
    assert!(hung.is_err());
    sandbox.world.fail(Fault {
        operation: Some("DeleteObject".to_owned()),
        skip: 0,
        times: 1,
        kind: FaultKind::AcceptThenReset,
    });
    assert!(s3.delete_object().bucket(BUCKET).key("a").send().await.is_err());
    assert_eq!(got(&s3).await.unwrap_err(), Some((404, "NoSuchKey".to_owned())));
}

/// The error's status and code, if there was an answer.
async fn got(s3: &Client) -> Result<(), Option<(u16, String)>> {
    let outcome = s3.get_object().bucket(BUCKET).key("a").send().await;
    outcome.map(drop).map_err(|error| {
        let status = error.raw_response()?.status().as_u16();
        Some((status, error.code()?.to_owned()))
    })
}

#[tokio::test]
async fn an_object_survives_a_restart_and_no_loss_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = start_with_state(path.clone()).await;
    with(&sandbox, &["a"]).await;
    sandbox.end().await;
    let sandbox: Running = start_with_state(path).await;
    let s3 = client(&sandbox);
    let got = s3.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "a");
    sandbox.world.forget();
    assert!(s3.head_bucket().bucket(BUCKET).send().await.is_err());
}
