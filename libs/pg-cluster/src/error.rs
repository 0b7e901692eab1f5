//! What can go wrong with a cluster.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::binaries::{FindError, install_hint};

/// Why a cluster could not be opened or closed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No PostgreSQL is installed, or none of a supported version.
    #[error(transparent)]
    Find(#[from] FindError),

    /// The data was made by another major version than any that is installed.
    #[error(
        "the database in {} was made by PostgreSQL {made_by}, which is not installed here. \
         Install PostgreSQL {made_by} beside the present one, or dump the database where \
         version {made_by} still runs (pg_dumpall), move the folder away and restore the dump.\n{}",
        dir.display(), install_hint()
    )]
    OtherVersion {
        /// The folder with the data.
        dir: PathBuf,
        /// The major version that made it.
        made_by: String,
        /// What was found instead.
        #[source]
        found: FindError,
    },

    /// A file or folder could not be used.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as `create`.
        action: &'static str,
        /// The file or folder concerned.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },

    /// A program could not be started or refused its work.
    #[error("{program} failed:\n{output}")]
    Program {
        /// The program's name.
        program: &'static str,
        /// What it printed.
        output: String,
    },

    /// The server ended instead of becoming ready.
    #[error("PostgreSQL did not start; the end of {} says:\n{tail}", log.display())]
    Start {
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },

    /// The server, or another process that starts or stops it, took too long.
    #[error("gave up after {} s waiting for {what}; see {}", waited.as_secs(), log.display())]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long.
        waited: Duration,
        /// The server's log file.
        log: PathBuf,
    },

    /// We are root, and there is no user to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`. \
         Create one (useradd --system postgres) or run this program as an ordinary user."
    )]
    NoServerUser,

    /// The cluster belongs to somebody else.
    #[error(
        "{} belongs to the user with id {owner}, and you are {you}: run as that user or as root",
        path.display()
    )]
    NotYours {
        /// The folder with the data.
        path: PathBuf,
        /// The id of its owner.
        owner: u32,
        /// The id of the user who runs this program.
        you: u32,
    },

    /// A folder that must be private is not.
    #[error(
        "{} must be a folder that only the user with id {owner} can enter, and it is not. \
         Remove it if it is not in use, then start again.",
        path.display()
    )]
    NotPrivate {
        /// The folder.
        path: PathBuf,
        /// The id of the user it must belong to.
        owner: u32,
    },

    /// The data folder says that its cluster is elsewhere, but it is not there.
    #[error(
        "{} says that its database is in {}, but that folder is missing. Restore it, or remove \
         the file to begin with an empty database.",
        pointer.display(), home.display()
    )]
    HomeMissing {
        /// The file that names the cluster's folder.
        pointer: PathBuf,
        /// The folder that should be there.
        home: PathBuf,
    },

    /// The data folder is a copy; the cluster belongs to the original.
    #[error(
        "{} says that its database is in {}, but that one belongs to {}. A copied folder does \
         not carry the database along: remove the file to begin with an empty one.",
        pointer.display(), home.display(), owner.display()
    )]
    HomeOfAnother {
        /// The file that names the cluster's folder.
        pointer: PathBuf,
        /// The cluster's folder.
        home: PathBuf,
        /// The data folder that it belongs to.
        owner: PathBuf,
    },
}

impl ClusterError {
    /// Turns a system error about `path` into ours; for `map_err`.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
