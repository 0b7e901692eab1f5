//! Amounts of money: exact decimals, as `numeric(12,2)` keeps them.

use rust_decimal::{Decimal, RoundingStrategy};

/// The largest amount `numeric(12,2)` holds: 9,999,999,999.99.
pub const MAX: Decimal = Decimal::from_parts(3_567_587_327, 232, 0, false, 2);

/// A number that cannot be an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAmount {
    /// Below zero.
    #[error("the amount must not be negative")]
    Negative,
    /// Above what the column holds.
    #[error("the amount must not be above 9999999999.99")]
    TooLarge,
    /// No number at all.
    #[error("'{0}' is not an amount: write it like 50000 or 50000.50")]
    NotANumber(String),
}

/// Rounds to cents (half away from zero, as PostgreSQL does) and checks the range.
pub fn check(amount: Decimal) -> Result<Decimal, InvalidAmount> {
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(InvalidAmount::Negative);
    }
    let mut cents = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    if cents > MAX {
        return Err(InvalidAmount::TooLarge);
    }
    cents.rescale(2);
    Ok(cents)
}

/// Parses what a person types: digits with optional thousands commas, a dollar
/// sign and a decimal point.
///
/// A comma anywhere but before a group of three digits is refused: `500,50` may
/// mean 500.50, and a guess would be stored as fifty thousand.
pub fn parse(text: &str) -> Result<Decimal, InvalidAmount> {
    let text = text.trim();
    let not_a_number = || InvalidAmount::NotANumber(text.chars().take(40).collect());
    let bare = text.trim_start_matches('$').trim_start();
    let (whole, cents) = bare.split_once('.').unwrap_or((bare, ""));
    if !is_grouped(whole) || cents.contains(',') {
        return Err(not_a_number());
    }
    check(bare.replace(',', "").parse().map_err(|_| not_a_number())?)
}

/// Whether every comma of a whole number stands before exactly three digits.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let three_digits = |group: &str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<_> = groups.collect();
    rest.is_empty() || ((1..=3).contains(&first.len()) && rest.into_iter().all(three_digits))
}

/// For people: `$50,000` or `$50,000.50`.
pub fn display(amount: Decimal) -> String {
    let text = format!("{amount:.2}");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if cents == "00" {
        format!("{sign}${grouped}")
    } else {
        format!("{sign}${grouped}.{cents}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_is_the_column_limit() {
        assert_eq!(MAX.to_string(), "9999999999.99");
        assert_eq!(parse("9,999,999,999.99"), Ok(MAX));
        assert_eq!(parse("10000000000"), Err(InvalidAmount::TooLarge));
    }

    #[test]
    fn zero_stays_zero_and_cents_are_rounded() {
        assert_eq!(parse("0").unwrap().to_string(), "0.00");
        assert_eq!(parse("$10.125").unwrap().to_string(), "10.13");
        assert_eq!(parse("-1"), Err(InvalidAmount::Negative));
        assert!(matches!(parse("lots"), Err(InvalidAmount::NotANumber(_))));
    }

    #[test]
    fn commas_group_thousands_and_nothing_else() {
        for (text, amount) in [
            ("$50,000", "50000.00"),
            ("1,234.50", "1234.50"),
            ("$ 500.5", "500.50"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), amount);
        }
        for text in [
            "1.234,50", "500,50", "1,23,456", "1234,567", ",500", "1,,000", "1 234", "1.2.3", "",
        ] {
            let refused = matches!(parse(text), Err(InvalidAmount::NotANumber(_)));
            assert!(refused, "{text}");
        }
    }

    #[test]
    fn people_read_groups_of_three() {
        assert_eq!(display(parse("475000").unwrap()), "$475,000");
        assert_eq!(display(parse("1234567.5").unwrap()), "$1,234,567.50");
        assert_eq!(display(Decimal::ZERO), "$0");
    }
}
