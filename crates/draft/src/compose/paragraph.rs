//! Chosen sentences in an order that reads.

use super::candidate::Candidate;
use super::select::Chosen;

/// An element that fills fewer words shares its paragraph with the next.
const SHORT_PARAGRAPH_WORDS: usize = 35;

/// Sentences that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// In reading order.
    pub(super) sentences: Vec<Sentence>,
    elements: usize,
}

/// A sentence of the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// As in its source, on one line.
    pub(super) text: String,
    /// The numbers of the sources that say it.
    pub(super) numbers: Vec<u32>,
    words: usize,
}

/// One paragraph for each element, or for two short ones in a row.
pub(super) fn paragraphs(candidates: &[Candidate], chosen: &Chosen) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for element in chosen.iter().filter(|element| !element.is_empty()) {
        let sentences = in_reading_order(candidates, element);
        match paragraphs.last_mut() {
            Some(last) if last.elements == 1 && last.is_short() => {
                last.sentences.extend(sentences);
                last.elements = 2;
            }
            _ => paragraphs.push(Paragraph {
                sentences,
                elements: 1,
            }),
        }
    }
    paragraphs
}

impl Paragraph {
    fn is_short(&self) -> bool {
        self.sentences
            .iter()
            .map(|sentence| sentence.words)
            .sum::<usize>()
            < SHORT_PARAGRAPH_WORDS
    }
}

/// The source of the best sentence first; within a source, its own order.
fn in_reading_order(candidates: &[Candidate], element: &[usize]) -> Vec<Sentence> {
    let rank = |source: usize| {
        element
            .iter()
            .position(|&index| candidates[index].source == source)
    };
    let mut order = element.to_vec();
    order.sort_by_key(|&index| (rank(candidates[index].source), candidates[index].position));
    order
        .into_iter()
        .map(|index| Sentence {
            text: candidates[index].text.clone(),
            numbers: candidates[index].numbers.clone(),
            words: candidates[index].words,
        })
        .collect()
}
