//! An order learned from what people chose: clicks, citations, pins.
//!
//! The best passages of a search change places by a factor `exp(w · x)` on their scores, where
//! `x` are a few features of query and passage ([`features`]) and `w` was learned from pairs of
//! passages of which one was chosen ([`learn`]). Weights near 0 leave the order as it is, and
//! that is where learning begins: what people did has to speak for each step away from it.

mod features;
mod learn;

use std::collections::BTreeMap;

use archivist_domain::SearchOrder;

pub(crate) use self::features::{Features, Seen};
pub use self::learn::{Learned, Lesson, MIN_SEARCHES};
use crate::index::Index;
use crate::rank;
use crate::records::{Mode, SearchRequest};

/// So many of the best passages change places.
pub(crate) const POOL: usize = 30;

/// What a person reads beside a passage that comes forward, which is one whose factor is
/// greater than this.
pub(crate) const REASON: &str = "like what was chosen before";
pub(crate) const PREFERRED: f32 = 0.9;

/// How much each feature counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranker {
    pub(crate) weights: Features,
}

impl Ranker {
    /// The weights by the names of features. `None` where a name is missing, unknown or without
    /// a finite weight: features were others when these were learned.
    pub fn of_weights(weights: &BTreeMap<String, f32>) -> Option<Self> {
        let of = |name: &&str| weights.get(*name).copied().filter(|w| w.is_finite());
        let known: Vec<f32> = features::NAMES.iter().filter_map(of).collect();
        let known: Features = known.try_into().ok()?;
        (weights.len() == known.len()).then_some(Self { weights: known })
    }

    /// The weights by the names of features.
    pub fn weights(&self) -> BTreeMap<String, f32> {
        let named = features::NAMES.iter().zip(self.weights);
        named.map(|(name, w)| ((*name).to_owned(), w)).collect()
    }

    /// Whether the order of this request's passages is one that was learned.
    pub(crate) fn is_asked(request: &SearchRequest) -> bool {
        request.order == SearchOrder::Relevance
            && request.mode == Mode::Hybrid
            && !request.text.trim().is_empty()
    }

    /// `w · x`, the logarithm of the factor.
    pub(crate) fn push(&self, features: &Features) -> f32 {
        self.weights.iter().zip(features).map(|(w, x)| w * x).sum()
    }

    /// Multiplies the scores of the best passages, so that none becomes greater than it was; all
    /// others keep behind. Says by what each of the best was multiplied.
    pub(crate) fn apply(
        &self,
        index: &Index,
        seen: &Seen<'_>,
        scores: &mut [f32],
    ) -> BTreeMap<u32, f32> {
        let best = rank::best(&index.archive, scores, POOL);
        let pushes: Vec<(u32, f32)> = best
            .iter()
            .map(|&(slot, _)| (slot, self.push(&seen.features(index, slot))))
            .collect();
        let least = pushes
            .iter()
            .map(|(_, push)| *push)
            .fold(f32::MAX, f32::min);
        let most = pushes
            .iter()
            .map(|(_, push)| *push)
            .fold(f32::MIN, f32::max);
        if pushes.is_empty() {
            return BTreeMap::new();
        }
        let behind = (least - most).exp();
        for score in scores.iter_mut() {
            *score *= behind;
        }
        let mut factors = BTreeMap::new();
        for (slot, push) in pushes {
            let factor = (push - most).exp();
            scores[slot as usize] *= factor / behind;
            factors.insert(slot, factor);
        }
        factors
    }
}

#[cfg(test)]
mod tests;
