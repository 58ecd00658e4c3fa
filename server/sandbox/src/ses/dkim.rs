//! DKIM of an identity: its tokens, whether it signs, and whether its records are in DNS. On that the verification of a
//! domain hangs. No key is ever made or used.

use super::members::{Members, missing};
use super::{Dns, Operation, Request, identities, nothing};
use crate::records::{self, RecordKind};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "PutEmailIdentityDkimAttributes",
        method: "PUT",
        path: "/v2/email/identities/{}/dkim",
        takes: "SigningEnabled",
        run: put_signing_enabled,
    },
    Operation {
        name: "PutEmailIdentityDkimSigningAttributes",
        method: "PUT",
        path: "/v2/email/identities/{}/dkim/signing",
        takes: "SigningAttributesOrigin SigningAttributes{DomainSigningAttributesOrigin DomainSigningSelector \
             DomainSigningPrivateKey NextSigningKeyLength}",
        run: put_signing_attributes,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Dkim {
    signing_enabled: bool,
    status: String,
    pub(crate) status_override: Option<String>,
    /// Three of Easy DKIM, the selector of a key brought along, none of an address.
    tokens: Vec<String>,
    origin: String,
    key_length: String,
    key_generated: f64,
    last_success: Option<f64>,
}

const HOSTED_ZONE: &str = "dkim.amazonses.com";
const TOKEN_ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const EASY: &str = "AWS_SES";
const BROUGHT_ALONG: &str = "EXTERNAL";
const KEY_LENGTHS: [&str; 2] = ["RSA_1024_BIT", "RSA_2048_BIT"];

impl Dkim {
    pub(super) fn new(request: &Request, attributes: Option<Members>) -> Result<Self, Failure> {
        let origin = match attributes {
            Some(attributes) => match attributes.text("DomainSigningAttributesOrigin")? {
                Some(origin) => origin,
                None if attributes.has("DomainSigningSelector") => BROUGHT_ALONG,
                None => EASY,
            },
            None => EASY,
        };
        Self::with_origin(request, origin, attributes)
    }

    /// An address has no DKIM of its own.
    pub(super) fn of_address() -> Self {
        Self {
            signing_enabled: false,
            status: "NOT_STARTED".to_owned(),
            status_override: None,
            tokens: Vec::new(),
            origin: EASY.to_owned(),
            key_length: "RSA_2048_BIT".to_owned(),
            key_generated: 0.0,
            last_success: None,
        }
    }

    fn with_origin(request: &Request, origin: &str, attributes: Option<Members>) -> Result<Self, Failure> {
        let mut length = None;
        let mut selector = None;
        if let Some(attributes) = attributes {
            length = attributes.choice("NextSigningKeyLength", &KEY_LENGTHS)?;
            selector = attributes.text("DomainSigningSelector")?;
            let key = attributes.text("DomainSigningPrivateKey")?;
            if length.is_some() && (selector.is_some() || key.is_some()) {
                return Err(Failure::bad_request(
                    "NextSigningKeyLength cannot be used together with DomainSigningSelector and \
                     DomainSigningPrivateKey.",
                ));
            }
            if origin == BROUGHT_ALONG && key.is_none() {
                return Err(missing("DomainSigningPrivateKey"));
            }
        }
        let tokens = match origin {
            EASY => (0..3).map(|_| request.random_text::<32>(TOKEN_ALPHABET)).collect(),
            BROUGHT_ALONG => vec![selector.ok_or_else(|| missing("DomainSigningSelector"))?.to_ascii_lowercase()],
            other => return Err(Failure::not_implemented(&format!("keys from {other}"))),
        };
        Ok(Self {
            signing_enabled: true,
            tokens,
            origin: origin.to_owned(),
            key_length: length.unwrap_or("RSA_2048_BIT").to_owned(),
            key_generated: request.now,
            ..Self::of_address()
        })
    }

    pub(super) fn status(&self) -> &str {
        self.status_override.as_deref().unwrap_or(&self.status)
    }

    pub(super) fn refresh(&mut self, identity: &str, dns: Dns, now: f64) {
        if self.status_override.is_some() {
            return;
        }
        let verified = matches!(self.status.as_str(), "SUCCESS" | "TEMPORARY_FAILURE");
        let stands = if dns.auto_verify { Some(true) } else { self.stands_in_dns(identity, dns) };
        let status = match (stands, verified) {
            (None, true) => return,
            (None, false) => "PENDING",
            (Some(true), _) if dns.hold && self.status != "SUCCESS" => match verified {
                true => return,
                false => "PENDING",
            },
            (Some(true), _) => "SUCCESS",
            (Some(false), true) => "TEMPORARY_FAILURE",
            (Some(false), false) => "PENDING",
        };
        if status == "SUCCESS" && self.status != "SUCCESS" {
            self.last_success = Some(now);
        }
        status.clone_into(&mut self.status);
    }

    /// `None`: one of the names does not answer.
    fn stands_in_dns(&self, identity: &str, dns: Dns) -> Option<bool> {
        let mut stands = !self.tokens.is_empty();
        for token in &self.tokens {
            let name = format!("{token}._domainkey.{identity}");
            stands &= if self.origin == EASY {
                let target = format!("{token}.{HOSTED_ZONE}");
                dns.look_up(&name, RecordKind::Cname)?.iter().any(|record| record.value == target)
            } else {
                dns.look_up(&name, RecordKind::Txt)?.iter().any(has_public_key)
            };
        }
        Some(stands)
    }

    pub(super) fn attributes(&self) -> Value {
        let mut attributes = json!({
            "SigningEnabled": self.signing_enabled,
            "Status": self.status(),
            "Tokens": self.tokens,
            "SigningAttributesOrigin": self.origin,
        });
        if self.origin == EASY && !self.tokens.is_empty() {
            attributes["SigningHostedZone"] = json!(HOSTED_ZONE);
            attributes["NextSigningKeyLength"] = json!(self.key_length);
            attributes["CurrentSigningKeyLength"] = json!(self.key_length);
            attributes["LastKeyGenerationTimestamp"] = json!(self.key_generated);
        }
        attributes
    }

    pub(super) fn verification_info(&self, now: f64) -> Value {
        let mut info = json!({ "LastCheckedTimestamp": now });
        if let Some(success) = self.last_success {
            info["LastSuccessTimestamp"] = json!(success);
        }
        if self.status() != "SUCCESS" {
            info["ErrorType"] = json!("HOST_NOT_FOUND");
        }
        info
    }
}

/// `p=` with something behind it: an empty one is a revoked key (RFC 6376 3.6.1).
fn has_public_key(record: &records::Record) -> bool {
    record.value.split(';').any(|tag| tag.trim().strip_prefix("p=").is_some_and(|key| !key.trim().is_empty()))
}

fn put_signing_enabled(request: &mut Request) -> Answer {
    let enabled = request.members().flag("SigningEnabled")?.unwrap_or_default();
    identities::labelled(request)?.dkim.signing_enabled = enabled;
    Ok(nothing())
}

/// Verification starts over. Easy DKIM keeps its tokens: records that stand in DNS stay right.
fn put_signing_attributes(request: &mut Request) -> Answer {
    let members = request.members();
    let origin = members.required_text("SigningAttributesOrigin")?;
    let mut dkim = Dkim::with_origin(request, origin, members.object("SigningAttributes")?)?;
    let identity = identities::labelled(request)?;
    if !identity.is_domain() {
        return Err(Failure::bad_request(format!("<{}> is not a domain.", identity.name)));
    }
    let before = &identity.dkim;
    if before.origin == EASY && dkim.origin == EASY {
        dkim.tokens.clone_from(&before.tokens);
    }
    dkim.signing_enabled = before.signing_enabled;
    "PENDING".clone_into(&mut dkim.status);
    let mut answer = json!({ "DkimStatus": dkim.status(), "DkimTokens": dkim.tokens });
    if dkim.origin == EASY {
        answer["SigningHostedZone"] = json!(HOSTED_ZONE);
    }
    identity.dkim = dkim;
    Ok(answer)
}
