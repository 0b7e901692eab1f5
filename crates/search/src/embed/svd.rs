//! The leading right singular vectors of a sparse matrix.
//!
//! Randomised subspace iteration on `AᵀA` after Halko, Martinsson and Tropp,
//! "Finding Structure with Randomness" (2011), algorithms 4.4 and 5.1. Only
//! tables of terms × dimensions are held, never passages × dimensions.

use std::ops::Range;
use std::thread;

use nalgebra::{DMatrix, SymmetricEigen};

use crate::random::SplitMix;

/// Dimensions beyond those asked for, which make the last ones accurate.
const OVERSAMPLING: usize = 32;
/// Rounds of subspace iteration; the spectrum of text falls slowly.
const ROUNDS: usize = 4;
/// The passes over the matrix are split in this many parts. Fixed, since the
/// order of summation must not depend on the machine.
const PARTS: usize = 2;
/// Directions weaker than this share of the strongest are rounding errors.
const NEGLIGIBLE: f64 = 1e-9;

/// Rows of (column, value) pairs. They lie in one piece, which the system has back when it is no
/// longer needed; of many small ones it would see little again.
#[derive(Debug, Default)]
pub(super) struct SparseRows {
    pub(super) columns: usize,
    entries: Vec<(u32, f32)>,
    /// By row: where it ends.
    ends: Vec<usize>,
}

impl SparseRows {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: impl Iterator<Item = (u32, f32)>) {
        self.entries.extend(row);
        self.ends.push(self.entries.len());
    }

    /// Has each row be what `change` leaves of it: so many of its first pairs.
    pub(super) fn reduce(&mut self, mut change: impl FnMut(&mut [(u32, f32)]) -> usize) {
        let (mut begin, mut kept) = (0, 0);
        for end in &mut self.ends {
            let left = change(&mut self.entries[begin..*end]);
            self.entries.copy_within(begin..begin + left, kept);
            kept += left;
            begin = std::mem::replace(end, kept);
        }
        self.entries.truncate(kept);
    }

    fn row(&self, at: usize) -> &[(u32, f32)] {
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[begin..self.ends[at]]
    }
}

/// A dense table, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

impl Table {
    fn zeros(rows: usize, width: usize) -> Self {
        Self {
            width,
            values: vec![0.0; rows * width],
        }
    }

    pub(super) fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.width..(at + 1) * self.width]
    }

    fn row_mut(&mut self, at: usize) -> &mut [f32] {
        &mut self.values[at * self.width..(at + 1) * self.width]
    }

    fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width.max(1))
    }
}

/// The first `rank` right singular vectors as the columns of a table with one
/// row per column of `matrix`; fewer if the matrix has not so many.
pub(super) fn right_singular_vectors(matrix: &SparseRows, rank: usize, seed: u64) -> Table {
    let width = (rank + OVERSAMPLING).min(matrix.columns).min(matrix.len());
    let mut basis = orthonormal(&random_signs(matrix.columns, width, seed));
    for _ in 0..ROUNDS {
        basis = orthonormal(&gram_times(matrix, &basis));
    }
    let projected = gram_of_projection(matrix, &basis);
    rotate(&basis, &leading_eigenvectors(projected, rank, |_| 1.0))
}

/// `AᵀA × basis`, in one pass over the rows of `A`.
fn gram_times(matrix: &SparseRows, basis: &Table) -> Table {
    sum_over_parts(matrix, |rows| {
        let mut sum = Table::zeros(matrix.columns, basis.width);
        let mut projection = vec![0.0; basis.width];
        for row in rows.map(|at| matrix.row(at)) {
            project(row, basis, &mut projection);
            for &(column, value) in row {
                add_scaled(sum.row_mut(column as usize), value, &projection);
            }
        }
        sum.values
    })
    .map_or_else(
        || Table::zeros(matrix.columns, basis.width),
        |values| Table {
            width: basis.width,
            values,
        },
    )
}

