//! How sentences begin.

use std::collections::BTreeMap;

use super::aspect::{Aspect, listed, percent};
use super::corpus::{Corpus, Sentence};
use super::phrases::{beginning, quoted};
use super::words::{DETERMINERS, LINKS, NUMBERS, PREPOSITIONS, SUBORDINATORS, WE};
use crate::text;

/// How many openings are shown.
const SHOWN: usize = 5;

/// Figures about the first words of sentences.
#[derive(Debug)]
pub(super) struct Openings {
    total: usize,
    /// Ways to begin with how often they occur, the most usual first.
    ways: Vec<(&'static str, usize)>,
    /// Sentences that begin with the word of the one before.
    repeated: usize,
    /// Three words that begin several sentences.
    recurring: Vec<String>,
}

impl Openings {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let all: Vec<_> = corpus.sentences().collect();
        let mut ways: BTreeMap<_, usize> = BTreeMap::new();
        for sentence in &all {
            *ways.entry(way(corpus, sentence)).or_default() += 1;
        }
        let mut ways: Vec<_> = ways.into_iter().collect();
        ways.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
        let first = |sentence: &&Sentence| sentence.words[0].lower.clone();
        let firsts: Vec<_> = all.iter().map(first).collect();
        Self {
            total: all.len(),
            ways,
            repeated: firsts.windows(2).filter(|pair| pair[0] == pair[1]).count(),
            recurring: recurring(corpus),
        }
    }

    pub(super) fn tell(&self, aspect: &mut Aspect) {
        let shown: Vec<_> = self
            .ways
            .iter()
            .filter(|(_, n)| n * 25 >= self.total)
            .take(SHOWN)
            .map(|(name, n)| format!("{name} ({})", percent(*n, self.total)))
            .collect();
        aspect.find(format!("Sentences begin with {}.", listed(&shown)));
        let names: Vec<_> = self
            .ways
            .iter()
            .take(3)
            .map(|(name, _)| (*name).to_owned())
            .collect();
        aspect.advise(format!(
            "Vary how sentences begin, mostly between these: {}.",
            listed(&names)
        ));
        if self.repeated * 10 < self.total {
            aspect.avoid("Do not begin two sentences in a row with the same word.");
        }
        if !self.recurring.is_empty() {
            aspect.find(format!(
                "Beginnings that come back: {}.",
                listed(&self.recurring)
            ));
        }
    }
}

/// Beginnings of several sentences, the most frequent first.
fn recurring(corpus: &Corpus) -> Vec<String> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let beginnings = corpus.sentences().filter_map(|s| beginning(corpus, s, 3));
    for phrase in beginnings {
        *found.entry(phrase.to_owned()).or_default() += 1;
    }
    let mut found: Vec<_> = found.into_iter().filter(|(_, n)| *n > 1).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found
        .into_iter()
        .take(SHOWN)
        .map(|(phrase, _)| quoted(&phrase))
        .collect()
}

fn way(corpus: &Corpus, sentence: &Sentence) -> &'static str {
    let lower = sentence.lower();
    let first = lower[0];
    let is = |words: &[&str]| words.contains(&first);
    let is_link = |words: &[&str]| {
        LINKS
            .iter()
            .any(|link| text::begins_with_any(words, link.phrases))
    };
    if is(WE) {
        "“we” or “our”"
    } else if is_link(&lower) {
        "a linking word"
    } else if is(PREPOSITIONS) {
        "a setting of time, place or means"
    } else if is(SUBORDINATORS) {
        "a subordinate clause"
    } else if first.starts_with(|c: char| c.is_ascii_digit()) || is(NUMBERS) {
        "a figure"
    } else if is(&[
        "this", "these", "that", "those", "it", "they", "he", "she", "there", "such",
    ]) {
        "a word that points back"
    } else if is(DETERMINERS) {
        "an article or a quantity with its noun"
    } else if first.len() > 4 && first.ends_with("ing") {
        "a participle"
    } else if corpus.is_no_name(first) {
        "a bare noun or verb"
    } else {
        "a name or a bare noun"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_begin_are_told_apart() {
        let corpus = Corpus::of(&[
            "We read aloud every day. However, it takes time. In spring we \
             walk to the library. When it rains we stay. Forty children came. They read. Reading \
             takes patience. Every child has a book."
                .to_owned(),
        ]);
        let found: Vec<_> = corpus.sentences().map(|s| way(&corpus, s)).collect();
        assert_eq!(
            found,
            [
                "“we” or “our”",
                "a linking word",
                "a setting of time, place or means",
                "a subordinate clause",
                "a figure",
                "a word that points back",
                "a participle",
                "an article or a quantity with its noun",
            ]
        );
    }
}
