//! The query's vector, moved towards what the first look found.
//!
//! Rocchio's feedback without a person: the best passages of a first, fused look
//! are taken for relevant, and the query moves towards their mean. Since words
//! had their say in that look, the vector follows them where they are sure.

use crate::vectors::{Vectors, unit};

/// How many passages are taken for relevant.
pub(crate) const PASSAGES: usize = 5;
/// Only passages whose words score so much, against the best, are looked at first: the few that
/// are best by words and meaning are among them, and most of the vectors need not be read twice.
pub(crate) const LEAST_WORDS: f32 = 0.3;
/// How far the query moves, against its own length of 1, for a broad query.
const STRENGTH: f32 = 0.5;

/// `query + STRENGTH × breadth × mean(best)` at length 1, where passages count
/// by their scores. A query of few words (`breadth` near 0) stays what it is: it
/// names something rather than describing it.
pub(crate) fn moved(
    vectors: &Vectors,
    query: Vec<f32>,
    best: &[(u32, f32)],
    breadth: f32,
) -> Vec<f32> {
    let total: f32 = best.iter().map(|(_, score)| score).sum();
    let mut sum = query.clone();
    for (slot, score) in best {
        let share = STRENGTH * breadth * score / total;
        if let Some(vector) = vectors.get(*slot as usize) {
            sum.iter_mut()
                .zip(vector)
                .for_each(|(s, v)| *s += share * v);
        }
    }
    unit(sum).unwrap_or(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vectors {
        let mut vectors = Vectors::new(2);
        vectors.set(0, &[0.0, 1.0]);
        vectors
    }

    #[test]
    fn a_broad_query_moves_towards_the_best() {
        let moved = moved(&table(), vec![1.0, 0.0], &[(0, 0.8)], 1.0);
        assert!((moved[1] / moved[0] - STRENGTH).abs() < 0.01, "{moved:?}");
    }

    #[test]
    fn without_breadth_or_passages_it_stays() {
        for (best, breadth) in [(&[(0, 0.8)][..], 0.0), (&[], 1.0), (&[(7, 0.8)], 1.0)] {
            assert_eq!(moved(&table(), vec![1.0, 0.0], best, breadth), [1.0, 0.0]);
        }
    }
}
