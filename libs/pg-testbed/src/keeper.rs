//! The thread that owns the connection for creating and dropping databases.
//!
//! It lives as long as the process, apart from the runtimes of single tests, and
//! its session holds the lock that marks the process's databases as owned.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use sqlx::{PgConnection, Row};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::collect::{self, drop_database, run};
use crate::error::TestbedError;
use crate::names::{self, ident};
use crate::server::Server;
use crate::settings;
use crate::template::Ready;

/// What the keeper can be asked for.
enum Request {
    /// Look whether a template is finished.
    Find(String, oneshot::Sender<Result<Option<Ready>, TestbedError>>),
    /// Create a scratch database, from a template or empty.
    Create(
        Option<Arc<Ready>>,
        oneshot::Sender<Result<String, TestbedError>>,
    ),
    /// Drop a scratch database.
    Drop(String, SyncSender<Result<(), TestbedError>>),
    /// Keep a scratch database for a while.
    Keep(String, SyncSender<Result<(), TestbedError>>),
}

/// A handle to the keeper's thread.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    requests: mpsc::UnboundedSender<Request>,
    server: Arc<Server>,
    server_version: i32,
}

impl Keeper {
    /// Starts the thread, which finds the server by `find`.
    pub(crate) async fn start(
        find: impl FnOnce() -> Result<Server, TestbedError> + Send + 'static,
    ) -> Result<Self, TestbedError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(sqlx::Error::Io)?;
        let (ready, started) = oneshot::channel();
        let body = move || runtime.block_on(keep(find, ready));
        let spawned = thread::Builder::new()
            .name("testbed-keeper".to_owned())
            .spawn(body);
        spawned.map_err(sqlx::Error::Io)?;
        started.await.map_err(|_| TestbedError::Lost)?
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// The server's version as a number, such as 150014.
    pub(crate) fn server_version(&self) -> i32 {
        self.server_version
    }

    pub(crate) async fn find(&self, template: &str) -> Result<Option<Ready>, TestbedError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Request::Find(template.to_owned(), reply))?;
        answer.await.map_err(|_| TestbedError::Lost)?
    }

    pub(crate) async fn create(&self, from: Option<Arc<Ready>>) -> Result<String, TestbedError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Request::Create(from, reply))?;
        answer.await.map_err(|_| TestbedError::Lost)?
    }

    /// Drops a database, and blocks until that is done.
    pub(crate) fn drop(&self, database: String) -> Result<(), TestbedError> {
        let (reply, answer) = sync_channel(1);
        self.ask(Request::Drop(database, reply))?;
        answer.recv().map_err(|_| TestbedError::Lost)?
    }

    /// Marks a database as kept, and blocks until that is done.
    pub(crate) fn keep(&self, database: String) -> Result<(), TestbedError> {
        let (reply, answer) = sync_channel(1);
        self.ask(Request::Keep(database, reply))?;
        answer.recv().map_err(|_| TestbedError::Lost)?
    }

    fn ask(&self, request: Request) -> Result<(), TestbedError> {
        self.requests.send(request).map_err(|_| TestbedError::Lost)
    }
}

/// What the thread does: it reports once that it is ready or why not, and then
/// serves for as long as there are handles.
async fn keep(
    find: impl FnOnce() -> Result<Server, TestbedError>,
    ready: oneshot::Sender<Result<Keeper, TestbedError>>,
) {
    let (requests, incoming) = mpsc::unbounded_channel();
    match begin(find, requests).await {
        Ok((keeper, mut session)) => {
            if ready.send(Ok(keeper)).is_ok() {
                session.serve(incoming).await;
            }
        }
        Err(error) => drop(ready.send(Err(error))),
    }
}

async fn begin(
    find: impl FnOnce() -> Result<Server, TestbedError>,
    requests: mpsc::UnboundedSender<Request>,
) -> Result<(Keeper, Session), TestbedError> {
    let server = Arc::new(find()?);
    let session = Session::open(&server).await?;
    let server_version = session.server_version;
    Ok((
        Keeper {
            requests,
            server,
            server_version,
        },
        session,
    ))
}

