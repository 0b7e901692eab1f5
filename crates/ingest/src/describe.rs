//! Metadata proposed from a document's name and content, each with its evidence.
//!
//! A person confirms or corrects: the rules are few and readable, and stay silent
//! where they do not know. Each proposal is made by rules that look for words in
//! places; what several rules say together weighs more. There is no model: the tables
//! (`*_RULES`, `*_LABELS`) are all there is to read and to change.

mod amounts;
mod cited;
mod funder;
mod kinds;
mod labels;
mod outcome;
mod places;
mod programs;
mod terms;
mod title;
mod votes;
mod year;

use archivist_domain::enums::{DocType, Outcome};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::extract::Extracted;
use places::Places;
pub use programs::programs;

/// A proposed value and the words that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion<T> {
    /// What is proposed.
    pub value: T,
    /// Where it comes from, for a person to judge ("title: Annual Report 2023").
    pub evidence: String,
    /// The page of the evidence, where it stands on one.
    pub page: Option<u32>,
    /// How sure the rules are, 0 to 1.
    pub confidence: f32,
}

/// What the upload form is filled with before a person looks at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// There is always a title: at worst the file's name in words.
    pub title: Suggestion<String>,
    /// The type of document.
    pub doc_type: Option<Suggestion<DocType>>,
    /// The year that the document belongs to.
    pub year: Option<Suggestion<i32>>,
    /// The fiscal year as a person says it: `FY2023`, `FY2023-24`.
    pub fiscal_year: Option<Suggestion<String>>,
    /// Who is asked for money, or gave it.
    pub funder: Option<Suggestion<String>>,
    /// How much is asked for.
    pub requested: Option<Suggestion<Decimal>>,
    /// How much was given.
    pub awarded: Option<Suggestion<Decimal>>,
    /// What became of it.
    pub outcome: Option<Suggestion<Outcome>>,
}

/// Proposes metadata. Years lie between 2000 and the year after `current_year`.
pub fn propose(file_name: &str, extracted: &Extracted, current_year: i32) -> Proposal {
    let mut places = Places::of(file_name, &extracted.blocks);
    let title = title::title(&places, extracted.title.as_deref());
    places.title.clone_from(&title.value);
    let doc_type = kinds::doc_type(&places);
    Proposal {
        year: year::year(&places, current_year),
        fiscal_year: year::fiscal_year(&places, current_year),
        funder: funder::funder(&places),
        requested: amounts::requested(&places),
        awarded: amounts::awarded(&places),
        outcome: outcome::outcome(&places),
        doc_type,
        title,
    }
}

#[cfg(test)]
mod tests;
