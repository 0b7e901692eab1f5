//! Lists of people: what is harmless of one office is a register of many.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{FindingKind, Found, mask};
use crate::entities::{EntityKind, entities};

/// So many rows with a person are a list of people.
const ROWS: usize = 4;

static TELEPHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\+?1[-. ])?(?:\(\d{3}\) ?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b")
        .expect("a valid pattern")
});

static PRIVATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bhome (?:phone|telephone|number)\b\s*[:|-]?\s*((?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4})\b")
        .expect("a valid pattern")
});

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b\d{1,6} (?:[NSEW]\.? )?(?:[A-Z][\w.'-]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Circle|Terrace)\b\.?")
        .expect("a valid pattern")
});

/// Rows that each hold a person and a telephone number, and numbers called private.
pub(super) fn of_telephones(text: &str) -> Vec<Found> {
    let called = PRIVATE.captures_iter(text).filter_map(|parts| {
        let number = parts.get(1)?;
        Some(found(FindingKind::PrivatePhone, text, number.range(), 0.8))
    });
    of(text, &TELEPHONE, FindingKind::PrivatePhone)
        .into_iter()
        .chain(called)
        .collect()
}

/// Rows that each hold a person and a street with its number.
pub(super) fn of_addresses(text: &str) -> Vec<Found> {
    of(text, &STREET, FindingKind::HomeAddress)
}

fn of(text: &str, pattern: &Regex, kind: FindingKind) -> Vec<Found> {
    let rows: Vec<Range<usize>> = text
        .lines()
        .filter_map(|line| {
            let start = line.as_ptr() as usize - text.as_ptr() as usize;
            let hit = pattern.find(line)?;
            let named = entities(line)
                .iter()
                .any(|entity| entity.kind == EntityKind::Person);
            let office = entities(line)
                .iter()
                .any(|entity| entity.kind == EntityKind::Organization);
            (named && !office).then(|| start + hit.start()..start + hit.end())
        })
        .collect();
    if rows.len() < ROWS {
        return Vec::new();
    }
    rows.into_iter()
        .map(|range| found(kind, text, range, 0.65))
        .collect()
}

fn found(kind: FindingKind, text: &str, range: Range<usize>, confidence: f32) -> Found {
    let shown = if kind == FindingKind::PrivatePhone {
        2
    } else {
        0
    };
    Found {
        kind,
        masked: mask(&text[range.clone()], shown),
        range,
        confidence,
    }
}
