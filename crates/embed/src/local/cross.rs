//! A model that reads question and passage together and says how well they fit.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rayon::ThreadPool;

use super::config::Config;
use super::encoder::{Encoder, Hidden};
use super::linear::Linear;
use super::weights::{self, Weights};
use super::{Precision, aside, batches, check_vocabulary, pool};
use crate::model::{EmbedError, Reranker};
use crate::tokens::{Pieces, Tokenizer};

/// A cross-encoder with one score, such as `ms-marco-MiniLM-L-6-v2`.
#[derive(Debug)]
pub struct CrossEncoder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    tokenizer: Tokenizer,
    encoder: Encoder,
    pooler: Linear,
    classifier: Linear,
    max_pieces: usize,
    threads: ThreadPool,
}

impl CrossEncoder {
    /// Reads the model in a folder.
    pub fn open(folder: &Path, precision: Precision, threads: usize) -> Result<Self, EmbedError> {
        let config = Config::open(folder)?;
        let bytes = weights::read(folder)?;
        let weights = Weights::parse(&bytes)?;
        let tokenizer = Tokenizer::open(folder)?;
        check_vocabulary(&tokenizer, &config)?;
        let width = config.hidden_size;
        let pooler = weights.get("pooler.dense.weight", &[width, width])?;
        let pooler_bias = weights.get("pooler.dense.bias", &[width])?;
        let classifier = weights.get_whole("classifier.weight", &[1, width])?;
        let classifier_bias = weights.get_whole("classifier.bias", &[1])?;
        Ok(Self {
            inner: Arc::new(Inner {
                encoder: Encoder::new(&weights, &config, precision)?,
                tokenizer,
                // Two small steps: nothing is won in eight bits.
                pooler: Linear::new(&pooler, pooler_bias, width, Precision::F32),
                classifier: Linear::new(&classifier, classifier_bias, width, Precision::F32),
                max_pieces: config.max_pieces(folder),
                threads: pool(threads)?,
            }),
        })
    }

    /// The scores of passages, here and now.
    pub fn score_blocking(&self, question: &str, passages: &[String]) -> Vec<f32> {
        let inner = &self.inner;
        inner.threads.install(|| inner.score(question, passages))
    }
}

impl Inner {
    fn score(&self, question: &str, passages: &[String]) -> Vec<f32> {
        let pair = |passage: &String| self.tokenizer.pair(question, passage, self.max_pieces);
        let pieces: Vec<Pieces> = passages.iter().map(pair).collect();
        let mut scores = vec![0.0; passages.len()];
        for batch in batches(&pieces) {
            let chosen: Vec<&Pieces> = batch.iter().map(|at| &pieces[*at]).collect();
            let hidden = self.encoder.encode(&chosen);
            for (row, at) in batch.iter().enumerate() {
                scores[*at] = self.judge(&hidden, row);
            }
        }
        scores
    }

    /// `classifier(tanh(pooler(first piece)))`.
    fn judge(&self, hidden: &Hidden, text: usize) -> f32 {
        let first = hidden.rows(text).next().unwrap_or_default();
        let mut pooled = self.pooler.apply(first);
        for x in &mut pooled {
            *x = x.tanh();
        }
        self.classifier.apply(&pooled)[0]
    }
}

impl Reranker for CrossEncoder {
    fn score<'a>(
        &'a self,
        question: &'a str,
        passages: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<f32>, EmbedError>> {
        let inner = self.inner.clone();
        let (question, passages) = (question.to_owned(), passages.to_vec());
        Box::pin(aside(move || {
            inner.threads.install(|| inner.score(&question, &passages))
        }))
    }
}
