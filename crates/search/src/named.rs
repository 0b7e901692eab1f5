//! What a search names among its words: years, kinds of documents, funders, programs, audiences
//! and sections. What is of it comes first; nothing is left out, as typed conditions would.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use archivist_domain::{Audience, DocType};

use crate::archive::Archive;
use crate::audience;
use crate::language::Language;
use crate::records::Facets;
use crate::sections::Sections;
use crate::text;

/// What is left of a score, at full weight, where a document is not what was named: not of a
/// year, not of a kind and so on, each for itself. The second where nothing else was typed.
const OTHER: f32 = 0.8;
const OTHER_ALONE: f32 = 0.2;

/// Numbers that are taken for years.
const YEARS: RangeInclusive<i32> = 1950..=2099;

/// What was named.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Named {
    years: Vec<i32>,
    doc_types: Vec<DocType>,
    /// Names of funders and of programs as documents have them.
    funders: Vec<String>,
    programs: Vec<String>,
    audiences: Vec<Audience>,
    /// By the name of a funder, where an audience was named and its own can be told.
    of_funders: HashMap<String, Audience>,
    pub(crate) sections: Sections,
    /// How much of what was typed names something, 0 to 1.
    share: f32,
}

/// Whether a document is what was named; `None` where nothing of this kind was, or where that
/// cannot be told of the document.
type IsIt = Option<bool>;

impl Named {
    /// What the words of a search name: `2023`, `FY2023`, `annual reports`, the funders and
    /// programs of an archive, `federal`, `needs statement`.
    pub(crate) fn in_text(text: &str, archive: &Archive) -> Self {
        let words = text::wording(text);
        let years = words.iter().filter_map(|word| year(word));
        let audiences = audience::named(&words);
        let funders = archive
            .names
            .funders
            .iter()
            .filter(|_| !audiences.is_empty());
        let of_funders = funders
            .filter_map(|(name, words)| Some((name.to_owned(), audience::of_funder(words)?)));
        let named = Self {
            of_funders: of_funders.collect(),
            years: years.collect(),
            doc_types: doc_types(text),
            funders: archive.names.funders.among(&words),
            programs: archive.names.programs.among(&words),
            audiences,
            sections: Sections::named(&words),
            share: 0.0,
        };
        let named = Self {
            share: named.share(&words, archive),
            ..named
        };
        named.with_a_kind(&words, archive)
    }

    /// The same with the kinds that a word alone stands for, where all else is names.
    fn with_a_kind(self, words: &[String], archive: &Archive) -> Self {
        let has_names =
            !(self.years.is_empty() && self.funders.is_empty() && self.programs.is_empty());
        if !has_names || !self.doc_types.is_empty() || self.share >= 1.0 {
            return self;
        }
        let by_a_word = Self {
            doc_types: doc_types_with(words),
            ..self.clone()
        };
        match by_a_word.share(words, archive) {
            share if share >= 1.0 => Self { share, ..by_a_word },
            _ => self,
        }
    }

    /// How many of the words that say something name something here.
    fn share(&self, words: &[String], archive: &Archive) -> f32 {
        let is_of_type = |word: &String| {
            let terms = stems(word);
            let mut types = self.doc_types.iter();
            !terms.is_empty() && types.any(|of| stems(of.as_str()).contains(&terms[0]))
        };
        let mut covered: Vec<bool> = words
            .iter()
            .map(|word| year(word).is_some() || is_of_type(word))
            .collect();
        archive
            .names
            .funders
            .cover(&self.funders, words, &mut covered);
        archive
            .names
            .programs
            .cover(&self.programs, words, &mut covered);
        audience::cover(words, &mut covered);
        Sections::cover(words, &mut covered);
        let says = words.iter().zip(covered);
        let says: Vec<bool> = says
            .filter(|(word, _)| !text::is_stop_word(word))
            .map(|(_, is_covered)| is_covered)
            .collect();
        let naming = says.iter().filter(|&&is_covered| is_covered).count();
        naming as f32 / says.len().max(1) as f32
    }

