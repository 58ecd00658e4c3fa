//! What the world does with a mail that SES took: keeps it, and puts its events into the queues of its topics. All that is
//! written for them is written while nobody is held up.

use super::World;
use crate::events::{self, EventPlan, EventType};
use crate::faults;
use crate::history::{Moment, Told};
use crate::mail::{Mail, Outbox, Wanted};
use crate::place::Place;
use crate::ses::event_destinations::Channel;
use crate::ses::send::{Accepted, PausedTenantError};
use crate::sns::{self, Subject};
use crate::sqs::message_attributes::Attributes;
use crate::sqs::queue::New;
use crate::{ids, moment};
use serde_json::Value;
use std::sync::Arc;

/// A message on its way into a queue.
pub(super) struct Notice {
    queue: String,
    message_id: String,
    body: String,
    due: i64,
}

impl World {
    pub fn set_paused_tenant_error(&self, error: PausedTenantError) {
        self.inner().paused_tenant_error = error;
    }

    /// The newest 10 000 (and 64 MB), the oldest first.
    pub fn mail(&self) -> Vec<Mail> {
        let newest = self.0.outbox.page(&Wanted::NEWEST).unwrap_or_default();
        newest.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// Of the events from now on. What was held comes when `hold` is false again.
    pub fn event_plan(&self, plan: EventPlan) {
        let mut inner = self.inner();
        inner.plan = plan;
        if !plan.hold {
            inner.state.queues.all().for_each(crate::sqs::queue::Queue::release);
            inner.unsaved = true;
        }
        drop(inner);
        self.0.arrivals.notify_waiters();
    }

    /// Puts any message into a queue, in the envelope of the topic of that name. Text stays as it is.
    pub fn push_event(&self, place: impl Into<Place>, queue: &str, message: &Value) {
        let place = place.into();
        let text = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        let due = moment::millis((self.0.now)());
        let topic = place.arn("sns", queue);
        let notice = self.notice(&topic, Subject::Event, &text, due);
        self.put(&place, [notice]);
    }

    /// Whether what goes to the topic from now on reaches its queue without the envelope (RawMessageDelivery of the
    /// subscription).
    pub fn set_raw_delivery(&self, topic_arn: &str, raw: bool) {
        self.change(|inner| match raw {
            true => inner.state.raw_topics.insert(topic_arn.to_owned()),
            false => inner.state.raw_topics.remove(topic_arn),
        });
    }

    pub(super) fn deliver(&self, accepted: &Accepted) {
        let mail = accepted.letter.unrendered.is_none().then(|| self.0.outbox.push(captured(accepted)));
        let moments = events::of(accepted).into_iter().map(|event| {
            let at = self.due(accepted.at, event.step);
            Moment { event, at }
        });
        let told = Told::new(accepted, moments.collect());
        let plan = {
            let mut inner = self.inner();
            inner.history.push(told);
            inner.plan
        };
        if !accepted.targets.is_empty() {
            self.put(&accepted.place, self.notices(accepted, plan));
        }
        if let Some(mail) = mail {
            self.people_answer(accepted, &mail.raw);
        }
    }

    fn notices(&self, accepted: &Accepted, plan: EventPlan) -> Vec<Notice> {
        let writer = events::Writer::new(accepted);
        let mut notices = Vec::new();
        for event in events::of(accepted) {
            if event.event_type != EventType::Send && self.is_drawn(plan.lost_percent) {
                continue;
            }
            for target in accepted.targets.iter().filter(|target| target.wants(event.event_type.matching())) {
                let mut due = self.due(accepted.at, event.step);
                let message = writer.write(&event, due, &*self.0.chance);
                for _ in 0..plan.copies {
                    if plan.shuffle {
                        due = self.due(accepted.at, self.any_step());
                    }
                    let late = if self.is_drawn(plan.late_percent) { i64::from(plan.late_secs) * 1000 } else { 0 };
                    match &target.channel {
                        Channel::Topic(arn) => notices.push(self.notice(arn, Subject::Event, &message, due + late)),
                        Channel::Bus => notices.extend(self.on_the_bus(accepted, &event, &message, due + late)),
                    }
                }
            }
        }
        notices
    }

    pub(super) fn notice(&self, topic_arn: &str, subject: Subject, message: &str, due: i64) -> Notice {
        let body = match self.inner().state.raw_topics.contains(topic_arn) {
            true => message.to_owned(),
            false => sns::envelope(topic_arn, subject, message, due, &*self.0.chance),
        };
        Notice { queue: sns::queue(topic_arn).to_owned(), message_id: ids::uuid(&*self.0.chance), body, due }
    }

    /// Of a message without an envelope.
    pub(super) fn bare_notice(&self, queue: &str, message: &str, due: i64) -> Notice {
        let message_id = ids::uuid(&*self.0.chance);
        Notice { queue: queue.to_owned(), message_id, body: message.to_owned(), due }
    }

    pub(super) fn put(&self, place: &Place, notices: impl IntoIterator<Item = Notice>) {
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.unsaved = true;
        for Notice { queue, message_id, body, due } in notices {
            match inner.state.queues.get(place.key(), &queue, due) {
                Some(queue) => {
                    let new = New { message_id, body, attributes: Attributes::new(), sent: due, due };
                    queue.push(new, inner.plan.hold);
                }
                None => tracing::warn!(
                    place = place.key(),
                    queue,
                    "no queue has the name of this topic: the event is dropped"
                ),
            }
        }
        self.0.arrivals.notify_waiters();
    }

    pub(super) fn due(&self, at: f64, step: u8) -> i64 {
        moment::millis(at + self.0.event_delay * f64::from(step))
    }

    /// Nothing is drawn where nothing can come of it: a seeded world stays as it is.
    fn is_drawn(&self, percent: u8) -> bool {
        percent > 0 && faults::percent(&*self.0.chance) < u32::from(percent)
    }

    fn any_step(&self) -> u8 {
        let mut byte = [0];
        self.fill(&mut byte);
        byte[0] % 4
    }
}

fn captured(accepted: &Accepted) -> Mail {
    let Accepted { place, message_id, at, sender, letter, reactions, .. } = accepted;
    let placed = letter.recipients.iter().zip(reactions);
    let id = ids::on_the_wire(place.region(), message_id);
    let date = moment::rfc5322(moment::millis(*at));
    Mail {
        message_id: message_id.clone(),
        at: *at,
        account: place.account().to_owned(),
        region: place.region().to_owned(),
        tenant: sender.tenant.clone(),
        configuration_set: sender.configuration_set.clone(),
        from: sender.from.clone(),
        to: letter.recipients.clone(),
        tags: letter.tags.clone(),
        raw: letter.headers.on_the_wire(&letter.raw, &id, &date),
        suppressed: reactions.iter().all(|reaction| matches!(reaction.fate, crate::people::Fate::Suppressed(_))),
        placements: placed.filter_map(|(to, reaction)| Some((to.clone(), reaction.placement?))).collect(),
    }
}
