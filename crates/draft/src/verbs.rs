//! Whether a sentence has a finite verb and of which tense, guessed without a grammar.
//!
//! Notes and lists are full of fragments ("External evaluation of the project.")
//! and orders ("Train five cohorts.") that end like sentences. A draft is better
//! without a good sentence than with one of those, so the guess leans to "no".

mod table;

use crate::text::Word;
use table::{AUXILIARIES, BEFORE_NOUNS, PAST_FORMS, VERBS};

/// Whether the words state something: an auxiliary, a subject pronoun or a
/// known verb where a verb can stand, and no order at the start.
pub(crate) fn is_a_statement(words: &[Word]) -> bool {
    let is_order = words
        .first()
        .is_some_and(|word| VERBS.contains(&word.lower.as_str()));
    let is_verb_at = |at: usize| {
        let word = words[at].lower.as_str();
        if at > 0 && ["be", "been", "being"].contains(&words[at - 1].lower.as_str()) {
            return false;
        }
        AUXILIARIES.contains(&word) || PAST_FORMS.contains(&word) || is_regular_verb(words, at)
    };
    let is_of_a_clause = |at: usize| at > 0 && RELATIVE.contains(&words[at - 1].lower.as_str());
    !is_order
        && !lacks_a_subject(words)
        && (0..words.len()).any(|at| is_verb_at(at) && !is_of_a_clause(at))
}

/// The verb after one of these is not the sentence's own.
const RELATIVE: [&str; 3] = ["that", "which", "who"];

/// "Establishes the ability …": a verb in front of its object. "Reports show" is none.
fn lacks_a_subject(words: &[Word]) -> bool {
    const OBJECTS: [&str; 8] = ["the", "a", "an", "to", "our", "their", "its", "how"];
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    is_third_person(lower(0)) && OBJECTS.contains(&lower(1))
}

/// Whether the word at `at` is a verb with a meaning of its own, by its form and place.
pub(crate) fn is_full_verb(words: &[Word], at: usize) -> bool {
    is_regular_verb(words, at) || PAST_FORMS.contains(&words[at].lower.as_str())
}

fn is_regular_verb(words: &[Word], at: usize) -> bool {
    let word = words[at].lower.as_str();
    let Some(before) = at.checked_sub(1).map(|before| words[before].lower.as_str()) else {
        return false;
    };
    let may_follow = !BEFORE_NOUNS.contains(&before);
    let is_base = VERBS.contains(&word);
    may_follow
        && ((word.ends_with("ed") && word != "based")
            || is_third_person(word)
            || (is_base && is_plural_subject(before)))
}

fn is_third_person(word: &str) -> bool {
    let is_verb = |base: &str| VERBS.contains(&base);
    word.strip_suffix('s').is_some_and(is_verb)
        || word.strip_suffix("es").is_some_and(is_verb)
        || word
            .strip_suffix("ies")
            .is_some_and(|base| is_verb(&format!("{base}y")))
}

/// When a sentence says that something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tense {
    /// It was so, or has come to be so ("served", "has completed").
    Past,
    /// It is so.
    Present,
    /// It is planned, or may be.
    Future,
}

/// The tense of the verb that governs the word at `at`: the nearest finite verb
/// before it, otherwise the first after it.
pub(crate) fn tense_at(words: &[Word], at: usize) -> Option<Tense> {
    let before = (0..at).rev().find_map(|verb| tense_of(words, verb));
    before.or_else(|| (at..words.len()).find_map(|verb| tense_of(words, verb)))
}

fn tense_of(words: &[Word], at: usize) -> Option<Tense> {
    let before = at
        .checked_sub(1)
        .map_or("", |before| words[before].lower.as_str());
    match words[at].lower.as_str() {
        "was" | "were" | "had" | "did" => Some(Tense::Past),
        "may" if is_a_month(words, at) => None,
        "will" | "would" | "could" | "may" | "might" => Some(Tense::Future),
        "is" | "are" | "has" | "have" | "do" | "does" | "can" | "must" => Some(Tense::Present),
        word if PAST_FORMS.contains(&word) => Some(tense_of_participle(before)),
        word if word.ends_with("ed") && is_regular_verb(words, at) => {
            Some(tense_of_participle(before))
        }
        word if VERBS.contains(&word) && ["we", "they"].contains(&before) => Some(Tense::Present),
        _ => is_regular_verb(words, at).then_some(Tense::Present),
    }
}

/// "in May 1998", "on May 3".
fn is_a_month(words: &[Word], at: usize) -> bool {
    let next = words.get(at + 1).map_or("", |word| word.lower.as_str());
    next.starts_with(|c: char| c.is_ascii_digit())
}

/// "is governed" is present, "will be governed" future; "governed", "was
/// governed" and "has governed" are past.
fn tense_of_participle(before: &str) -> Tense {
    match before {
        "is" | "are" => Tense::Present,
        "be" => Tense::Future,
        _ => Tense::Past,
    }
}

/// Whether a base form after this word can be its verb: "coaches meet", but not
/// "reading support".
fn is_plural_subject(word: &str) -> bool {
    const PLURALS: [&str; 10] = [
        "children", "people", "women", "men", "staff", "who", "that", "which", "alumni", "here",
    ];
    let is_adverb = word.ends_with("ly");
    PLURALS.contains(&word) || is_adverb || (word.ends_with('s') && !word.ends_with("ss"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn statements_have_a_verb_where_one_can_stand() {
        for (sentence, expected) in [
            ("Parents describe evenings when a child reads aloud.", true),
            (
                "The board's finance committee reviews the budget each quarter.",
                true,
            ),
            ("Riverside University evaluates our results.", true),
            ("Enrollment rose in every one of the nine schools.", true),
            (
                "External evaluation of impacts and learning arising of the project.",
                false,
            ),
            ("Analysis of the reading support landscape.", false),
            (
                "Train at least five cohorts of fifty people per year.",
                false,
            ),
            ("Data as of 31 December 2024.", false),
        ] {
            assert_eq!(
                is_a_statement(&text::words(sentence)),
                expected,
                "{sentence}"
            );
        }
    }

    #[test]
    fn the_tense_is_that_of_the_governing_verb() {
        for (sentence, expected) in [
            ("We employ 14 coaches.", Tense::Present),
            ("In June 2023 we employed 14 coaches.", Tense::Past),
            ("We will employ 14 coaches.", Tense::Future),
            ("Since 2015 we have trained 14 coaches.", Tense::Past),
            ("We are governed by 14 directors.", Tense::Present),
            ("We met in May 14 times.", Tense::Past),
            ("A board of 14 directors governs us.", Tense::Present),
            ("Revenue grew and the reserve is 14 weeks.", Tense::Present),
        ] {
            let words = text::words(sentence);
            let figure = words.iter().position(|word| word.lower == "14").unwrap();
            assert_eq!(tense_at(&words, figure), Some(expected), "{sentence}");
        }
    }
}
