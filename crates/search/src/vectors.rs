//! Vectors in eight bits a dimension, scanned exactly.

use std::sync::Arc;

use fearless_simd::{Level, dispatch};

use crate::codec::{Reader, Unreadable, Writer};

/// So many rows lie together. A block is copied when it changes while a snapshot holds it, so a
/// change beside a save costs a block and not the table.
const BLOCK_ROWS: usize = 4096;

/// From so many places of a block a scan reads in turn. The processor fetches ahead within each,
/// so that it waits for memory in one while it reckons with what has come from another.
const STREAMS: usize = 4;

/// Rows of equal width, each stored as signed bytes and one scale. A copy shares its blocks.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Vectors {
    dims: usize,
    /// All but the last have [`BLOCK_ROWS`] rows.
    blocks: Vec<Arc<Block>>,
}

/// Some rows of a table.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Block {
    bytes: Vec<i8>,
    /// By row: what a byte of 1 stands for. 0 marks a row without a vector.
    scales: Vec<f32>,
}

impl Vectors {
    pub(crate) fn new(dims: usize) -> Self {
        Self {
            dims,
            blocks: Vec::new(),
        }
    }

    /// How wide the rows are.
    pub(crate) fn dims(&self) -> usize {
        self.dims
    }

    /// How many rows there are, with and without a vector.
    pub(crate) fn rows(&self) -> usize {
        let last = self.blocks.last().map_or(0, |block| block.scales.len());
        self.blocks.len().saturating_sub(1) * BLOCK_ROWS + last
    }

    /// Stores a vector, growing the table as needed. Precision is 1/127 of its
    /// largest component.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "scaled to the range of a byte"
    )]
    pub(crate) fn set(&mut self, row: usize, vector: &[f32]) {
        assert_eq!(vector.len(), self.dims, "vector of another width");
        let largest = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = largest / 127.0;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        let (bytes, kept) = self.row_mut(row);
        *kept = scale;
        for (byte, x) in bytes.iter_mut().zip(vector) {
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
        let (source, scale) = from.row(at).expect("a row of the other table");
        let (bytes, kept) = self.row_mut(row);
        *kept = scale;
        bytes.copy_from_slice(source);
    }

    /// Forgets a row's vector.
    pub(crate) fn clear(&mut self, row: usize) {
        let (_, scale) = self.row_mut(row);
        *scale = 0.0;
    }

    /// How many rows have a vector.
    pub(crate) fn count(&self) -> usize {
        let scales = self.blocks.iter().flat_map(|block| &block.scales);
        scales.filter(|scale| **scale > 0.0).count()
    }

    /// A row's vector, if it has one.
    pub(crate) fn get(&self, row: usize) -> Option<impl Iterator<Item = f32> + '_> {
        let (bytes, scale) = self.row(row)?;
        (scale > 0.0).then(|| bytes.iter().map(move |&byte| f32::from(byte) * scale))
    }

    /// The dot product of two rows, 0 where one has no vector.
    pub(crate) fn dot(&self, one: usize, other: usize) -> f32 {
        let (Some((one, scale)), Some((other, other_scale))) = (self.row(one), self.row(other))
        else {
            return 0.0;
        };
        let products = one.iter().zip(other);
        let sum: i32 = products.map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
        sum as f32 * scale * other_scale
    }

    /// A row's bytes and its scale, if the table reaches so far.
    fn row(&self, row: usize) -> Option<(&[i8], f32)> {
        let block = self.blocks.get(row / BLOCK_ROWS)?;
        let at = row % BLOCK_ROWS;
        let scale = *block.scales.get(at)?;
        Some((&block.bytes[at * self.dims..(at + 1) * self.dims], scale))
    }

    /// The same to be written to; the table grows as needed.
    fn row_mut(&mut self, row: usize) -> (&mut [i8], &mut f32) {
        let (number, at) = (row / BLOCK_ROWS, row % BLOCK_ROWS);
        self.grow(number, at + 1);
        let block = Arc::make_mut(&mut self.blocks[number]);
        let bytes = &mut block.bytes[at * self.dims..(at + 1) * self.dims];
        (bytes, &mut block.scales[at])
    }

    /// Makes all blocks before this one full, and this one so long at least.
    fn grow(&mut self, number: usize, rows: usize) {
        let dims = self.dims;
        let lengthen = |block: &mut Arc<Block>, rows: usize| {
            if block.scales.len() < rows {
                let block = Arc::make_mut(block);
                block.scales.resize(rows, 0.0);
                block.bytes.resize(rows * dims, 0);
            }
        };
        if number >= self.blocks.len() {
            self.blocks.resize_with(number + 1, Arc::default);
            for block in &mut self.blocks[..number] {
                lengthen(block, BLOCK_ROWS);
            }
        }
        lengthen(&mut self.blocks[number], rows);
    }

    /// The dot product of `query` with every row, 0 where a row has no vector or
    /// `admitted` is 0. With unit vectors on both sides this is the cosine.
    pub(crate) fn scan(&self, query: &[f32], admitted: &[f32]) -> Vec<f32> {
        let (query, scale) = to_i16(query);
        let mut dots = vec![0.0; admitted.len()];
        let asked = admitted.chunks(BLOCK_ROWS).zip(dots.chunks_mut(BLOCK_ROWS));
        for (block, (admitted, dots)) in self.blocks.iter().zip(asked) {
            dispatch!(Level::new(), _ => block.scan(&query, scale, admitted, dots));
        }
        dots
    }

    /// The same with some rows, in their order.
    pub(crate) fn dots(&self, query: &[f32], rows: &[u32]) -> Vec<f32> {
        let (query, scale) = to_i16(query);
        dispatch!(Level::new(), _ => self.dots_i16(&query, scale, rows))
    }

    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions of whoever calls it"
    )]
    #[inline(always)]
    fn dots_i16(&self, query: &[i16], query_scale: f32, rows: &[u32]) -> Vec<f32> {
        let dot = |&row: &u32| {
            let row = self.row(row as usize);
            row.map_or(0.0, |(bytes, scale)| {
                dot_i16(bytes, query) as f32 * scale * query_scale
            })
        };
        rows.iter().map(dot).collect()
    }

    /// Writes the table so that [`Vectors::read`] reads it.
    pub(crate) fn write(&self, to: &mut Writer<'_>) {
        to.count(self.dims);
        to.all(self.blocks.iter(), |to, block| {
            to.numbers(&block.bytes);
            to.numbers(&block.scales);
        });
    }

    /// Reads a table.
    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        let dims = from.size()?;
        let blocks = from.all(|from| {
            let block = Block {
                bytes: from.numbers()?,
                scales: from.numbers()?,
            };
            if Some(block.bytes.len()) == block.scales.len().checked_mul(dims) {
                Ok(Arc::new(block))
            } else {
                Err(ANOTHER_SHAPE)
            }
        })?;
        let mut before_last = blocks.iter().rev().skip(1);
        let are_full = before_last.all(|block| block.scales.len() == BLOCK_ROWS);
        let is_last_short = blocks.last().is_none_or(|b| b.scales.len() <= BLOCK_ROWS);
        if are_full && is_last_short {
            Ok(Self { dims, blocks })
        } else {
            Err(ANOTHER_SHAPE)
        }
    }
}

