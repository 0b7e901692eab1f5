//! Constraints that rows from before adoption violate.
//!
//! They are made `NOT VALID`: every row written from then on is checked, those from
//! before are kept as they are. Once the last of them is mended, `archivist migrate`
//! validates the constraint, and the database is like any other.

use std::fmt;

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};

use super::plan::told;
use super::shape::Shape;
use super::values;
use crate::contract;

/// A constraint that guards new rows only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Whose it is.
    pub table: String,
    /// Its name.
    pub constraint: String,
    /// What it demands.
    pub definition: String,
    /// How many rows violate it.
    pub rows: i64,
}

impl Pending {
    pub(super) fn new(table: &str, constraint: &str, definition: &str, rows: i64) -> Self {
        Self {
            table: table.to_owned(),
            constraint: constraint.to_owned(),
            definition: definition.to_owned(),
            rows,
        }
    }
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, table, rows) = (&self.constraint, &self.table, told(self.rows));
        write!(
            f,
            "{name} on {table} guards new and changed rows only, because {rows}; "
        )?;
        f.write_str("mend those, and `archivist migrate` makes it hold for all")
    }
}

/// The constraints of the contract that are not valid here, with how many rows
/// stand in the way.
pub async fn pending(conn: &mut PgConnection) -> sqlx::Result<Vec<Pending>> {
    let catalog = contract::read(conn).await?;
    let shape = Shape::of(&contract::contract_of(&catalog).to_string());
    let mut found = Vec::new();
    for (table, is) in &shape.tables {
        for (name, text) in &is.constraints {
            if let Some(definition) = text.strip_suffix(" NOT VALID") {
                let rows = values::violations(conn, table, definition, |_| true).await?;
                found.push(Pending::new(table, name, definition, rows));
            }
        }
    }
    Ok(found)
}

/// Validates the constraints that no row violates any more; says which are left.
pub async fn validate(conn: &mut PgConnection) -> sqlx::Result<Vec<Pending>> {
    let (settled, left): (Vec<_>, Vec<_>) = pending(conn)
        .await?
        .into_iter()
        .partition(|it| it.rows == 0);
    for Pending {
        table, constraint, ..
    } in settled
    {
        let sql = format!("ALTER TABLE public.\"{table}\" VALIDATE CONSTRAINT \"{constraint}\"");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *conn)
            .await?;
    }
    Ok(left)
}
