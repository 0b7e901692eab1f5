//! Words, stems and phrases: how this crate compares texts.

use std::collections::BTreeSet;
use std::ops::Range;

use archivist_domain::figures::{self, Token};
use snowball_stemmers_rs::{Algorithm, Stemmer};

pub(crate) use archivist_domain::sentences::sentences;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it stands, in bytes.
    pub(crate) range: Range<usize>,
    /// In lower case, without a possessive ending.
    pub(crate) lower: String,
    /// Its English stem.
    pub(crate) stem: String,
}

impl Token for Word {
    fn range(&self) -> &Range<usize> {
        &self.range
    }

    fn lower(&self) -> &str {
        &self.lower
    }
}

/// The words of a text with their stems, see [`figures::words`].
pub(crate) fn words(text: &str) -> Vec<Word> {
    let stemmer = Stemmer::create(Algorithm::English);
    figures::words(text)
        .into_iter()
        .map(|word| Word {
            stem: stemmer.stem(&word.lower).into_owned(),
            range: word.range,
            lower: word.lower,
        })
        .collect()
}

/// The stems of all words in order, stop words included: what phrases are sought in.
pub(crate) fn stems(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.stem).collect()
}

/// The distinct stems that carry meaning.
pub(crate) fn content_stems(text: &str) -> BTreeSet<String> {
    content_of(&words(text))
}

/// The distinct stems that carry meaning among `words`.
pub(crate) fn content_of(words: &[Word]) -> BTreeSet<String> {
    words
        .iter()
        .filter(|word| !is_stop_word(&word.lower))
        .map(|word| word.stem.clone())
        .collect()
}

/// Whether `phrase` stands in `stems` word after word.
pub(crate) fn holds_phrase(stems: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && stems.windows(phrase.len()).any(|window| window == phrase)
}

/// Whether one of `phrases`, given with blanks, stands in `words` word after word.
pub(crate) fn holds_any(words: &[&str], phrases: &[&str]) -> bool {
    (0..words.len()).any(|at| begins_with_any(&words[at..], phrases))
}

/// Whether `words` begin with one of `phrases`, given with blanks.
pub(crate) fn begins_with_any(words: &[&str], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        let mut at = 0;
        phrase.split(' ').all(|wanted| {
            at += 1;
            words.get(at - 1) == Some(&wanted)
        })
    })
}

/// The share of `wanted` that `given` holds, 0 to 1; 0 when nothing is wanted.
pub(crate) fn coverage(wanted: &BTreeSet<String>, given: &BTreeSet<String>) -> f32 {
    if wanted.is_empty() {
        return 0.0;
    }
    wanted.intersection(given).count() as f32 / wanted.len() as f32
}

/// The text with every run of white space as one blank.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a word (in lower case) binds others together without meaning of its own.
pub(crate) fn is_stop_word(lower: &str) -> bool {
    STOP_WORDS.binary_search(&lower).is_ok()
}

/// Sorted. Besides the usual function words, those that link sentences.
const STOP_WORDS: &[&str] = &[
    "a",
    "about",
    "above",
    "accordingly",
    "addition",
    "additionally",
    "after",
    "again",
    "all",
    "along",
    "also",
    "although",
    "am",
    "among",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "between",
    "both",
    "but",
    "by",
    "can",
    "conclusion",
    "could",
    "did",
    "do",
    "does",
    "during",
    "each",
    "either",
    "etc",
    "every",
    "finally",
    "for",
    "from",
    "further",
    "furthermore",
    "had",
    "has",
    "have",
    "having",
    "he",
    "hence",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "indeed",
    "into",
    "is",
    "it",
    "its",
    "itself",
    "just",
    "may",
    "me",
    "meanwhile",
    "might",
    "more",
    "moreover",
    "most",
    "much",
    "must",
    "my",
    "no",
    "nor",
    "not",
    "of",
    "off",
    "on",
    "once",
    "only",
    "onto",
    "or",
    "other",
    "our",
    "ours",
    "out",
    "over",
    "own",
    "per",
    "same",
    "shall",
    "she",
    "should",
    "so",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "theirs",
    "them",
    "then",
    "there",
    "therefore",
    "these",
    "they",
    "this",
    "those",
    "through",
    "thus",
    "to",
    "together",
    "too",
    "under",
    "until",
    "up",
    "upon",
    "us",
    "very",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "within",
    "would",
    "you",
    "your",
    "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted_for_the_search() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && is_stop_word("a") && is_stop_word("yours"));
        assert!(!is_stop_word("children"));
    }

    #[test]
    fn words_keep_figures_whole_and_drop_possessives() {
        let lower: Vec<_> = words("The board’s 1,200.5 don't early-literacy")
            .into_iter()
            .map(|word| word.lower)
            .collect();
        assert_eq!(
            lower,
            ["the", "board", "1,200.5", "don't", "early", "literacy"]
        );
    }

    #[test]
    fn phrases_are_found_in_any_inflection() {
        let sentence = stems("It has memoranda of understandings and boards of directors.");
        assert!(holds_phrase(&sentence, &stems("board of directors")));
        assert!(!holds_phrase(&sentence, &stems("directors board")));
        assert!(!holds_phrase(&sentence, &[]));
    }

    #[test]
    fn coverage_counts_meaning_only() {
        let source = content_stems("Our coaches served 412 children.");
        assert!((coverage(&content_stems("412 children were served"), &source) - 1.0).abs() < 1e-6);
        assert!(coverage(&content_stems("of the and"), &source).abs() < 1e-6);
    }
}
