//! The shape of AWS Signature Version 4. The secret is not checked: whoever reaches loopback may call.

use crate::wire::Failure;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who calls, and in which region.
pub(crate) struct Scope {
    pub(crate) key: String,
    pub(crate) region: String,
}

/// The credential's scope, which must be of this service.
pub(crate) fn scope(authorization: Option<&str>, service: &str) -> Result<Scope, Failure> {
    let missing = || Failure::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    let authorization = authorization.ok_or_else(missing)?;
    let parts = authorization.strip_prefix(ALGORITHM).ok_or_else(missing)?;
    let part = |name: &str| {
        let prefix = format!("{name}=");
        parts.split(',').find_map(|part| part.trim().strip_prefix(&prefix)).ok_or_else(|| {
            let message = format!("Authorization header requires '{name}' parameter.");
            Failure::new(403, "IncompleteSignature", message)
        })
    };
    let credential = part("Credential")?;
    let signed = part("SignedHeaders")?;
    let signature = part("Signature")?;
    if !signed.split(';').any(|header| header == "host") {
        return Err(mismatch("'host' must be a signed header."));
    }
    if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(mismatch("The request signature is not 64 hexadecimal digits."));
    }
    let parts: Vec<&str> = credential.split('/').collect();
    let [key, date, region, scoped, "aws4_request"] = parts.as_slice() else {
        return Err(wrong_scope(service));
    };
    if *scoped != service {
        return Err(wrong_scope(service));
    }
    let is_region = |text: &str| {
        !text.is_empty()
            && text.len() <= 32
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if key.is_empty() || date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) || !is_region(region) {
        return Err(mismatch("Credential should be scoped to a valid key, date and region."));
    }
    Ok(Scope { key: (*key).to_owned(), region: (*region).to_owned() })
}

/// For which service it says it is signed, whatever else is wrong with it.
pub(crate) fn service(authorization: &str) -> Option<&str> {
    let (_, credential) = authorization.strip_prefix(ALGORITHM)?.split_once("Credential=")?;
    let (scope, _) = credential.split_once("/aws4_request")?;
    scope.rsplit_once('/').map(|(_, service)| service)
}

fn wrong_scope(service: &str) -> Failure {
    mismatch(&format!("Credential should be scoped to <key>/<date>/<region>/{service}/aws4_request."))
}

fn mismatch(message: &str) -> Failure {
    Failure::new(403, "SignatureDoesNotMatch", message)
}
