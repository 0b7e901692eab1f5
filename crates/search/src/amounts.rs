//! Amounts that a search names, in the other ways in which documents write them: `$45,000` is
//! `45k`, `1.2 million` is `1,200,000`.

use archivist_domain::figures::{self, Unit};

use crate::language::Language;
use crate::text;

/// Smaller figures without a sign are years, rooms and counts.
const LEAST_PLAIN: f64 = 10_000.0;
const LEAST_MONEY: f64 = 1_000.0;

/// The terms of other spellings of a text's amounts, each once.
pub(crate) fn spellings(text: &str) -> Vec<String> {
    let words = figures::words(text);
    let mut terms: Vec<String> = Vec::new();
    for (_, number) in figures::numbers(text, &words) {
        let least = match number.unit() {
            Unit::Money => LEAST_MONEY,
            Unit::Plain => LEAST_PLAIN,
            Unit::Percent => continue,
        };
        if number.value() < least {
            continue;
        }
        for token in text::tokens(&written(number.value()), Language::English) {
            if !terms.contains(&token.term) {
                terms.push(token.term);
            }
        }
    }
    terms
}

/// In digits, in thousands and in millions, as far as these are short.
fn written(value: f64) -> String {
    let mut ways = vec![format!("{value}")];
    let thousands = value / 1e3;
    if thousands < 1e3 && is_short(thousands) {
        ways.push(format!("{thousands}k"));
    }
    let millions = value / 1e6;
    if millions >= 1.0 && is_short(millions) {
        ways.push(format!("{millions}m"));
        // `1.2 million`: the figure alone says enough, where it is none that anything may have.
        if millions.fract() > 0.0 {
            ways.push(format!("{millions}"));
        }
    }
    ways.join(" ")
}

/// At most two digits after the point.
fn is_short(value: f64) -> bool {
    let hundredths = value * 100.0;
    (hundredths - hundredths.round()).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_looked_for_in_all_its_spellings() {
        for (typed, expected) in [
            ("grants of $45,000", "45000 45k"),
            ("45k for vans", "45000 45k"),
            ("$1.2 million", "1200000 1.2m 1.2"),
            ("two million dollars", "2000000 2m"),
            ("1,250,000", "1250000 1.25m 1.25"),
            ("$5,500", "5500 5.5k"),
        ] {
            assert_eq!(spellings(typed).join(" "), expected, "{typed}");
        }
    }

    #[test]
    fn years_shares_and_counts_are_no_amounts() {
        for typed in [
            "2024",
            "95 percent of 300",
            "room 1200",
            "reading coaches",
            "$40",
        ] {
            assert_eq!(spellings(typed), Vec::<String>::new(), "{typed}");
        }
    }
}
