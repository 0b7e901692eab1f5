//! Who is asked for money, or gave it.

use super::Suggestion;
use super::labels::{Label, labelled};
use super::places::{Places, shown};
use super::votes::{Vote, decide};
use crate::entities::{EntityKind, entities};

/// Labels before a funder.
const FUNDER_LABELS: &[Label] = &[
    ("funder", 0.95),
    ("funding agency", 0.95),
    ("funding organization", 0.95),
    ("funding body", 0.95),
    ("funding source", 0.85),
    ("funded by", 0.9),
    ("grantor", 0.95),
    ("grantmaker", 0.95),
    ("sponsor", 0.85),
    ("submitted to", 0.9),
    ("prepared for", 0.7),
    ("proposal to", 0.85),
    ("proposal to the", 0.85),
    ("presented to", 0.7),
    ("donor", 0.85),
];

/// Words in a sentence before a funder.
const ASKING: &[(&str, f32)] = &[
    ("submitted to ", 0.7),
    ("request to ", 0.55),
    ("proposal to ", 0.6),
    ("application to ", 0.6),
    ("funding from ", 0.5),
    ("funded by ", 0.6),
    ("grant from ", 0.55),
    ("support from ", 0.35),
    ("supported by ", 0.35),
];

/// Words in the name of an organization that gives.
const GIVERS: &[&str] = &[
    "Foundation",
    "Endowment",
    "Trust",
    "Fund",
    "Philanthropies",
    "Council",
    "Agency",
    "Commission",
    "Ministry",
];

/// How sure an organization with the name of a giver is, at the top of the first page.
const AT_TOP: f32 = 0.5;
const TOP_LINES: usize = 6;

/// The funder, where words tell of one.
pub(super) fn funder(places: &Places<'_>) -> Option<Suggestion<String>> {
    let mut votes: Vec<Vote<String>> = labelled(places, FUNDER_LABELS)
        .into_iter()
        .filter(|found| is_name(&found.value))
        .map(|found| Vote {
            evidence: format!("{}: {}", found.label, shown(&found.value)),
            value: found.value.trim_end_matches(['.', ',']).to_owned(),
            weight: found.weight,
            page: found.page,
        })
        .collect();
    for (at, line) in places.lines.iter().enumerate() {
        let lower = line.text.to_lowercase();
        // Lower case may shift bytes in rare scripts: then the line is passed over.
        if lower.len() != line.text.len() {
            continue;
        }
        let organizations = || {
            entities(line.text)
                .into_iter()
                .filter(|entity| entity.kind == EntityKind::Organization)
        };
        for (words, weight) in ASKING {
            let Some(start) = lower.find(words).map(|at| at + words.len()) else {
                continue;
            };
            let follows = |from: usize| from >= start && from - start <= "the ".len();
            votes.extend(
                organizations()
                    .find(|entity| follows(entity.range.start))
                    .map(|entity| Vote {
                        value: entity.text,
                        weight: *weight,
                        evidence: format!("text: {}", shown(&line.text[start - words.len()..])),
                        page: line.page,
                    }),
            );
        }
        let gives = |name: &str| {
            GIVERS
                .iter()
                .any(|word| name.split(' ').any(|part| part == *word))
        };
        if at < TOP_LINES {
            votes.extend(
                organizations()
                    .find(|entity| gives(&entity.text))
                    .map(|entity| Vote {
                        value: entity.text,
                        weight: AT_TOP,
                        evidence: format!("first lines: {}", shown(line.text)),
                        page: line.page,
                    }),
            );
        }
    }
    decide(&votes)
}

/// Whether a value behind a label is a name and no sentence.
fn is_name(value: &str) -> bool {
    let words = value.split_whitespace().count();
    (1..=10).contains(&words)
        && value.starts_with(|c: char| c.is_uppercase())
        && !value.ends_with(':')
}
