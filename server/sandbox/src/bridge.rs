//! EventBridge, as far as SES tells it of tenants: news about how one stands, in the form in which a rule hands it on. Which
//! queues hear of it is `world`'s to say.

use crate::ids;
use crate::moment::{self, Civil};
use crate::place::Place;
use serde_json::{Value, json};

/// What changed, by its `detail-type`.
pub(crate) struct News {
    pub(crate) detail_type: &'static str,
    pub(crate) detail: Value,
}

/// No envelope is around it: the rule's target is the queue itself.
pub(crate) fn message(place: &Place, resource: &str, news: &News, millis: i64, chance: &dyn Fn(&mut [u8])) -> String {
    let Civil { year, month, day, hour, minute, second, .. } = moment::civil(millis);
    json!({
        "version": "0",
        "id": ids::uuid(chance),
        "detail-type": news.detail_type,
        "source": "aws.ses",
        "account": place.account(),
        "time": format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
        "region": place.region(),
        "resources": [resource],
        "detail": news.detail,
    })
    .to_string()
}

/// A moment as it stands in a detail: year, month, day, hour, minute, second, nanosecond.
pub(crate) fn moment(seconds: f64) -> Value {
    let Civil { year, month, day, hour, minute, second, milli, .. } = moment::civil(moment::millis(seconds));
    json!([year, month, day, hour, minute, second, milli * 1_000_000])
}
