//! Sentences that are true where they were written and wrong in a new section:
//! letters, instructions, contracts, solicitations, talk about the page.

use crate::text::{self, Word};

/// Sentences that begin so greet, refer to the page or give an instruction.
#[rustfmt::skip]
const OPENINGS: &[&str] = &[
    "page", "dear", "sincerely", "thank", "thanks", "please", "note", "see", "click",
    "contact", "figure", "table", "question", "answer", "yes", "no", "check", "copyright",
    "attn", "re", "sure", "hello", "hi", "welcome", "source", "example", "describe",
    "provide", "list",
];

/// Words of letters and messages, of contracts, and of blanks to be filled.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "you", "your", "yours", "i", "i'm", "i've", "my", "me", "yesterday", "dear", "sincerely",
    "please",

    "shall", "hereby", "herein", "hereinafter", "thereof", "offeror", "quoter", "undersigned",

    "tbd",
];

/// Talk about the document, the page and its time, and about what only the
/// readers of the passage know.
#[rustfmt::skip]
const PHRASES: &[&str] = &[
    "this document", "this section", "this report", "this proposal", "this grant",
    "this application", "this page", "this year", "last year", "next year", "this month",
    "last month", "see appendix", "see section", "the following", "as follows", "at left",
    "in table", "in figure", "at right", "this agreement", "all rights reserved",

    "the promised", "the reviewers",
];

/// What only those write who ask for offers: a government of its contractor, a
/// funder of its applicants.
#[rustfmt::skip]
const SOLICITATIONS: &[&str] = &[
    "the contractor", "the vendor", "the offeror", "offerors", "quoters", "bidders",
    "vendors must", "vendors should", "the government may", "the government will",
    "the government reserves", "the government intends", "the government is",
    "the government has", "contracting officer", "task order", "call order", "call orders",
    "applicants must", "applicants should", "applicant must", "the quote",
    "period of performance", "statement of work", "performance work statement",
];

/// So many sentences of a passage that speak so, and such a share of all, make
/// the whole passage a solicitation, whose other sentences are no better.
const FEWEST_SOLICITING: usize = 2;
const SOLICITING_SHARE: f32 = 0.25;

/// Whether the sentences of a passage ask others for offers: what they say of
/// staff, training or reports is what somebody else must do.
pub(super) fn is_solicitation<'a>(sentences: impl Iterator<Item = &'a str>) -> bool {
    let (mut all, mut asking) = (0, 0);
    for sentence in sentences {
        let lower = sentence.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        all += 1;
        asking += usize::from(text::holds_any(&words, SOLICITATIONS));
    }
    asking >= FEWEST_SOLICITING && asking as f32 >= SOLICITING_SHARE * all as f32
}

/// Whether a sentence speaks to the readers of its own document only.
pub(super) fn is_addressed_elsewhere(words: &[Word]) -> bool {
    let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    lower.first().is_none_or(|first| OPENINGS.contains(first))
        || lower.iter().any(|word| WORDS.contains(word))
        || text::holds_any(&lower, PHRASES)
        || text::holds_any(&lower, SOLICITATIONS)
        || points_on_the_page(&lower)
        || is_an_obligation(&lower)
}

/// "Access must be requested": what a rule asks of its readers. "Directors must
/// be parents" says who they are.
fn is_an_obligation(lower: &[&str]) -> bool {
    lower
        .windows(3)
        .any(|window| window[0] == "must" && window[1] == "be" && window[2].ends_with("ed"))
}

/// "The metrics below", but not "below the poverty line" or "above average".
fn points_on_the_page(lower: &[&str]) -> bool {
    const MEASURES: [&str; 10] = [
        "the",
        "grade",
        "average",
        "poverty",
        "proficient",
        "basic",
        "market",
        "level",
        "and",
        "all",
    ];
    let measures =
        |next: &&str| MEASURES.contains(next) || next.starts_with(|c: char| c.is_ascii_digit());
    lower.iter().enumerate().any(|(at, word)| {
        ["below", "above"].contains(word) && !lower.get(at + 1).is_some_and(measures)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_that_asks_for_offers_is_a_solicitation() {
        let asked = [
            "The contractor delivers monthly reports.",
            "Staff must hold a degree.",
            "The Government may take notes.",
        ];
        assert!(is_solicitation(asked.into_iter()));
        assert!(!is_solicitation(asked[..2].iter().copied()));
    }
}