/// The keeper's session with the server.
struct Session {
    connection: PgConnection,
    server_version: i32,
    /// How a clone is made fastest: see [`strategy`].
    strategy: &'static str,
    lock: i64,
    created: u64,
    collected: bool,
}

impl Session {
    /// Connects and takes the lock of a new owner.
    async fn open(server: &Server) -> Result<Self, TestbedError> {
        let mut connection = server.connect().await?;
        let lock = Uuid::new_v4().as_u64_pair().0.cast_signed();
        let facts = sqlx::query(
            "SELECT current_setting('server_version_num')::int AS version,
                    current_setting('fsync')::bool AS synced, pg_advisory_lock($1)",
        );
        let facts = facts.bind(lock).fetch_one(&mut connection).await?;
        let server_version: i32 = facts.try_get("version")?;
        if server_version < 150_000 {
            return Err(TestbedError::TooOld(server_version / 10_000));
        }
        let strategy = strategy(facts.try_get("synced")?);
        Ok(Self {
            connection,
            server_version,
            strategy,
            lock,
            created: 0,
            collected: false,
        })
    }

    async fn serve(&mut self, mut requests: mpsc::UnboundedReceiver<Request>) {
        while let Some(request) = requests.recv().await {
            match request {
                Request::Find(name, reply) => {
                    let _ = reply.send(self.find(&name).await);
                }
                Request::Create(from, reply) => {
                    self.create_for(from, reply).await;
                    self.collect_once().await;
                }
                Request::Drop(name, reply) => {
                    let dropped = drop_database(&mut self.connection, &name, false).await;
                    let _ = reply.send(dropped.map_err(TestbedError::from));
                }
                Request::Keep(name, reply) => {
                    let kept = collect::keep(&mut self.connection, &name).await;
                    let _ = reply.send(kept.map_err(TestbedError::from));
                }
            }
        }
    }

    /// Drops what others left: once, and not before the first test has its
    /// database, which need not wait for that.
    async fn collect_once(&mut self) {
        if !std::mem::replace(&mut self.collected, true) {
            // What fails now, the next process will try again.
            let _ = collect::collect(&mut self.connection).await;
        }
    }

    async fn find(&mut self, name: &str) -> Result<Option<Ready>, TestbedError> {
        Ok(Ready::find(&mut self.connection, name).await?)
    }

    /// Creates a database, and drops it again if nobody waits for it any more.
    async fn create_for(
        &mut self,
        from: Option<Arc<Ready>>,
        reply: oneshot::Sender<Result<String, TestbedError>>,
    ) {
        let created = self.create(from.as_deref()).await;
        if let Err(Ok(unwanted)) = reply.send(created) {
            let _ = drop_database(&mut self.connection, &unwanted, false).await;
        }
    }

    async fn create(&mut self, from: Option<&Ready>) -> Result<String, TestbedError> {
        self.created += 1;
        let name = names::scratch(self.lock, self.created);
        let source = from.map_or("template0", Ready::name);
        let (database, source, strategy) = (ident(&name), ident(source), self.strategy);
        let sql = format!("CREATE DATABASE {database} TEMPLATE {source} STRATEGY {strategy}");
        run(&mut self.connection, sql).await?;
        if let Some(settings) = from
            .map(Ready::settings)
            .filter(|settings| !settings.is_empty())
        {
            run(&mut self.connection, settings::apply(&name, settings)).await?;
        }
        Ok(name)
    }
}

/// Copying files is faster, but forces two checkpoints, which cost most of a
/// second on a server that syncs them to disk; there, logging each page wins.
fn strategy(synced: bool) -> &'static str {
    if synced { "WAL_LOG" } else { "FILE_COPY" }
}
