//! STS over its query protocol, as far as a role is assumed in another account: the roles there are, their external ids, and
//! the keys handed out for a while. What a role may do is not asked: all that its account may.

use crate::moment;
use crate::state::ACCOUNT;
use crate::wire::Failure;
use crate::xml;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const SERVICE: &str = "sts";
const NAME_SPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const SECS_MIN: i64 = 900;
const SECS_MAX: i64 = 3600; // of a role that nobody allowed more
const EXTERNAL_ID_CHARS: std::ops::RangeInclusive<usize> = 2..=1224;
const KEY_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const TEMPORARY: &str = "ASIA"; // how keys begin that are handed out for a while

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sts {
    /// By ARN.
    roles: BTreeMap<String, Role>,
    /// By access key.
    sessions: BTreeMap<String, Session>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Role {
    external_id: Option<String>,
    id: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    token: String,
    account: String,
    arn: String,
    user_id: String,
    /// Epoch seconds.
    until: f64,
}

/// Whose key signed a call.
pub(crate) struct Caller {
    pub(crate) account: String,
    arn: String,
    user_id: String,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotARole {
    #[error("The ARN of a role looks like arn:aws:iam::210987654321:role/NAME, and {0} does not.")]
    Arn(String),
    #[error("An external id has 2 to 1224 letters, digits and characters of +=,.@:/-_.")]
    ExternalId,
}

/// What an operation found, as the elements of its answer.
pub(crate) struct Found {
    operation: &'static str,
    elements: String,
}

/// Parameters of a call.
pub(crate) struct Call(Vec<(String, String)>);

impl Call {
    pub(crate) fn of(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(crate) fn operation(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    pub(crate) fn shown(&self) -> Value {
        json!(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<BTreeMap<_, _>>())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str, fits: impl Fn(&str) -> bool) -> Result<&str, Failure> {
        match self.get(name) {
            Some(value) if fits(value) => Ok(value),
            Some(value) => Err(invalid(&format!("Value '{value}' at '{name}' failed to satisfy constraint"))),
            None => Err(invalid(&format!("Value null at '{name}' failed to satisfy constraint: must not be null"))),
        }
    }
}

impl Sts {
    pub(crate) fn add_role(&mut self, arn: &str, external_id: Option<&str>) -> Result<(), NotARole> {
        if role(arn).is_none() {
            return Err(NotARole::Arn(arn.to_owned()));
        }
        if external_id.is_some_and(|id| !is_external_id(id)) {
            return Err(NotARole::ExternalId);
        }
        let id = format!("AROA{:016X}", u64::from(crc32fast::hash(arn.as_bytes())));
        self.roles.insert(arn.to_owned(), Role { external_id: external_id.map(str::to_owned), id });
        Ok(())
    }

    pub(crate) fn remove_role(&mut self, arn: &str) -> bool {
        self.roles.remove(arn).is_some()
    }

    pub(crate) fn roles(&self) -> impl Iterator<Item = Value> {
        self.roles.iter().map(|(arn, role)| json!({ "arn": arn, "external_id": role.external_id }))
    }

    /// A key for a while is good with its token alone, and for that while; every other one is home's.
    pub(crate) fn caller(&self, key: &str, token: Option<&str>, now: f64) -> Result<Caller, Failure> {
        if token.is_none() && !key.starts_with(TEMPORARY) {
            let arn = format!("arn:aws:iam::{ACCOUNT}:user/sandbox");
            return Ok(Caller { account: ACCOUNT.to_owned(), arn, user_id: "AIDASANDBOX".to_owned() });
        }
        let session = self.sessions.get(key).filter(|session| token == Some(&session.token));
        let Some(Session { account, arn, user_id, until, .. }) = session else {
            let message = "The security token included in the request is invalid.";
            return Err(Failure::new(403, "UnrecognizedClientException", message));
        };
        if *until <= now {
            let message = "The security token included in the request is expired";
            return Err(Failure::new(403, "ExpiredTokenException", message));
        }
        Ok(Caller { account: account.clone(), arn: arn.clone(), user_id: user_id.clone() })
    }

    pub(crate) fn perform(
        &mut self,
        caller: &Caller,
        call: &Call,
        now: f64,
        chance: &dyn Fn(&mut [u8]),
    ) -> Result<Found, Failure> {
        match call.operation() {
            "AssumeRole" => self.assume(caller, call, now, chance),
            "GetCallerIdentity" => Ok(identity(caller)),
            other => Err(Failure::new(400, "InvalidAction", format!("Could not find operation {other}"))),
        }
    }

    fn assume(&mut self, caller: &Caller, call: &Call, now: f64, chance: &dyn Fn(&mut [u8])) -> Result<Found, Failure> {
        let arn = call.required("RoleArn", |arn| arn.len() >= 20)?;
        let name = call.required("RoleSessionName", is_session_name)?;
        let external_id = match call.get("ExternalId") {
            Some(_) => Some(call.required("ExternalId", is_external_id)?),
            None => None,
        };
        let secs = call.get("DurationSeconds").map_or(Ok(SECS_MAX), str::parse).ok().filter(|secs| *secs >= SECS_MIN);
        let secs = secs.ok_or_else(|| invalid("Value at 'durationSeconds' failed to satisfy constraint"))?;
        if secs > SECS_MAX {
            let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
            return Err(Failure::new(400, "ValidationError", message));
        }
        let open = |role: &&Role| role.external_id.as_deref().is_none_or(|id| external_id == Some(id));
        let (Some(Role { id, .. }), Some((account, role_name))) = (self.roles.get(arn).filter(open), role(arn)) else {
            // the same for a role that is not there, one that does not trust the caller, and a wrong external id
            let message =
                format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}", caller.arn);
            return Err(Failure::new(403, "AccessDenied", message));
        };
        let session = Session {
            token: text(SECRET_LETTERS, 356, chance),
            account: account.to_owned(),
            arn: format!("arn:aws:sts::{account}:assumed-role/{role_name}/{name}"),
            user_id: format!("{id}:{name}"),
            until: now + f64::from(i32::try_from(secs).unwrap_or_default()),
        };
        let (key, secret) = (format!("{TEMPORARY}{}", text(KEY_LETTERS, 16, chance)), text(SECRET_LETTERS, 40, chance));
        let written = assumed(&key, &secret, &session);
        self.sessions.retain(|_, session| session.until > now);
        self.sessions.insert(key, session);
        Ok(written)
    }
}

fn assumed(key: &str, secret: &str, session: &Session) -> Found {
    let mut xml = String::from("<Credentials>");
    xml::element(&mut xml, "AccessKeyId", key);
    xml::element(&mut xml, "SecretAccessKey", secret);
    xml::element(&mut xml, "SessionToken", &session.token);
    xml::element(&mut xml, "Expiration", &moment::iso(moment::millis(session.until)));
    xml.push_str("</Credentials><AssumedRoleUser>");
    xml::element(&mut xml, "AssumedRoleId", &session.user_id);
    xml::element(&mut xml, "Arn", &session.arn);
    xml.push_str("</AssumedRoleUser>");
    Found { operation: "AssumeRole", elements: xml }
}

fn identity(caller: &Caller) -> Found {
    let mut xml = String::new();
    xml::element(&mut xml, "Arn", &caller.arn);
    xml::element(&mut xml, "UserId", &caller.user_id);
    xml::element(&mut xml, "Account", &caller.account);
    Found { operation: "GetCallerIdentity", elements: xml }
}

pub(crate) fn response(answer: Result<Found, Failure>, request_id: &str) -> Response<Body> {
    let (status, body) = match answer {
        Ok(Found { operation, elements }) => {
            let result = format!("<{operation}Result>{elements}</{operation}Result>");
            let meta = format!("<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>");
            let head = format!("<{operation}Response xmlns=\"{NAME_SPACE}\">");
            (StatusCode::OK, format!("{head}{result}{meta}</{operation}Response>"))
        }
        Err(failure) => {
            let code = match failure.name {
                "UnrecognizedClientException" => "InvalidClientTokenId",
                "ExpiredTokenException" => "ExpiredToken",
                "TooManyRequestsException" => "Throttling",
                "InternalServiceErrorException" => "InternalFailure",
                name => name,
            };
            let side = if failure.status < 500 { "Sender" } else { "Receiver" };
            let mut xml = format!("<ErrorResponse xmlns=\"{NAME_SPACE}\"><Error>");
            xml::element(&mut xml, "Type", side);
            xml::element(&mut xml, "Code", code);
            xml::element(&mut xml, "Message", &failure.message);
            xml.push_str(&format!("</Error><RequestId>{request_id}</RequestId></ErrorResponse>"));
            (StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), xml)
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

/// Its account and its name, without the path.
fn role(arn: &str) -> Option<(&str, &str)> {
    let (account, name) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_account && (1..=64).contains(&name.len()) && name.chars().all(is_plain)).then_some((account, name))
}

fn is_session_name(name: &str) -> bool {
    (2..=64).contains(&name.len()) && name.chars().all(is_plain)
}

fn is_external_id(id: &str) -> bool {
    EXTERNAL_ID_CHARS.contains(&id.len()) && id.chars().all(|letter| is_plain(letter) || ":/".contains(letter))
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter)
}

fn invalid(what: &str) -> Failure {
    Failure::new(400, "ValidationError", format!("1 validation error detected: {what}"))
}

fn text(letters: &[u8], len: usize, chance: &dyn Fn(&mut [u8])) -> String {
    let mut bytes = vec![0; len];
    chance(&mut bytes);
    let letter = |byte: u8| letters.get(usize::from(byte) % letters.len()).copied().unwrap_or(b'A');
    bytes.into_iter().map(|byte| char::from(letter(byte))).collect()
}
