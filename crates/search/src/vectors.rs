//! Vectors in eight bits a dimension, scanned exactly.

use fearless_simd::{Level, dispatch};

/// From so many places a scan reads in turn. The processor fetches ahead within each, so that it
/// waits for memory in one while it reckons with what has come from another.
const STREAMS: usize = 4;

/// Rows of equal width, each stored as signed bytes and one scale.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Vectors {
    pub(crate) dims: usize,
    pub(crate) bytes: Vec<i8>,
    /// By row: what a byte of 1 stands for. 0 marks a row without a vector.
    pub(crate) scales: Vec<f32>,
}

impl Vectors {
    pub(crate) fn new(dims: usize) -> Self {
        Self {
            dims,
            ..Self::default()
        }
    }

    /// Stores a vector, growing the table as needed. Precision is 1/127 of its
    /// largest component.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "scaled to the range of a byte"
    )]
    pub(crate) fn set(&mut self, row: usize, vector: &[f32]) {
        assert_eq!(vector.len(), self.dims, "vector of another width");
        self.grow(row + 1);
        let largest = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = largest / 127.0;
        self.scales[row] = scale;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        let start = row * self.dims;
        for (byte, x) in self.bytes[start..start + self.dims].iter_mut().zip(vector) {
            *byte = (x * inverse).round() as i8;
        }
    }

    /// Stores what a model gave for a row.
    pub(crate) fn set_or_clear(&mut self, row: usize, vector: Option<Vec<f32>>) {
        match vector {
            Some(vector) => self.set(row, &vector),
            None => self.clear(row),
        }
    }

    /// Takes over a row of another table of the same width.
    pub(crate) fn copy(&mut self, row: usize, from: &Self, at: usize) {
        self.grow(row + 1);
        self.scales[row] = from.scales[at];
        let source = &from.bytes[at * self.dims..(at + 1) * self.dims];
        self.bytes[row * self.dims..(row + 1) * self.dims].copy_from_slice(source);
    }

    /// Forgets a row's vector.
    pub(crate) fn clear(&mut self, row: usize) {
        self.grow(row + 1);
        self.scales[row] = 0.0;
    }

    /// How many rows have a vector.
    pub(crate) fn count(&self) -> usize {
        self.scales.iter().filter(|scale| **scale > 0.0).count()
    }

    /// A row's vector, if it has one.
    pub(crate) fn get(&self, row: usize) -> Option<impl Iterator<Item = f32> + '_> {
        let scale = *self.scales.get(row)?;
        let start = row * self.dims;
        (scale > 0.0).then(|| {
            self.bytes[start..start + self.dims]
                .iter()
                .map(move |&b| f32::from(b) * scale)
        })
    }

    /// The dot product of `query` with every row, 0 where a row has no vector or
    /// `admitted` is 0. With unit vectors on both sides this is the cosine.
    pub(crate) fn scan(&self, query: &[f32], admitted: &[f32]) -> Vec<f32> {
        let (query, scale) = to_i16(query);
        let mut dots = vec![0.0; admitted.len()];
        dispatch!(Level::new(), _ => self.scan_rows(&query, scale, admitted, &mut dots));
        dots
    }

    /// Plain loops, inlined where they are dispatched from: there they are compiled once for each
    /// width of instructions, of which the widest that this processor has is taken.
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions of whoever calls it"
    )]
    #[inline(always)]
    fn scan_rows(&self, query: &[i16], query_scale: f32, admitted: &[f32], dots: &mut [f32]) {
        let rows = admitted.len().min(self.scales.len());
        let part = rows.div_ceil(STREAMS);
        for at in 0..part {
            for row in (at..rows).step_by(part) {
                let scale = self.scales[row];
                if admitted[row] > 0.0 && scale > 0.0 {
                    let bytes = &self.bytes[row * self.dims..(row + 1) * self.dims];
                    dots[row] = dot_i16(bytes, query) as f32 * scale * query_scale;
                }
            }
        }
    }

    fn grow(&mut self, rows: usize) {
        if self.scales.len() < rows {
            self.scales.resize(rows, 0.0);
            self.bytes.resize(rows * self.dims, 0);
        }
    }
}

/// The query keeps sixteen bits, or as many as products with bytes still sum up within 32 bits
/// for its width; so the rounding of the query does not add to that of the rows.
#[expect(
    clippy::cast_possible_truncation,
    reason = "scaled to the range of sixteen bits"
)]
fn to_i16(vector: &[f32]) -> (Vec<i16>, f32) {
    let largest = vector
        .iter()
        .fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
    // Fewer than 2^32 products of bytes, which are at most 127.
    let room = i32::MAX / (127 * i32::try_from(vector.len().max(1)).unwrap_or(i32::MAX / 127));
    let scale = largest / room.min(i32::from(i16::MAX)) as f32;
    (
        vector.iter().map(|x| (x / scale).round() as i16).collect(),
        scale,
    )
}

#[expect(
    clippy::inline_always,
    reason = "compiled for the instructions of whoever calls it"
)]
#[inline(always)]
fn dot_i16(row: &[i8], query: &[i16]) -> i32 {
    row.iter()
        .zip(query)
        .map(|(&a, &b)| i32::from(i16::from(a)) * i32::from(b))
        .sum()
}

/// Scales a vector to length 1. `None` for the null vector.
pub(crate) fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length <= f32::EPSILON {
        return None;
    }
    for x in &mut vector {
        *x /= length;
    }
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[f32]]) -> Vectors {
        let mut vectors = Vectors::new(rows[0].len());
        for (at, row) in rows.iter().enumerate() {
            vectors.set(at, row);
        }
        vectors
    }

    #[test]
    fn scan_gives_dot_products() {
        let vectors = table(&[&[1.0, 0.0, 0.0], &[0.6, 0.8, 0.0], &[0.0, -1.0, 0.0]]);
        let dots = vectors.scan(&[0.6, 0.8, 0.0], &[1.0; 3]);
        for (dot, expected) in dots.iter().zip([0.6, 1.0, -0.8]) {
            assert!((dot - expected).abs() < 0.01, "{dot} for {expected}");
        }
    }

    #[test]
    fn cleared_missing_and_refused_rows_score_nothing() {
        let mut vectors = table(&[&[1.0, 0.0], &[1.0, 0.0], &[1.0, 0.0]]);
        vectors.clear(1);
        let dots = vectors.scan(&[1.0, 0.0], &[0.0, 1.0, 1.0, 1.0]);
        assert_eq!((dots[0], dots[1], dots[3]), (0.0, 0.0, 0.0));
        assert!(dots[2] > 0.99);
        assert!(vectors.get(1).is_none());
    }

    #[test]
    fn wide_vectors_that_are_all_alike_do_not_overflow() {
        let flat = vec![1.0 / 64.0; 4096];
        let dots = table(&[&flat]).scan(&flat, &[1.0]);
        assert!((dots[0] - 1.0).abs() < 0.01, "{dots:?}");
    }

    #[test]
    fn unit_has_length_one() {
        assert_eq!(unit(vec![3.0, 4.0]), Some(vec![0.6, 0.8]));
        assert_eq!(unit(vec![0.0, 0.0]), None);
    }
}
