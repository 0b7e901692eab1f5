//! Numbers that identify a person wherever they stand.

use std::sync::LazyLock;

use regex::Regex;

use super::{FindingKind, Found, after, before, holds_any, is_part, mask};

static NINE_DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(\d{3})([-  ]?)(\d{2})([-  ]?)(\d{4})\b").expect("a valid pattern")
});

/// Numbers that everybody prints as an example.
const EXAMPLES: &[&str] = &[
    "078051120",
    "219099999",
    "123456789",
    "111111111",
    "555555555",
];

/// `123-45-6789` with a valid area, group and serial; other spellings only beside the
/// words.
pub(super) fn social_security(text: &str) -> Vec<Found> {
    NINE_DIGITS
        .captures_iter(text)
        .filter_map(|parts| {
            let range = parts.get(0)?.range();
            let (area, group, serial) = (&parts[1], &parts[3], &parts[5]);
            let dashed = &parts[2] == "-" && &parts[4] == "-";
            let named = says_social_security(text, range.start, range.end);
            let digits = format!("{area}{group}{serial}");
            let valid = !matches!(area, "000" | "666")
                && !area.starts_with('9')
                && group != "00"
                && serial != "0000"
                && !EXAMPLES.contains(&digits.as_str());
            let confidence = match (dashed, named) {
                (true, true) => 0.98,
                (false, true) => 0.9,
                (true, false) => 0.75,
                (false, false) => 0.0,
            };
            (valid && parts[2] == parts[4] && !is_part(text, &range)).then(|| Found {
                kind: FindingKind::SocialSecurity,
                masked: mask(&text[range.clone()], 4),
                range,
                confidence,
            })
        })
        .collect()
}

fn says_social_security(text: &str, start: usize, end: usize) -> bool {
    const WORDS: &[&str] = &["ssn", "social security", "social-security", "soc. sec"];
    holds_any(&before(text, start, 60), WORDS) || holds_any(&after(text, end, 20), WORDS)
}

static CARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:\d{4}([- ])\d{4}[- ]\d{4}[- ]\d{4}|\d{4}([- ])\d{6}[- ]\d{5}|\d{13,16})\b")
        .expect("a valid pattern")
});

/// Numbers with the prefix and the check digit of a card; without groups only beside the
/// words.
pub(super) fn credit_cards(text: &str) -> Vec<Found> {
    CARD.captures_iter(text)
        .filter_map(|parts| {
            let range = parts.get(0)?.range();
            let written = &text[range.clone()];
            let digits: Vec<u32> = written.chars().filter_map(|c| c.to_digit(10)).collect();
            let grouped = parts.get(1).or(parts.get(2)).is_some();
            let near = before(text, range.start, 60);
            let named = holds_any(&near, &["card", "visa", "mastercard", "amex", "discover"]);
            let confidence = match (grouped, named) {
                (_, true) => 0.95,
                (true, false) => 0.85,
                (false, false) => 0.0,
            };
            (is_issued(&digits) && luhn(&digits) && !is_part(text, &range)).then(|| Found {
                kind: FindingKind::CreditCard,
                masked: mask(written, 4),
                range,
                confidence,
            })
        })
        .collect()
}

/// Whether the first digits and the length are those of a card.
fn is_issued(digits: &[u32]) -> bool {
    let first = |count: usize| digits.iter().take(count).fold(0, |n, digit| n * 10 + digit);
    match digits.len() {
        15 => matches!(first(2), 34 | 37),
        13 => first(1) == 4,
        16 => {
            first(1) == 4
                || (51..=55).contains(&first(2))
                || (2221..=2720).contains(&first(4))
                || matches!(first(4), 6011)
                || first(2) == 65
        }
        _ => false,
    }
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}
