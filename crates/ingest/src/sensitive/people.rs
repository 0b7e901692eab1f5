//! What words say about a person: health, home, birth.

use std::sync::LazyLock;

use archivist_domain::figures::{dates, words};
use archivist_domain::sentences::sentences;
use regex::Regex;

use super::{FindingKind, Found, mask};
use crate::entities::{EntityKind, entities};

static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:mrn|medical record (?:number|no\.?|#)|patient (?:id|number|no\.?|#)|medicare (?:id|number|no\.?|#)|medicaid (?:id|number|no\.?|#)|health insurance (?:id|number|no\.?|#)|member id)\s*[:#]?\s*([A-Z]{0,3}-?\d[A-Z\d-]{4,14})\b",
    )
    .expect("a valid pattern")
});

/// Numbers of patients and of the insured, beside the words.
pub(super) fn health_records(text: &str) -> Vec<Found> {
    RECORD
        .captures_iter(text)
        .filter_map(|parts| {
            let number = parts.get(1)?;
            Some(Found {
                kind: FindingKind::HealthRecord,
                masked: mask(number.as_str(), 3),
                range: number.range(),
                confidence: 0.9,
            })
        })
        .collect()
}

static SUFFERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:was|is|been|were)\s+(?:\w+\s+)?(?:diagnosed with|treated for|hospitalized for|hospitalised for)\b|\bsuffers from\b|\bdiagnosis\s*:|\b(?:is|was) hiv[- ]positive\b|\btested positive for\b",
    )
    .expect("a valid pattern")
});

/// A sentence that names a person and says what the person suffers from.
pub(super) fn diagnoses(text: &str) -> Vec<Found> {
    if !SUFFERS.is_match(text) {
        return Vec::new();
    }
    sentences(text)
        .into_iter()
        .filter_map(|range| {
            let sentence = &text[range.clone()];
            let said = SUFFERS.find(sentence)?;
            let named = entities(sentence).into_iter().find(|entity| {
                entity.kind == EntityKind::Person
                    && is_close(sentence, entity.range.end, said.start())
            })?;
            let initials: String = named
                .text
                .split_whitespace()
                .filter_map(|word| word.chars().next())
                .flat_map(|initial| [initial, '.', ' '])
                .collect();
            Some(Found {
                kind: FindingKind::Diagnosis,
                masked: format!("{initials}… {} …", said.as_str()),
                range,
                confidence: 0.7,
            })
        })
        .collect()
}

/// The person stands before the verb, and not far from it.
fn is_close(sentence: &str, end: usize, verb: usize) -> bool {
    end <= verb && sentence[end..verb].split_whitespace().count() <= 10
}

static AT_HOME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:home address|residential address|address of residence|lives at|living at|resides at|residing at)\b\s*[:,-]?\s*(\d{1,6}\s+[^\n|]{3,40}?\b(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|circle|terrace)\b\.?)",
    )
    .expect("a valid pattern")
});

/// A street with its number that is called a home.
pub(super) fn home_addresses(text: &str) -> Vec<Found> {
    AT_HOME
        .captures_iter(text)
        .filter_map(|parts| {
            let address = parts.get(1)?;
            Some(Found {
                kind: FindingKind::HomeAddress,
                masked: mask(address.as_str(), 0),
                range: address.range(),
                confidence: 0.85,
            })
        })
        .collect()
}

static BORN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:date of birth|birth ?date|d\.?o\.?b\.?)\b[\s.:|-]*")
        .expect("a valid pattern")
});

/// How far from the words the date may stand, in bytes.
const DATE_WITHIN: usize = 3;

/// A date beside the words.
pub(super) fn dates_of_birth(text: &str) -> Vec<Found> {
    BORN.find_iter(text)
        .filter_map(|label| {
            let rest = text[label.end()..].lines().next()?;
            let (date, said) = dates(rest, &words(rest)).into_iter().next()?;
            let full = said.year().is_some() && said.day().is_some();
            (full && date.start <= DATE_WITHIN).then(|| Found {
                kind: FindingKind::DateOfBirth,
                masked: mask(&rest[date.clone()], 0),
                range: label.end() + date.start..label.end() + date.end,
                confidence: 0.9,
            })
        })
        .collect()
}
