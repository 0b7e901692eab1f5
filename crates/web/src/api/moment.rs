//! Moments in queries: with or without a zone (contract, D-31).

use archivist_domain::calendar;
use chrono::{DateTime, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Deserializer, de};

/// A moment in UTC. A text with `Z` or an offset is converted, one without is UTC
/// already, and a date alone is its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) NaiveDateTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        parse(text.trim()).map(Self).ok_or_else(|| {
            de::Error::custom(
                "write it like 2026-03-31, 2026-03-31T12:00:00 or 2026-03-31T12:00:00Z",
            )
        })
    }
}

fn parse(text: &str) -> Option<NaiveDateTime> {
    if let Some(date) = calendar::date(text) {
        return Some(date.and_time(NaiveTime::MIN));
    }
    let text = text.replacen(' ', if text.contains('T') { "+" } else { "T" }, 1);
    // A plus sign that was not encoded arrives as a blank.
    let text = text.replace(' ', "+");
    zoned(&text)
        .or_else(|| naive(&text))
        .and_then(calendar::storable)
}

fn zoned(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"]
        .iter()
        .find_map(|format| DateTime::parse_from_str(text, format).ok())
        .map(|moment| moment.naive_utc())
}

fn naive(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_moment() {
        let noon: NaiveDateTime = "2026-03-31T12:00:00".parse().unwrap();
        for text in [
            "2026-03-31T12:00:00",
            "2026-03-31T12:00",
            "2026-03-31 12:00:00",
            "2026-03-31T12:00:00Z",
            "2026-03-31T12:00:00.000Z",
            "2026-03-31T14:00:00+02:00",
            "2026-03-31T14:00:00+0200",
            "2026-03-31T14:00:00 02:00",
            "2026-03-31 14:00:00 02:00",
            "2026-03-31T07:00:00-05:00",
        ] {
            assert_eq!(parse(text), Some(noon), "{text}");
        }
        let midnight = parse("2026-03-31").unwrap();
        assert_eq!(midnight.to_string(), "2026-03-31 00:00:00");
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-03-31T25:00:00",
            "1774958400",
            "99999-01-01",
            "-5000-01-01",
            "-5000-01-01T12:00:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
