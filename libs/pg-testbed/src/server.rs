//! Which server the tests use.

use std::borrow::Cow;
use std::env;
use std::num::NonZero;
use std::path::Path;
use std::thread;
use std::time::Duration;

use pg_cluster::{
    Binaries, Cluster, ClusterError, ClusterOptions, LastUser, Profile, Stopping, stop_unused,
};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::budget::PATIENCE;
use crate::error::TestbedError;
use crate::files::Files;
use crate::folder;

/// The variable that names a server to use instead of a private one.
const VARIABLE: &str = "TEST_DATABASE_URL";

/// What the testbed's own sessions are called on the server.
pub(crate) const APPLICATION: &str = "pg-testbed";

/// What all others are called, such as those of tests.
const TESTS: &str = "pg-testbed test";

/// A server, and how to reach its databases.
#[derive(Debug)]
pub(crate) struct Server {
    url: Url,
    options: PgConnectOptions,
    /// The files of its databases, if it is a private one.
    files: Option<Files>,
    /// Our share in the private cluster; it keeps others from stopping it.
    cluster: Option<Cluster>,
}

impl Server {
    /// The server that the environment names, or the private one. Blocks while
    /// that is started.
    pub(crate) fn from_environment() -> Result<Self, TestbedError> {
        match env::var(VARIABLE) {
            Ok(url) if !url.trim().is_empty() => Self::at(&url),
            _ => Self::of(private_cluster().map_err(TestbedError::NoServer)?),
        }
    }

    /// The server of a private cluster.
    pub(crate) fn of(cluster: Cluster) -> Result<Self, TestbedError> {
        let server = Self::at(&cluster.url("postgres"))?;
        Ok(Self {
            files: Some(Files::of(&cluster.data_dir())),
            cluster: Some(cluster),
            ..server
        })
    }

    /// The server of this URL.
    pub(crate) fn at(url: &str) -> Result<Self, TestbedError> {
        let url = parse(url)?;
        let options = PgConnectOptions::from_url(&url);
        let options = options.map_err(|error| TestbedError::BadUrl {
            reason: error.to_string(),
        })?;
        Ok(Self {
            url,
            options: options.application_name(APPLICATION),
            files: None,
            cluster: None,
        })
    }

    /// The URL of the database that serves for creating others.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The URL of one of its databases.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }

    /// How to connect to the database that serves for creating others.
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// How to connect to one of its databases.
    pub(crate) fn options_of(&self, database: &str) -> PgConnectOptions {
        let options = self.options.clone().database(database);
        // Not a sign of life of the process: a test's own child may outlive it.
        options.application_name(TESTS)
    }

    /// Connects to the database that serves for creating others, waiting for a
    /// connection to become free if need be.
    pub(crate) async fn connect(&self) -> Result<PgConnection, TestbedError> {
        self.connect_with(&self.options).await
    }

