//! A PostgreSQL catalog as plain data: read, shown as a canonical text, and
//! compared ([`diff`]); every CHECK proven alive ([`probe()`]); migrations
//! linted ([`lint`]).
//!
//! ```no_run
//! use pg_catalog::{Catalog, diff};
//!
//! # async fn compare(
//! #     production: &mut sqlx::PgConnection, test: &mut sqlx::PgConnection,
//! # ) -> Result<(), sqlx::Error> {
//! let left = Catalog::read(production, &["public"]).await?.fingerprint();
//! let right = Catalog::read(test, &["public"]).await?.fingerprint();
//! let comparison = diff(&left, &right);
//! print!("{comparison}");
//! assert!(comparison.agrees());
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

mod canonical;
mod catalog;
mod diff;
mod fingerprint;
mod labels;
pub mod lint;
mod load;
mod probe;
mod read;
mod sql;

pub use catalog::{
    Catalog, Column, Constraint, ConstraintKind, Definition, Domain, EnumType, Environment,
    Extension, Filling, ForeignKey, Function, Grant, Sequence, Setting, Table, View,
};
pub use diff::{Comparison, Difference, diff};
pub use fingerprint::{Fingerprint, Kind, ParseError};
pub use labels::check_labels;
pub use load::{LoadError, load};
pub use probe::{ByHand, Probe, Verdict, probe};
