//! The query's vector, moved towards what the first look found.
//!
//! Rocchio's feedback without a person: the best passages of a first, fused look
//! are taken for relevant, and the query moves towards their mean. Since words
//! had their say in that look, the vector follows them where they are sure.

use crate::vectors::{Vectors, unit};

/// How many passages are taken for relevant.
pub(crate) const PASSAGES: usize = 5;
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

/// Rows in eight bits are longer than 1 by less than this, and their cosines off by less.
const ROUNDING: f32 = 0.02;

/// Which rows may be above the floor of likeness for a query that has moved, told by their
/// cosines with the query before.
///
/// With `a` the cosine of both queries, `moved = a × query + rest`, and the rest has the length
/// `√(1 − a²)`; so a row's cosine with the moved query is at most `a × cosine + √(1 − a²)`.
#[derive(Debug)]
pub(crate) struct Reach {
    /// Rows of a lower cosine stay below the floor.
    least: f32,
}

impl Reach {
    /// For two vectors of length 1.
    pub(crate) fn new(query: &[f32], moved: &[f32], floor: f32) -> Self {
        let common: f32 = query.iter().zip(moved).map(|(q, m)| q * m).sum();
        let rest = (1.0 - common * common).max(0.0).sqrt();
        let least = if common > 0.0 {
            (floor - rest * (1.0 + ROUNDING) - ROUNDING) / common
        } else {
            f32::NEG_INFINITY
        };
        Self { least }
    }

    /// Whether a row of this cosine with the query before may be above the floor now.
    pub(crate) fn has(&self, cosine: f32) -> bool {
        cosine >= self.least
    }
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

    #[test]
    fn what_may_come_above_the_floor_is_within_reach() {
        let (query, floor) = ([1.0, 0.0], 0.5_f32);
        for turned in [0.0_f32, 0.1, 0.4, 1.2, 2.0] {
            let moved = [turned.cos(), turned.sin()];
            let reach = Reach::new(&query, &moved, floor);
            for step in 0..63_u8 {
                let row = f32::from(step) / 10.0;
                let is_above = (row - turned).cos() > floor;
                assert!(!is_above || reach.has(row.cos()), "{row} for {turned}");
            }
        }
        let unmoved = Reach::new(&query, &query, floor);
        assert!(!unmoved.has(0.4) && unmoved.has(0.5));
    }
}
