//! Training off the lock: a snapshot goes out, a model with vectors comes back.

use std::sync::Arc;

use crate::archive::Passage;
use crate::embed::known_items::KnownItems;
use crate::embed::lsa::Lsa;
use crate::vectors::Vectors;

/// From so many passages vectors are learned at most: what words have to do with each other is
/// told by fewer, and time and memory of training grow with them. All get vectors.
pub(crate) const LEARNED: usize = 200_000;

/// The passages to learn from, owned, so that training needs no lock. Texts are
/// shared with the index: a snapshot costs a pointer a passage.
#[derive(Debug)]
pub struct TrainingSet {
    /// In the order of documents and ordinals, so that the result does not
    /// depend on how the archive came about.
    pub(crate) passages: Vec<(u32, Arc<Passage>)>,
}

/// What training gave: a model and the vectors of the passages it learned from.
#[derive(Debug)]
pub struct Trained {
    pub(crate) model: Option<Lsa>,
    /// What was learned from, with the slots it had.
    pub(crate) passages: Vec<(u32, Arc<Passage>)>,
    /// A row for each of `passages`.
    pub(crate) vectors: Vectors,
}

/// So many places among so many at most, evenly spread, ascending.
pub(crate) fn spread(all: usize, most: usize) -> Vec<usize> {
    let count = all.min(most);
    (0..count).map(|at| at * all / count).collect()
}

/// Learns from passages, as far as they teach anything, and gives each its vector, a row for each.
/// The same passages in the same order and the same seed give the same.
pub(crate) fn learn(passages: &[&Passage], seed: u64) -> Option<(Lsa, Vectors)> {
    let learned = spread(passages.len(), LEARNED);
    let items = KnownItems::among(passages, &learned);
    let texts = learned.iter().map(|&at| items.fields(at, passages[at]));
    let mut model = Lsa::train(texts, seed)?;
    let vectors = model.read_all(passages, (&items, &learned), seed);
    Some((model, vectors))
}

impl TrainingSet {
    pub(crate) fn new(mut passages: Vec<(u32, Arc<Passage>)>) -> Self {
        passages.sort_unstable_by_key(|(_, passage)| passage.place());
        Self { passages }
    }

    /// How many passages there are to learn from.
    pub fn len(&self) -> usize {
        self.passages.len()
    }

    /// Whether there is nothing to learn from.
    pub fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }

    /// Learns vectors: seconds of work for ten thousand passages, on two
    /// threads. The same set and seed give the same result. An archive that is
    /// too small gives no model, and search stays with words.
    pub fn train(self, seed: u64) -> Trained {
        let passages: Vec<&Passage> = self.passages.iter().map(|(_, p)| &**p).collect();
        let (model, vectors) = learn(&passages, seed).unzip();
        Trained {
            model,
            passages: self.passages,
            vectors: vectors.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learned_from_is_spread_over_all() {
        assert_eq!(spread(3, 3), [0, 1, 2]);
        assert_eq!(spread(10, 4), [0, 2, 5, 7]);
        assert_eq!(spread(10, 9).len(), 9);
        assert_eq!(spread(0, 9), [0; 0]);
        assert_eq!(spread(9, 0), [0; 0]);
    }
}
