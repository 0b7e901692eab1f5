//! What a search names among its words: years, and kinds of documents. Documents that are it
//! come first; none is left out, as typed conditions would.

use std::ops::RangeInclusive;

use archivist_domain::DocType;

use crate::language::Language;
use crate::records::Facets;
use crate::text;

/// What is left of a score, at full weight, where a document is not of a year, or not of a kind,
/// that was named.
const OTHER: f32 = 0.8;

/// Numbers that are taken for years.
const YEARS: RangeInclusive<i32> = 1950..=2099;

/// Years and kinds that were named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    years: Vec<i32>,
    doc_types: Vec<DocType>,
}

impl Named {
    /// What the words of a search name: `2023`, `FY2023`, `annual reports`.
    pub(crate) fn in_text(text: &str) -> Self {
        let words = text::wording(text);
        let years = words.iter().filter_map(|word| year(word));
        let terms = |text: &str| -> Vec<String> {
            let tokens = text::tokens(text, Language::English).into_iter();
            tokens.map(|token| token.term).collect()
        };
        let typed = terms(text);
        let is_typed = |doc_type: &DocType| {
            let label = terms(doc_type.as_str());
            // A single word says too little.
            label.len() > 1 && typed.windows(label.len()).any(|row| row == label)
        };
        Self {
            years: years.collect(),
            doc_types: DocType::ALL.iter().copied().filter(is_typed).collect(),
        }
    }

    /// By what a document's scores are multiplied, with a weight from 0 to 1.
    pub(crate) fn multiplier(&self, facets: &Facets, weight: f32) -> f32 {
        let of = |is_named: bool, is_it: bool| {
            let multiplier = if is_named && !is_it { OTHER } else { 1.0 };
            1.0 + weight.clamp(0.0, 1.0) * (multiplier - 1.0)
        };
        of(!self.years.is_empty(), self.is_of_year(facets))
            * of(!self.doc_types.is_empty(), self.is_of_type(facets))
    }

    /// What of it a document is, for people.
    pub(crate) fn reasons(&self, facets: &Facets, weight: f32) -> Vec<String> {
        let mut reasons = Vec::new();
        if weight > 0.0 && self.is_of_type(facets) {
            reasons.push(format!("type {}, as typed", facets.doc_type));
        }
        if let Some(year) = facets
            .year
            .filter(|_| weight > 0.0 && self.is_of_year(facets))
        {
            reasons.push(format!("of {year}, as typed"));
        }
        reasons
    }

    fn is_of_year(&self, facets: &Facets) -> bool {
        facets.year.is_some_and(|year| self.years.contains(&year))
    }

    fn is_of_type(&self, facets: &Facets) -> bool {
        self.doc_types.contains(&facets.doc_type)
    }
}

/// The year that a word names.
fn year(word: &str) -> Option<i32> {
    let digits = word.strip_prefix("fy").unwrap_or(word);
    let year = digits.parse().ok().filter(|year| YEARS.contains(year));
    year.filter(|_| digits.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facets(doc_type: DocType, year: Option<i32>) -> Facets {
        Facets {
            doc_type,
            year,
            outcome: None,
            programs: Vec::new(),
            tags: Vec::new(),
            funder: None,
            superseded: false,
        }
    }

    #[test]
    fn years_and_kinds_are_read_from_the_words() {
        let named = Named::in_text("Annual reports of FY2023 and 2021, $45,000 in 1200");
        assert_eq!(named.years, [2023, 2021]);
        assert_eq!(named.doc_types, [DocType::AnnualReport]);
        assert_eq!(
            Named::in_text("reports of 20233 visits, other"),
            Named::default()
        );
    }

    #[test]
    fn what_is_named_comes_first_and_nothing_is_left_out() {
        let named = Named::in_text("annual report 2023");
        let multiplier = |doc_type, year| named.multiplier(&facets(doc_type, year), 1.0);
        let both = multiplier(DocType::AnnualReport, Some(2023));
        let one = multiplier(DocType::AnnualReport, None);
        let none = multiplier(DocType::Other, Some(2020));
        assert!((both - 1.0).abs() < 1e-6 && (one - OTHER).abs() < 1e-6);
        assert!((none - OTHER * OTHER).abs() < 1e-6);
        let unweighed = named.multiplier(&facets(DocType::Other, None), 0.0);
        assert!((unweighed - 1.0).abs() < 1e-6);
        assert_eq!(
            named.reasons(&facets(DocType::AnnualReport, Some(2023)), 1.0),
            ["type Annual Report, as typed", "of 2023, as typed"]
        );
    }
}
