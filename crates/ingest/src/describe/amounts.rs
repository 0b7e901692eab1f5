//! How much is asked for, and how much was given.

use archivist_domain::figures::{Unit, numbers, words};
use archivist_domain::money;
use rust_decimal::Decimal;

use super::Suggestion;
use super::places::{Places, shown};
use super::votes::{Vote, decide};

/// Words and how often the amount behind them is what is sought.
type Before = (&'static str, f32);

const REQUESTED: &[Before] = &[
    ("amount requested", 0.95),
    ("requested amount", 0.95),
    ("total requested", 0.9),
    ("total request", 0.9),
    ("grant request", 0.85),
    ("funding requested", 0.9),
    ("funds requested", 0.9),
    ("funding request", 0.85),
    ("amount of request", 0.9),
    ("request amount", 0.9),
    ("we request", 0.8),
    ("requests", 0.6),
    ("requesting", 0.7),
    ("seeks", 0.5),
    ("asking for", 0.6),
    ("amount", 0.5),
    ("total budget", 0.4),
    ("total project budget", 0.35),
    ("total cost", 0.35),
    ("total costs", 0.35),
];

const AWARDED: &[Before] = &[
    ("amount awarded", 0.95),
    ("award amount", 0.9),
    ("awarded amount", 0.95),
    ("grant amount", 0.7),
    ("was awarded", 0.75),
    ("has been awarded", 0.75),
    ("we are pleased to award", 0.9),
    ("grant of", 0.55),
    ("award of", 0.7),
    ("total award", 0.85),
];

/// How far behind the words an amount may stand, in bytes.
const WITHIN: usize = 40;

/// A larger amount is not asked for by a nonprofit, but read wrongly.
const SMALLEST: f64 = 100.0;

/// How much is asked for.
pub(super) fn requested(places: &Places<'_>) -> Option<Suggestion<Decimal>> {
    behind(places, REQUESTED)
}

/// How much was given.
pub(super) fn awarded(places: &Places<'_>) -> Option<Suggestion<Decimal>> {
    behind(places, AWARDED)
}

fn behind(places: &Places<'_>, table: &[Before]) -> Option<Suggestion<Decimal>> {
    let mut votes: Vec<Vote<Decimal>> = Vec::new();
    for (at, line) in places.lines.iter().enumerate() {
        // A form may have the amount on the line after the words.
        let next = places.lines.get(at + 1).map_or("", |next| next.text);
        let both = format!("{}\n{next}", line.text);
        let lower = both.to_ascii_lowercase();
        let found = table
            .iter()
            .filter_map(|(sought, weight)| {
                let start = lower.find(sought)?;
                let end = start + sought.len();
                (start < line.text.len()).then_some((*sought, *weight, end))
            })
            .max_by_key(|(sought, ..)| sought.len());
        let Some((_, weight, end)) = found else {
            continue;
        };
        votes.extend(amount(&both[end..]).map(|value| Vote {
            value,
            weight,
            evidence: format!("text: {}", shown(&both)),
            page: line.page,
        }));
    }
    decide(&votes)
}

/// The amount at the beginning of a text.
fn amount(text: &str) -> Option<Decimal> {
    let (range, number) = numbers(text, &words(text))
        .into_iter()
        .find(|(_, number)| number.unit() == Unit::Money)?;
    let near = range.start <= WITHIN && number.value() >= SMALLEST;
    let value = Decimal::from_f64_retain(number.value()).filter(|_| near)?;
    money::check(value).ok()
}
