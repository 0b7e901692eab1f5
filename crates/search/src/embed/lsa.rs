//! Vectors learned from the archive itself: latent semantic analysis.
//!
//! Passages are rows of a matrix with the weight `(1 + ln tf) × idf` for each
//! term, scaled to length 1. Its leading right singular vectors place words that
//! keep the same company in the same direction (Deerwester et al., "Indexing by
//! Latent Semantic Analysis", 1990). Passages and queries alike are folded in:
//! the weighted sum of their words' directions.

use std::collections::HashMap;

use super::Embedder;
use super::svd::{self, SparseRows, SplitMix};
use crate::lexical::Counts;
use crate::query::Query;
use crate::records::PassageText;
use crate::vectors::{Vectors, unit};

/// The width asked for.
pub(crate) const DIMS: usize = 256;
/// Small archives get one dimension for so many passages: with as many dimensions
/// as passages, every passage is like itself alone.
const PASSAGES_PER_DIMENSION: usize = 8;
/// Fewer would tell nothing apart.
const MIN_DIMS: usize = 5;
/// Below this many passages words have too little company to learn from.
pub(crate) const MIN_PASSAGES: usize = 20;
/// Rarer words would be a table of noise.
const MIN_HOLDERS: u32 = 2;
/// The most frequent words that are kept, to bound memory.
const MAX_TERMS: usize = 40_000;
/// Pairs of passages that are compared to see what chance gives.
const CHANCE_PAIRS: usize = 4_000;
/// How many median deviations above the median of chance a likeness must be;
/// for a normal distribution 4 of them are 2.7 standard deviations.
const CHANCE_DEVIATIONS: f32 = 4.0;
/// Never less, however little unrelated passages have in common.
const MIN_FLOOR: f32 = 0.2;

/// What is known of a word: its row of directions and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TermRow {
    pub(crate) row: u32,
    pub(crate) idf: f32,
}

/// A trained model.
#[derive(Debug, PartialEq)]
pub(crate) struct Lsa {
    pub(crate) terms: HashMap<Box<str>, TermRow>,
    pub(crate) directions: Vectors,
    pub(crate) floor: f32,
}

impl Lsa {
    /// Learns from passages; `None` if there are too few, or too alike, to learn
    /// anything. The same passages in the same order and the same seed give the
    /// same model. The floor is not set yet.
    pub(crate) fn train(passages: &[PassageText<'_>], seed: u64) -> Option<Self> {
        if passages.len() < MIN_PASSAGES {
            return None;
        }
        let counts: Vec<Counts> = passages.iter().map(|&p| Counts::of(p)).collect();
        let terms = choose_terms(&counts);
        let matrix = SparseRows {
            columns: terms.len(),
            rows: counts.iter().map(|c| weighted_row(&terms, c)).collect(),
        };
        let rank = (passages.len() / PASSAGES_PER_DIMENSION).clamp(MIN_DIMS, DIMS);
        let vectors = svd::right_singular_vectors(&matrix, rank, seed);
        let mut directions = Vectors::new(vectors.width);
        for row in 0..terms.len() {
            directions.set(row, vectors.row(row));
        }
        (vectors.width > 0).then_some(Self {
            terms,
            directions,
            floor: 1.0,
        })
    }

    /// Sets the floor to what pairs of these vectors, drawn by chance, seldom
    /// exceed. By median and median deviation: in an archive with few themes
    /// many pairs are alike for good reasons, and a mean would count them as
    /// chance.
    pub(crate) fn measure_floor(&mut self, vectors: &[Option<Vec<f32>>], seed: u64) {
        let vectors: Vec<&[f32]> = vectors.iter().flatten().map(Vec::as_slice).collect();
        if vectors.len() < 2 {
            return;
        }
        let mut random = SplitMix(seed);
        let cosines: Vec<f32> = (0..CHANCE_PAIRS)
            .map(|_| (random.below(vectors.len()), random.below(vectors.len())))
            .filter(|(a, b)| a != b)
            .map(|(a, b)| dot(vectors[a], vectors[b]))
            .collect();
        let usual = median(cosines.clone());
        let deviation = median(cosines.iter().map(|c| (c - usual).abs()).collect());
        self.floor = (usual + CHANCE_DEVIATIONS * deviation).clamp(MIN_FLOOR, 1.0);
    }

    /// The directions of words, summed up by their weights, at length 1.
    fn fold_in<'a>(&self, words: impl Iterator<Item = (&'a str, f32)>) -> Option<Vec<f32>> {
        let mut known: Vec<(TermRow, f32)> = words
            .filter_map(|(term, frequency)| Some((*self.terms.get(term)?, frequency)))
            .collect();
        // Sums of floats depend on their order; that of a hash map is chance.
        known.sort_unstable_by_key(|(term, _)| term.row);
        let mut sum = vec![0.0; self.directions.dims];
        for (term, frequency) in known {
            let weight = damped(frequency) * term.idf;
            if let Some(direction) = self.directions.get(term.row as usize) {
                sum.iter_mut()
                    .zip(direction)
                    .for_each(|(s, d)| *s += weight * d);
            }
        }
        unit(sum)
    }
}

impl Embedder for Lsa {
    fn dims(&self) -> usize {
        self.directions.dims
    }

    fn passage(&self, passage: PassageText<'_>) -> Option<Vec<f32>> {
        let counts = Counts::of(passage);
        self.fold_in(counts.words())
    }

    fn query(&self, text: &str) -> Option<Vec<f32>> {
        let query = Query::parse(text);
        self.fold_in(query.terms.iter().map(|t| (t.term.as_str(), t.weight)))
    }

    fn floor(&self) -> f32 {
        self.floor
    }
}

/// `1 + ln tf`; a word that counts less than once counts as that.
fn damped(frequency: f32) -> f32 {
    if frequency < 1.0 {
        frequency
    } else {
        1.0 + frequency.ln()
    }
}

/// The words to learn, with rows in alphabetical order.
fn choose_terms(counts: &[Counts]) -> HashMap<Box<str>, TermRow> {
    let mut holders: HashMap<&str, u32> = HashMap::new();
    for count in counts {
        for term in count.units.keys() {
            *holders.entry(term).or_default() += 1;
        }
    }
    let mut chosen: Vec<(&str, u32)> = holders
        .into_iter()
        .filter(|(_, holders)| *holders >= MIN_HOLDERS)
        .collect();
    chosen.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    chosen.truncate(MAX_TERMS);
    chosen.sort_unstable();
    let all = counts.len() as f32;
    (0..)
        .zip(chosen)
        .map(|(row, (term, holders))| {
            let idf = (all / holders as f32).ln().max(0.0);
            (term.into(), TermRow { row, idf })
        })
        .collect()
}

/// A passage's row of the matrix: its known words by weight, at length 1.
fn weighted_row(terms: &HashMap<Box<str>, TermRow>, counts: &Counts) -> Vec<(u32, f32)> {
    let mut row: Vec<(u32, f32)> = counts
        .words()
        .filter_map(|(term, frequency)| {
            let known = terms.get(term)?;
            Some((known.row, damped(frequency) * known.idf))
        })
        .collect();
    row.sort_unstable_by_key(|(column, _)| *column);
    let length = row.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
    if length > 0.0 {
        for (_, weight) in &mut row {
            *weight /= length;
        }
    }
    row
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The upper median; 0 of nothing.
fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    values.sort_unstable_by(f32::total_cmp);
    values.get(middle).copied().unwrap_or_default()
}
