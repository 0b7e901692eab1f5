//! Models that turn text into vectors.
//!
//! Those here are learned from the archive itself (`lsa`): they read words that the index has
//! counted already, and change with it. Models from outside read texts and may take seconds: they have
//! a trait of their own (`archivist_embed::Embedder`), and an index is given what they made
//! ([`crate::given`]).

pub(crate) mod known_items;
pub(crate) mod lsa;
mod svd;

use crate::lexical::Counts;
use crate::query::Query;

/// A model that gives texts of like meaning vectors of like direction.
///
/// Vectors have length 1, so that their dot product is the cosine.
pub(crate) trait Embedder: Send + Sync {
    /// The width of every vector.
    fn dims(&self) -> usize;

    /// The vector of a passage with these words; `None` if the model can say nothing about it.
    fn passage(&self, counts: &Counts) -> Option<Vec<f32>>;

    /// The vector of a query; `None` if the model knows none of its words.
    fn query(&self, query: &Query) -> Option<Vec<f32>>;

    /// What likeness by it counts, against 1 for that of vectors that find what they should.
    fn trust(&self) -> f32;
}
