//! `x · W + b`, in full precision or in eight bits.
//!
//! In eight bits the weights are quantised once for each output (symmetric, by their largest),
//! the inputs for each row as they come (from 0 to 255, by their least and largest): dynamic
//! quantisation as in Bhandare et al., "Efficient 8-Bit Quantization of Transformer" (2019).

use rayon::prelude::*;
use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::SimdOp;
use rten_tensor::NdTensorView;
use rten_vecmath::{ExtendInit, MinMax, Quantize};

use crate::local::Precision;

/// A matrix of weights and what is added.
pub(super) struct Linear {
    inputs: usize,
    outputs: usize,
    bias: Vec<f32>,
    weights: Weights,
}

/// As they are packed for the multiplication of this processor; who multiplies is made anew
/// each time, which costs nothing.
enum Weights {
    F32 {
        packed: PackedBMatrix<f32>,
    },
    Int8 {
        packed: PackedBMatrix<i8>,
        /// By output, what a weight of 1 stands for.
        scales: Vec<f32>,
        /// By output, the sum of its weights.
        sums: Vec<i32>,
    },
}

impl std::fmt::Debug for Linear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.weights {
            Weights::F32 { .. } => "f32",
            Weights::Int8 { .. } => "int8",
        };
        write!(f, "Linear({} × {}, {kind})", self.inputs, self.outputs)
    }
}

impl Linear {
    /// `rows` has a row of `inputs` weights for each output, as models are stored.
    pub(super) fn new(rows: &[f32], bias: Vec<f32>, inputs: usize, precision: Precision) -> Self {
        let outputs = bias.len();
        let weights = match precision {
            Precision::F32 => {
                let gemm = GemmExecutor::<f32>::default();
                let matrix = NdTensorView::from_data([outputs, inputs], rows);
                let packed = gemm.prepack_b(matrix.transposed());
                Weights::F32 { packed }
            }
            Precision::Int8 => int8(rows, inputs, outputs),
        };
        Self {
            inputs,
            outputs,
            bias,
            weights,
        }
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// One row of outputs for each row of inputs.
    pub(super) fn apply(&self, x: &[f32]) -> Vec<f32> {
        let rows = x.len() / self.inputs;
        match &self.weights {
            Weights::F32 { packed } => {
                let gemm = GemmExecutor::<f32>::default();
                let mut out = vec![0.0; rows * self.outputs];
                let a = NdTensorView::from_data([rows, self.inputs], x);
                let options = GemmOptions {
                    bias: Some(BiasVector::Row(&self.bias)),
                    ..GemmOptions::default()
                };
                let (a, b) = (GemmInputA::Unpacked(a), GemmInputB::Packed(packed));
                gemm.gemm(&mut out, a, b, options)
                    .expect("shapes were checked when the model was read");
                out
            }
            Weights::Int8 {
                packed,
                scales,
                sums: of_weights,
            } => {
                let gemm = GemmExecutor::<u8, i8, i32>::default();
                let quantised = Quantised::of(x, self.inputs);
                let mut sums = vec![0_i32; rows * self.outputs];
                let a = NdTensorView::from_data([rows, self.inputs], &quantised.bytes[..]);
                let (a, b) = (GemmInputA::Unpacked(a), GemmInputB::Packed(packed));
                gemm.gemm(&mut sums, a, b, GemmOptions::default())
                    .expect("shapes were checked when the model was read");
                self.scaled(&sums, &quantised, scales, of_weights)
            }
        }
    }

    /// Back from bytes: what a row's byte for 0 added to each sum is taken off.
    fn scaled(
        &self,
        sums: &[i32],
        x: &Quantised,
        of_outputs: &[f32],
        of_weights: &[i32],
    ) -> Vec<f32> {
        let mut out = vec![0.0; sums.len()];
        let rows = out
            .par_chunks_mut(self.outputs)
            .zip(sums.par_chunks(self.outputs))
            .zip(&x.scales)
            .zip(&x.zeros);
        rows.for_each(|(((out, sums), row), zero)| {
            let zero = i32::from(*zero);
            let outputs = of_outputs.iter().zip(of_weights).zip(&self.bias);
            let each = out.iter_mut().zip(sums).zip(outputs);
            for ((out, sum), ((scale, weights), bias)) in each {
                *out = (sum - zero * weights) as f32 * row * scale + bias;
            }
        });
        out
    }
}

fn int8(rows: &[f32], inputs: usize, outputs: usize) -> Weights {
    let gemm = GemmExecutor::<u8, i8, i32>::default();
    // Without the instructions for it, sums of two products are kept in 16 bits: seven bits of
    // weight then fit.
    let most = if gemm.may_saturate() { 63.0 } else { 127.0 };
    let mut scales = Vec::with_capacity(outputs);
    let mut bytes = Vec::with_capacity(rows.len());
    for row in rows.chunks_exact(inputs) {
        let largest = row
            .iter()
            .fold(f32::MIN_POSITIVE, |most, w| most.max(w.abs()));
        let scale = largest / most;
        scales.push(scale);
        bytes.extend(row.iter().map(|w| to_i8(w / scale)));
    }
    let sum = |row: &[i8]| row.iter().map(|w| i32::from(*w)).sum();
    let sums = bytes.chunks_exact(inputs).map(sum).collect();
    let matrix = NdTensorView::from_data([outputs, inputs], &bytes[..]);
    Weights::Int8 {
        packed: gemm.prepack_b(matrix.transposed()),
        scales,
        sums,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "scaled to the range of a byte"
)]
fn to_i8(x: f32) -> i8 {
    x.round() as i8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "scaled to the range of a byte"
)]
fn to_u8(x: f32) -> u8 {
    x.round() as u8
}

