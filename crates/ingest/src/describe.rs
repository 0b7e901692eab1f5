//! Metadata proposed from a document's name and content, each with its evidence.
//!
//! A person confirms or corrects: the rules are few and readable, and stay silent
//! where they do not know.

mod rules;

use archivist_domain::enums::DocType;
use serde::{Deserialize, Serialize};

use crate::extract::{Block, BlockKind, Extracted};
use rules::TYPE_RULES;

/// How much of the beginning of a document is looked at.
const OPENING_WORDS: usize = 200;
/// The earliest year that the archive accepts.
const FIRST_YEAR: i32 = 2000;

/// A proposed value and the words that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion<T> {
    /// What is proposed.
    pub value: T,
    /// Where it comes from, for a person to judge ("title: Annual Report 2023").
    pub evidence: String,
}

/// What the upload form is filled with before a person looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// There is always a title: at worst the file's name in words.
    pub title: Suggestion<String>,
    /// The type of document.
    pub doc_type: Option<Suggestion<DocType>>,
    /// The year that the document belongs to.
    pub year: Option<Suggestion<i32>>,
}

/// Proposes metadata. Years lie between 2000 and the year after `current_year`.
pub fn propose(file_name: &str, extracted: &Extracted, current_year: i32) -> Proposal {
    let title = title(file_name, extracted);
    let places = [
        Place {
            name: "file name",
            text: words_of_name(file_name),
        },
        Place {
            name: "title",
            text: title.value.clone(),
        },
        Place {
            name: "opening",
            text: opening(&extracted.blocks),
        },
    ];
    Proposal {
        doc_type: places.iter().find_map(doc_type),
        year: places.iter().find_map(|place| year(place, current_year)),
        title,
    }
}

/// A text in which a rule looks for its words; the more telling ones come first.
struct Place {
    name: &'static str,
    text: String,
}

impl Place {
    fn evidence(&self, found: &str) -> String {
        format!("{}: {found}", self.name)
    }
}

fn title(file_name: &str, extracted: &Extracted) -> Suggestion<String> {
    let suggestion = |value: &str, place: &str| Suggestion {
        value: value.to_owned(),
        evidence: place.to_owned(),
    };
    if let Some(own) = extracted
        .title
        .as_deref()
        .filter(|title| is_telling(title, file_name))
    {
        return suggestion(own, "the document's own title");
    }
    let headings = extracted
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Heading { .. }));
    match headings
        .take(5)
        .find(|block| is_telling(&block.text, file_name))
    {
        Some(block) => suggestion(&block.text, "the first heading"),
        None => suggestion(&words_of_name(file_name), "the file name"),
    }
}

/// Programs leave titles behind that say nothing, and some headings are no titles.
fn is_telling(title: &str, file_name: &str) -> bool {
    const EMPTY: &[&str] = &[
        "untitled",
        "document",
        "microsoft word",
        "powerpoint",
        "presentation",
        "table of contents",
        "contents",
        "title",
        "page",
        "new document",
        "unknown",
    ];
    let lower = title.to_lowercase();
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let words = title.split_whitespace().count();
    let file_like = [".doc", ".pdf", ".indd", ".tex", ".xls", ".ppt", ".odt"]
        .iter()
        .any(|end| lower.contains(end));
    let coded = title.contains('_');
    let repeats_name = lower == file_name.to_lowercase();
    (2..=30).contains(&words)
        && letters >= 6
        && !file_like
        && !repeats_name
        && !coded
        && !EMPTY
            .iter()
            .any(|empty| lower == *empty || lower.starts_with(&format!("{empty} -")))
}

/// `2023AnnualReport_final.pdf` → `2023 Annual Report final`.
fn words_of_name(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let mut words = String::new();
    let mut before = ' ';
    for c in stem.chars() {
        let humps = (before.is_lowercase() && c.is_uppercase())
            || (before.is_ascii_digit() && c.is_alphabetic())
            || (before.is_alphabetic() && c.is_ascii_digit());
        words.push_str(if humps { " " } else { "" });
        words.push(if matches!(c, '_' | '-' | '+') { ' ' } else { c });
        before = c;
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        file_name.to_owned()
    } else {
        words
    }
}

/// The first words of the document, in lines.
fn opening(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut count = 0;
    for block in blocks {
        if count >= OPENING_WORDS {
            break;
        }
        count += block.text.split_whitespace().count();
        text.push_str(&block.text);
        text.push('\n');
    }
    text
}

fn doc_type(place: &Place) -> Option<Suggestion<DocType>> {
    let haystack = plain(&place.text);
    TYPE_RULES.iter().find_map(|rule| {
        let phrase = rule
            .phrases
            .iter()
            .find(|phrase| haystack.contains(&plain(phrase)))?;
        Some(Suggestion {
            value: rule.doc_type,
            evidence: place.evidence(phrase),
        })
    })
}

