//! The sentences of the sources that may go into a draft.

use std::collections::{BTreeMap, BTreeSet};

use archivist_domain::count;

use super::addressee::is_solicitation;
use super::role::{Role, name_length, role};
use super::standing::{Standing, standing};
use crate::fact;
use crate::ground::{self, Passage};
use crate::measure::{self, Measure, year_of};
use crate::text::{self, Word, sentences};
use crate::verbs::{Tense, tense_at};

/// A leaning sentence may stand at most this far behind one that stands alone:
/// a longer chain quotes the passage instead of drawing from it.
const LONGEST_CHAIN: usize = 2;

/// So many first words of meaning tell what a sentence is about.
const OPENING_WORDS: usize = 4;

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
    /// Those that are no figures.
    pub(super) matter: BTreeSet<String>,
    /// The first stems that carry meaning after the name it begins with, figures
    /// aside, in order.
    pub(super) opening: Vec<String>,
    /// Whether it holds a figure, a date or a quotation.
    pub(super) has_figure: bool,
    /// Whether it tells what is so now and names no year.
    pub(super) is_undated_present: bool,
    /// What it counts.
    pub(super) measures: Vec<Measure>,
    /// What it does in a section.
    pub(super) role: Role,
    /// When it tells what will be done.
    pub(super) plan: Option<Plan>,
    /// The candidate that must stand right before it.
    pub(super) leans_on: Option<usize>,
    /// The marker numbers of the sources that say it, its own first.
    pub(super) numbers: Vec<u32>,
}

/// A statement about what will be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// The last year it names after saying so.
    pub(super) year: Option<i32>,
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
    let ranges = sentences(text);
    if is_solicitation(ranges.iter().map(|range| &text[range.clone()])) {
        return;
    }
    let mut chain = Chain::default();
    let mut previous_end = 0;
    for (position, range) in ranges.into_iter().enumerate() {
        if text[previous_end..range.start].contains('\n') {
            chain = Chain::default();
        }
        previous_end = range.end;
        let sentence = text::one_line(without_list_sign(&text[range]));
        let words = text::words(&sentence);
        let (standing, lead) = (standing(&sentence, &words), chain.end());
        let leans_on = lead.filter(|_| standing == Standing::Leaning);
        let stands = standing == Standing::Alone || leans_on.is_some();
        // What grounding would not support by its own passage is not quoted.
        if !stands || !ground::is_supported_by(&sentence, passage) {
            chain = Chain::default();
            continue;
        }
        chain = chain.followed_by(found.len(), leans_on.is_some());
        let mut candidate = candidate(sentence, &words, passage);
        (candidate.source, candidate.position) = (source, position);
        candidate.leans_on = leans_on;
        found.push(candidate);
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

    /// The chain with a further usable sentence, which will be the candidate at `place`.
    fn followed_by(&self, place: usize, leans: bool) -> Self {
        Self {
            last: Some(place),
            length: if leans { self.length + 1 } else { 0 },
        }
    }
}

/// What a sentence of a passage tells by itself; its place is for the caller.
fn candidate(text: String, words: &[Word], passage: &Passage<'_>) -> Candidate {
    let has_figure = fact::facts(&text).iter().any(fact::Fact::is_exact);
    let names_a_year = words.iter().any(|word| year_of(&word.lower).is_some());
    let content = text::content_of(words);
    Candidate {
        source: 0,
        position: 0,
        words: count::words(&text),
        stems: words.iter().map(|word| word.stem.clone()).collect(),
        matter: content
            .iter()
            .filter(|stem| !is_figure(stem))
            .cloned()
            .collect(),
        content,
        opening: opening(&text, words),
        has_figure,
        is_undated_present: !names_a_year && tense_at(words, 0) == Some(Tense::Present),
        measures: measure::measures(&text, words, passage.source.year),
        role: role(&text, words),
        plan: plan(words),
        leans_on: None,
        numbers: vec![passage.source.number],
        text,
    }
}

/// Whose name the sentence begins with tells nothing of what it says.
fn opening(sentence: &str, words: &[Word]) -> Vec<String> {
    let name = name_length(sentence, words);
    let said = if name > 1 { &words[name..] } else { words };
    said.iter()
        .filter(|word| !text::is_stop_word(&word.lower) && !is_figure(&word.stem))
        .take(OPENING_WORDS)
        .map(|word| word.stem.clone())
        .collect()
}

/// Whether a stem is written in digits.
pub(super) fn is_figure(stem: &str) -> bool {
    stem.starts_with(|c: char| c.is_ascii_digit())
}

/// "will", "plans to", "is preparing": the last year named after it is the one
/// planned for.
fn plan(words: &[Word]) -> Option<Plan> {
    const INTENTIONS: [&str; 6] = ["plan", "plans", "intend", "intends", "expect", "expects"];
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let announces = |at: &usize| {
        lower(*at) == "will"
            || (INTENTIONS.contains(&lower(*at)) && lower(at + 1) == "to")
            || (["is", "are"].contains(&lower(*at)) && is_under_way(lower(at + 1), lower(at + 2)))
    };
    let from = (0..words.len()).find(announces)?;
    let years = (from..words.len()).filter(|&at| lower(at - 1) != "since");
    let year = years.rev().find_map(|at| year_of(lower(at)));
    Some(Plan { year })
}

/// What follows "is" in "is preparing" and "is therefore preparing".
fn is_under_way(next: &str, after: &str) -> bool {
    const ADVERBS: [&str; 4] = ["therefore", "currently", "now", "also"];
    next.ends_with("ing") || (ADVERBS.contains(&next) && after.ends_with("ing"))
}

/// The candidates at the places `kept`; those that lean on one that fell are
/// left out too.
pub(super) fn keep(candidates: Vec<Candidate>, kept: &BTreeSet<usize>) -> Vec<Candidate> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut left = Vec::new();
    for (index, mut candidate) in candidates.into_iter().enumerate() {
        let lead = candidate.leans_on.map(|lead| places.get(&lead).copied());
        if !kept.contains(&index) || lead == Some(None) {
            continue;
        }
        candidate.leans_on = lead.flatten();
        places.insert(index, left.len());
        left.push(candidate);
    }
    left
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
