//! Whether a sentence may be lifted out of its passage.

use super::prose;
use crate::text::{self, Word};

/// Among this many first words a "this" or "these" points back.
const REACH_OF_POINTERS: usize = 4;

/// Whether a sentence may be lifted out of its passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It says something by itself.
    Alone,
    /// It leans on the sentence before it ("They also …").
    Leaning,
    /// It is no sentence for a draft at all.
    Unfit,
}

/// Judges one sentence, given without list signs and on one line.
pub(super) fn standing(sentence: &str) -> Standing {
    let words = text::words(sentence);
    if !prose::is_prose(sentence, &words) || is_addressed_elsewhere(&words) {
        Standing::Unfit
    } else if points_back(&words) || lacks_a_name(sentence, &words) {
        Standing::Leaning
    } else {
        Standing::Alone
    }
}

/// Letters, instructions, contracts and talk about the document itself: true
/// where it was written, wrong in a new section.
fn is_addressed_elsewhere(words: &[Word]) -> bool {
    const OPENINGS: &[&str] = &[
        "page",
        "dear",
        "sincerely",
        "thank",
        "thanks",
        "please",
        "note",
        "see",
        "click",
        "contact",
        "figure",
        "table",
        "question",
        "answer",
        "yes",
        "no",
        "check",
        "copyright",
        "attn",
        "re",
        "sure",
        "hello",
        "hi",
        "welcome",
        "source",
        "example",
        "describe",
        "provide",
        "list",
    ];
    const WORDS: &[&str] = &[
        "you",
        "your",
        "yours",
        "shall",
        "i",
        "i'm",
        "i've",
        "my",
        "me",
        "hereby",
        "herein",
        "hereinafter",
        "thereof",
        "offeror",
        "quoter",
        "quoters",
        "undersigned",
        "yesterday",
        "tbd",
        "dear",
        "sincerely",
        "please",
    ];
    const PHRASES: &[&[&str]] = &[
        &["this", "document"],
        &["this", "section"],
        &["this", "report"],
        &["this", "proposal"],
        &["this", "grant"],
        &["this", "application"],
        &["this", "page"],
        &["this", "year"],
        &["last", "year"],
        &["next", "year"],
        &["this", "month"],
        &["last", "month"],
        &["see", "appendix"],
        &["see", "section"],
        &["the", "following"],
        &["as", "follows"],
        &["at", "left"],
        &["in", "table"],
        &["in", "figure"],
        &["at", "right"],
        &["this", "agreement"],
        &["all", "rights", "reserved"],
    ];
    let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    lower.first().is_none_or(|first| OPENINGS.contains(first))
        || lower.iter().any(|word| WORDS.contains(word))
        || PHRASES
            .iter()
            .any(|phrase| lower.windows(phrase.len()).any(|window| window == *phrase))
        || points_on_the_page(&lower)
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

/// Whether a pronoun or a connective at the start needs the sentence before.
fn points_back(words: &[Word]) -> bool {
    const POINTERS: [&str; 7] = [
        "this",
        "these",
        "those",
        "such",
        "therefore",
        "thus",
        "also",
    ];
    const OPENINGS: &[&str] = &[
        "it",
        "its",
        "they",
        "their",
        "them",
        "he",
        "she",
        "his",
        "her",
        "this",
        "these",
        "those",
        "that",
        "such",
        "however",
        "therefore",
        "thus",
        "moreover",
        "furthermore",
        "additionally",
        "also",
        "but",
        "and",
        "or",
        "so",
        "then",
        "instead",
        "here",
        "another",
        "finally",
        "second",
        "secondly",
        "thirdly",
        "next",
        "similarly",
        "likewise",
        "consequently",
        "hence",
        "yet",
        "nevertheless",
        "nonetheless",
        "meanwhile",
        "later",
        "afterwards",
        "both",
        "others",
        "conversely",
        "otherwise",
        "specifically",
        "still",
        "once",
    ];
    const PHRASES: &[&[&str]] = &[
        &["in", "addition"],
        &["as", "a", "result"],
        &["for", "example"],
        &["for", "instance"],
        &["as", "such"],
        &["in", "contrast"],
        &["on", "the", "other"],
        &["of", "them"],
        &["the", "former"],
        &["the", "latter"],
        &["in", "turn"],
        &["in", "other", "words"],
        &["at", "the", "same"],
        &["in", "particular"],
        &["in", "fact"],
        &["of", "course"],
        &["because", "of", "it"],
        &["the", "other"],
        &["to", "that", "end"],
        &["the", "same"],
        &["around", "the", "same"],
        &["as", "an", "example"],
    ];
    let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    let start = &lower[..lower.len().min(REACH_OF_POINTERS)];
    start.first().is_some_and(|first| OPENINGS.contains(first))
        || start.iter().any(|word| POINTERS.contains(word))
        || PHRASES.iter().any(|phrase| lower.starts_with(phrase))
}

/// "Coming from teaching, she leads the team", "Prior to Insight, he worked":
/// a pronoun at the start, or with no name before it.
fn lacks_a_name(sentence: &str, words: &[Word]) -> bool {
    const PRONOUNS: [&str; 5] = ["he", "she", "his", "her", "him"];
    let is_capitalised = |word: &Word| sentence[word.range.clone()].starts_with(char::is_uppercase);
    let pronoun = words
        .iter()
        .position(|word| PRONOUNS.contains(&word.lower.as_str()));
    pronoun.is_some_and(|at| {
        at <= REACH_OF_POINTERS || !words[..at].iter().skip(1).any(is_capitalised)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_statements_stand_alone() {
        for sentence in [
            "Our coaches served 412 children at nine schools.",
            "“Every child reads,” said the director of the program.",
            "Two in three children here live below the poverty line.",
            "Books For All serves nine schools in the county.",
            "Our director said: “Every child reads to a grown-up.”",
            "Maria Ortega joined in 2015, and she leads our coaches.",
            "2024 was our largest summer session in a decade.",
            "We are a 501(c)(3) organization with a board of eleven members.",
        ] {
            assert_eq!(standing(sentence), Standing::Alone, "{sentence}");
        }
    }

    #[test]
    fn sentences_that_point_back_lean() {
        for sentence in [
            "They complete 60 hours of training before the first session.",
            "Of these, 78% met or exceeded their reading goal.",
            "We therefore recorded attendance at every one of our sites.",
            "Coming from teaching, she leads a team of eight coaches.",
            "Prior to Oak Hill, he worked in two public libraries.",
            "As a result, attendance rose at every one of our sites.",
            "In addition, a reserve covers four months of expenses.",
        ] {
            assert_eq!(standing(sentence), Standing::Leaning, "{sentence}");
        }
    }

    #[test]
    fn leftovers_of_other_documents_are_unfit() {
        for sentence in [
            "Who we are",
            "Page 3 of 7 in the annual report of the organization.",
            "Dear Ms. Okafor, we are glad to send you our report.",
            "Do you want to know more about our reading coaches?",
            "Contact our office in Harlan County for more details.",
            "Write to info@willowcreek.example for all further details.",
            "See https://willowcreek.example/audit for all of the details.",
            "| Oak Hill | 44 | 12 | children in all of our sites.",
            "The **coaches** of our program served 412 children.",
            "The contractor shall deliver the report within thirty days.",
            "Name of Applicant Organization And Address Of The Office.",
            "Our Mission The center builds capacity in rural libraries.",
            "2018 HIGHLIGHTS Our coaches served 412 children at nine schools.",
            "Objective 2: Coaches will reach four hundred children each year.",
            "(2018). Reading early is a strong predictor of later success.",
            "Data Data and and Materials produced by the coaches were kept.",
            "served 412 children at nine elementary schools in total.",
            "The tables (with all of the figures are in the annex.",
            "The results of the program are shown in the following list.",
            "The metrics below are a few of the indicators of our work.",
            "Families become engaged in education By investing in early readers.",
            "Last year our coaches served more children than ever before.",
        ] {
            assert_eq!(standing(sentence), Standing::Unfit, "{sentence}");
        }
    }
}