/// `(A × basis)ᵀ (A × basis)`.
fn gram_of_projection(matrix: &SparseRows, basis: &Table) -> DMatrix<f64> {
    let width = basis.width;
    let sum = sum_over_parts(matrix, |rows| {
        let mut sum = vec![0.0; width * width];
        let mut projection = vec![0.0; width];
        for row in rows.map(|at| matrix.row(at)) {
            project(row, basis, &mut projection);
            add_outer(&mut sum, &projection);
        }
        sum
    });
    symmetric(width, &sum.unwrap_or_else(|| vec![0.0; width * width]))
}

/// Runs `work` over parts of the rows at the same time and adds up the results
/// in order. `None` for a matrix without rows.
fn sum_over_parts<T>(
    matrix: &SparseRows,
    work: impl Fn(Range<usize>) -> Vec<T> + Sync,
) -> Option<Vec<T>>
where
    T: Send + Copy + std::ops::AddAssign,
{
    let all = matrix.len();
    let part = all.div_ceil(PARTS).max(1);
    let sums: Vec<Vec<T>> = thread::scope(|scope| {
        let work = &work;
        let parts = (0..all).step_by(part);
        let running: Vec<_> = parts
            .map(|begin| scope.spawn(move || work(begin..all.min(begin + part))))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("a sum does not panic"))
            .collect()
    });
    sums.into_iter().reduce(|mut total, sum| {
        total.iter_mut().zip(sum).for_each(|(t, s)| *t += s);
        total
    })
}

/// A basis of the space that the columns of `table` span. By eigenvectors of the
/// Gram matrix, which leaves directions out that are not there.
fn orthonormal(table: &Table) -> Table {
    let width = table.width;
    let mut gram = vec![0.0; width * width];
    for row in table.rows() {
        add_outer(&mut gram, row);
    }
    let rotation = leading_eigenvectors(symmetric(width, &gram), width, |value| 1.0 / value.sqrt());
    rotate(table, &rotation)
}

/// The eigenvectors with the largest eigenvalues as columns, each scaled by
/// `scale(eigenvalue)`; negligible ones are left out.
fn leading_eigenvectors(
    symmetric: DMatrix<f64>,
    count: usize,
    scale: impl Fn(f64) -> f64,
) -> DMatrix<f64> {
    let size = symmetric.nrows();
    if size == 0 {
        return symmetric;
    }
    let eigen = SymmetricEigen::new(symmetric);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let largest = order.first().map_or(0.0, |&at| eigen.eigenvalues[at]);
    order.retain(|&at| eigen.eigenvalues[at] > largest * NEGLIGIBLE);
    order.truncate(count);
    DMatrix::from_fn(size, order.len(), |row, column| {
        let at = order[column];
        eigen.eigenvectors[(row, at)] * scale(eigen.eigenvalues[at])
    })
}

/// `table × rotation`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "tables are kept in single precision"
)]
fn rotate(table: &Table, rotation: &DMatrix<f64>) -> Table {
    let width = rotation.ncols();
    let rotation: Vec<f32> = rotation.transpose().iter().map(|&x| x as f32).collect();
    let mut rotated = Table::zeros(table.rows().count(), width);
    for (at, row) in table.rows().enumerate() {
        let target = rotated.row_mut(at);
        for (&value, direction) in row.iter().zip(rotation.chunks_exact(width.max(1))) {
            add_scaled(target, value, direction);
        }
    }
    rotated
}

fn project(row: &[(u32, f32)], basis: &Table, projection: &mut [f32]) {
    projection.fill(0.0);
    for &(column, value) in row {
        add_scaled(projection, value, basis.row(column as usize));
    }
}

fn add_scaled(target: &mut [f32], factor: f32, source: &[f32]) {
    for (t, s) in target.iter_mut().zip(source) {
        *t += factor * s;
    }
}

/// Adds the upper half of `row ⊗ row`.
fn add_outer(sum: &mut [f64], row: &[f32]) {
    let width = row.len();
    for (i, &a) in row.iter().enumerate() {
        let a = f64::from(a);
        for (cell, &b) in sum[i * width + i..(i + 1) * width]
            .iter_mut()
            .zip(&row[i..])
        {
            *cell += a * f64::from(b);
        }
    }
}

fn symmetric(size: usize, upper: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(size, size, |i, j| upper[i.min(j) * size + i.max(j)])
}

