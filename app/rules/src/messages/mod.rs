//! Mails to leads, from the moment they are claimed: how one stands, what a call to SES came to, why a lane waits. Never
//! sends, and never asks what time it is.

mod gap;
mod gate;
mod headers;
mod outcome;
mod provider;
mod state;
mod suppression;
mod wait;

pub use gap::draw_gap;
pub use gate::{LaneFacts, LaneVerdict, judge_lane};
pub use headers::ses_message_id_header;
pub use outcome::{Reply, SendOutcome, Wait, judge};
pub use provider::Provider;
pub use state::MessageState;
pub use suppression::{RefusedLine, Suppressed, SuppressionReason, parse_suppressed};
pub use wait::LaneWait;
