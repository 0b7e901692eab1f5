//! One test's own database.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::collect::KEPT_FOR;
use crate::keeper::Keeper;

/// Connections of a scratch database's pool: enough for a test, few enough for
/// many tests at once on a server with 100.
const CONNECTIONS: u32 = 4;

/// How long a test waits for one of its own connections.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database that belongs to one test. Dropping it drops the database, with
/// whatever sessions are left, and blocks for the few milliseconds that this
/// takes. When the test is panicking, the database is kept instead and the way
/// to open it is printed.
#[derive(Debug)]
pub struct ScratchDb {
    keeper: Keeper,
    name: String,
    url: String,
    pool: OnceLock<PgPool>,
    kept: bool,
}

impl ScratchDb {
    pub(crate) fn new(keeper: Keeper, name: String) -> Self {
        let url = keeper.server().url_of(&name);
        Self {
            keeper,
            name,
            url,
            pool: OnceLock::new(),
            kept: false,
        }
    }

    /// A connection URL for any client.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A pool of at most four connections, made at the first call, which must
    /// be inside the test's runtime; later calls share it.
    pub fn pool(&self) -> PgPool {
        let connect = || {
            let options = self.keeper.server().options_of(&self.name);
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE);
            pool.connect_lazy_with(options)
        };
        self.pool.get_or_init(connect).clone()
    }

    /// Keeps the database when it is dropped, as after a failed test.
    pub fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for ScratchDb {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        let done = if self.kept || thread::panicking() {
            let minutes = KEPT_FOR / 60;
            eprintln!(
                "the test's database is kept for {minutes} minutes: psql '{}'",
                self.url
            );
            self.keeper.keep(name)
        } else {
            self.keeper.drop(name)
        };
        if let Err(error) = done {
            eprintln!("warning: the test's database was not cleaned up: {error:?}");
        }
    }
}
