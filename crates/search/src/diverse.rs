//! Different passages before ones that repeat each other.
//!
//! Maximal marginal relevance (Carbonell and Goldstein, 1998): one after the other that
//! passage is taken for which `(1 − d) × score − d × repetition` is greatest, with scores
//! against the best one. Repetition is that of the most similar passage taken before, and
//! begins at a cosine of [`REPEATS`]: passages on one matter are what was asked for, and only
//! those that say it again step back. They score no more than what came before them.

use crate::vectors::Vectors;

/// Among so many of the best the order may change: as many as one answer shows.
pub(crate) const POOL: usize = 50;

/// From this cosine on, two passages repeat each other; at 1, wholly.
const REPEATS: f32 = 0.85;

/// Reorders slots that come best first, which they do afterwards, too. `diversity` is `d`, from 0
/// (the order stays) to 1. A passage without a vector is like no other.
pub(crate) fn reorder(best: &mut [(u32, f32)], vectors: &Vectors, diversity: f32) {
    let size = best.len().min(POOL);
    let pool = &mut best[..size];
    let Some(&(_, top)) = pool.first() else {
        return;
    };
    let mut repetition = vec![0.0_f32; pool.len()];
    for taken in 0..pool.len() {
        let gain = |at: usize| (1.0 - diversity) * pool[at].1 / top - diversity * repetition[at];
        // Of equals the one that stands first.
        let next = (taken..pool.len()).reduce(|a, b| if gain(b) > gain(a) { b } else { a });
        let Some(next) = next else { break };
        // What is passed over keeps its order.
        pool[taken..=next].rotate_right(1);
        repetition[taken..=next].rotate_right(1);
        for at in taken + 1..pool.len() {
            let (one, other) = (pool[taken].0 as usize, pool[at].0 as usize);
            repetition[at] = repetition[at].max(repeats(vectors.dot(one, other)));
        }
    }
    let mut before = f32::MAX;
    for (_, score) in pool {
        *score = score.min(before);
        before = *score;
    }
}

/// How far one passage repeats another, from 0 to 1, by their cosine.
fn repeats(cosine: f32) -> f32 {
    (cosine - REPEATS).max(0.0) / (1.0 - REPEATS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slots 0 and 1 are alike, 2 is another matter, 3 has no vector.
    fn table() -> Vectors {
        let mut vectors = Vectors::new(2);
        vectors.set(0, &[1.0, 0.0]);
        vectors.set(1, &[0.98, 0.2]);
        vectors.set(2, &[0.0, 1.0]);
        vectors
    }

    fn reordered(best: &[(u32, f32)], diversity: f32) -> Vec<(u32, f32)> {
        let mut best = best.to_vec();
        reorder(&mut best, &table(), diversity);
        best
    }

    fn order(best: &[(u32, f32)], diversity: f32) -> Vec<u32> {
        let best = reordered(best, diversity).into_iter();
        best.map(|(slot, _)| slot).collect()
    }

    #[test]
    fn what_repeats_the_first_comes_after_another_matter_and_scores_no_more() {
        let best = [(0, 1.0), (1, 0.9), (2, 0.8), (3, 0.3)];
        let expected = [(0, 1.0), (2, 0.8), (1, 0.8), (3, 0.3)];
        assert_eq!(reordered(&best, 0.2), expected);
    }

    #[test]
    fn a_great_difference_of_scores_counts_more() {
        assert_eq!(order(&[(0, 1.0), (1, 0.9), (2, 0.3)], 0.2), [0, 1, 2]);
    }

    #[test]
    fn without_diversity_the_order_stays() {
        let best = [(0, 1.0), (1, 0.99), (3, 0.98), (2, 0.97)];
        assert_eq!(order(&best, 0.0), [0, 1, 3, 2]);
        assert_eq!(order(&[], 0.5), Vec::<u32>::new());
    }
}
