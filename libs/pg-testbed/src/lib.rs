//! Scratch databases for tests: each test gets a PostgreSQL database of its
//! own, migrated, in a few milliseconds, and nothing is left behind.
//!
//! ```no_run
//! use pg_testbed::{Template, Testbed};
//! use sqlx::migrate::Migrator;
//!
//! static MIGRATOR: Migrator = Migrator::DEFAULT; // your `sqlx::migrate!("./migrations")`
//!
//! # async fn a_test() -> Result<(), Box<dyn std::error::Error>> {
//! let testbed = Testbed::get().await?;
//! let db = testbed.scratch(&Template::migrations("my-app", &MIGRATOR)).await?;
//! sqlx::query("CREATE TABLE notes (text text)").execute(&db.pool()).await?;
//! println!("any other client can use {}", db.url());
//! # Ok(())
//! # }
//! ```
//!
//! Or, in short, with [`macro@test`]:
//!
//! ```no_run
//! # static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate::Migrator::DEFAULT;
//! #[pg_testbed::test(migrator = MIGRATOR, mode = wipe)]
//! async fn there_are_no_notes_at_first(pool: sqlx::PgPool) {
//!     // …
//! }
//! ```
//!
//! The server is the one that `TEST_DATABASE_URL` names, or else a private
//! throw-away cluster, one per user and machine, which the first test process
//! starts and later runs find warm. Migrations run once per set of migrations,
//! into a template database; each scratch database is a clone of it, which waits
//! ready. It is dropped with its [`ScratchDb`] (or restored, see [`Mode`]), or
//! kept for an hour when the test panicked. What a killed process leaves behind
//! is removed by the reaper or by the next process.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

#[cfg(doctest)]
#[doc = include_str!("../docs/from-sqlite.md")]
struct FromSqliteExamples;

#[cfg(doctest)]
#[doc = include_str!("../docs/from-sqlalchemy.md")]
struct FromSqlalchemyExamples;

#[cfg(doctest)]
#[doc = include_str!("../docs/from-sqlx-test.md")]
struct FromSqlxTestExamples;

mod budget;
mod collect;
mod database;
pub mod endpoint;
mod error;
mod extras;
mod files;
mod folder;
mod found;
mod grants;
#[doc(hidden)]
pub mod harness;
mod helper;
mod keeper;
mod manage;
mod mode;
mod names;
mod note;
mod pool;
pub mod reaper;
mod recycle;
pub mod report;
mod scratch;
mod server;
mod settings;
mod stock;
mod template;
mod testbed;
mod transaction;
mod wipe;

pub use error::TestbedError;
pub use manage::{Database, State};
pub use mode::{Mode, UnknownMode};
pub use pg_cluster::Stopping;
pub use pg_testbed_macros::test;
pub use scratch::ScratchDb;
pub use server::{plain_url, stop_private_server};
pub use template::{BoxError, Template};
pub use testbed::{Request, Testbed};
pub use transaction::ScratchTransaction;
