//! What every model can do, wherever it runs.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// Which model made a vector. Vectors of two identities are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Where it runs: `local`, `openai`, `voyage`.
    pub provider: String,
    /// Its name there.
    pub model: String,
    /// What else makes other vectors of the same texts: a digest of its weights and their
    /// precision, or the address that is asked.
    pub variant: String,
    /// The width of its vectors.
    pub dims: usize,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            provider,
            model,
            variant,
            dims,
        } = self;
        write!(f, "{provider}/{model}/{variant}/{dims}")
    }
}

/// What a text is embedded for: some models read questions in another way than passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be found.
    Passage,
    /// To find with.
    Query,
}

/// Vectors, and what they cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Embedded {
    /// One for each text, in their order, each of length 1.
    pub vectors: Vec<Vec<f32>>,
    /// What was used.
    pub usage: Usage,
}

/// What was used of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens that were read.
    pub tokens: u64,
    /// Requests that were made to a service; none on this machine.
    pub requests: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.tokens += other.tokens;
        self.requests += other.requests;
    }
}

/// Makes vectors of texts.
pub trait Embedder: Send + Sync {
    /// Which model this is.
    fn identity(&self) -> &Identity;

    /// The vectors of texts. An empty list costs nothing.
    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Embedded, EmbedError>>;
}

/// Says how well passages answer a question.
pub trait Reranker: Send + Sync {
    /// One score for each passage, in their order; greater is better, and only scores of one
    /// question can be compared.
    fn score<'a>(
        &'a self,
        question: &'a str,
        passages: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<f32>, EmbedError>>;
}

/// Why there are no vectors. No text holds a key or a passage.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// A model's folder is not what it should be.
    #[error("{0}")]
    Model(String),

    /// The service does not know the key, or does not let it do this.
    #[error("{service} does not accept the key: check it, and that it may use embeddings.")]
    Key {
        /// Who was asked.
        service: String,
    },

    /// The service refuses the request; asking again does not help.
    #[error("{service} refuses the request: {reason}")]
    Refused {
        /// Who was asked.
        service: String,
        /// What it said, shortened.
        reason: String,
    },

    /// The service did not answer as it should, also when it was asked again.
    #[error("{service} does not answer as it should ({reason}). It is tried again later.")]
    Away {
        /// Who was asked.
        service: String,
        /// What happened.
        reason: String,
        /// When it wants to be asked again, where it said so.
        retry_after: Option<Duration>,
    },
}

impl EmbedError {
    /// Whether it may be different another time.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Away { .. })
    }
}

/// Scales to length 1; the null vector stays.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        for x in vector {
            *x /= length;
        }
    }
}
