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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wordings::tests::index;

    /// All scores after steps back, of each the least multiplier and what the best passage has; the
    /// others have nothing.
    fn after(scores: &[f32], steps: &[(f32, f32)]) -> Vec<f32> {
        let index = index(&vec!["garden"; scores.len()]);
        let candidates = candidates(&index, scores);
        let best = candidates[0].slot;
        let steps = steps.iter().map(|&(least, first)| {
            let share = |candidate: &Candidate<'_>| {
                if candidate.slot == best { first } else { 0.0 }
            };
            StepBack::of(&candidates, least, share)
        });
        let steps: Vec<StepBack> = steps.collect();
        let mut scores = scores.to_vec();
        apply(&steps.iter().collect::<Vec<_>>(), &candidates, &mut scores);
        scores
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-6;
        assert!(found.iter().zip(expected).all(close), "{found:?}");
    }

    #[test]
    fn steps_multiply_and_reach_whom_nobody_looked_at() {
        let mut scores = vec![0.5; LOOKED_AT + 20];
        scores[7] = 1.0;
        let mut expected = vec![0.5 * 0.8 * 0.6; LOOKED_AT + 20];
        expected[7] = 0.9;
        assert_close(&after(&scores, &[(0.8, 0.5), (0.6, 1.0)]), &expected);
    }

    #[test]
    fn nobody_steps_back_where_none_has_anything() {
        let scores = [0.5, 1.0, 0.25];
        assert_close(&after(&scores, &[(0.8, 0.0), (0.6, 0.0)]), &scores);
        let one = after(&scores, &[(0.8, 0.0), (0.6, 0.5)]);
        assert_close(&one, &[0.3, 0.8, 0.15]);
    }
}
