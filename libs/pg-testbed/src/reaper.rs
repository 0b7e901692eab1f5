//! Looks after a server for as long as it has databases of the testbed, whether
//! or not test processes are left to do so.

use std::env;
use std::path::Path;
use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use crate::collect;
use crate::error::TestbedError;
use crate::files::Files;
use crate::helper::REAPER;
use crate::server::{APPLICATION, Server};

/// The variable with the URL of the server to watch; not an argument, because
/// it may hold a password.
pub(crate) const URL: &str = "TESTBED_REAPER_URL";

/// The variables with the data folder and the cluster's folder of a private server.
pub(crate) const DATA: &str = "TESTBED_REAPER_DATA";
pub(crate) const CLUSTER: &str = "TESTBED_REAPER_CLUSTER";

/// The advisory lock of a server's one reaper, beside those of the budget.
const LOCK: [i32; 2] = [0x7465_7374, 0];

/// How a server is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Time between two looks.
    pub every: Duration,
    /// Without a test process or a failed test's database for this long, a
    /// server that was named by `TEST_DATABASE_URL` is cleared of all that the
    /// testbed has made.
    pub grace: Duration,
    /// Without a test process for this long, the private server is stopped.
    pub rest: Duration,
}

/// The variable with the seconds of [`Watch::grace`].
const GRACE: &str = "TESTBED_GRACE";

impl Watch {
    /// As the environment says, or else: every ten seconds, 45 seconds of grace.
    pub fn from_environment() -> Self {
        let grace = env::var(GRACE)
            .ok()
            .and_then(|seconds| seconds.parse().ok());
        let grace = Duration::from_secs(grace.unwrap_or(45));
        Self {
            every: (grace / 3).clamp(Duration::from_secs(1), Duration::from_secs(10)),
            grace,
            rest: Duration::from_mins(30),
        }
    }
}

/// Watches the server that the environment names to the reaper, until nobody
/// uses it any more. Returns at once if it is watched already.
pub async fn watch(how: Watch) -> Result<(), TestbedError> {
    let url = env::var(URL).unwrap_or_default();
    let server = Server::at(&url)?;
    let options = server.options().clone().application_name(REAPER);
    let mut session = server.connect_with(&options).await?;
    if !is_first(&mut session).await? {
        return Ok(());
    }
    let files = env::var_os(DATA).map(|data| Files::of(Path::new(&data)));
    let patience = if files.is_some() { how.rest } else { how.grace };
    let mut used = Instant::now();
    loop {
        sleep(how.every).await;
        collect::collect(&mut session, files.as_ref()).await?;
        if in_use(&mut session).await? || collect::has_kept(&mut session).await? {
            used = Instant::now();
        } else if used.elapsed() >= patience {
            break;
        }
    }
    if files.is_some() {
        collect::clear_stock(&mut session).await?;
    } else {
        // Somebody else's server is left as it was found.
        collect::clear_all(&mut session).await?;
    }
    drop(session);
    if let Some(cluster) = env::var_os(CLUSTER) {
        // In use or down: then there is nothing left to do here.
        pg_cluster::stop_unused(Path::new(&cluster)).map_err(TestbedError::NotStopped)?;
    }
    Ok(())
}

async fn is_first(session: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, $2)");
    lock.bind(LOCK[0]).bind(LOCK[1]).fetch_one(session).await
}

/// Whether a process holds the session that marks it as an owner.
async fn in_use(session: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let used = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1)";
    let used = sqlx::query_scalar(used).bind(APPLICATION);
    used.fetch_one(session).await
}
