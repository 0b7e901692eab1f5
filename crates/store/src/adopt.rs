//! Taking over a database of the original system, in place.
//!
//! [`recognise()`] says what a database is, [`plan()`] what has to be done to it,
//! in SQL, and [`adopt`] does it: in one transaction, which ends with a proof that
//! every row is still there and that the catalog is the contract, or not at all.
//!
//! What it is turned into is kept in `adopt/base.txt`: the catalog as our first six
//! migrations make it, which are the original's thirteen tables in our form. They
//! count as applied; all later migrations are applied as on any other database.
//!
//! The checked macros know our schema only, not the original's: queries here are
//! put together from names in `base.txt`.

mod convert;
mod pending;
mod plan;
mod recognise;
mod report;
mod script;
mod shape;
mod values;

pub use convert::{AdoptionError, adopt};
pub use pending::{Pending, pending, validate};
pub use plan::{Plan, Step, plan};
pub use recognise::{Original, Recognised, Revision, Unknown, recognise};
pub use report::{Kept, Report};
