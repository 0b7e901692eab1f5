//! One test's own database.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::budget::{CONNECTIONS, PATIENCE, Place};
use crate::collect;
use crate::database::annotate;
use crate::endpoint::Shared;
use crate::error::TestbedError;
use crate::keeper::Keeper;
use crate::note::Note;
use crate::pool::{self, Pooled};
use crate::report::{self, Step};
use crate::stock;
use crate::template::Ready;

/// How long the database of a failed test is kept, in seconds.
const KEPT_FOR: i64 = 3600;

/// The variable with how many of them are kept on one server: where every test
/// fails they would fill the memory that they are in.
const KEEP: &str = "TESTBED_KEEP";

/// As many as that without the variable.
const KEPT: usize = 20;

/// A database that belongs to one test. Dropping it drops the database, in
/// [`Mode::Wipe`](crate::Mode::Wipe) restores it, in
/// [`Mode::Rollback`](crate::Mode::Rollback) rolls back, with whatever sessions
/// are left, and blocks for the few milliseconds that this takes. When the test
/// is panicking, the database is kept instead and the way to open it is printed.
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
    options: PgConnectOptions,
    pool: OnceLock<PgPool>,
    kept: AtomicBool,
    expects_panic: AtomicBool,
    origin: Origin,
    place: Option<Place>,
    since: Instant,
    /// The test's name, as far as it is known.
    test: OnceLock<String>,
}

/// Where a scratch database comes from, which says how it ends.
#[derive(Debug)]
pub(crate) enum Origin {
    /// It was empty, and is dropped.
    Empty,
    /// A clone of this template, which is dropped or made new for another test.
    Clone(Arc<Ready>),
    /// One that goes from test to test, with the key of its template.
    Pooled(i64, Pooled),
    /// The same, for transactions only: nothing is ever committed in it.
    RolledBack(i64, Pooled),
    /// A transaction in another scratch database, for all who connect.
    Shared(Shared),
}

impl ScratchDb {
    /// A database that ends as its origin says.
    pub(crate) fn new(keeper: Keeper, name: String, origin: Origin, place: Place) -> Self {
        let (url, options) = (
            keeper.server().url_of(&name),
            keeper.server().options_of(&name),
        );
        Self::held(keeper, name, url, options, origin, Some(place))
    }

    /// A transaction in this database, which is never committed in it.
    pub(crate) fn shared(inner: Self) -> Result<Self, TestbedError> {
        let (keeper, name) = (inner.held.keeper.clone(), inner.held.name.clone());
        let shared = Shared::begin(inner)?;
        let url = shared.url().to_owned();
        let options = url.parse()?;
        let origin = Origin::Shared(shared);
        Ok(Self::held(keeper, name, url, options, origin, None))
    }