/// Lower case, words only, with a space at both ends: for finding whole phrases.
fn plain(text: &str) -> String {
    let mut plain = String::from(" ");
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        plain.push_str(&word.to_lowercase());
        plain.push(' ');
    }
    plain
}

/// The year that a place names most often, the first of equals.
fn year(place: &Place, current_year: i32) -> Option<Suggestion<i32>> {
    let years: Vec<i32> = years(&place.text, current_year).collect();
    let count = |year: i32| years.iter().filter(|other| **other == year).count();
    // max_by_key keeps the last of equals, hence backwards.
    let year = years
        .iter()
        .rev()
        .copied()
        .max_by_key(|year| count(*year))?;
    Some(Suggestion {
        value: year,
        evidence: place.evidence(&year.to_string()),
    })
}

/// Years as written alone: `2023`, `FY2023`, `FY23`, `2023/24`, `3/14/2023`; neither
/// amounts nor parts of longer numbers.
fn years(text: &str, current_year: i32) -> impl Iterator<Item = i32> {
    text.split_whitespace()
        .filter(|word| !word.contains(['$', '€', '£', '%', '@', '#']) && !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && c != ',' && c != '.'))
        .filter_map(|part| one_year(part.trim_matches(['.', ','])))
        .filter(move |year| (FIRST_YEAR..=current_year + 1).contains(year))
}

fn one_year(part: &str) -> Option<i32> {
    let lower = part.to_ascii_lowercase();
    let digits = lower.strip_prefix("fy").unwrap_or(&lower);
    let fiscal = digits.len() < lower.len();
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        4 if all_digits => digits.parse().ok(),
        2 if all_digits && fiscal => digits.parse::<i32>().ok().map(|year| FIRST_YEAR + year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::FileKind;

    fn extracted(title: Option<&str>, heading: &str, text: &str) -> Extracted {
        let blocks = vec![
            Block::new(BlockKind::Heading { level: 1 }, heading),
            Block::new(BlockKind::Paragraph, text),
        ];
        let title = title.map(str::to_owned);
        Extracted {
            kind: FileKind::Pdf,
            title,
            page_count: None,
            blocks,
            pictures: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_telling_file_name_is_enough() {
        let proposal = propose(
            "2023AnnualReport.pdf",
            &extracted(None, "Hello everybody", "Text."),
            2026,
        );
        let doc_type = proposal.doc_type.unwrap();
        assert_eq!(
            (doc_type.value, doc_type.evidence.as_str()),
            (DocType::AnnualReport, "file name: annual report")
        );
        assert_eq!(proposal.year.unwrap().value, 2023);
    }

    #[test]
    fn content_speaks_when_the_name_is_silent() {
        let text = "Submitted in fiscal year 2021 (FY21) to the fund, first planned in 2019.";
        let proposal = propose(
            "scan01.pdf",
            &extracted(None, "Grant application for tutoring", text),
            2026,
        );
        assert_eq!(proposal.doc_type.unwrap().value, DocType::GrantProposal);
        let year = proposal.year.unwrap();
        assert_eq!(
            (year.value, year.evidence.as_str()),
            (2021, "opening: 2021")
        );
        assert_eq!(proposal.title.value, "Grant application for tutoring");
    }

    #[test]
    fn nothing_is_proposed_where_nothing_is_known() {
        let proposal = propose(
            "notes.txt",
            &extracted(None, "Some thoughts", "We gave $2,021 in 1999."),
            2026,
        );
        assert_eq!((proposal.doc_type, proposal.year), (None, None));
    }

    #[test]
    fn a_call_for_proposals_is_no_proposal() {
        let proposal = propose(
            "x.pdf",
            &extracted(None, "Request for Proposals: literacy", "Text."),
            2026,
        );
        assert_eq!(proposal.doc_type.unwrap().value, DocType::Other);
    }

    #[test]
    fn titles_that_programs_leave_behind_are_passed_over() {
        let title = |own: &str| {
            propose(
                "b.pdf",
                &extracted(Some(own), "Strategic Plan 2025", "x"),
                2026,
            )
            .title
            .value
        };
        assert_eq!(title("Microsoft Word - draft7.doc"), "Strategic Plan 2025");
        assert_eq!(title("Untitled"), "Strategic Plan 2025");
        assert_eq!(title("Reading for All"), "Reading for All");
    }

    #[test]
    fn names_become_words() {
        assert_eq!(
            words_of_name("2023AnnualReport_final-v2.pdf"),
            "2023 Annual Report final v 2"
        );
        assert_eq!(words_of_name("folder/lee_jane_2021.docx"), "lee jane 2021");
    }

    #[test]
    fn years_are_told_from_other_numbers() {
        let found: Vec<i32> = years(
            "FY2024, 2023/24 5,2022 12021 2022.5 3/14/2025. 1999 2031 $2020",
            2026,
        )
        .collect();
        assert_eq!(found, [2024, 2023, 2025]);
    }
}
