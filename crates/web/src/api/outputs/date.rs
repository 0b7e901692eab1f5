//! Dates as clients send them.

use archivist_domain::calendar;
use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;

/// A date, sent as `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Date(pub(super) NaiveDate);

/// A text that is not a date.
#[derive(Debug, thiserror::Error)]
#[error("a date is written as YYYY-MM-DD")]
pub(super) struct InvalidDate;

impl TryFrom<String> for Date {
    type Error = InvalidDate;
    fn try_from(text: String) -> Result<Self, InvalidDate> {
        let text = text.trim();
        let utc = ["Z", "+00:00", "+0000"];
        let date = utc.iter().find_map(|zone| text.strip_suffix(zone));
        let date = date.unwrap_or(text);
        // Midnight in full is a date too.
        let date = date
            .split_once(['T', ' '])
            .filter(|(_, time)| is_midnight(time));
        let date = date.map_or(text, |(date, _)| date);
        calendar::date(date).map(Self).ok_or(InvalidDate)
    }
}

fn is_midnight(time: &str) -> bool {
    time.parse() == Ok(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_that_exist_are_read() {
        let read = |json: &str| serde_json::from_str::<Date>(json);
        assert_eq!(
            read("\"2026-02-28\"").unwrap().0,
            NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()
        );
        for text in [
            "T00:00:00",
            "T00:00:00.000",
            "T00:00:00Z",
            "T00:00:00+00:00",
            " 00:00",
            "T00:00",
        ] {
            assert!(read(&format!("\"2026-02-28{text}\"")).is_ok(), "{text}");
        }
        for text in [
            "\"2026-02-30\"",
            "\"soon\"",
            "\"-5000-01-01\"",
            "\"+12345-01-01\"",
            "\"2026-02-28T00:00:00+02:00\"",
            "\"28.02.2026\"",
            "\"2026-02-28T12:00:00\"",
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("YYYY-MM-DD"), "{error}");
        }
    }
}