/// A table of +1 and −1, the same for the same seed on every machine.
fn random_signs(rows: usize, width: usize, seed: u64) -> Table {
    let mut random = SplitMix(seed);
    let values = (0..rows * width)
        .map(|_| {
            if random.next().is_multiple_of(2) {
                1.0
            } else {
                -1.0
            }
        })
        .collect();
    Table { width, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix of the given dense rows.
    fn sparse(rows: &[&[f32]]) -> SparseRows {
        let mut matrix = of_columns(rows[0].len());
        for row in rows {
            let numbered = (0..).zip(row.iter().copied());
            matrix.push(numbered.filter(|(_, value)| *value != 0.0));
        }
        matrix
    }

    fn of_columns(columns: usize) -> SparseRows {
        SparseRows {
            columns,
            ..SparseRows::default()
        }
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    fn column(table: &Table, at: usize) -> Vec<f32> {
        table.rows().map(|row| row[at]).collect()
    }

    #[test]
    fn finds_the_directions_of_a_diagonal_matrix_in_order() {
        let matrix = sparse(&[&[0.0, 2.0, 0.0], &[5.0, 0.0, 0.0], &[0.0, 0.0, 1.0]]);
        let vectors = right_singular_vectors(&matrix, 2, 7);
        assert_eq!(vectors.width, 2);
        assert!(column(&vectors, 0)[0].abs() > 0.9999);
        assert!(column(&vectors, 1)[1].abs() > 0.9999);
    }

    #[test]
    fn columns_are_orthonormal_and_agree_with_a_full_decomposition() {
        let mut random = SplitMix(3);
        let dense: Vec<Vec<f32>> = (0..40)
            .map(|_| (0..25).map(|_| (random.next() % 5) as f32).collect())
            .collect();
        let rows: Vec<&[f32]> = dense.iter().map(Vec::as_slice).collect();
        let vectors = right_singular_vectors(&sparse(&rows), 6, 1);
        let full = DMatrix::from_fn(40, 25, |i, j| dense[i][j]).svd(false, true);
        for at in 0..6 {
            let found = column(&vectors, at);
            assert!((dot(&found, &found) - 1.0).abs() < 1e-4);
            let expected: Vec<f32> = full.v_t.as_ref().unwrap().row(at).iter().copied().collect();
            assert!(dot(&found, &expected).abs() > 0.999, "direction {at}");
        }
        assert!(dot(&column(&vectors, 0), &column(&vectors, 5)).abs() < 1e-4);
    }

    #[test]
    fn a_matrix_of_rank_one_has_one_direction() {
        let matrix = sparse(&[&[1.0, 2.0], &[2.0, 4.0], &[3.0, 6.0]]);
        assert_eq!(right_singular_vectors(&matrix, 2, 1).width, 1);
    }

    #[test]
    fn a_matrix_of_nothing_has_no_direction() {
        let nothing = sparse(&[&[0.0, 0.0], &[0.0, 0.0]]);
        let mut empty = of_columns(0);
        (0..3).for_each(|_| empty.push(std::iter::empty()));
        assert_eq!(right_singular_vectors(&empty, 2, 1).width, 0);
        assert_eq!(right_singular_vectors(&nothing, 2, 1).width, 0);
    }

    #[test]
    fn rows_keep_what_is_left_of_them() {
        let mut matrix = sparse(&[&[1.0, 2.0, 3.0], &[4.0, 0.0, 5.0], &[6.0, 0.0, 0.0]]);
        matrix.reduce(|row| {
            row.reverse();
            row.len() - 1
        });
        let rows: Vec<_> = (0..3).map(|at| matrix.row(at)).collect();
        assert_eq!(rows, [&[(2, 3.0), (1, 2.0)][..], &[(2, 5.0)], &[]]);
    }

    #[test]
    fn the_same_seed_gives_the_same_bits() {
        let matrix = sparse(&[&[1.0, 2.0, 0.5], &[0.0, 1.0, 3.0], &[2.0, 0.0, 1.0]]);
        assert_eq!(
            right_singular_vectors(&matrix, 2, 9),
            right_singular_vectors(&matrix, 2, 9)
        );
    }
}