    /// Connects in a certain way, waiting for a connection if need be.
    pub(crate) async fn connect_with(
        &self,
        options: &PgConnectOptions,
    ) -> Result<PgConnection, TestbedError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let source = match options.connect().await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            let code = source.as_database_error().and_then(DatabaseError::code);
            // 53300: too many connections; 57P03: still starting.
            if !code.is_some_and(|code| code == "53300" || code == "57P03") {
                return Err(TestbedError::Unreachable {
                    server: self.shown(),
                    source,
                });
            }
            if Instant::now() > deadline {
                return Err(TestbedError::NoConnection {
                    server: self.shown(),
                    waited: PATIENCE.as_secs(),
                    source,
                });
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The files of its databases, if it is a private server.
    pub(crate) fn files(&self) -> Option<&Files> {
        self.files.as_ref()
    }

    /// The folder of its cluster, if it is a private server.
    pub(crate) fn cluster_dir(&self) -> Option<&Path> {
        self.cluster.as_ref().map(Cluster::dir)
    }

    /// The URL without the password, for messages.
    pub(crate) fn shown(&self) -> String {
        let mut url = self.url.clone();
        // It only fails for URLs without a host, which have no password either.
        let _ = url.set_password(None);
        let told = |(name, _): &(Cow<str>, Cow<str>)| name != "password";
        let pairs: Vec<_> = self.url.query_pairs().filter(told).collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        if url.query() == Some("") {
            url.set_query(None);
        }
        url.into()
    }
}

/// Connects to the database of this URL for work on a template, waiting for a
/// connection to become free if need be.
pub(crate) async fn connect_to(url: &str) -> Result<PgConnection, TestbedError> {
    let server = Server::at(url)?;
    let options = server.options().clone().application_name(TESTS);
    server.connect_with(&options).await
}

/// Reads `postgres://`, `postgresql://`, and SQLAlchemy's `postgresql+driver://`.
fn parse(text: &str) -> Result<Url, TestbedError> {
    let bad = |reason: String| TestbedError::BadUrl { reason };
    let text = text.trim();
    let (scheme, rest) = text
        .split_once("://")
        .ok_or_else(|| bad("no scheme".to_owned()))?;
    let dialect = scheme.split('+').next().unwrap_or_default();
    if !matches!(dialect, "postgres" | "postgresql") {
        return Err(bad(format!("scheme {scheme:?}")));
    }
    Url::parse(&format!("postgres://{rest}")).map_err(|error| bad(error.to_string()))
}

/// A URL as PostgreSQL's own programs and sqlx understand it, from any spelling
/// that `TEST_DATABASE_URL` may have.
pub fn plain_url(url: &str) -> Result<String, TestbedError> {
    parse(url).map(Into::into)
}

/// Opens this user's private cluster, of the newest version found.
fn private_cluster() -> Result<Cluster, ClusterError> {
    let binaries = Binaries::find()?;
    let uid = pg_cluster::user_id()?;
    let folder = folder::for_version(binaries.major(), uid).map_err(|source| ClusterError::Io {
        action: "create",
        path: "the private test cluster".into(),
        source,
    })?;
    let options = ClusterOptions::new(folder, Profile::Throwaway);
    Cluster::open(
        options
            .app_name("pg-testbed")
            .setting("max_connections", connections().to_string())
            .binaries(binaries)
            .last_user(LastUser::LeavesRunning),
    )
}

/// Enough for a test on each processor, in the private server.
fn connections() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    (20 * processors).max(200)
}

/// Stops the private server, which otherwise stays warm for the next run,
/// unless another process uses it; tells what became of it. Its files stay.
pub fn stop_private_server() -> Result<Stopping, TestbedError> {
    let find = || {
        let major = Binaries::find()?.major();
        Ok(folder::of_version(major, pg_cluster::user_id()?))
    };
    match find().map_err(TestbedError::NoServer)? {
        Some(dir) => stop_unused(&dir).map_err(TestbedError::NotStopped),
        None => Ok(Stopping::WasDown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_url_are_understood() {
        let schemes = [
            "postgres",
            "postgresql",
            "postgresql+asyncpg",
            "postgresql+psycopg",
        ];
        for scheme in schemes {
            let server = Server::at(&format!("{scheme}://u:p%40ss@h:5433/db?sslmode=disable"));
            let url = server.unwrap().url_of("other");
            assert_eq!(url, "postgres://u:p%40ss@h:5433/other?sslmode=disable");
        }
    }

    #[test]
    fn other_databases_are_refused() {
        for url in [
            "sqlite://file.db",
            "mysql://h/db",
            "localhost:5432",
            "postgres://h:port/db",
        ] {
            let refused = Server::at(url);
            assert!(matches!(refused, Err(TestbedError::BadUrl { .. })), "{url}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://u:secret@h/db", "postgres://u@h/db"),
            ("postgres://h/db?password=secret", "postgres://h/db"),
            (
                "postgres://h/db?user=u&password=secret&port=5433",
                "postgres://h/db?user=u&port=5433",
            ),
        ] {
            assert_eq!(Server::at(url).unwrap().shown(), shown);
        }
    }
}
