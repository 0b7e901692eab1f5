//! Accounts at banks.

use std::sync::LazyLock;

use regex::Regex;

use super::{FindingKind, Found, before, holds_any, is_part, mask};

static IBAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
        .expect("a valid pattern")
});

/// Lengths by country, of the countries that have such accounts and large banks.
const LENGTHS: &[(&str, usize)] = &[
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
    ("UA", 29),
];

/// Account numbers whose length fits the country and whose check digits fit the rest.
pub(super) fn ibans(text: &str) -> Vec<Found> {
    IBAN.find_iter(text)
        .filter_map(|found| {
            let written = longest_valid(found.as_str())?;
            let range = found.start()..found.start() + written.len();
            Some(Found {
                kind: FindingKind::Iban,
                masked: mask(written, 4),
                range,
                confidence: 0.95,
            })
        })
        .collect()
}

/// The pattern may run on into the next word: as many letters as the country has.
fn longest_valid(written: &str) -> Option<&str> {
    let length = LENGTHS
        .iter()
        .find(|(country, _)| written.starts_with(country))?
        .1;
    let end = written
        .char_indices()
        .filter(|(_, c)| c.is_ascii_alphanumeric())
        .nth(length - 1)
        .map(|(at, _)| at + 1)?;
    let whole = written[end..].chars().next().is_none_or(|c| c == ' ');
    let iban: String = written[..end].chars().filter(|c| *c != ' ').collect();
    (whole && is_checked(&iban)).then_some(&written[..end])
}

/// The remainder of ISO 13616: 1.
fn is_checked(iban: &str) -> bool {
    let turned = iban[4..].chars().chain(iban[..4].chars());
    let remainder = turned
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| {
            let shift = if value > 9 { 100 } else { 10 };
            (rest * shift + value) % 97
        });
    remainder == 1
}

static NINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{9}\b").expect("a valid pattern"));

/// Nine digits with the check sum of a routing number, beside the words.
pub(super) fn routing_numbers(text: &str) -> Vec<Found> {
    NINE.find_iter(text)
        .filter(|found| {
            let near = before(text, found.start(), 50);
            let named = holds_any(
                &near,
                &["routing", "aba no", "aba number", "aba #", "aba:", "rtn"],
            );
            named && !is_part(text, &found.range()) && is_routing(found.as_str())
        })
        .map(|found| Found {
            kind: FindingKind::RoutingNumber,
            masked: mask(found.as_str(), 4),
            range: found.range(),
            confidence: 0.9,
        })
        .collect()
}

fn is_routing(number: &str) -> bool {
    let weights = [3, 7, 1].into_iter().cycle();
    let digits = number.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:account|acct\.?|a/c)\s*(?:number|no\.?|num\.?|#)?\s*[:#]?(?P<said>\s+(?:is|was))?\s*(?P<number>\d[\d -]{4,20}\d)\b")
        .expect("a valid pattern")
});

/// `Account number: 12345678`, or `account is 12345678`, where a bank is spoken of. What an account
/// is may be an amount: then it takes more figures.
pub(super) fn accounts(text: &str) -> Vec<Found> {
    const BANKS: &[&str] = &[
        "bank",
        "routing",
        "checking",
        "savings",
        "deposit",
        "wire transfer",
        "swift",
        "iban",
        "credit union",
    ];
    ACCOUNT
        .captures_iter(text)
        .filter_map(|parts| {
            let number = parts.name("number")?;
            let near = before(text, number.start(), 200);
            let digits = number.as_str().chars().filter(char::is_ascii_digit).count();
            let whole = !is_part(text, &number.range());
            let fewest = if parts.name("said").is_some() { 8 } else { 6 };
            (whole && (fewest..=17).contains(&digits) && holds_any(&near, BANKS)).then(|| Found {
                kind: FindingKind::BankAccount,
                masked: mask(number.as_str(), 4),
                range: number.range(),
                confidence: 0.85,
            })
        })
        .collect()
}
