//! The encoder of BERT: what each piece means among the others.
//!
//! Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2018), on
//! Vaswani et al., "Attention Is All You Need" (2017). Texts of a batch lie one after the other
//! in one matrix, so that nothing is padded; only attention looks at each for itself.

use std::ops::Range;

use rayon::prelude::*;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{Gelu, Normalize, NormalizeOptions, Softmax, Sum, SumSquareSub};

use crate::local::Precision;
use crate::local::config::Config;
use crate::local::linear::Linear;
use crate::local::weights::Weights;
use crate::model::EmbedError;
use crate::tokens::Pieces;

#[derive(Debug)]
pub(super) struct Encoder {
    embeddings: Embeddings,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Embeddings {
    words: Vec<f32>,
    positions: Vec<f32>,
    kinds: Vec<f32>,
    norm: Norm,
    width: usize,
}

#[derive(Debug)]
struct Layer {
    heads: usize,
    /// Queries, keys and values side by side.
    attention_in: Linear,
    attention_out: Linear,
    attention_norm: Norm,
    wide: Linear,
    narrow: Linear,
    norm: Norm,
}

/// Layer normalisation, Ba et al. (2016).
#[derive(Debug)]
struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
    eps: f32,
}

/// What the pieces of a batch came to.
pub(super) struct Hidden {
    values: Vec<f32>,
    width: usize,
    /// By text, its pieces.
    texts: Vec<Range<usize>>,
}

impl Hidden {
    /// A text's pieces, each a row.
    pub(super) fn rows(&self, text: usize) -> impl Iterator<Item = &[f32]> {
        let Range { start, end } = self.texts[text];
        self.values[start * self.width..end * self.width].chunks_exact(self.width)
    }

    /// How many pieces there are in all.
    pub(super) fn pieces(&self) -> usize {
        self.values.len() / self.width
    }
}