const ANOTHER_SHAPE: Unreadable = Unreadable::Malformed("a table of vectors has another shape");

impl Block {
    /// Plain loops, inlined where they are dispatched from: there they are compiled once for each
    /// width of instructions, of which the widest that this processor has is taken.
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions of whoever calls it"
    )]
    #[inline(always)]
    fn scan(&self, query: &[i16], query_scale: f32, admitted: &[f32], dots: &mut [f32]) {
        let dims = query.len();
        let rows = admitted.len().min(self.scales.len());
        let part = rows.div_ceil(STREAMS);
        for at in 0..part {
            for row in (at..rows).step_by(part) {
                let scale = self.scales[row];
                if admitted[row] > 0.0 && scale > 0.0 {
                    let bytes = &self.bytes[row * dims..(row + 1) * dims];
                    dots[row] = dot_i16(bytes, query) as f32 * scale * query_scale;
                }
            }
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
    fn rows_have_dot_products_with_each_other() {
        let mut vectors = table(&[&[1.0, 0.0], &[0.6, 0.8], &[1.0, 0.0]]);
        vectors.clear(2);
        assert!((vectors.dot(0, 1) - 0.6).abs() < 0.01);
        assert!((vectors.dot(1, 1) - 1.0).abs() < 0.01);
        for other in [2, 3] {
            assert!(vectors.dot(0, other).abs() < f32::EPSILON, "{other}");
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
    fn some_rows_give_what_a_scan_gives_for_them() {
        let mut vectors = table(&[&[1.0, 0.0], &[0.6, 0.8], &[0.0, 1.0]]);
        vectors.clear(1);
        let query = [0.28, 0.96];
        let scanned = vectors.scan(&query, &[1.0; 4]);
        let rows = [2, 1, 3, 0];
        let expected: Vec<f32> = rows.iter().map(|&row| scanned[row as usize]).collect();
        assert_eq!(vectors.dots(&query, &rows), expected);
    }

    #[test]
    fn rows_of_all_blocks_are_scanned() {
        let far = 2 * BLOCK_ROWS + 5;
        let mut vectors = Vectors::new(2);
        vectors.set(far, &[0.0, 1.0]);
        vectors.set(BLOCK_ROWS, &[1.0, 0.0]);
        assert_eq!((vectors.rows(), vectors.count()), (far + 1, 2));
        let dots = vectors.scan(&[0.6, 0.8], &vec![1.0; far + 1]);
        for (row, expected) in [(BLOCK_ROWS, 0.6), (far, 0.8), (0, 0.0), (far - 1, 0.0)] {
            assert!((dots[row] - expected).abs() < 0.01, "{row}: {}", dots[row]);
        }
    }

    #[test]
    fn a_copy_keeps_what_it_was_copied_from() {
        let mut vectors = table(&[&[1.0, 0.0], &[0.0, 1.0]]);
        let copy = vectors.clone();
        vectors.clear(0);
        vectors.set(BLOCK_ROWS, &[1.0, 0.0]);
        assert_eq!((copy.rows(), copy.count()), (2, 2));
        assert_eq!((vectors.rows(), vectors.count()), (BLOCK_ROWS + 1, 2));
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let mut vectors = Vectors::new(2);
        vectors.set(BLOCK_ROWS + 1, &[0.6, 0.8]);
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        vectors.write(&mut writer);
        writer.finish().unwrap();
        let read = Vectors::read(&mut Reader::of_bytes(&bytes)).unwrap();
        assert_eq!(read, vectors);
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
