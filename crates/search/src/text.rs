//! From text to terms: words with their places, folded and stemmed.

use std::ops::Range;

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// Longer "words" are encoded data or broken extraction, never searched for.
const MAX_WORD_BYTES: usize = 64;

/// A word of a text that can be searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The folded stem: what the index knows the word by.
    pub(crate) term: String,
    /// Where the word stands, in bytes of the text.
    pub(crate) range: Range<usize>,
}

/// The searchable words of a text, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    // Snowball's English ("Porter 2"). Other languages by document come later.
    let stemmer = Stemmer::create(Algorithm::English);
    text.unicode_word_indices()
        .filter(|(_, word)| word.len() <= MAX_WORD_BYTES)
        .filter_map(|(start, word)| {
            let folded = fold(word);
            (!is_stop_word(&folded)).then(|| Token {
                term: stemmer.stem(&folded).into_owned(),
                range: start..start + word.len(),
            })
        })
        .collect()
}

/// Every word of a text as it is written, folded but not stemmed, in order.
pub(crate) fn wording(text: &str) -> Vec<String> {
    text.unicode_words().map(fold).collect()
}

/// One spelling for words that people take for the same: lower case, no
/// accents, a plain apostrophe, no thousands separators in numbers.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        word.to_lowercase()
            .nfkd()
            .filter(|c| !is_combining_mark(*c))
            .map(|c| if c == '\u{2019}' { '\'' } else { c })
            .collect()
    };
    if folded.starts_with(|c: char| c.is_ascii_digit()) {
        folded.retain(|c| c != ',');
    }
    folded
}

/// Whether a folded word is too common in English to say what a text is about.
pub(crate) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

/// Function words only, ascending. No nouns, no verbs of content, no numbers:
/// in an archive of one organization those may be what is looked for.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "between", "both", "but", "by", "can", "could", "did",
    "do", "does", "doing", "during", "each", "either", "for", "from", "further", "had", "has",
    "have", "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into",
    "is", "it", "it's", "its", "itself", "may", "me", "might", "more", "most", "must", "my",
    "neither", "nor", "not", "of", "on", "only", "or", "other", "our", "ours", "out", "over",
    "own", "same", "shall", "she", "should", "so", "some", "such", "than", "that", "the", "their",
    "theirs", "them", "then", "there", "these", "they", "this", "those", "through", "thus", "to",
    "too", "under", "until", "up", "upon", "us", "very", "was", "we", "were", "what", "when",
    "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with", "within",
    "would", "you", "your", "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| t.term).collect()
    }

    #[test]
    fn words_are_folded_and_stemmed() {
        assert_eq!(terms("Coaches COACHING the coach's"), ["coach"; 3]);
        assert_eq!(terms("Peña’s café"), ["pena", "cafe"]);
        assert_eq!(terms("$45,000 in 2024"), ["45000", "2024"]);
        assert_eq!(terms("full-time"), ["full", "time"]);
    }

    #[test]
    fn ranges_cut_the_word_out_of_the_text() {
        let text = "Über 12 Café-Besuche";
        let words: Vec<_> = tokens(text)
            .iter()
            .map(|t| &text[t.range.clone()])
            .collect();
        assert_eq!(words, ["Über", "12", "Café", "Besuche"]);
    }

    #[test]
    fn stop_words_are_sorted_and_left_out() {
        assert!(STOP_WORDS.is_sorted());
        assert_eq!(
            terms("What is it that we do with the children?"),
            ["children"]
        );
    }

    #[test]
    fn encoded_data_is_no_word() {
        assert_eq!(terms(&"x".repeat(65)), Vec::<String>::new());
    }
}
