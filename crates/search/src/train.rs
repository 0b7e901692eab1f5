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

/// At most so many of these, evenly spread, in their order.
fn spread<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    if all.len() <= most {
        return all.to_vec();
    }
    (0..most).map(|at| all[at * all.len() / most]).collect()
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
        let places: Vec<usize> = (0..passages.len()).collect();
        let learned = spread(&places, LEARNED);
        let items = KnownItems::among(&passages);
        let texts = learned.iter().map(|&at| items.fields(at, passages[at]));
        let mut model = Lsa::train(texts, seed);
        let vectors = match &mut model {
            Some(model) => model.read_all(passages.into_iter(), &items, learned.len(), seed),
            None => Vectors::default(),
        };
        Trained {
            model,
            passages: self.passages,
            vectors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learned_from_is_spread_over_all() {
        assert_eq!(spread(&[1, 2, 3], 3), [1, 2, 3]);
        let all: Vec<usize> = (0..10).collect();
        assert_eq!(spread(&all, 4), [0, 2, 5, 7]);
        assert_eq!(spread(&all, 9).len(), 9);
    }
}
