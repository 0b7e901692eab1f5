//! Rollback mode inside a test process, for code with connections of its own.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use pg_endpoint::{BoxError, Databases, Endpoint, Opening, Options};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::scratch;
use crate::budget::{CONNECTIONS, PATIENCE};
use crate::keeper::lock;
use crate::template::Template;
use crate::testbed::Testbed;

/// The process's endpoint. It is made once and ends with the process.
static HERE: OnceLock<Here> = OnceLock::new();

/// By what name a test's template is known to the endpoint: by its number.
type Known = Arc<Mutex<HashMap<String, (Testbed, Template)>>>;

struct Here {
    endpoint: Endpoint,
    known: Known,
    tests: AtomicU64,
}

/// Hands out databases of the templates of the tests that are running.
struct Tests(Known);

impl Databases for Tests {
    fn open<'a>(&'a self, name: &'a str, mode: pg_endpoint::Mode) -> Opening<'a> {
        Box::pin(async move {
            let known = lock(&self.0).get(name).cloned();
            let (testbed, template) = known.ok_or_else(|| BoxError::from("the test has ended"))?;
            Ok(scratch(&testbed, &template, mode).await?)
        })
    }
}

/// A transaction that is reached by a connection string: all connections to it,
/// of however many pools, are in the same transaction, and what they commit is
/// seen by all of them. It is rolled back when this is dropped. The README of
/// `pg-endpoint` says what cannot work in it; that fails with an error.
#[derive(Debug)]
pub struct SharedTransaction {
    name: String,
    url: String,
    options: PgConnectOptions,
    pool: OnceLock<PgPool>,
}

impl SharedTransaction {
    /// A connection URL for any client.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A pool, made at the first call, which must be inside the test's runtime;
    /// later calls share it.
    pub fn pool(&self) -> PgPool {
        let connect = || {
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE);
            pool.connect_lazy_with(self.options.clone())
        };
        self.pool.get_or_init(connect).clone()
    }
}

impl Drop for SharedTransaction {
    fn drop(&mut self) {
        if let Some(here) = HERE.get() {
            here.endpoint.end_blocking(&self.name, TEST);
            lock(&here.known).remove(&self.name);
        }
    }
}

/// The id in the name; the template's name is different for each test already.
const TEST: &str = "test";

impl Testbed {
    /// Rollback mode for code that makes its own connections: a transaction
    /// in a database with a template's content, by connection string. The error
    /// is that no port could be had.
    pub fn share(&self, template: &Template) -> io::Result<SharedTransaction> {
        let here = here()?;
        let number = here.tests.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{number}");
        lock(&here.known).insert(name.clone(), (self.clone(), template.clone()));
        let url = here.endpoint.url(&name, pg_endpoint::Mode::Rollback, TEST);
        Ok(SharedTransaction {
            name,
            options: url.parse().map_err(io::Error::other)?,
            url,
            pool: OnceLock::new(),
        })
    }
}

fn here() -> io::Result<&'static Here> {
    if let Some(here) = HERE.get() {
        return Ok(here);
    }
    let known = Known::default();
    let endpoint = Endpoint::start(Tests(Arc::clone(&known)), &Options::default())?;
    let tests = AtomicU64::new(1);
    Ok(HERE.get_or_init(|| Here {
        endpoint,
        known,
        tests,
    }))
}
