//! Models of the BERT family on this machine's processor, in pure Rust.
//!
//! A folder as sentence-transformers writes it: `config.json`, `model.safetensors`,
//! `tokenizer.json` or `vocab.txt`, and where they are there `modules.json`, the pooling's
//! `config.json` and `sentence_bert_config.json`. Nothing of it is run: it is numbers.

mod config;
mod cross;
mod encoder;
mod linear;
mod weights;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rayon::ThreadPool;
use sha2::{Digest, Sha256};

use self::config::{Config, Pooling};
pub use self::cross::CrossEncoder;
use self::encoder::{Encoder, Hidden};
use self::weights::Weights;
use crate::model::{EmbedError, Embedded, Embedder, Identity, Purpose, Usage, normalise};
use crate::tokens::{Pieces, Tokenizer};

/// So many pieces are read at a time: enough for matrices to be worth it, little enough for
/// the processor's cache.
const BATCH_PIECES: usize = 512;

/// How exactly a model calculates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// As it was trained.
    #[default]
    F32,
    /// In eight bits: a quarter of the memory, nearly the same vectors; whether it is faster depends on the processor.
    Int8,
}

impl Precision {
    /// Its name in identities and settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Int8 => "int8",
        }
    }
}

/// A sentence-transformer.
#[derive(Debug)]
pub struct LocalModel {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    identity: Identity,
    tokenizer: Tokenizer,
    encoder: Encoder,
    pooling: Pooling,
    max_pieces: usize,
    threads: ThreadPool,
    /// Searches do not wait for passages that are being read.
    for_searches: ThreadPool,
}

impl LocalModel {
    /// Reads the model in a folder, to be called `name`, with at most `threads` threads.
    pub fn open(
        folder: &Path,
        name: &str,
        precision: Precision,
        threads: usize,
    ) -> Result<Self, EmbedError> {
        let config = Config::open(folder)?;
        let bytes = weights::read(folder)?;
        let weights = Weights::parse(&bytes)?;
        let tokenizer = Tokenizer::open(folder)?;
        check_vocabulary(&tokenizer, &config)?;
        let encoder = Encoder::new(&weights, &config, precision)?;
        let digest = Sha256::digest(&bytes);
        let digest = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
        let identity = Identity {
            provider: "local".to_owned(),
            model: name.to_owned(),
            variant: format!("{digest:016x}-{}", precision.as_str()),
            dims: config.hidden_size,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                identity,
                tokenizer,
                encoder,
                pooling: Pooling::open(folder)?,
                max_pieces: config.max_pieces(folder),
                threads: pool(threads)?,
                for_searches: pool(1)?,
            }),
        })
    }

    /// The vectors of texts, here and now. Texts that are longer than the model can read are
    /// read from their beginning.
    pub fn embed_blocking(&self, texts: &[String]) -> Embedded {
        self.inner.threads.install(|| self.inner.embed(texts))
    }
}

/// The width of the vectors of a folder's model.
pub(crate) fn dims(folder: &Path) -> Result<usize, EmbedError> {
    Ok(Config::open(folder)?.hidden_size)
}

/// Whether a folder's model judges rather than making vectors.
pub(crate) fn has_classifier(folder: &Path) -> Result<bool, EmbedError> {
    let bytes = weights::read(folder)?;
    Ok(Weights::parse(&bytes)?.has("classifier.weight"))
}

fn check_vocabulary(tokenizer: &Tokenizer, config: &Config) -> Result<(), EmbedError> {
    if tokenizer.vocabulary() > config.vocab_size {
        let what = "The vocabulary has more pieces than the model: they are not of one another.";
        return Err(EmbedError::Model(what.to_owned()));
    }
    Ok(())
}

fn pool(threads: usize) -> Result<ThreadPool, EmbedError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|n| format!("embed-{n}"))
        .build()
        .map_err(|error| EmbedError::Model(format!("No threads could be started: {error}.")))
}

impl Inner {
    fn embed(&self, texts: &[String]) -> Embedded {
        let read = |text: &String| self.tokenizer.one(text, self.max_pieces);
        let pieces: Vec<Pieces> = texts.iter().map(read).collect();
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut tokens = 0;
        for batch in batches(&pieces) {
            let chosen: Vec<&Pieces> = batch.iter().map(|at| &pieces[*at]).collect();
            let hidden = self.encoder.encode(&chosen);
            tokens += hidden.pieces();
            for (row, at) in batch.iter().enumerate() {
                vectors[*at] = self.pool(&hidden, row);
            }
        }
        Embedded {
            vectors,
            usage: Usage {
                tokens: tokens as u64,
                requests: 0,
            },
        }
    }

    fn pool(&self, hidden: &Hidden, text: usize) -> Vec<f32> {
        let mut vector = match self.pooling {
            Pooling::Class => hidden.rows(text).next().unwrap_or_default().to_vec(),
            Pooling::Mean => {
                // Scaled to length 1 below: a sum is as good as a mean.
                let mut sum = vec![0.0; self.identity.dims];
                for row in hidden.rows(text) {
                    sum.iter_mut().zip(row).for_each(|(s, x)| *s += x);
                }
                sum
            }
        };
        normalise(&mut vector);
        vector
    }
}

/// Places of texts that are read together: of like length, and not too many pieces in all.
fn batches(pieces: &[Pieces]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|at| pieces[*at].ids.len());
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for at in order {
        let length = pieces[at].ids.len();
        match batches.last_mut() {
            Some(batch) if length <= room => batch.push(at),
            _ => {
                batches.push(vec![at]);
                room = BATCH_PIECES.max(length);
            }
        }
        room -= length;
    }
    batches
}

impl Embedder for LocalModel {
    fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Embedded, EmbedError>> {
        let (inner, texts) = (self.inner.clone(), texts.to_vec());
        Box::pin(aside(move || {
            let threads = match purpose {
                Purpose::Passage => &inner.threads,
                Purpose::Query => &inner.for_searches,
            };
            threads.install(|| inner.embed(&texts))
        }))
    }
}

/// Runs work on a thread that may block.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EmbedError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| EmbedError::Model(format!("The model failed: {error}.")))
}

#[cfg(test)]
pub(crate) mod tests;
