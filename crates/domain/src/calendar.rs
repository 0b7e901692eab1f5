//! Dates as people and clients write them.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

/// The months as English calls them, in lower case.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A date written as `YYYY-MM-DD`, of a year that can be stored.
pub fn date(text: &str) -> Option<NaiveDate> {
    text.parse()
        .ok()
        .filter(|date: &NaiveDate| is_storable(date.year()))
}

/// The moment itself, if its year can be stored.
pub fn storable(moment: NaiveDateTime) -> Option<NaiveDateTime> {
    is_storable(moment.year()).then_some(moment)
}

/// Years of our calendar with at most four digits: the database knows fewer than the
/// programs that send them, and JSON writes no others.
fn is_storable(year: i32) -> bool {
    (1..=9999).contains(&year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_that_can_be_stored_are_read() {
        assert!(date("2026-02-28").is_some() && date("9999-12-31").is_some());
        for text in [
            "2026-02-30",
            "28.02.2026",
            "0000-01-01",
            "-5000-01-01",
            "+12345-01-01",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
