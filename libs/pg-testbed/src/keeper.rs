//! What a process keeps for all its tests: a thread with a runtime of its own,
//! which outlives those of single tests, the sessions for creating and dropping
//! databases, and the lock that marks its databases as owned.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::thread::{self, ThreadId};

use sqlx::{PgConnection, Row};
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit, oneshot};
use uuid::Uuid;

use crate::budget::Budget;
use crate::error::TestbedError;
use crate::helper;
use crate::names;
use crate::pool::Idle;
use crate::server::Server;
use crate::stock::{self, Stocking};

/// Sessions of a process that create and drop databases at the same time: more
/// bring nothing, copying files keeps the processors busy.
const WORKERS: usize = 2;

/// A handle to what the process keeps. It ends with its last handle.
#[derive(Clone)]
pub(crate) struct Keeper(Arc<Inner>);

/// A handle that does not count.
pub(crate) struct WeakKeeper(Weak<Inner>);

impl WeakKeeper {
    /// The keeper, if it is still there.
    pub(crate) fn upgrade(&self) -> Option<Keeper> {
        self.0.upgrade().map(Keeper)
    }
}

struct Inner {
    server: Server,
    facts: Facts,
    owner: i64,
    created: AtomicU64,
    runtime: Handle,
    thread: ThreadId,
    session: Mutex<PgConnection>,
    workers: Semaphore,
    resting: StdMutex<Vec<PgConnection>>,
    budget: Budget,
    idle: Idle,
    stocking: Stocking,
    collected: AtomicBool,
    /// The thread waits until this is dropped.
    _alive: oneshot::Sender<Infallible>,
}

/// What the server told about itself.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Its version, and as whom and by which database we come to it. Another
    /// user's databases could not be taken over, and in another database the
    /// locks are other locks.
    pub(crate) identity: String,
    /// Whether it syncs its files to disk.
    pub(crate) synced: bool,
    /// How a clone is made fastest: see [`strategy`].
    pub(crate) strategy: &'static str,
    /// Its `max_connections`, less those reserved for superusers.
    pub(crate) connections: i32,
    /// Whether we may switch triggers off, as wiping needs.
    pub(crate) may_wipe: bool,
}

impl Keeper {
    /// Starts the thread, which finds the server by `find`.
    pub(crate) async fn start(
        find: impl FnOnce() -> Result<Server, TestbedError> + Send + 'static,
    ) -> Result<Self, TestbedError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(TestbedError::NoThread)?;
        let (ready, started) = oneshot::channel();
        let body = move || runtime.block_on(serve(find, ready));
        let spawned = thread::Builder::new()
            .name("testbed-keeper".to_owned())
            .spawn(body);
        spawned.map_err(TestbedError::NoThread)?;
        started.await.map_err(|_| TestbedError::Lost)?
    }

    /// A handle with which it can end.
    pub(crate) fn downgrade(&self) -> WeakKeeper {
        WeakKeeper(Arc::downgrade(&self.0))
    }

    pub(crate) fn server(&self) -> &Server {
        &self.0.server
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// The number of the lock that this process holds.
    pub(crate) fn owner(&self) -> i64 {
        self.0.owner
    }

    /// How many tests may have connections at once, over all processes.
    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }

    /// The databases that go from test to test and are free now.
    pub(crate) fn idle(&self) -> &Idle {
        &self.0.idle
    }

    /// Which spare clones are being made.
    pub(crate) fn stocking(&self) -> &Stocking {
        &self.0.stocking
    }

    /// Drops what others left behind: once, in the background, and not before
    /// the first test has its database, which need not wait for that.
    pub(crate) fn collect_once(&self) {
        if !self.0.collected.swap(true, Ordering::Relaxed) {
            stock::collect_later(self);
        }
    }

    /// A number that no other database of this process has.
    pub(crate) fn next_number(&self) -> u64 {
        self.0.created.fetch_add(1, Ordering::Relaxed)
    }

    /// A name for a new scratch database of this process.
    pub(crate) fn new_name(&self) -> String {
        names::scratch(self.0.owner, self.next_number())
    }

    /// The session that holds the lock. For short questions only: all tests of
    /// the process share it.
    pub(crate) async fn session(&self) -> tokio::sync::MutexGuard<'_, PgConnection> {
        self.0.session.lock().await
    }

    /// A session for longer work. To be used on the keeper's runtime.
    pub(crate) async fn worker(&self) -> Result<Worker<'_>, TestbedError> {
        let permit = self.0.workers.acquire().await;
        let permit = permit.map_err(|_| TestbedError::Lost)?;
        let resting = lock(&self.0.resting).pop();
        let connection = match resting {
            Some(connection) => connection,
            None => self.0.server.connect().await?,
        };
        Ok(Worker {
            keeper: self,
            connection,
            _permit: permit,
        })
    }

    /// Does something on the keeper's runtime, to its end, even if the caller
    /// stops waiting.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, TestbedError>> + Send + 'static,
    ) -> Result<T, TestbedError> {
        let done = self.0.runtime.spawn(work).await;
        done.unwrap_or(Err(TestbedError::Lost))
    }

    /// Does something on the keeper's runtime, without waiting for it.
    pub(crate) fn start_work(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.runtime.spawn(work);
    }

    /// Does something on the keeper's runtime and blocks until that is done,
    /// unless called on that runtime itself.
    pub(crate) fn block(
        &self,
        work: impl Future<Output = Result<(), TestbedError>> + Send + 'static,
    ) -> Result<(), TestbedError> {
        let (reply, answer) = sync_channel(1);
        self.start_work(async move {
            let _ = reply.send(work.await);
        });
        if thread::current().id() == self.0.thread {
            return Ok(());
        }
        answer.recv().map_err(|_| TestbedError::Lost)?
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeper").field(&self.0.server).finish()
    }
}

