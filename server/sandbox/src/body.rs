//! The body of a request, whole, or why there is none. Of one that is too large nothing is kept, and it is read to its end
//! all the same: else its sender would not read the answer.

use axum::body::{Body, Bytes, HttpBody};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unread {
    TooLarge,
    /// It did not come to its end in time.
    TooSlow,
    /// Its sender went away, or does not know where it ends.
    Broken,
}

const BODY_TIME_MAX: Duration = Duration::from_secs(30);
const DRAINED_BYTES_MAX: usize = 256 * 1_048_576; // longer ones meet a closed connection

pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Unread> {
    tokio::time::timeout(BODY_TIME_MAX, whole(body, bytes_max)).await.unwrap_or(Err(Unread::TooSlow))
}

async fn whole(mut body: Body, bytes_max: usize) -> Result<Bytes, Unread> {
    let announced = body.size_hint().upper().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    let (mut whole, mut sum) = (Vec::new(), 0_usize);
    let mut is_too_large = announced.is_some_and(|bytes| bytes > bytes_max);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        sum = sum.saturating_add(data.len());
        is_too_large |= sum > bytes_max;
        match is_too_large {
            true => whole = Vec::new(),
            false => whole.extend_from_slice(&data),
        }
        if sum > DRAINED_BYTES_MAX {
            break;
        }
    }
    if is_too_large { Err(Unread::TooLarge) } else { Ok(whole.into()) }
}
