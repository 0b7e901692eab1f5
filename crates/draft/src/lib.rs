//! Drafting: what a person asks for, the passages that may answer, the
//! providers that write, and the checks that run after any of them.
//!
//! The crate reads no database and opens no connection: callers hand in ranked
//! [`Source`]s and get text and verdicts back. Two promises hold throughout:
//! a provider cites passages by the number of their [`Source`], and every
//! sentence of any draft can be traced to the passage that supports it.

pub mod citation;
mod provider;
mod request;
pub mod section;

#[cfg(test)]
mod fixture;

pub use provider::{Chunk, Provider, ProviderError};
pub use request::{DraftRequest, Source};