    fn held(
        keeper: Keeper,
        name: String,
        url: String,
        options: PgConnectOptions,
        origin: Origin,
        place: Option<Place>,
    ) -> Self {
        let held = Held {
            keeper,
            name,
            url,
            options,
            pool: OnceLock::new(),
            kept: AtomicBool::new(false),
            expects_panic: AtomicBool::new(false),
            origin,
            place,
            since: Instant::now(),
            test: OnceLock::new(),
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
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE);
            pool.connect_lazy_with(self.held.options.clone())
        };
        self.held.pool.get_or_init(connect).clone()
    }

    /// The pool for a test that is given it. If the report was asked for, its first
    /// connection is made here: how long that takes could not be told later.
    pub(crate) async fn timed_pool(&self) -> PgPool {
        let pool = self.pool();
        if report::is_wanted() {
            let begin = Instant::now();
            // If it fails, the test will see why.
            if pool.acquire().await.is_ok() {
                report::record(Step::Connect, begin.elapsed());
            }
        }
        pool
    }

    /// A connection, waiting for one to become free on the server if need be.
    pub async fn connect(&self) -> Result<PgConnection, TestbedError> {
        let begin = Instant::now();
        let server = self.held.keeper.server();
        let connection = server.connect_with(&self.held.options).await?;
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

    /// Remembers which test has it.
    pub(crate) fn belongs_to(&self, test: String) {
        let _ = self.held.test.set(test);
    }

    /// A panic is no failure of this test.
    pub(crate) fn expect_panic(&self) {
        self.held.expects_panic.store(true, Ordering::Relaxed);
    }

    /// How many sessions for transactions in such databases may wait.
    pub(crate) fn idle_sessions(&self) -> usize {
        self.held.keeper.budget().idle()
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

impl Held {
    /// Whether somebody may want to look at it.
    fn is_wanted(&self) -> bool {
        let failed = thread::panicking() && !self.expects_panic.load(Ordering::Relaxed);
        failed || self.kept.load(Ordering::Relaxed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let keep = self.is_wanted();
        let origin = std::mem::replace(&mut self.origin, Origin::Empty);
        if let Origin::Shared(shared) = origin {
            // The database below it has its own times and its own end.
            if let Err(error) = shared.end(keep) {
                eprintln!("warning: {error:?}");
            }
            return;
        }
        report::record(Step::Test, self.since.elapsed());
        let begin = Instant::now();
        let end = Ending {
            keeper: self.keeper.clone(),
            name: std::mem::take(&mut self.name),
            origin,
            place: self.place.take(),
            test: self.test.take().unwrap_or_default(),
        };
        let done = self.keeper.block(end.run(keep));
        report::record(Step::Return, begin.elapsed());
        match done {
            Ok(()) if keep => tell_kept(&self.url),
            Ok(()) => {}
            Err(error) if keep => {
                eprintln!("warning: the test's database could not be kept: {error:?}");
            }
            Err(error) => eprintln!("warning: the test's database was not cleaned up: {error:?}"),
        }
    }
}

/// Says where a failed test's database is.
pub(crate) fn tell_kept(url: &str) {
    let minutes = KEPT_FOR / 60;
    eprintln!("the test's database is kept for {minutes} minutes: psql '{url}'");
}

/// Lets a database stay although its owner goes.
pub(crate) async fn keep(keeper: &Keeper, name: &str, test: String) -> Result<(), TestbedError> {
    let kept = |now| Note::Kept {
        until: now + KEPT_FOR,
        test,
    };
    annotate(&mut *keeper.session().await, name, kept).await?;
    let mut worker = keeper.worker().await?;
    collect::thin_kept(worker.connection(), how_many_are_kept(), name).await?;
    worker.done();
    Ok(())
}

/// This one at least.
fn how_many_are_kept() -> usize {
    let told = env::var(KEEP).ok().and_then(|number| number.parse().ok());
    told.unwrap_or(KEPT).max(1)
}

/// The name of the test that runs on this thread: the test harness gives it to
/// the thread. Empty if it is not known.
pub(crate) fn this_test() -> String {
    let current = thread::current();
    let name = current.name().unwrap_or_default();
    if name == "main" || name.starts_with("tokio") {
        return String::new();
    }
    name.to_owned()
}

/// What is left to do when a test is over.
struct Ending {
    keeper: Keeper,
    name: String,
    origin: Origin,
    place: Option<Place>,
    test: String,
}

impl Ending {
    async fn run(self, wanted: bool) -> Result<(), TestbedError> {
        let keeper = &self.keeper;
        if wanted {
            keep(keeper, &self.name, self.test).await?;
        } else {
            match self.origin {
                Origin::RolledBack(template, pooled) => {
                    pool::rewind(keeper, template, pooled).await?;
                }
                Origin::Pooled(template, pooled) => {
                    pool::give_back(keeper, template, pooled).await?;
                }
                Origin::Clone(ready) => stock::give_back(keeper, &ready, &self.name).await?,
                Origin::Empty | Origin::Shared(_) => stock::remove(keeper, &self.name).await?,
            }
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
