//! Short phrases of the samples, fit to be shown.

use super::corpus::{Corpus, Sentence};
use crate::text::Word;

/// The most words of a sample that are quoted together.
pub(super) const LONGEST_QUOTE: usize = 7;

/// A phrase in quotation marks.
pub(super) fn quoted(phrase: &str) -> String {
    format!("“{phrase}”")
}

/// The first words of a sentence as they are written, where they show neither a name
/// nor a figure: a guide must not tell what the samples said.
pub(super) fn beginning<'a>(
    corpus: &Corpus,
    sentence: &'a Sentence,
    length: usize,
) -> Option<&'a str> {
    let words = sentence.words.get(..length.min(LONGEST_QUOTE))?;
    let shows_nothing = |(at, word): (usize, &Word)| {
        let written = &sentence.text[word.range.clone()];
        open_place(written).is_none() && !may_be_a_name(corpus, at, written, word)
    };
    if !words.iter().enumerate().all(shows_nothing) {
        return None;
    }
    let phrase = &sentence.text[words.first()?.range.start..words.last()?.range.end];
    (!phrase.contains(['“', '”', '"'])).then_some(phrase)
}

/// The first words of a sentence as a pattern, with names and figures left open.
pub(super) fn pattern(corpus: &Corpus, sentence: &Sentence) -> Option<String> {
    let words = sentence.words.get(..LONGEST_QUOTE)?;
    let mut pattern: Vec<&str> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let written = &sentence.text[word.range.clone()];
        let next = match open_place(written) {
            Some(place) => place,
            None if may_be_a_name(corpus, at, written, word) => "[name]",
            None => written,
        };
        if next != "[name]" || pattern.last() != Some(&next) {
            pattern.push(next);
        }
    }
    Some(pattern.join(" "))
}

fn may_be_a_name(corpus: &Corpus, at: usize, written: &str, word: &Word) -> bool {
    let is_capital = written.contains(char::is_uppercase) && word.lower != "i";
    is_capital && (at > 0 || !corpus.is_no_name(&word.lower))
}

fn open_place(written: &str) -> Option<&'static str> {
    let digits = written.chars().filter(char::is_ascii_digit).count();
    let is_year = digits == 4
        && written.len() == 4
        && (written.starts_with("19") || written.starts_with("20"));
    match digits {
        0 => None,
        _ if is_year => Some("[year]"),
        _ => Some("[number]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_figures_are_not_quoted() {
        let corpus = Corpus::of(&[
            "In 2024 Willow Creek Reads served 412 children well, they say. \
             Maria sits down with every child. We sit down with Maria, and read on."
                .to_owned(),
        ]);
        let all: Vec<_> = corpus.sentences().collect();
        let [figure, name, plain] = all.as_slice() else {
            panic!("three sentences");
        };
        assert_eq!(beginning(&corpus, figure, 3), None);
        let open = "In [year] [name] served [number]";
        assert_eq!(pattern(&corpus, figure).unwrap(), open);
        assert_eq!(beginning(&corpus, name, 3), None);
        assert_eq!(beginning(&corpus, plain, 4), Some("We sit down with"));
        assert_eq!(beginning(&corpus, plain, 6), None);
    }
}
