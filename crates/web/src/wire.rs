//! How scalars look on the wire (contract, chapter 1.3).

use chrono::{NaiveDateTime, Timelike};
use serde::Serializer;

/// ISO 8601 without zone; six fraction digits, or none when they are all zero.
pub fn timestamp_text(time: &NaiveDateTime) -> String {
    let format = if time.nanosecond() / 1000 == 0 {
        "%Y-%m-%dT%H:%M:%S"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6f"
    };
    time.format(format).to_string()
}

/// Serialises a timestamp as [`timestamp_text`].
pub fn timestamp<S: Serializer>(time: &NaiveDateTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&timestamp_text(time))
}

/// Serialises a timestamp as [`timestamp_text`], `null` when there is none.
pub fn optional_timestamp<S: Serializer>(
    time: &Option<NaiveDateTime>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => timestamp(time, to),
        None => to.serialize_none(),
    }
}

/// Serialises a decimal as text with two places, `null` when there is none.
pub fn amount<S: Serializer>(
    amount: &Option<rust_decimal::Decimal>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => to.serialize_some(&amount_text(*amount)),
        None => to.serialize_none(),
    }
}

/// A decimal as text with two places.
pub fn amount_text(amount: rust_decimal::Decimal) -> String {
    format!("{amount:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_have_no_fraction() {
        let time: NaiveDateTime = "2026-11-22T13:07:22".parse().unwrap();
        assert_eq!(timestamp_text(&time), "2026-11-22T13:07:22");
        let time: NaiveDateTime = "2026-11-22T13:07:22.770141".parse().unwrap();
        assert_eq!(timestamp_text(&time), "2026-11-22T13:07:22.770141");
        let time: NaiveDateTime = "2026-11-22T13:07:22.77".parse().unwrap();
        assert_eq!(timestamp_text(&time), "2026-11-22T13:07:22.770000");
    }
}
