//! Passages that step back, since others have something that was asked for and they do not.

use std::borrow::Cow;

use crate::archive::Passage;
use crate::index::Index;
use crate::rank;

/// So many of the best passages are looked at.
const LOOKED_AT: usize = 100;

/// One of the best passages.
pub(crate) struct Candidate<'a> {
    pub(crate) slot: u32,
    score: f32,
    pub(crate) passage: &'a Passage,
    /// Its text, unpacked once for all who look at it.
    pub(crate) text: Cow<'a, str>,
}

/// The best passages as they stand before any steps back.
pub(crate) fn candidates<'a>(index: &'a Index, scores: &[f32]) -> Vec<Candidate<'a>> {
    let best = rank::best(&index.archive, scores, LOOKED_AT).into_iter();
    let candidates = best.map(|(slot, score)| {
        let passage = index.archive.passage(slot);
        Candidate {
            slot,
            score,
            passage,
            text: passage.text.text(),
        }
    });
    candidates.collect()
}

/// By what a passage's score is multiplied: the slot of each of the best, and all others.
#[derive(Debug)]
pub(crate) struct StepBack {
    best: Vec<(u32, f32)>,
    others: f32,
}

impl StepBack {
    /// Leaves passages between `least` of their scores and all of it, by how much they have, which
    /// `share` says of the best, 0 to 1. All others step back wholly; where none of the best has
    /// anything, nobody does.
    pub(crate) fn of(
        candidates: &[Candidate<'_>],
        least: f32,
        share: impl Fn(&Candidate<'_>) -> f32,
    ) -> Self {
        let best = candidates.iter();
        let best: Vec<(u32, f32)> = best
            .map(|candidate| (candidate.slot, least + share(candidate) * (1.0 - least)))
            .collect();
        if best.iter().all(|(_, multiplier)| *multiplier <= least) {
            return Self::none();
        }
        Self {
            best,
            others: least,
        }
    }

    /// Where nothing steps back.
    pub(crate) fn none() -> Self {
        Self {
            best: Vec::new(),
            others: 1.0,
        }
    }

    /// By what the score of a slot is multiplied.
    pub(crate) fn multiplier(&self, slot: u32) -> f32 {
        let mut best = self.best.iter();
        let found = best.find(|(known, _)| *known == slot);
        found.map_or(self.others, |(_, multiplier)| *multiplier)
    }
}

/// Multiplies the scores. Who is among the best stays there, as no other steps back less.
pub(crate) fn apply(steps: &[&StepBack], candidates: &[Candidate<'_>], scores: &mut [f32]) {
    let others: f32 = steps.iter().map(|step| step.others).product();
    if others >= 1.0 {
        return;
    }
    for score in scores.iter_mut() {
        *score *= others;
    }
    for Candidate { slot, score, .. } in candidates {
        let all = steps.iter().map(|step| step.multiplier(*slot));
        scores[*slot as usize] = score * all.product::<f32>();
    }
}