impl Encoder {
    pub(super) fn new(
        weights: &Weights<'_>,
        config: &Config,
        precision: Precision,
    ) -> Result<Self, EmbedError> {
        let layers = 0..config.num_hidden_layers;
        Ok(Self {
            embeddings: Embeddings::new(weights, config)?,
            layers: layers
                .map(|number| Layer::new(weights, config, number, precision))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Reads a batch. Pieces have to be of the vocabulary, and no more than the model reads.
    pub(super) fn encode(&self, batch: &[&Pieces]) -> Hidden {
        let mut end = 0;
        let texts = batch.iter().map(|pieces| {
            let start = end;
            end += pieces.ids.len();
            start..end
        });
        let texts: Vec<Range<usize>> = texts.collect();
        let mut values = self.embeddings.of(batch);
        for layer in &self.layers {
            values = layer.apply(&values, &texts);
        }
        Hidden {
            values,
            width: self.embeddings.width,
            texts,
        }
    }
}

impl Embeddings {
    fn new(weights: &Weights<'_>, config: &Config) -> Result<Self, EmbedError> {
        let width = config.hidden_size;
        let table =
            |name: &str, rows| weights.get(&format!("embeddings.{name}.weight"), &[rows, width]);
        Ok(Self {
            words: table("word_embeddings", config.vocab_size)?,
            positions: table("position_embeddings", config.max_position_embeddings)?,
            kinds: table("token_type_embeddings", 2)?,
            norm: Norm::new(weights, "embeddings.LayerNorm", config)?,
            width,
        })
    }

    fn of(&self, batch: &[&Pieces]) -> Vec<f32> {
        let mut values = Vec::new();
        let row = |table: &[f32], at: usize| -> Range<usize> {
            debug_assert!((at + 1) * self.width <= table.len(), "beyond the model");
            at * self.width..(at + 1) * self.width
        };
        for pieces in batch {
            for (at, id) in pieces.ids.iter().enumerate() {
                let word = &self.words[row(&self.words, *id as usize)];
                let position = &self.positions[row(&self.positions, at)];
                let kind = &self.kinds[row(&self.kinds, usize::from(at >= pieces.second))];
                let sum = word.iter().zip(position).zip(kind);
                values.extend(sum.map(|((w, p), k)| w + p + k));
            }
        }
        self.norm.apply(&mut values);
        values
    }
}

impl Layer {
    fn new(
        weights: &Weights<'_>,
        config: &Config,
        number: usize,
        precision: Precision,
    ) -> Result<Self, EmbedError> {
        let (width, middle) = (config.hidden_size, config.intermediate_size);
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let matrix = |part: &str, outputs, inputs| {
            weights.get(&name(&format!("{part}.weight")), &[outputs, inputs])
        };
        let bias = |part: &str, outputs| weights.get(&name(&format!("{part}.bias")), &[outputs]);
        let linear = |part: &str, outputs, inputs| -> Result<Linear, EmbedError> {
            let rows = matrix(part, outputs, inputs)?;
            Ok(Linear::new(&rows, bias(part, outputs)?, inputs, precision))
        };
        let (mut rows, mut biases) = (Vec::new(), Vec::new());
        for part in ["query", "key", "value"] {
            let part = format!("attention.self.{part}");
            rows.extend(matrix(&part, width, width)?);
            biases.extend(bias(&part, width)?);
        }
        let norm = |part: &str| Norm::new(weights, &name(part), config);
        Ok(Self {
            heads: config.num_attention_heads,
            attention_in: Linear::new(&rows, biases, width, precision),
            attention_out: linear("attention.output.dense", width, width)?,
            attention_norm: norm("attention.output.LayerNorm")?,
            wide: linear("intermediate.dense", middle, width)?,
            narrow: linear("output.dense", width, middle)?,
            norm: norm("output.LayerNorm")?,
        })
    }

    fn apply(&self, x: &[f32], texts: &[Range<usize>]) -> Vec<f32> {
        let seen = self.attend(&self.attention_in.apply(x), texts);
        let mut attended = self.attention_out.apply(&seen);
        add(&mut attended, x);
        self.attention_norm.apply(&mut attended);
        let mut wide = self.wide.apply(&attended);
        wide.par_chunks_mut(self.wide.outputs())
            .for_each(|row| Gelu {}.map_mut(row));
        let mut out = self.narrow.apply(&wide);
        add(&mut out, &attended);
        self.norm.apply(&mut out);
        out
    }

    /// Attention of each text's pieces to one another, head by head.
    fn attend(&self, projected: &[f32], texts: &[Range<usize>]) -> Vec<f32> {
        let width = self.attention_out.outputs();
        let mut seen = vec![0.0; projected.len() / 3];
        let mut rest = &mut seen[..];
        let mut parts = Vec::with_capacity(texts.len());
        for text in texts {
            let (part, others) = rest.split_at_mut(text.len() * width);
            parts.push((
                part,
                &projected[text.start * 3 * width..text.end * 3 * width],
            ));
            rest = others;
        }
        parts
            .into_par_iter()
            .for_each(|(seen, projected)| self.attend_text(projected, seen, width));
        seen
    }

    fn attend_text(&self, projected: &[f32], seen: &mut [f32], width: usize) {
        let pieces = seen.len() / width;
        let of_head = width / self.heads;
        let gemm = GemmExecutor::default();
        let mut scores = vec![0.0; pieces * pieces];
        let mut mixed = vec![0.0; pieces * of_head];
        let scale = 1.0 / (of_head as f32).sqrt();
        for head in 0..self.heads {
            // A head's part of queries, keys or values, without copying it out.
            let part = |which: usize| {
                let from = &projected[which * width + head * of_head..];
                NdTensorView::from_slice_with_strides([pieces, of_head], from, [3 * width, 1])
                    .expect("the head lies within the row")
            };
            let options = GemmOptions {
                alpha: scale,
                ..GemmOptions::default()
            };
            let keys = part(1);
            let (a, b) = (
                GemmInputA::Unpacked(part(0)),
                GemmInputB::Unpacked(keys.transposed()),
            );
            gemm.gemm(&mut scores, a, b, options)
                .expect("queries and keys are of one width");
            for row in scores.chunks_exact_mut(pieces) {
                Softmax::new_mut(row).dispatch();
            }
            let weights = NdTensorView::from_data([pieces, pieces], &scores[..]);
            let (a, b) = (GemmInputA::Unpacked(weights), GemmInputB::Unpacked(part(2)));
            gemm.gemm(&mut mixed, a, b, GemmOptions::default())
                .expect("there is a value for each piece");
            let rows = seen
                .chunks_exact_mut(width)
                .zip(mixed.chunks_exact(of_head));
            for (row, mixed) in rows {
                row[head * of_head..(head + 1) * of_head].copy_from_slice(mixed);
            }
        }
    }
}

impl Norm {
    fn new(weights: &Weights<'_>, name: &str, config: &Config) -> Result<Self, EmbedError> {
        let get = |part: &str| weights.get(&format!("{name}.{part}"), &[config.hidden_size]);
        Ok(Self {
            scale: get("weight")?,
            shift: get("bias")?,
            eps: config.layer_norm_eps,
        })
    }

    /// Each row to mean 0 and variance 1, then scaled and shifted.
    fn apply(&self, values: &mut [f32]) {
        values.par_chunks_mut(self.scale.len()).for_each(|row| {
            let count = row.len() as f32;
            let mean = Sum::new(row).dispatch() / count;
            let spread = SumSquareSub::new(row, mean).dispatch();
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (spread / count + self.eps).sqrt(),
                element_scale: Some(&self.scale),
                bias: 0.0,
                element_bias: Some(&self.shift),
            };
            Normalize::new_mut(row, options).dispatch();
        });
    }
}

fn add(to: &mut [f32], other: &[f32]) {
    to.iter_mut().zip(other).for_each(|(a, b)| *a += b);
}
