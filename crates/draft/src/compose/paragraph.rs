//! Chosen sentences in an order that reads.

use std::cmp::Reverse;

use super::candidate::Candidate;
use super::role::Role;
use super::select::Chosen;
use crate::Source;
use crate::cues::Cues;
use crate::section::Kind;

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
pub(super) fn paragraphs(
    sources: &[Source],
    candidates: &[Candidate],
    chosen: &Chosen,
    elements: &[Cues],
) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let filled = elements
        .iter()
        .zip(chosen)
        .filter(|(_, chosen)| !chosen.is_empty());
    for (element, chosen) in filled {
        let order = Order {
            sources,
            candidates,
            chosen,
            element,
        };
        let sentences = order.sentences();
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

/// The order of an element's sentences: what introduces the organization, then
/// statements, then people. Within each, the groups of neighbouring sentences
/// that speak of the element from their first words come first, then the better
/// ones; a group keeps the order of its document.
struct Order<'a> {
    sources: &'a [Source],
    candidates: &'a [Candidate],
    /// Best first.
    chosen: &'a [usize],
    element: &'a Cues,
}

/// So many first stems of a general statement hold a cue of the element.
const GENERAL_OPENING: usize = 6;

impl Order<'_> {
    fn sentences(&self) -> Vec<Sentence> {
        let mut order = self.chosen.to_vec();
        order.sort_by_key(|&index| {
            let group = self.group(index);
            let is_general = group.iter().any(|&other| self.is_general(other));
            let best = self.chosen.iter().position(|other| group.contains(other));
            (
                self.rank(index),
                Reverse(is_general),
                best,
                self.place(index),
            )
        });
        order
            .into_iter()
            .map(|index| self.sentence(index))
            .collect()
    }

    /// Only the best introduction opens; a section that asks for none has none.
    fn rank(&self, index: usize) -> u8 {
        let head = self.head(index);
        let opens =
            |&other: &usize| self.head(other) == other && self.role(other) == Role::Introduction;
        let opening = (self.element.kind == Kind::Introduction)
            .then(|| self.chosen.iter().copied().find(opens))
            .flatten();
        match self.role(head) {
            _ if opening == Some(head) => 0,
            Role::Person => 2,
            Role::Introduction | Role::Statement => 1,
        }
    }

    fn role(&self, index: usize) -> Role {
        self.candidates[index].role
    }

    /// The sentence that all others of a chain lean on.
    fn head(&self, index: usize) -> usize {
        let mut head = index;
        while let Some(lead) = self.candidates[head].leans_on {
            head = lead;
        }
        head
    }

    /// The chosen sentences of the same rank and the same place of a document.
    fn group(&self, index: usize) -> Vec<usize> {
        let rank = self.rank(index);
        let is_near =
            |other: &usize| self.rank(*other) == rank && self.are_neighbours(index, *other);
        self.chosen.iter().copied().filter(is_near).collect()
    }

    fn are_neighbours(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.source(a), self.source(b));
        a.document == b.document && a.ordinal.abs_diff(b.ordinal) <= 1
    }

    fn is_general(&self, index: usize) -> bool {
        let stems = &self.candidates[index].stems;
        self.element
            .speak_in(&stems[..stems.len().min(GENERAL_OPENING)])
    }

    fn place(&self, index: usize) -> (u32, usize) {
        (self.source(index).ordinal, self.candidates[index].position)
    }

    fn source(&self, index: usize) -> &Source {
        &self.sources[self.candidates[index].source]
    }

    fn sentence(&self, index: usize) -> Sentence {
        let candidate = &self.candidates[index];
        Sentence {
            text: candidate.text.clone(),
            numbers: candidate.numbers.clone(),
            words: candidate.words,
        }
    }
}
