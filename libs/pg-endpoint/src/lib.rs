//! Scratch databases by connection string: a small local endpoint that speaks
//! PostgreSQL's protocol, so that a test in any language needs nothing but a
//! URL. The name of the database in it says which template, which mode and
//! which test: `postgresql://testbed@127.0.0.1:5434/shop.rollback.test_17`.
//!
//! All clients with one name meet in the same scratch database; in rollback mode
//! in the same transaction on one session of the server, which is rolled back
//! in the end. The README tells what that means for them.
//!
//! [`Databases`] says where databases come from, [`Endpoint::start`] serves them.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod address;
mod cancel;
mod databases;
mod door;
mod endpoint;
mod registry;
mod shared;
mod sql;
mod upstream;
mod wire;

pub use address::Mode;
pub use databases::{BoxError, Databases, Opening, Scratch};
pub use endpoint::{Endpoint, Options, end_url};
