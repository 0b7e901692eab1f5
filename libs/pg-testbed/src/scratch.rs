//! One test's own database.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::budget::{CONNECTIONS, PATIENCE, Place};
use crate::database::annotate;
use crate::error::TestbedError;
use crate::keeper::Keeper;
use crate::note::Note;
use crate::pool::{self, Pooled};
use crate::report::{self, Step};
use crate::stock;

/// How long the database of a failed test is kept, in seconds.
const KEPT_FOR: i64 = 3600;

/// A database that belongs to one test. Dropping it drops the database, or in
/// [`Mode::Wipe`](crate::Mode::Wipe) restores it, with whatever sessions are
/// left, and blocks for the few milliseconds that this takes. When the test is
/// panicking, the database is kept instead and the way to open it is printed.
#[derive(Debug)]
pub struct ScratchDb {
    held: Arc<Held>,
}

/// Goes with its last handle: the test's, or that of the macro around it.
#[derive(Debug)]
struct Held {
    keeper: Keeper,
    name: String,
    url: String,
    pool: OnceLock<PgPool>,
    kept: AtomicBool,
    expects_panic: AtomicBool,
    /// With the key of its template, if the database goes from test to test.
    pooled: Option<(i64, Pooled)>,
    place: Option<Place>,
    since: Instant,
}

impl ScratchDb {
    /// A database that is dropped after the test.
    pub(crate) fn cloned(keeper: Keeper, name: String, place: Place) -> Self {
        Self::new(keeper, name, None, place)
    }

    /// A database that is restored after the test.
    pub(crate) fn pooled(keeper: Keeper, template: i64, pooled: Pooled, place: Place) -> Self {
        let name = pooled.name.clone();
        Self::new(keeper, name, Some((template, pooled)), place)
    }

    fn new(keeper: Keeper, name: String, pooled: Option<(i64, Pooled)>, place: Place) -> Self {
        let url = keeper.server().url_of(&name);
        let held = Held {
            keeper,
            name,
            url,
            pool: OnceLock::new(),
            kept: AtomicBool::new(false),
            expects_panic: AtomicBool::new(false),
            pooled,
            place: Some(place),
            since: Instant::now(),
        };
        Self {
            held: Arc::new(held),
        }
    }

    /// A connection URL for any client.
    pub fn url(&self) -> &str {
        &self.held.url
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.held.name
    }

    /// A pool of at most four connections, made at the first call, which must
    /// be inside the test's runtime; later calls share it.
    pub fn pool(&self) -> PgPool {
        let connect = || {
            let options = self.held.keeper.server().options_of(&self.held.name);
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE);
            pool.connect_lazy_with(options)
        };
        self.held.pool.get_or_init(connect).clone()
    }

    /// A connection, waiting for one to become free on the server if need be.
    pub async fn connect(&self) -> Result<PgConnection, TestbedError> {
        let begin = Instant::now();
        let server = self.held.keeper.server();
        let options = server.options_of(&self.held.name);
        let connection = server.connect_with(&options).await?;
        report::record(Step::Connect, begin.elapsed());
        Ok(connection)
    }

    /// Runs the statements of fixtures, each with a name for messages.
    pub async fn load(&self, fixtures: &[(&str, &str)]) -> Result<(), TestbedError> {
        if fixtures.is_empty() {
            return Ok(());
        }
        let mut connection = self.connect().await?;
        load(&mut connection, fixtures).await
    }

    /// Keeps the database when it is dropped, as after a failed test.
    pub fn keep(&mut self) {
        self.keep_it();
    }

    /// A second handle, for who has to look after the test has ended.
    pub(crate) fn share(&self) -> Self {
        Self {
            held: Arc::clone(&self.held),
        }
    }

    /// A panic is no failure of this test.
    pub(crate) fn expect_panic(&self) {
        self.held.expects_panic.store(true, Ordering::Relaxed);
    }

    pub(crate) fn keep_it(&self) {
        self.held.kept.store(true, Ordering::Relaxed);
    }
}

/// Runs the statements of fixtures in a connection.
pub(crate) async fn load(
    connection: &mut PgConnection,
    fixtures: &[(&str, &str)],
) -> Result<(), TestbedError> {
    for (name, sql) in fixtures {
        let script = sqlx::raw_sql(AssertSqlSafe((*sql).to_owned()));
        let loaded = script.execute(&mut *connection).await;
        loaded.map_err(|source| TestbedError::Fixture {
            name: (*name).to_owned(),
            source,
        })?;
    }
    Ok(())
}

impl Drop for Held {
    fn drop(&mut self) {
        report::record(Step::Test, self.since.elapsed());
        let begin = Instant::now();
        let failed = thread::panicking() && !self.expects_panic.load(Ordering::Relaxed);
        let keep = failed || self.kept.load(Ordering::Relaxed);
        if keep {
            let minutes = KEPT_FOR / 60;
            let url = &self.url;
            eprintln!("the test's database is kept for {minutes} minutes: psql '{url}'");
        }
        let end = Ending {
            keeper: self.keeper.clone(),
            name: std::mem::take(&mut self.name),
            pooled: self.pooled.take(),
            place: self.place.take(),
        };
        let done = self.keeper.block(end.run(keep));
        report::record(Step::Return, begin.elapsed());
        if let Err(error) = done {
            eprintln!("warning: the test's database was not cleaned up: {error:?}");
        }
    }
}

/// What is left to do when a test is over.
struct Ending {
    keeper: Keeper,
    name: String,
    pooled: Option<(i64, Pooled)>,
    place: Option<Place>,
}

impl Ending {
    async fn run(self, keep: bool) -> Result<(), TestbedError> {
        let keeper = &self.keeper;
        if keep {
            let until = |now| Note::KeptUntil(now + KEPT_FOR);
            annotate(&mut *keeper.session().await, &self.name, until).await?;
        } else if let Some((template, pooled)) = self.pooled {
            pool::give_back(keeper, template, pooled).await?;
        } else {
            stock::remove(keeper, &self.name).await?;
        }
        drop(self.place);
        if one_test_per_process() {
            stock::settle(keeper).await;
        }
        Ok(())
    }
}

/// Whether this process ends with its first test, as under `cargo nextest`.
fn one_test_per_process() -> bool {
    std::env::var_os("NEXTEST_EXECUTION_MODE").is_some_and(|mode| mode == "process-per-test")
}