/// Rows of inputs in bytes.
struct Quantised {
    bytes: Vec<u8>,
    /// By row, which byte stands for 0.
    zeros: Vec<u8>,
    /// By row, what a step of 1 stands for.
    scales: Vec<f32>,
}

impl Quantised {
    fn of(x: &[f32], width: usize) -> Self {
        let rows = x.len() / width;
        let mut quantised = Self {
            bytes: Vec::with_capacity(x.len()),
            zeros: Vec::with_capacity(rows),
            scales: Vec::with_capacity(rows),
        };
        for row in x.chunks_exact(width) {
            let (least, largest) = MinMax::new(row).dispatch();
            let (least, largest) = (least.min(0.0), largest.max(0.0));
            let scale = ((largest - least) / 255.0).max(f32::MIN_POSITIVE);
            let zero = to_u8(-least / scale);
            quantised.bytes.extend_init(|room| {
                Quantize::new(row, &mut room[..width], 1.0 / scale, zero).dispatch()
            });
            quantised.zeros.push(zero);
            quantised.scales.push(scale);
        }
        quantised
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        let number = |n: usize| ((n * 7919 + seed * 104_729) % 2003) as f32 / 1001.5 - 1.0;
        (0..count).map(number).collect()
    }

    /// `x · Wᵀ + b` as it is written down.
    fn expected(x: &[f32], rows: &[f32], bias: &[f32], inputs: usize) -> Vec<f32> {
        let row = |x: &[f32]| -> Vec<f32> {
            let outputs = rows.chunks_exact(inputs).zip(bias);
            outputs
                .map(|(w, b)| x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>() + b)
                .collect()
        };
        x.chunks_exact(inputs).flat_map(row).collect()
    }

    #[test]
    fn both_precisions_multiply_and_add() {
        // As wide as real models: beyond one block of what is multiplied at a time.
        for (inputs, outputs, rows) in [(48, 20, 7), (384, 1152, 300), (1536, 384, 2048)] {
            check(inputs, outputs, rows);
        }
    }

    fn check(inputs: usize, outputs: usize, rows: usize) {
        let weights = numbers(inputs * outputs, 1);
        let bias = numbers(outputs, 2);
        let mut x = numbers(inputs * rows, 3);
        // Rows of different ranges.
        for (row, values) in x.chunks_exact_mut(inputs).enumerate() {
            for x in values {
                *x += (row % 5) as f32 / 4.0;
            }
        }
        let right = expected(&x, &weights, &bias, inputs);
        for (precision, most) in [(Precision::F32, 1e-3), (Precision::Int8, 0.5)] {
            let linear = Linear::new(&weights, bias.clone(), inputs, precision);
            let found = linear.apply(&x);
            assert_eq!(found.len(), right.len());
            for (found, right) in found.iter().zip(&right) {
                assert!(
                    (found - right).abs() < most * (1.0 + right.abs() / 10.0),
                    "{found} for {right} ({precision:?})"
                );
            }
        }
    }
}
