//! Samples as sentences in paragraphs; what is not prose is counted and left out.

use std::collections::HashSet;

use crate::text::{self, Word};

/// All samples.
#[derive(Debug)]
pub(super) struct Corpus {
    pub(super) samples: Vec<Sample>,
    /// Words that stand somewhere with a small letter: what else begins a sentence may
    /// be a name.
    small: HashSet<String>,
}

/// One text.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) list_items: usize,
    pub(super) headings: usize,
}

/// Sentences that belong together.
#[derive(Debug)]
pub(super) struct Paragraph {
    pub(super) sentences: Vec<Sentence>,
}

/// A sentence as it is written, and its words.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) words: Vec<Word>,
}

/// A line of more words than this is no heading, even without a stop.
const LONGEST_HEADING: usize = 12;

/// Lines of fewer words on average are lines of one paragraph.
const LINE_THAT_IS_A_PARAGRAPH: usize = 20;

impl Corpus {
    pub(super) fn of(samples: &[String]) -> Self {
        let samples: Vec<_> = samples.iter().map(|text| Sample::of(text)).collect();
        let sentences = samples.iter().flat_map(Sample::sentences);
        let small = sentences.flat_map(Sentence::small_words).collect();
        Self { samples, small }
    }

    /// Whether a word (in lower case) may be shown though a capital letter begins it.
    pub(super) fn is_no_name(&self, lower: &str) -> bool {
        text::is_stop_word(lower) || self.small.contains(lower)
    }

    pub(super) fn paragraphs(&self) -> impl Iterator<Item = &Paragraph> {
        self.samples.iter().flat_map(|sample| &sample.paragraphs)
    }

    pub(super) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.paragraphs().flat_map(|paragraph| &paragraph.sentences)
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.sentences().flat_map(|sentence| &sentence.words)
    }

    /// How many words of a hundred bind others together, as a share.
    pub(super) fn function_word_share(&self) -> f64 {
        let function_words = self.words().filter(|word| text::is_stop_word(&word.lower));
        share(function_words.count(), self.words().count())
    }
}

impl Sample {
    fn of(text: &str) -> Self {
        let mut sample = Self::default();
        for block in blocks(text) {
            sample.take(&block);
        }
        sample
    }

    fn take(&mut self, block: &[&str]) {
        let (items, prose): (Vec<_>, Vec<_>) =
            block.iter().copied().partition(|line| is_list_item(line));
        self.list_items += items.len();
        match prose.as_slice() {
            [] => {}
            [line] if is_heading(line) => self.headings += 1,
            lines if are_paragraphs(lines) => lines.iter().for_each(|line| self.take_prose(line)),
            lines => self.take_prose(&lines.join(" ")),
        }
    }

    fn take_prose(&mut self, prose: &str) {
        let prose = &without_addresses(prose);
        let sentences: Vec<_> = text::sentences(prose)
            .into_iter()
            .map(|range| Sentence::of(&prose[range]))
            .filter(|sentence| sentence.words.len() > 1)
            .collect();
        if !sentences.is_empty() {
            self.paragraphs.push(Paragraph { sentences });
        }
    }

    pub(super) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        let paragraphs = self.paragraphs.iter();
        paragraphs.flat_map(|paragraph| &paragraph.sentences)
    }
}

impl Sentence {
    fn of(text: &str) -> Self {
        Self {
            words: text::words(text),
            text: text.to_owned(),
        }
    }

    fn small_words(&self) -> impl Iterator<Item = String> {
        let is_small =
            |word: &&Word| self.text[word.range.clone()].starts_with(|c: char| c.is_lowercase());
        let words = self.words.iter().filter(is_small);
        words.map(|word| word.lower.clone())
    }

    /// Its words in lower case, for phrases to be sought in.
    pub(super) fn lower(&self) -> Vec<&str> {
        self.words.iter().map(|word| word.lower.as_str()).collect()
    }

    pub(super) fn has_figure(&self) -> bool {
        self.text.contains(|c: char| c.is_ascii_digit())
    }
}

/// Addresses of the web are no words, though they look like several.
fn without_addresses(prose: &str) -> String {
    let is_address = |token: &&str| token.contains("://") || token.starts_with("www.");
    let tokens = prose.split_whitespace();
    let words: Vec<_> = tokens.filter(|token| !is_address(token)).collect();
    words.join(" ")
}

/// Lines that no empty line parts.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let blocks = lines.split(|line| line.is_empty());
    blocks
        .filter(|block| !block.is_empty())
        .map(<[_]>::to_vec)
        .collect()
}

fn is_list_item(line: &str) -> bool {
    let numbered = line.split_once(['.', ')']).is_some_and(|(number, rest)| {
        let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        is_number && number.len() < 3 && rest.starts_with(' ')
    });
    numbered || line.starts_with(['•', '-', '*', '–', '·', '▪', '|'])
}

fn is_heading(line: &str) -> bool {
    line.starts_with('#')
        || (line.split_whitespace().count() <= LONGEST_HEADING && !ends_a_sentence(line))
}

fn ends_a_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(['"', '”', '’', '\'', ')', ']']);
    line.ends_with(['.', '!', '?', '…'])
}

/// Some texts have no empty lines: each line is a paragraph then.
fn are_paragraphs(lines: &[&str]) -> bool {
    let words: usize = lines
        .iter()
        .map(|line| line.split_whitespace().count())
        .sum();
    lines.len() > 1
        && lines.iter().all(|line| ends_a_sentence(line))
        && words >= LINE_THAT_IS_A_PARAGRAPH * lines.len()
}

/// `part` of `whole`, 0 to 1; 0 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

/// The mean of figures; 0 of none.
pub(super) fn mean(figures: &[usize]) -> f64 {
    share(figures.iter().sum(), figures.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_lists_are_no_prose() {
        let sample = Sample::of(
            "Who we are\n\nWe began in a church basement.\nWe have grown since.\n\n\
             - one thing\n- another\n1. a third\n\n## Results\n\nChildren read more. They like it.",
        );
        assert_eq!((sample.headings, sample.list_items), (2, 3));
        let sentences: Vec<_> = sample
            .paragraphs
            .iter()
            .map(|p| p.sentences.len())
            .collect();
        assert_eq!(sentences, [2, 2]);
    }

    #[test]
    fn addresses_are_no_words() {
        let corpus = Corpus::of(&["See our plan at https://example.org/plan for more.".to_owned()]);
        let words: Vec<_> = corpus.words().map(|word| word.lower.as_str()).collect();
        assert_eq!(words, ["see", "our", "plan", "at", "for", "more"]);
    }

    #[test]
    fn lines_are_paragraphs_where_nothing_else_parts_them() {
        let long = "Every week our coaches sit down with one child and one book, and they read \
                    until the child wants to read on alone.";
        assert_eq!(Sample::of(&format!("{long}\n{long}")).paragraphs.len(), 2);
        let wrapped = "Every week our coaches sit down\nwith one child and one book.";
        let sample = Sample::of(wrapped);
        assert_eq!(sample.paragraphs.len(), 1);
        assert_eq!(sample.paragraphs[0].sentences.len(), 1);
    }
}
