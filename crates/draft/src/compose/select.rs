//! Which candidates go into the draft.

use std::collections::BTreeSet;

use super::candidate::Candidate;
use super::score::Scores;
use crate::ProviderError;

/// The lowest score of an element's first sentence, and of its further ones:
/// one cue in a middling source reaches the first, not the second.
const FIRST_SCORE: f32 = 0.3;
const FURTHER_SCORE: f32 = 0.4;

/// No element takes more sentences than this.
const MOST_SENTENCES: usize = 5;

/// How much likeness to what is already chosen lowers a score.
const REPETITION: f32 = 0.4;

/// For each element of the section the candidates chosen for it, best first;
/// what a sentence leans on stands right before it.
pub(super) type Chosen = Vec<Vec<usize>>;

/// Chooses by turns: the best sentence for each element, then each element's
/// next best, until the words or the good sentences run out.
pub(super) fn select(
    candidates: &[Candidate],
    scores: &[Scores],
    max_words: usize,
) -> Result<Chosen, ProviderError> {
    let elements = scores.first().map_or(0, Vec::len);
    let mut choice = Choice {
        candidates,
        scores,
        chosen: vec![Vec::new(); elements],
        words_left: max_words,
    };
    for round in 0..MOST_SENTENCES {
        let threshold = if round == 0 {
            FIRST_SCORE
        } else {
            FURTHER_SCORE
        };
        for element in 0..elements {
            if let Some(unit) = choice.best(element, threshold) {
                choice.take(unit);
            }
        }
    }
    if choice.chosen.iter().all(Vec::is_empty) {
        return Err(choice.refusal(max_words));
    }
    Ok(choice.chosen)
}

/// Sentences that go in together, and the element whose paragraph they join.
struct Unit {
    home: usize,
    sentences: Vec<usize>,
}

struct Choice<'a> {
    candidates: &'a [Candidate],
    scores: &'a [Scores],
    chosen: Chosen,
    words_left: usize,
}

impl Choice<'_> {
    /// The best unit for an element that fits and is good enough.
    fn best(&self, element: usize, threshold: f32) -> Option<Unit> {
        let mut best: Option<(f32, Unit)> = None;
        for (candidate, scores) in self.scores.iter().enumerate() {
            // Repetition only lowers a score, so most need no closer look.
            if scores[element].is_none_or(|score| score < threshold) {
                continue;
            }
            let Some(unit) = self.unit(element, candidate) else {
                continue;
            };
            let score = self.worth(element, &unit.sentences);
            if score >= threshold && best.as_ref().is_none_or(|(known, _)| score > *known) {
                best = Some((score, unit));
            }
        }
        best.map(|(_, unit)| unit)
    }

    /// The candidate with all it leans on that is not chosen yet. If what it
    /// leans on stands in another element's paragraph, it goes there. `None`
    /// if it is chosen already or finds no room.
    fn unit(&self, element: usize, candidate: usize) -> Option<Unit> {
        if self.home_of(candidate).is_some() {
            return None;
        }
        let mut unit = Unit {
            home: element,
            sentences: vec![candidate],
        };
        while let Some(lead) = self.candidates[unit.sentences[0]].leans_on {
            if let Some(home) = self.home_of(lead) {
                unit.home = home;
                break;
            }
            unit.sentences.insert(0, lead);
        }
        self.has_room_for(&unit).then_some(unit)
    }

    fn home_of(&self, candidate: usize) -> Option<usize> {
        self.chosen
            .iter()
            .position(|chosen| chosen.contains(&candidate))
    }

    fn has_room_for(&self, unit: &Unit) -> bool {
        self.words(&unit.sentences) <= self.words_left
            && self.chosen[unit.home].len() + unit.sentences.len() <= MOST_SENTENCES
    }

    fn words(&self, sentences: &[usize]) -> usize {
        sentences
            .iter()
            .map(|&index| self.candidates[index].words)
            .sum()
    }

    /// The mean score of a unit, less what it repeats.
    fn worth(&self, element: usize, unit: &[usize]) -> f32 {
        let total: f32 = unit
            .iter()
            .filter_map(|&index| self.scores[index][element])
            .sum();
        let repeated = unit
            .iter()
            .flat_map(|&index| {
                self.chosen
                    .iter()
                    .flatten()
                    .map(move |&other| (index, other))
            })
            .map(|(a, b)| likeness(&self.candidates[a].content, &self.candidates[b].content))
            .fold(0.0, f32::max);
        total / unit.len() as f32 - REPETITION * repeated
    }

    fn take(&mut self, unit: Unit) {
        self.words_left -= self.words(&unit.sentences);
        self.chosen[unit.home].extend(unit.sentences);
    }

    /// Why nothing was chosen: nothing fits the section, or nothing the limit.
    fn refusal(&self, max_words: usize) -> ProviderError {
        let fitting = |scores: &Scores| scores.iter().flatten().any(|score| *score >= FIRST_SCORE);
        let shortest = self
            .candidates
            .iter()
            .zip(self.scores)
            .filter(|(candidate, scores)| candidate.leans_on.is_none() && fitting(scores))
            .map(|(candidate, _)| candidate.words)
            .min();
        match shortest {
            Some(needed) if needed > max_words => ProviderError::NoRoom { max_words, needed },
            _ => ProviderError::NothingRelevant,
        }
    }
}

fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let shared = a.intersection(b).count() as f32;
    shared / a.union(b).count().max(1) as f32
}
