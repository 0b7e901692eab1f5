//! Engines outside of this process that keep passages and find candidates among them, for
//! archives that outgrow the memory of one machine: [`PgVector`] and [`Qdrant`].
//!
//! What is kept is derived and has no texts. A *generation* is all that one survey made of the
//! archive ([`archivist_search::Survey`]); the next one is filled beside it, and then takes its
//! place. Which passages are to be kept, and how what is found ranks, is said elsewhere: nothing
//! here knows the tables of a site.

mod pgvector;
mod qdrant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use archivist_domain::{DocumentId, GenerationId};
use archivist_search::{Candidate, Entry, Look};
use futures_util::future::BoxFuture;

pub use pgvector::PgVector;
pub use qdrant::Qdrant;

/// What an engine's work ends with.
pub type Work<'a, T> = BoxFuture<'a, Result<T, EngineError>>;

/// How wide the vectors of a generation are; 0 where there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Widths {
    /// Those that were learned from the archive ([`Entry::meaning`]).
    pub meaning: usize,
    /// Those that an embedding model gave ([`Entry::given`]).
    pub given: usize,
}

/// Keeps passages and finds candidates among them.
pub trait Engine: Send + Sync {
    /// What and where it is, for people; without passwords.
    fn name(&self) -> String;

    /// Makes room for a generation whose vectors have these widths.
    fn begin(&self, generation: GenerationId, widths: Widths) -> Work<'_, ()>;

    /// Keeps these passages of documents in place of all that it has of them: a document without
    /// any is no longer found from then on. What stays is never away meanwhile.
    fn put<'a>(
        &'a self,
        generation: GenerationId,
        documents: &'a [DocumentId],
        entries: &'a [Entry],
    ) -> Work<'a, ()>;

    /// Does what makes searches quick once a whole archive is in.
    fn settle(&self, generation: GenerationId) -> Work<'_, ()>;

    /// Passages that may answer, each once, in no order that means anything.
    fn find<'a>(&'a self, generation: GenerationId, look: &'a Look) -> Work<'a, Vec<Candidate>>;

    /// How many passages a generation has; `None` where there is no such generation, for
    /// instance because somebody deleted it.
    fn count(&self, generation: GenerationId) -> Work<'_, Option<u64>>;

    /// Gives up a generation. One that is not there is passed over.
    fn discard(&self, generation: GenerationId) -> Work<'_, ()>;
}

/// Why an engine did not do as it should. No text holds a key or what was searched for.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It cannot be reached, or is in trouble: another time it may do.
    #[error("the search engine ({name}) does not answer as it should: {reason}")]
    Away {
        /// Which engine.
        name: String,
        /// What happened.
        reason: String,
    },

    /// It does not do what it is asked, and will not another time.
    #[error("the search engine ({name}) refuses: {reason}")]
    Refused {
        /// Which engine.
        name: String,
        /// What it said, or what is missing.
        reason: String,
    },

    /// The generation is not there.
    #[error("the search engine ({name}) has lost what it kept; it is filled anew")]
    Lost {
        /// Which engine.
        name: String,
    },
}

#[cfg(test)]
mod tests;