    /// By what a score is multiplied for one thing that was named and is another, with a weight
    /// from 0 to 1. The fewer other words there are, the more is meant by it.
    pub(crate) fn step(&self, weight: f32) -> f32 {
        let other = OTHER + self.share * self.share * (OTHER_ALONE - OTHER);
        1.0 + weight.clamp(0.0, 1.0) * (other - 1.0)
    }

    /// By what a document's scores are multiplied, with a weight from 0 to 1.
    pub(crate) fn multiplier(&self, facets: &Facets, weight: f32) -> f32 {
        let others = self.looks(facets).into_iter();
        let others = others.filter(|is_it| *is_it == Some(false)).count();
        let step = self.step(weight);
        (0..others).map(|_| step).product()
    }

    /// Whether a document is all that was named, and nothing else was typed: *impact report*, *2022*.
    pub(crate) fn asks_for(&self, facets: &Facets) -> bool {
        let [of_type, of_year, of_funder, of_program, of_audience] = self.looks(facets);
        let told = [of_type, of_year, of_funder, of_program];
        self.share >= 1.0
            && told.contains(&Some(true))
            && !told.contains(&Some(false))
            && of_audience != Some(false)
    }

    /// Whether nothing but names was typed.
    pub(crate) fn is_all(&self) -> bool {
        self.share >= 1.0
    }

    /// What of it a document is, for people.
    pub(crate) fn reasons(&self, facets: &Facets, weight: f32) -> Vec<String> {
        if weight <= 0.0 {
            return Vec::new();
        }
        let [of_type, of_year, of_funder, of_program, of_audience] = self.looks(facets);
        let is = |is_it: IsIt| is_it == Some(true);
        let mut reasons = Vec::new();
        if is(of_type) {
            reasons.push(format!("type {}, as typed", facets.doc_type));
        }
        if let Some(year) = facets.year.filter(|_| is(of_year)) {
            reasons.push(format!("of {year}, as typed"));
        }
        if let Some(funder) = facets.funder.as_ref().filter(|_| is(of_funder)) {
            reasons.push(format!("for {funder}, as typed"));
        }
        let programs = facets.programs.iter().filter(|_| is(of_program));
        let programs = programs.filter(|program| self.programs.contains(program));
        reasons.extend(programs.map(|program| format!("program {program}, as typed")));
        if is(of_audience) {
            let audience = self.audience(facets);
            reasons.extend(audience.map(|audience| format!("for the audience {audience}")));
        }
        reasons
    }

    /// Whether what is named is told by a document's programs, tags or funder.
    pub(crate) fn looks_at_lists(&self) -> bool {
        !(self.funders.is_empty() && self.programs.is_empty() && self.audiences.is_empty())
    }

    /// Kind, year, funder, program, audience.
    fn looks(&self, facets: &Facets) -> [IsIt; 5] {
        let funder = facets.funder.as_ref();
        [
            asked(&self.doc_types).map(|named| named.contains(&facets.doc_type)),
            asked(&self.years).map(|named| facets.year.is_some_and(|year| named.contains(&year))),
            asked(&self.funders).map(|named| funder.is_some_and(|name| named.contains(name))),
            asked(&self.programs).map(|named| facets.programs.iter().any(|p| named.contains(p))),
            asked(&self.audiences).and_then(|named| {
                let audience = self.audience(facets)?;
                Some(named.contains(&audience))
            }),
        ]
    }

    /// The audience that a document is for, where its tags or its funder tell.
    fn audience(&self, facets: &Facets) -> Option<Audience> {
        let of_funder = || self.of_funders.get(facets.funder.as_ref()?).copied();
        audience::of_tags(&facets.tags).or_else(of_funder)
    }
}

fn asked<T>(named: &[T]) -> Option<&[T]> {
    (!named.is_empty()).then_some(named)
}

fn doc_types(text: &str) -> Vec<DocType> {
    let typed = stems(text);
    let is_typed = |doc_type: &DocType| {
        let label = stems(doc_type.as_str());
        // A single word says too little.
        label.len() > 1 && typed.windows(label.len()).any(|row| row == label)
    };
    DocType::ALL.iter().copied().filter(is_typed).collect()
}

