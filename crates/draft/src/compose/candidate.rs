//! The sentences of the sources that may go into a draft.

use std::collections::BTreeSet;

use archivist_domain::count;

use super::standing::{Standing, standing};
use crate::fact;
use crate::ground::{self, Passage};
use crate::text::{self, sentences};

/// A leaning sentence may stand at most this far behind one that stands alone:
/// a longer chain quotes the passage instead of drawing from it.
const LONGEST_CHAIN: usize = 2;

/// A sentence that may go into a draft.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Which source it is from, by place among the sources.
    pub(super) source: usize,
    /// Its place among the sentences of the passage.
    pub(super) position: usize,
    /// Its words, on one line, otherwise as in the source.
    pub(super) text: String,
    /// Its length as portals count it.
    pub(super) words: usize,
    /// All stems in order.
    pub(super) stems: Vec<String>,
    /// The stems that carry meaning.
    pub(super) content: BTreeSet<String>,
    /// Whether it holds a figure, a date or a quotation.
    pub(super) has_figure: bool,
    /// The candidate that must stand right before it.
    pub(super) leans_on: Option<usize>,
    /// The marker numbers of the sources that say it, its own first.
    pub(super) numbers: Vec<u32>,
}

/// The candidates of all passages, in the order of passages and sentences.
pub(super) fn candidates(passages: &[Passage<'_>]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (source, passage) in passages.iter().enumerate() {
        read(source, passage, &mut found);
    }
    found
}

fn read(source: usize, passage: &Passage<'_>, found: &mut Vec<Candidate>) {
    let text = &passage.source.text;
    let mut chain = Chain::default();
    let mut previous_end = 0;
    for (position, range) in sentences(text).into_iter().enumerate() {
        if text[previous_end..range.start].contains('\n') {
            chain = Chain::default();
        }
        previous_end = range.end;
        let sentence = text::one_line(without_list_sign(&text[range]));
        let usable = match standing(&sentence) {
            Standing::Alone => Some(None),
            Standing::Leaning => chain.end().map(Some),
            Standing::Unfit => None,
        };
        // What grounding would not support by its own passage is not quoted.
        let usable = usable.filter(|_| ground::is_supported_by(&sentence, passage));
        chain = match usable {
            Some(None) => Chain {
                last: Some(found.len()),
                length: 0,
            },
            Some(_) => Chain {
                last: Some(found.len()),
                length: chain.length + 1,
            },
            None => Chain::default(),
        };
        if let Some(leans_on) = usable {
            found.push(candidate(source, position, sentence, leans_on, passage));
        }
    }
}

/// The usable sentences in a row up to here.
#[derive(Default)]
struct Chain {
    last: Option<usize>,
    length: usize,
}

impl Chain {
    /// The candidate that a further sentence may lean on.
    fn end(&self) -> Option<usize> {
        self.last.filter(|_| self.length < LONGEST_CHAIN)
    }
}

fn candidate(
    source: usize,
    position: usize,
    text: String,
    leans_on: Option<usize>,
    passage: &Passage<'_>,
) -> Candidate {
    Candidate {
        source,
        position,
        words: count::words(&text),
        stems: text::stems(&text),
        content: text::content_stems(&text),
        has_figure: fact::facts(&text).iter().any(fact::Fact::is_exact),
        leans_on,
        numbers: vec![passage.source.number],
        text,
    }
}

/// The sentence without the sign of a list item before it.
fn without_list_sign(sentence: &str) -> &str {
    let rest = sentence
        .trim_start_matches(['-', '–', '•', '*', '·', '▪', '◦', '●', '○'])
        .trim_start();
    let Some((number, item)) = rest.split_once(' ') else {
        return rest;
    };
    let figure = number.trim_end_matches(['.', ')']);
    let is_number =
        figure != number && figure.len() <= 2 && figure.bytes().all(|b| b.is_ascii_digit());
    if is_number { item.trim_start() } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn texts(text: &str) -> Vec<(String, Option<usize>)> {
        let source = fixture::source(1, 2024, "Results", text);
        candidates(&[Passage::read(&source)])
            .into_iter()
            .map(|candidate| (candidate.text, candidate.leans_on))
            .collect()
    }

    #[test]
    fn a_leaning_sentence_is_tied_to_the_one_before() {
        let found =
            texts("Our coaches served 412 children in 2024. Of these, 78% met their reading goal.");
        assert_eq!(found[1].1, Some(0));
    }

    #[test]
    fn a_leaning_sentence_without_its_predecessor_is_left_out() {
        let found = texts("What did we find out? Of these, 78% met their reading goal.");
        assert!(found.is_empty());
        let found = texts(
            "Our coaches served 412 children in 2024.\n\nOf these, 78% met their reading goal.",
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn list_signs_are_not_part_of_the_sentence() {
        let found = texts(
            "• Our coaches served 412 children in 2024.\n2) Eleven members serve on the board.",
        );
        assert_eq!(found[0].0, "Our coaches served 412 children in 2024.");
        assert_eq!(found[1].0, "Eleven members serve on the board.");
    }
}
