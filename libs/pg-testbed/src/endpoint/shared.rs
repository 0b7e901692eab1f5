//! Rollback mode inside a test process: the way into a transaction that all
//! connections of a test share.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use pg_endpoint::{BoxError, Databases, Endpoint, Opening, Options, Scratch};
use uuid::Uuid;

use crate::error::TestbedError;
use crate::keeper::lock;
use crate::scratch::ScratchDb;

/// The process's endpoint. It is made once and ends with the process.
static HERE: OnceLock<Here> = OnceLock::new();

/// A test's transaction stays while nobody is connected: it ends with its test.
const GRACE: Duration = Duration::from_hours(24);

/// The id in the name; the template's name is different for each test already.
const TEST: &str = "test";

/// The databases of the running tests, by what stands in their URL in the place
/// of a template.
type Running = Arc<Mutex<HashMap<String, ScratchDb>>>;

struct Here {
    endpoint: Endpoint,
    running: Running,
}

/// Hands out the databases of the running tests.
struct Tests(Running);

impl Databases for Tests {
    fn open<'a>(&'a self, name: &'a str, _mode: pg_endpoint::Mode) -> Opening<'a> {
        Box::pin(async move {
            let database = lock(&self.0).get(name).map(ScratchDb::share);
            let database = database.ok_or_else(|| BoxError::from("the test has ended"))?;
            Ok(Scratch::new(database.url().to_owned(), database).comes_again())
        })
    }
}

/// A transaction that is reached by a connection string.
#[derive(Debug)]
pub(crate) struct Shared {
    name: String,
    url: String,
    database: ScratchDb,
}

impl Shared {
    /// One in this database, which begins with its first client.
    pub(crate) fn begin(database: ScratchDb) -> Result<Self, TestbedError> {
        let here = here(database.idle_sessions()).map_err(TestbedError::NoEndpoint)?;
        // Nobody can guess it: behind it may be a superuser, and anybody who has
        // an account on the machine can connect to the port.
        let name = Uuid::new_v4().simple().to_string();
        lock(&here.running).insert(name.clone(), database.share());
        let url = here.endpoint.url(&name, pg_endpoint::Mode::Rollback, TEST);
        Ok(Self {
            name,
            url,
            database,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Rolls it back, or commits it in a database that is kept to look at. The
    /// error says why there is nothing to look at.
    pub(crate) fn end(self, keep: bool) -> Result<(), TestbedError> {
        let Some(here) = HERE.get() else {
            return Ok(());
        };
        let kept = if keep {
            let kept = here.endpoint.keep_blocking(&self.name, TEST);
            kept.map_err(TestbedError::NotCommitted)
        } else {
            here.endpoint.end_blocking(&self.name, TEST);
            Ok(())
        };
        if keep && kept.is_ok() {
            self.database.keep_it();
        } else {
            // Even if the test panics, as it may be meant to.
            self.database.expect_panic();
        }
        lock(&here.running).remove(&self.name);
        kept
    }
}

fn here(idle_sessions: usize) -> io::Result<&'static Here> {
    if let Some(here) = HERE.get() {
        return Ok(here);
    }
    let running = Running::default();
    let options = Options::default()
        .grace(GRACE)
        .idle_sessions(idle_sessions)
        .instead("`mode = clone` in its attribute, or `Mode::Clone`");
    let endpoint = Endpoint::start(Tests(Arc::clone(&running)), &options)?;
    Ok(HERE.get_or_init(|| Here { endpoint, running }))
}
