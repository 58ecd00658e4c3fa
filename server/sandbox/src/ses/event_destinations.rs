//! Where a configuration set sends its events. Topics of SNS and the bus of EventBridge get them; the others are kept and
//! returned.

use super::configuration_sets::{ConfigurationSet, labelled, valid_name};
use super::members::{Members, missing};
use super::{Operation, Request, nothing};
use crate::wire::{Answer, Failure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateConfigurationSetEventDestination",
        method: "POST",
        path: "/v2/email/configuration-sets/{}/event-destinations",
        takes: "EventDestinationName EventDestination{Enabled MatchingEventTypes SnsDestination{TopicArn} \
             EventBridgeDestination{EventBusArn} KinesisFirehoseDestination{IamRoleArn DeliveryStreamArn} \
             CloudWatchDestination PinpointDestination}",
        run: create,
    },
    Operation {
        name: "GetConfigurationSetEventDestinations",
        method: "GET",
        path: "/v2/email/configuration-sets/{}/event-destinations",
        takes: "",
        run: get,
    },
    Operation {
        name: "UpdateConfigurationSetEventDestination",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/event-destinations/{}",
        takes: "EventDestination{Enabled MatchingEventTypes SnsDestination{TopicArn} \
             EventBridgeDestination{EventBusArn} KinesisFirehoseDestination{IamRoleArn DeliveryStreamArn} \
             CloudWatchDestination PinpointDestination}",
        run: update,
    },
    Operation {
        name: "DeleteConfigurationSetEventDestination",
        method: "DELETE",
        path: "/v2/email/configuration-sets/{}/event-destinations/{}",
        takes: "",
        run: delete,
    },
];

/// By name, each as a Get shows it.
pub(super) type EventDestinations = BTreeMap<String, Value>;

/// What gets events, of these types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Target {
    pub(crate) channel: Channel,
    types: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Channel {
    /// Of SNS, by its ARN.
    Topic(String),
    /// The default one of EventBridge.
    Bus,
}

impl Target {
    /// `event_type`: as in MatchingEventTypes.
    pub(crate) fn wants(&self, event_type: &str) -> bool {
        self.types.iter().any(|wanted| wanted == event_type)
    }
}

const DESTINATIONS_MAX: usize = 10; // per set
const EVENT_TYPES: [&str; 10] = [
    "SEND",
    "REJECT",
    "BOUNCE",
    "COMPLAINT",
    "DELIVERY",
    "OPEN",
    "CLICK",
    "RENDERING_FAILURE",
    "DELIVERY_DELAY",
    "SUBSCRIPTION",
];
/// Each with the members that it requires.
const TARGETS: [(&str, &[&str]); 5] = [
    ("SnsDestination", &["TopicArn"]),
    ("EventBridgeDestination", &["EventBusArn"]),
    ("KinesisFirehoseDestination", &["IamRoleArn", "DeliveryStreamArn"]),
    ("CloudWatchDestination", &[]),
    ("PinpointDestination", &[]),
];

pub(super) fn targets(set: &ConfigurationSet) -> Vec<Target> {
    let target = |destination: &Value| {
        let channel = match destination.get("SnsDestination") {
            Some(topic) => Channel::Topic(topic.get("TopicArn")?.as_str()?.to_owned()),
            None => destination.get("EventBridgeDestination").map(|_| Channel::Bus)?,
        };
        let types = destination.get("MatchingEventTypes")?.as_array()?;
        let types = types.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        (destination.get("Enabled")? == true).then_some(Target { channel, types })
    };
    set.event_destinations.values().filter_map(target).collect()
}

fn create(request: &mut Request) -> Answer {
    let name = valid_name(request.members(), "EventDestinationName")?.to_owned();
    let destination = destination(request, &name)?;
    let set_name = request.label(0).to_owned();
    let destinations = &mut labelled(request)?.event_destinations;
    if destinations.contains_key(&name) {
        return Err(Failure::already_exists(format!(
            "An event destination with name <{name}> already exists in configuration set <{set_name}>."
        )));
    }
    if destinations.len() == DESTINATIONS_MAX {
        return Err(Failure::limit_exceeded("A configuration set has at most 10 event destinations."));
    }
    destinations.insert(name, destination);
    Ok(nothing())
}

fn get(request: &mut Request) -> Answer {
    let destinations: Vec<Value> = labelled(request)?.event_destinations.values().cloned().collect();
    Ok(json!({ "EventDestinations": destinations }))
}

fn update(request: &mut Request) -> Answer {
    let name = request.label(1).to_owned();
    existing(request)?;
    let destination = destination(request, &name)?;
    labelled(request)?.event_destinations.insert(name, destination);
    Ok(nothing())
}

fn delete(request: &mut Request) -> Answer {
    existing(request)?;
    let name = request.label(1).to_owned();
    labelled(request)?.event_destinations.remove(&name);
    Ok(nothing())
}

fn existing(request: &mut Request) -> Result<(), Failure> {
    let (set, name) = (request.label(0).to_owned(), request.label(1).to_owned());
    if labelled(request)?.event_destinations.contains_key(&name) {
        return Ok(());
    }
    let message = format!("An event destination with name <{name}> does not exist in configuration set <{set}>.");
    Err(Failure::not_found(message))
}

fn destination(request: &Request, name: &str) -> Result<Value, Failure> {
    let given = request.members().required_object("EventDestination")?;
    let types = given.choices("MatchingEventTypes", &EVENT_TYPES)?.unwrap_or_default();
    if types.is_empty() {
        return Err(missing("MatchingEventTypes"));
    }
    let mut destination = json!({
        "Name": name,
        "Enabled": given.flag("Enabled")?.unwrap_or_default(),
        "MatchingEventTypes": types,
    });
    let mut targets = 0;
    for (member, required) in TARGETS {
        if let Some(target) = given.object(member)? {
            check_target(request, member, target, required)?;
            destination[member] = json!(target.0);
            targets += 1;
        }
    }
    if targets != 1 {
        return Err(Failure::bad_request("An event destination has exactly one target."));
    }
    Ok(destination)
}

fn check_target(request: &Request, member: &str, target: Members, required: &[&str]) -> Result<(), Failure> {
    for name in required {
        let arn = target.required_text(name)?;
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        if parts.len() != 6 || parts.first() != Some(&"arn") {
            return Err(Failure::bad_request(format!("{name} <{arn}> is not an ARN.")));
        }
        let bus = request.place.arn("events", "event-bus/default");
        let fits = match member {
            "SnsDestination" => parts.get(2) == Some(&"sns") && parts.get(3) == Some(&request.place.region()),
            "EventBridgeDestination" => arn == bus, // only the default bus
            _ => true,
        };
        if !fits {
            return Err(Failure::bad_request(format!("Invalid {name} <{arn}>.")));
        }
    }
    Ok(())
}
