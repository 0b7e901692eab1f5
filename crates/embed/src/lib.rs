//! Embedding models behind one trait: on this machine, or behind an API.
//!
//! An [`Embedder`] turns texts into vectors of length 1 whose dot product says how alike the
//! texts are; a [`Reranker`] says of a question and a passage how well the one answers the
//! other. [`local`] runs models of the BERT family on the processor, without any program but
//! this one; [`remote`] asks OpenAI, Voyage or whatever speaks like OpenAI.
//!
//! Nothing here knows what the texts are, where vectors are kept or how they are searched.

pub mod install;
pub mod local;
pub mod remote;

mod model;
mod tokens;

pub use model::{EmbedError, Embedded, Embedder, Identity, Purpose, Reranker, Usage};
