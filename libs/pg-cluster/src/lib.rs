//! A private PostgreSQL: find the server's binaries, create a cluster in a
//! folder, start it, share it between processes, and stop it cleanly.
//!
//! Works as an ordinary user and as root (PostgreSQL itself refuses root, so
//! the server then runs as `postgres`, or else `nobody`). The server listens on
//! a UNIX socket in a folder that only its owner (and root) can enter; there is
//! no TCP port and no password.
//!
//! ```no_run
//! use pg_cluster::{Cluster, ClusterOptions, Profile};
//!
//! # fn main() -> Result<(), pg_cluster::ClusterError> {
//! let options = ClusterOptions::new("./data/postgres", Profile::Durable).app_name("my-app");
//! let cluster = Cluster::open(options)?;
//! for note in cluster.notes() {
//!     eprintln!("note: {note}");
//! }
//! println!("psql '{}'", cluster.url("postgres"));
//! cluster.close()?;
//! # Ok(())
//! # }
//! ```
//!
//! Several processes may open the same folder at once: the first starts the
//! server, the last to leave stops it, and a process that is killed counts as
//! having left. [`watchdog`] stops the server even when that killed process was
//! the last one.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod binaries;
mod cluster;
mod error;
mod home;
mod lease;
mod pid_file;
mod place;
mod profile;
mod server;
mod stopping;
mod user;
pub mod watchdog;

pub use binaries::{Binaries, FindError, SUPPORTED, install_hint};
pub use cluster::{Cluster, ClusterOptions, LastUser};
pub use error::ClusterError;
pub use profile::Profile;
pub use stopping::{Stopping, stop_unused};
pub use user::user_id;