/// The kinds that have one of these words in their names: beside other names alone it says enough,
/// as in *proposals 2022*.
fn doc_types_with(words: &[String]) -> Vec<DocType> {
    let typed: Vec<String> = words.iter().flat_map(|word| stems(word)).collect();
    let is_typed = |doc_type: &DocType| {
        let mut label = stems(doc_type.as_str()).into_iter();
        label.any(|word| typed.contains(&word))
    };
    DocType::ALL.iter().copied().filter(is_typed).collect()
}

fn stems(text: &str) -> Vec<String> {
    let tokens = text::tokens(text, Language::English).into_iter();
    tokens.map(|token| token.term).collect()
}

/// The year that a word names.
fn year(word: &str) -> Option<i32> {
    let digits = match word.strip_prefix("fy") {
        Some(short) if short.len() == 2 => &format!("20{short}"),
        Some(digits) => digits,
        None => word,
    };
    let year = digits.parse().ok().filter(|year| YEARS.contains(year));
    year.filter(|_| digits.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Named {
        Named::in_text(text, &Archive::default())
    }

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
        let of_reports = named("Annual reports of FY23 and 2021, $45,000 in 1200");
        assert_eq!(of_reports.years, [2023, 2021]);
        assert_eq!(of_reports.doc_types, [DocType::AnnualReport]);
        assert_eq!(named("reports of 20233 visits, other"), Named::default());
    }

    #[test]
    fn a_word_of_a_kind_says_enough_beside_other_names_alone() {
        let types = |text: &str| named(text).doc_types;
        assert_eq!(types("proposals 2022"), [DocType::GrantProposal]);
        assert!(types("reports of FY2023").contains(&DocType::AnnualReport));
        for text in ["proposals", "proposals on beans 2022", "beans 2022"] {
            assert_eq!(types(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_named_comes_first_and_nothing_is_left_out() {
        let named = named("annual report 2023");
        let multiplier = |doc_type, year| named.multiplier(&facets(doc_type, year), 1.0);
        let both = multiplier(DocType::AnnualReport, Some(2023));
        let one = multiplier(DocType::AnnualReport, None);
        let none = multiplier(DocType::Other, Some(2020));
        assert!((both - 1.0).abs() < 1e-6 && (one - OTHER_ALONE).abs() < 1e-6);
        assert!((none - OTHER_ALONE * OTHER_ALONE).abs() < 1e-6);
        let unweighed = named.multiplier(&facets(DocType::Other, None), 0.0);
        assert!((unweighed - 1.0).abs() < 1e-6);
        assert_eq!(
            named.reasons(&facets(DocType::AnnualReport, Some(2023)), 1.0),
            ["type Annual Report, as typed", "of 2023, as typed"]
        );
    }

    #[test]
    fn the_fewer_other_words_the_more_is_meant_by_what_is_named() {
        let step = |text: &str| named(text).step(1.0);
        assert!((step("the annual report of 2023") - OTHER_ALONE).abs() < 1e-6);
        assert!((step("statement of need") - OTHER_ALONE).abs() < 1e-6);
        let among_others = step("annual report 2023 on gardens, beans, meals and soil");
        assert!(
            among_others > 0.65 && among_others < OTHER,
            "{among_others}"
        );
        assert!((step("beans") - OTHER).abs() < 1e-6);
    }

    #[test]
    fn audiences_put_documents_back_only_where_another_is_known() {
        let mut archive = Archive::default();
        for funder in ["Department of Education", "First Harbor Bank"] {
            archive.names.funders.add(funder);
        }
        let federal = Named::in_text("needs for a federal agency", &archive);
        let of = |funder: Option<&str>| Facets {
            funder: funder.map(str::to_owned),
            ..facets(DocType::GrantProposal, None)
        };
        let multiplier = |funder| federal.multiplier(&of(funder), 1.0);
        assert!((multiplier(Some("Department of Education")) - 1.0).abs() < 1e-6);
        assert!(
            (multiplier(None) - 1.0).abs() < 1e-6,
            "nothing is known of it"
        );
        assert!((multiplier(Some("First Harbor Bank")) - federal.step(1.0)).abs() < 1e-6);
        assert_eq!(
            federal.reasons(&of(Some("Department of Education")), 1.0),
            ["for the audience Federal RFP"]
        );
    }
}
