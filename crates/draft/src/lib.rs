//! Drafting: what a person asks for, the passages that may answer, the
//! providers that write, and the checks that run after any of them. And
//! [`style`]: how samples are written, as a guide.
//!
//! The crate reads no database and opens no connection: callers hand in ranked
//! [`Source`]s and get text and verdicts back. Two promises hold throughout:
//! a provider cites passages by the number of their [`Source`], and
//! [`review`] tells for each sentence of any draft which passage supports it.

pub mod citation;
mod compose;
mod confidence;
mod conflict;
mod cues;
mod fact;
pub mod ground;
mod measure;
mod provider;
mod request;
mod review;
pub mod section;
pub mod style;
mod text;
mod verbs;

#[cfg(test)]
mod fixture;

pub use compose::Composer;
pub use compose::answer::{ANSWERER, Answer, answer};
pub use compose::question::Question;
pub use confidence::{FULL_SOURCE_COUNT, confidence};
pub use provider::{Chunk, Provider, ProviderError};
pub use request::{DraftRequest, Source};
pub use review::{Review, review};
