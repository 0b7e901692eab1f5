//! A PostgreSQL catalog as plain data: read, shown as a canonical text, and
//! compared.
//!
//! ```no_run
//! use pg_catalog::{Catalog, diff};
//!
//! # async fn compare(
//! #     production: &mut sqlx::PgConnection, test: &mut sqlx::PgConnection,
//! # ) -> Result<(), sqlx::Error> {
//! let left = Catalog::read(production, &["public"]).await?;
//! let right = Catalog::read(test, &["public"]).await?;
//! for difference in diff(&left, &right) {
//!     println!("{difference}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing in a [`Catalog`] depends on the database it was read from: no
//! internal numbers, no order of creation. Two databases with the same
//! migrations have equal catalogs, and equal texts. Reading needs no rights
//! beyond connecting.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod catalog;
mod diff;
mod labels;
mod read;
mod text;

pub use catalog::{
    Catalog, Column, Constraint, ConstraintKind, Definition, EnumType, Extension, Filling,
    ForeignKey, Function, Sequence, Table,
};
pub use diff::{Difference, Kind, diff};
pub use labels::check_labels;