/// A session of the keeper, on loan.
pub(crate) struct Worker<'a> {
    keeper: &'a Keeper,
    connection: PgConnection,
    _permit: SemaphorePermit<'a>,
}

impl Worker<'_> {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Gives the session back. After an error it is dropped instead.
    pub(crate) fn done(self) {
        lock(&self.keeper.0.resting).push(self.connection);
    }
}

/// Locks data that a panicking test cannot have left in disorder.
pub(crate) fn lock<T>(data: &StdMutex<T>) -> std::sync::MutexGuard<'_, T> {
    data.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread does: it reports once that it is ready or why not, and then
/// drives what is started on its runtime for as long as there are handles.
async fn serve(
    find: impl FnOnce() -> Result<Server, TestbedError>,
    ready: oneshot::Sender<Result<Keeper, TestbedError>>,
) {
    let (alive, ended) = oneshot::channel();
    match begin(find, alive).await {
        Ok(keeper) => {
            if ready.send(Ok(keeper)).is_ok() {
                let _ = ended.await;
            }
        }
        Err(error) => drop(ready.send(Err(error))),
    }
}

/// Connects and takes the lock of a new owner.
async fn begin(
    find: impl FnOnce() -> Result<Server, TestbedError>,
    alive: oneshot::Sender<Infallible>,
) -> Result<Keeper, TestbedError> {
    let server = find()?;
    let mut session = server.connect().await?;
    let owner = Uuid::new_v4().as_u64_pair().0.cast_signed();
    let (facts, watched) = introduce(&mut session, owner).await?;
    if !watched {
        helper::start_reaper(&server);
    }
    let keeper = Keeper(Arc::new(Inner {
        budget: Budget::of(&facts),
        server,
        facts,
        owner,
        created: AtomicU64::new(1),
        runtime: Handle::current(),
        thread: thread::current().id(),
        session: Mutex::new(session),
        workers: Semaphore::new(WORKERS),
        resting: StdMutex::default(),
        idle: Idle::default(),
        stocking: Stocking::default(),
        collected: AtomicBool::new(false),
        _alive: alive,
    }));
    helper::stay_watched(&keeper);
    Ok(keeper)
}

/// Takes the owner's lock and asks for the facts, and whether a reaper watches.
async fn introduce(session: &mut PgConnection, owner: i64) -> Result<(Facts, bool), TestbedError> {
    let row = sqlx::query(
        "SELECT concat_ws('/', current_setting('server_version_num'), current_user,
                          current_database()) AS identity,
                current_setting('fsync')::bool AS synced,
                current_setting('file_copy_method', true) AS copying,
                current_setting('max_connections')::int
                  - current_setting('superuser_reserved_connections')::int AS connections,
                has_parameter_privilege('session_replication_role', 'SET') AS may_wipe,
                EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $2
                           AND datname = current_database()) AS watched,
                pg_advisory_lock($1)",
    );
    let row = row.bind(owner).bind(helper::REAPER);
    let row = match row.fetch_one(&mut *session).await {
        Ok(row) => row,
        Err(error) => return Err(too_old(session).await.unwrap_or_else(|| error.into())),
    };
    let copying: Option<String> = row.try_get("copying")?;
    let synced = row.try_get("synced")?;
    let facts = Facts {
        identity: row.try_get("identity")?,
        synced,
        strategy: strategy(synced, copying.as_deref()),
        connections: row.try_get("connections")?,
        may_wipe: row.try_get("may_wipe")?,
    };
    Ok((facts, row.try_get("watched")?))
}

/// Servers older than 15 do not even understand the questions.
async fn too_old(session: &mut PgConnection) -> Option<TestbedError> {
    let version = sqlx::query_scalar("SELECT current_setting('server_version_num')::int");
    let version: i32 = version.fetch_one(session).await.ok()?;
    (version < 150_000).then_some(TestbedError::TooOld(version / 10_000))
}

/// Copying files is faster, but forces two checkpoints, which cost most of a
/// second on a server that syncs them to disk; there, logging each page wins.
/// From PostgreSQL 18 on the files can be shared until they are changed
/// (`file_copy_method = clone`), which is worth the checkpoints.
fn strategy(synced: bool, copying: Option<&str>) -> &'static str {
    if synced && copying != Some("clone") {
        "WAL_LOG"
    } else {
        "FILE_COPY"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strategy_follows_the_server_s_settings() {
        assert_eq!(strategy(true, None), "WAL_LOG");
        assert_eq!(strategy(true, Some("copy")), "WAL_LOG");
        assert_eq!(strategy(true, Some("clone")), "FILE_COPY");
        assert_eq!(strategy(false, None), "FILE_COPY");
    }
}
