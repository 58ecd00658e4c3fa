//! The SQS queues that SES's events, and news of mails that arrived, come in by. A message is deleted once it stands in the database, not before; what is
//! told twice is kept once there.

use super::{Ses, SesError};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, QueueAttributeName};
use std::error::Error;
use std::time::Duration;

/// How long a message stays away from others once it was received. SES.md 7.
const VISIBILITY_SECS: i32 = 60;

/// What SQS gives at once at most.
pub(crate) const BATCH: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Queue {
    Events,
    Replies,
}

pub(crate) struct Received {
    /// The message's id in the queue.
    pub id: String,
    pub body: String,
    handle: String,
}

impl Ses {
    /// `None`: answers do not come in by us.
    fn url(&self, queue: Queue) -> Option<&str> {
        match queue {
            Queue::Events => Some(&self.settings.events_queue),
            Queue::Replies => self.settings.replies.as_ref().map(|replies| replies.queue.as_str()),
        }
    }

    /// Whether it is there and may be read. Nothing is taken from it.
    pub(crate) async fn look_at(&self, queue: Queue) -> Result<(), SesError> {
        let Some(url) = self.url(queue) else { return Ok(()) };
        let call = self.queue.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::QueueArn);
        call.send().await.map(drop).map_err(|error| trouble("GetQueueAttributes", &error))
    }

    /// Up to [`BATCH`] messages; waits up to `wait` for the first.
    pub(crate) async fn receive(&self, queue: Queue, wait: Duration) -> Result<Vec<Received>, SesError> {
        let Some(url) = self.url(queue) else { return Ok(Vec::new()) };
        let call = self.queue.receive_message().queue_url(url);
        let answer = call
            .max_number_of_messages(10)
            .visibility_timeout(VISIBILITY_SECS)
            .wait_time_seconds(i32::try_from(wait.as_secs()).unwrap_or(0))
            .send()
            .await;
        let messages = answer.map_err(|error| trouble("ReceiveMessage", &error))?.messages.unwrap_or_default();
        Ok(messages
            .into_iter()
            .filter_map(|message| {
                let (id, body) = (message.message_id?, message.body.unwrap_or_default());
                Some(Received { id, body, handle: message.receipt_handle? })
            })
            .collect())
    }

    /// One that cannot be deleted comes again.
    pub(crate) async fn delete(&self, queue: Queue, received: &[Received]) -> Result<(), SesError> {
        let Some(url) = self.url(queue) else { return Ok(()) };
        for batch in received.chunks(BATCH) {
            let mut call = self.queue.delete_message_batch().queue_url(url);
            for (place, message) in batch.iter().enumerate() {
                let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
                let entry = entry.receipt_handle(&message.handle).build();
                call = call.entries(entry.map_err(|error| trouble("DeleteMessageBatch", &error))?);
            }
            call.send().await.map_err(|error| trouble("DeleteMessageBatch", &error))?;
        }
        Ok(())
    }
}

fn trouble(operation: &'static str, error: &(impl Error + 'static)) -> SesError {
    SesError::of_no_answer(operation, error)
}
