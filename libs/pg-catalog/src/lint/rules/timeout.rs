//! Whether locks are waited for a limited time.

use super::super::script::Reader;
use crate::sql::{Placed, Token};

/// PostgreSQL's units of time, in milliseconds.
const UNITS: [(&str, f64); 7] = [
    ("us", 0.001),
    ("ms", 1.0),
    ("s", 1_000.0),
    ("min", 60_000.0),
    ("h", 3_600_000.0),
    ("d", 86_400_000.0),
    ("", 1.0),
];

/// `SET [LOCAL] lock_timeout = …` with effect: LOCAL has none outside of a
/// transaction, and 0 means to wait for ever.
pub(super) fn sets_lock_timeout(statement: &[Placed], in_transaction: bool) -> bool {
    let mut reader = Reader::new(statement);
    let sets = reader.words(&["set"]);
    let local = reader.words(&["local"]);
    let named = reader.words(&["lock_timeout"]);
    let value = reader.rest().last().map(|last| &last.token);
    let limited = value.is_some_and(|value| match value {
        Token::Text(text) | Token::Number(text) => milliseconds(text) >= 1.0,
        _ => false,
    });
    sets && named && limited && (in_transaction || !local)
}

/// As PostgreSQL reads it, in whole ones; 0 if it does not.
fn milliseconds(text: &str) -> f64 {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim();
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    match (number.parse::<f64>(), unit) {
        (Ok(number), Some((_, each))) => (number * each).round(),
        _ => 0.0,
    }
}
