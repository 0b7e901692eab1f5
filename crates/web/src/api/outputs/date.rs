//! Dates as clients send them.

use chrono::NaiveDate;
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
        text.trim().parse().map(Self).map_err(|_| InvalidDate)
    }
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
        for text in ["\"2026-02-30\"", "\"soon\"", "\"28.02.2026\""] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("YYYY-MM-DD"), "{error}");
        }
    }
}
