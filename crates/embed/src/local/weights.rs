//! The numbers of a model, by their names.

use std::fs;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};

use crate::model::EmbedError;

/// The largest file that is read: models for sentences have some hundred MB.
const MAX_BYTES: u64 = 4 << 30;

/// The bytes of a folder's `model.safetensors`.
pub(super) fn read(folder: &Path) -> Result<Vec<u8>, EmbedError> {
    let path = folder.join("model.safetensors");
    let missing = |_| {
        let what = "There is no model.safetensors: the weights have to be in that form.";
        EmbedError::Model(what.to_owned())
    };
    let size = fs::metadata(&path).map_err(missing)?.len();
    if size > MAX_BYTES {
        let what = "model.safetensors has more than 4 GiB: such a model is not for one machine.";
        return Err(EmbedError::Model(what.to_owned()));
    }
    fs::read(&path).map_err(missing)
}

/// A file of weights.
pub(super) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    /// What stands before every name.
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, EmbedError> {
        let wrong = |error| EmbedError::Model(format!("model.safetensors is damaged: {error}."));
        let tensors = SafeTensors::deserialize(bytes).map_err(wrong)?;
        let has_prefix = tensors.names().iter().any(|name| name.starts_with("bert."));
        Ok(Self {
            tensors,
            prefix: if has_prefix { "bert." } else { "" },
        })
    }

    /// Whether there is a tensor of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    /// The numbers of a tensor of the encoder; `shape` is what it must have.
    pub(super) fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbedError> {
        self.get_whole(&format!("{}{name}", self.prefix), shape)
    }

    /// The same by the whole name.
    pub(super) fn get_whole(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbedError> {
        let wrong = |what: String| EmbedError::Model(format!("The model's {name} {what}."));
        let tensor = self.tensors.tensor(name);
        let tensor = tensor.map_err(|_| wrong("is missing".to_owned()))?;
        if tensor.shape() != shape {
            let found = tensor.shape();
            return Err(wrong(format!(
                "has the shape {found:?} instead of {shape:?}"
            )));
        }
        let data = tensor.data();
        match tensor.dtype() {
            Dtype::F32 => Ok(numbers(data, f32::from_le_bytes)),
            Dtype::F16 => Ok(numbers(data, |b| half(u16::from_le_bytes(b)))),
            Dtype::BF16 => Ok(numbers(data, |b: [u8; 2]| {
                f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)
            })),
            other => Err(wrong(format!(
                "has numbers of a kind that is not known ({other:?})"
            ))),
        }
    }
}

fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|chunk| number(*chunk)).collect()
}

/// A number of IEEE 754's binary16: sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f32::from(bits & 0x3ff) / 1024.0;
    match (bits >> 10) & 0x1f {
        0 => sign * fraction * 2.0_f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        exponent => sign * (1.0 + fraction) * 2.0_f32.powi(i32::from(exponent) - 15),
    }
}
