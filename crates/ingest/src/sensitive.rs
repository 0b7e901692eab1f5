//! Personal data that is likely in a document, with the places, for an editor to judge
//! before anybody can find it.
//!
//! A false alarm costs an editor a minute and, if it happens often, the attention for
//! the real one. So every rule wants a proof besides the look of a number: a check
//! digit, the words beside it, or a list of several. What an organization prints on its
//! letter-head (address, telephone, e-mail) is no finding.

mod banks;
mod lists;
mod numbers;
mod people;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::passages::Passage;

/// A finding is told from this confidence on.
pub const TOLD_FROM: f32 = 0.5;

/// What kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A social-security number of the United States.
    SocialSecurity,
    /// The number of a credit or debit card.
    CreditCard,
    /// An international account number.
    Iban,
    /// An account number beside the words that say so.
    BankAccount,
    /// A routing number of a bank in the United States.
    RoutingNumber,
    /// The number of a patient or of a health insurance.
    HealthRecord,
    /// A named person with what the person suffers from.
    Diagnosis,
    /// Where a person lives.
    HomeAddress,
    /// When a person was born.
    DateOfBirth,
    /// Telephone numbers of people, in a list or called private.
    PrivatePhone,
}

impl FindingKind {
    /// For people: "a social-security number".
    pub fn name(self) -> &'static str {
        match self {
            Self::SocialSecurity => "a social-security number",
            Self::CreditCard => "a credit card number",
            Self::Iban => "an international bank account",
            Self::BankAccount => "a bank account",
            Self::RoutingNumber => "a bank routing number",
            Self::HealthRecord => "a health record number",
            Self::Diagnosis => "a person's diagnosis",
            Self::HomeAddress => "a home address",
            Self::DateOfBirth => "a date of birth",
            Self::PrivatePhone => "private telephone numbers",
        }
    }
}

/// Personal data in a place of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The passage it stands in, by its place in the document.
    pub passage: u32,
    /// The page, where there are pages; the passage's first.
    pub page: Option<u32>,
    /// Where it stands in the passage's text, in bytes.
    pub range: Range<usize>,
    /// What a person may see of it: `***-**-6789`. The rest is never copied.
    pub masked: String,
    /// How likely it is personal data, 0 to 1.
    pub confidence: f32,
}

/// What a rule finds in one text.
struct Found {
    kind: FindingKind,
    range: Range<usize>,
    masked: String,
    confidence: f32,
}

/// The findings of a document, in its order.
pub fn findings(passages: &[Passage]) -> Vec<Finding> {
    passages
        .iter()
        .flat_map(|passage| {
            in_text(&passage.text).into_iter().map(|found| Finding {
                kind: found.kind,
                passage: passage.ordinal,
                page: passage.page_first,
                range: found.range,
                masked: found.masked,
                confidence: found.confidence,
            })
        })
        .collect()
}

fn in_text(text: &str) -> Vec<Found> {
    const RULES: &[fn(&str) -> Vec<Found>] = &[
        numbers::social_security,
        numbers::credit_cards,
        banks::ibans,
        banks::routing_numbers,
        banks::accounts,
        people::health_records,
        people::diagnoses,
        people::home_addresses,
        people::dates_of_birth,
        lists::of_telephones,
        lists::of_addresses,
    ];
    let mut found: Vec<Found> = RULES.iter().flat_map(|rule| rule(text)).collect();
    found.retain(|found| found.confidence >= TOLD_FROM);
    // Of findings in the same place the surer one.
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut told: Vec<Found> = Vec::new();
    for one in found {
        let overlaps =
            |other: &Found| one.range.start < other.range.end && other.range.start < one.range.end;
        if !told.iter().any(overlaps) {
            told.push(one);
        }
    }
    told.sort_by_key(|found| found.range.start);
    told
}

/// Digits and letters as stars, but for the last `shown`; signs between them stay.
fn mask(text: &str, shown: usize) -> String {
    let total = text.chars().filter(|c| c.is_alphanumeric()).count();
    let mut seen = 0;
    text.chars()
        .map(|c| {
            seen += usize::from(c.is_alphanumeric());
            let hidden = c.is_alphanumeric() && seen + shown <= total;
            if hidden { '*' } else { c }
        })
        .collect()
}

/// The text before a place, at most `chars` characters of its line and the one above.
fn before(text: &str, at: usize, chars: usize) -> String {
    let near: Vec<char> = text[..at].chars().rev().take(chars).collect();
    near.into_iter().rev().collect::<String>().to_lowercase()
}

/// The text after a place, at most `chars` characters.
fn after(text: &str, at: usize, chars: usize) -> String {
    text[at..]
        .chars()
        .take(chars)
        .collect::<String>()
        .to_lowercase()
}

/// Whether a number is part of something longer: an address, a code, a decimal.
fn is_part(text: &str, range: &Range<usize>) -> bool {
    let glued = |c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '_' | '.' | '=' | '#');
    let left = text[..range.start].chars().next_back();
    let mut right = text[range.end..].chars();
    let next = right.next();
    let end_of_sentence = next == Some('.') && right.next().is_none_or(char::is_whitespace);
    left.is_some_and(|c| glued(c) && c != '#') || (next.is_some_and(glued) && !end_of_sentence)
}

fn holds_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests;
