//! Passages that step back, since others have something that was asked for and they do not.

use crate::index::Index;
use crate::rank;

/// So many of the best passages are looked at.
const LOOKED_AT: usize = 100;

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
    pub(crate) fn apply(
        index: &Index,
        scores: &mut [f32],
        least: f32,
        share: impl Fn(u32) -> f32,
    ) -> Self {
        let best = rank::best(&index.archive, scores, LOOKED_AT);
        let kept: Vec<(u32, f32, f32)> = best
            .into_iter()
            .map(|(slot, score)| (slot, score, least + share(slot) * (1.0 - least)))
            .collect();
        if kept.iter().all(|(.., multiplier)| *multiplier <= least) {
            return Self::none();
        }
        for score in scores.iter_mut() {
            *score *= least;
        }
        for &(slot, score, multiplier) in &kept {
            scores[slot as usize] = score * multiplier;
        }
        let best = kept.into_iter();
        Self {
            best: best
                .map(|(slot, _, multiplier)| (slot, multiplier))
                .collect(),
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

    /// By what the score of a slot was multiplied.
    pub(crate) fn multiplier(&self, slot: u32) -> f32 {
        let mut best = self.best.iter();
        let found = best.find(|(known, _)| *known == slot);
        found.map_or(self.others, |(_, multiplier)| *multiplier)
    }
}
