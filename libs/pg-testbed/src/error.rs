//! What can go wrong, and what to do then.

use std::error::Error;
use std::fmt;
use std::io;

use pg_cluster::ClusterError;
use sqlx::error::DatabaseError;

use crate::template::BoxError;

/// Why no scratch database could be had.
///
/// Tests mostly unwrap, which shows the `Debug` form; so that one is as
/// readable as `Display`, with all causes.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum TestbedError {
    /// No server is named, and none could be started.
    #[error(
        "there is no PostgreSQL for the tests: TEST_DATABASE_URL is not set, and a private \
         server could not be started. Mend what is said below, or set \
         TEST_DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE to a server where \
         USER may create databases"
    )]
    NoServer(#[source] ClusterError),

    /// `TEST_DATABASE_URL` cannot be understood.
    #[error(
        "TEST_DATABASE_URL is not a PostgreSQL URL ({reason}); it should look like \
         postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },

    /// The server does not let us in.
    #[error(
        "cannot connect to the test server {server}: check that it runs and accepts the user, \
         or unset TEST_DATABASE_URL to use a private one"
    )]
    Unreachable {
        /// The server's URL without the password.
        server: String,
        /// What the server or the network said.
        #[source]
        source: sqlx::Error,
    },

    /// All connections are taken: of the server, or as many as the database or the
    /// role may have.
    #[error(
        "the test server {server} has had no free connection for {waited} s: run fewer tests at \
         once, or raise the limit that it names below: its max_connections, or that of a database \
         or role (CONNECTION LIMIT)"
    )]
    NoConnection {
        /// The server's URL without the password.
        server: String,
        /// How long was waited, in seconds.
        waited: u64,
        /// What the server said last, which tells whose limit it is.
        #[source]
        source: sqlx::Error,
    },

    /// As many tests have a database as the server has connections for.
    #[error(
        "{places} tests at once have a database on the test server {server}, and none of them has \
         ended for {waited} s: run fewer tests at once or raise the server's max_connections"
    )]
    NoPlace {
        /// The server's URL without the password.
        server: String,
        /// How many tests may have one.
        places: i32,
        /// How long was waited, in seconds.
        waited: u64,
    },

    /// The server is older than version 15.
    #[error("the test server is PostgreSQL {0}; version 15 or newer is needed")]
    TooOld(i32),

    /// The user may not create databases.
    #[error("the test server's user may not create databases: ALTER ROLE … CREATEDB")]
    MayNotCreate(#[source] sqlx::Error),

    /// The user may not switch off triggers, which wiping needs.
    #[error(
        "wipe mode puts rows back without firing triggers, which the test server's user may not \
         do: have a superuser run GRANT SET ON PARAMETER session_replication_role TO the user, \
         or use clone or rollback mode"
    )]
    MayNotWipe,

    /// The door to a shared transaction cannot be opened.
    #[error(
        "rollback mode needs a port of 127.0.0.1 for the test's connections, and none could be \
         had: use Mode::Wipe or Mode::Clone"
    )]
    NoEndpoint(#[source] io::Error),

    /// A transaction was asked for in a mode that has none.
    #[error("a ScratchTransaction is rolled back: leave the mode away, or take a ScratchDb")]
    TransactionNeedsRollback,

    /// A test ended the transaction that was to be rolled back.
    #[error(
        "the test ended its transaction by COMMIT or ROLLBACK, which rollback mode cannot undo or \
         show to others: use Mode::Wipe or Mode::Clone (or SAVEPOINT in its place)"
    )]
    TransactionEnded,

    /// A failed test's transaction cannot be committed for a look at it.
    #[error(
        "the test's work cannot be looked at: a statement in its transaction had failed. \
         `mode = rollback` with a ScratchDb keeps it. If the statement cannot be in a transaction, \
         or chose its isolation level too late (both are SQLSTATE 25001), use Mode::Wipe"
    )]
    NothingKept,

    /// What a failed test did in rollback mode cannot be committed for a look at it.
    #[error("the test's work cannot be looked at: it could not be committed")]
    NotCommitted(#[source] BoxError),

    /// A deferred constraint would have refused the commit.
    #[error(
        "a deferred constraint is violated at the end of the test; a COMMIT would fail. If the \
         test is about that, use Mode::Wipe or Mode::Clone, where it can commit"
    )]
    Deferred(#[source] sqlx::Error),

    /// A fixture could not be loaded.
    #[error("the fixture {name} failed")]
    Fixture {
        /// Its name.
        name: String,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },

    /// The migrations of a template failed.
    #[error("the migrations of template {label:?} failed")]
    Migrate {
        /// The template's label.
        label: String,
        /// What they said.
        #[source]
        source: BoxError,
    },

    /// A template is gone that was there before; asked again, it is made anew.
    #[error("the template was dropped during the run")]
    Gone(#[source] sqlx::Error),

    /// The thread that speaks to the server is gone, with the connection.
    #[error("the connection to the test server was lost during the run")]
    Lost,

    /// The server is gone, or has ended a session of ours.
    #[error("the test server is gone, or has ended our session")]
    Disconnected(#[source] sqlx::Error),

    /// The thread that speaks to the server cannot be started.
    #[error("the thread that looks after test databases cannot be started")]
    NoThread(#[source] io::Error),

    /// The private server could not be stopped.
    #[error("the private server could not be stopped")]
    NotStopped(#[source] ClusterError),

    /// The files of a private server's databases are not as they should be.
    #[error("the files of the private server cannot be used")]
    Files(#[source] io::Error),

    /// Any other answer of the server.
    #[error("the test server refused")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for TestbedError {
    fn from(error: sqlx::Error) -> Self {
        // Rows are only looked up by the name of a database.
        if matches!(error, sqlx::Error::RowNotFound) {
            return Self::Gone(error);
        }
        if matches!(error, sqlx::Error::Io(_)) {
            return Self::Disconnected(error);
        }
        let code = error
            .as_database_error()
            .and_then(DatabaseError::code)
            .unwrap_or_default();
        match &*code {
            "3D000" => Self::Gone(error),
            // It is shutting down, or somebody has ended the session.
            "57P01" | "57P02" => Self::Disconnected(error),
            _ => Self::Database(error),
        }
    }
}

impl TestbedError {
    /// Why a database could not be created.
    pub(crate) fn creating(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(DatabaseError::code);
        if code.is_some_and(|code| code == "42501") {
            return Self::MayNotCreate(error);
        }
        error.into()
    }
}

impl fmt::Debug for TestbedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(inner) = cause {
            write!(f, "\n  because: {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_gone_has_refused_nothing() {
        let gone = sqlx::Error::Io(io::ErrorKind::UnexpectedEof.into());
        let text = format!("{:?}", TestbedError::from(gone));
        assert!(text.starts_with("the test server is gone"), "{text}");
    }

    #[test]
    fn debug_tells_all_causes() {
        let source = BoxError::from("relation \"x\" does not exist");
        let error = TestbedError::Migrate {
            label: "shop".to_owned(),
            source,
        };
        let text = format!("{error:?}");
        assert!(
            text.starts_with("the migrations of template \"shop\" failed\n"),
            "{text}"
        );
        assert!(
            text.ends_with("because: relation \"x\" does not exist"),
            "{text}"
        );
    }
}
