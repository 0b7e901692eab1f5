//! What earlier migrations, or earlier statements, have said about constraints.

use std::collections::HashMap;

use super::script::{Reader, has, split_at_commas};
use crate::sql::{Placed, Token};

/// Constraints that prove a column NOT NULL, over all migrations so far.
#[derive(Default)]
pub(super) struct Known {
    proofs: HashMap<(String, String), Proof>,
}

struct Proof {
    column: String,
    is_valid: bool,
}

impl Known {
    /// Notes `ADD CONSTRAINT name CHECK (column IS NOT NULL)`.
    pub(super) fn added(&mut self, table: &str, name: &str, definition: &[Placed]) {
        let Some(column) = column_not_null(definition) else {
            return;
        };
        let is_valid = !has(definition, &["not", "valid"]);
        let proof = Proof { column, is_valid };
        self.proofs
            .insert((table.to_owned(), name.to_owned()), proof);
    }

    /// Notes `VALIDATE CONSTRAINT name`.
    pub(super) fn validated(&mut self, table: &str, name: &str) {
        let key = (table.to_owned(), name.to_owned());
        if let Some(proof) = self.proofs.get_mut(&key) {
            proof.is_valid = true;
        }
    }

    /// Notes the constraints of `CREATE TABLE table (…)`, given what is in
    /// brackets.
    pub(super) fn created(&mut self, table: &str, body: &[Placed]) {
        for part in split_at_commas(body) {
            let mut reader = Reader::new(part);
            if reader.words(&["constraint"])
                && let Some(name) = reader.name()
            {
                self.added(table, &name, reader.rest());
            }
        }
    }

    /// Whether a valid constraint says that the column is not null.
    pub(super) fn proves(&self, table: &str, column: &str) -> bool {
        let mut proofs = self.proofs.iter();
        proofs.any(|((of, _), proof)| of == table && proof.column == column && proof.is_valid)
    }
}

/// The column of `CHECK (column IS NOT NULL)`.
fn column_not_null(definition: &[Placed]) -> Option<String> {
    let mut reader = Reader::new(definition);
    if !reader.words(&["check"]) {
        return None;
    }
    let brackets = |placed: &&Placed| !matches!(placed.token, Token::Sign('(' | ')'));
    let plain: Vec<Placed> = reader
        .rest()
        .iter()
        .filter(brackets)
        .take(4)
        .cloned()
        .collect();
    let mut reader = Reader::new(&plain);
    let column = reader.name()?;
    reader.words(&["is", "not", "null"]).then_some(column)
}
