//! The way to scratch databases.

use std::collections::HashMap;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use pg_cluster::Cluster;
use tokio::sync::OnceCell;

use crate::budget::Budget;
use crate::database::drop_database;
use crate::error::TestbedError;
use crate::keeper::{Keeper, lock};
use crate::mode::Mode;
use crate::pool;
use crate::report::{self, Step};
use crate::scratch::{self, Origin, ScratchDb};
use crate::server::Server;
use crate::stock;
use crate::template::{self, Ready, Template};
use crate::transaction::ScratchTransaction;

static SHARED: OnceCell<Testbed> = OnceCell::const_new();

/// How often a template is made that somebody else keeps dropping.
const ATTEMPTS: usize = 5;

/// What kind of database is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    Mode(Mode),
    /// One in which a transaction is begun and rolled back by the caller.
    ForTransaction,
}

impl Wanted {
    /// How its handing out is called in the report.
    fn step(self) -> Step {
        match self {
            Self::Mode(Mode::Clone) => Step::Clone,
            Self::Mode(Mode::Wipe) => Step::Wipe,
            Self::Mode(Mode::Rollback) | Self::ForTransaction => Step::Rollback,
        }
    }
}

/// A template that is there, or that one of this process's tests is fetching.
type Slot = Arc<OnceCell<Arc<Ready>>>;

/// A server for scratch databases. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Testbed {
    keeper: Keeper,
    templates: Arc<Mutex<HashMap<String, Slot>>>,
}

impl Testbed {
    /// The process's testbed: on the server that `TEST_DATABASE_URL` names, or
    /// else on the user's private one, which is started when it is not running.
    pub async fn get() -> Result<Self, TestbedError> {
        let start = || Self::start(Server::from_environment);
        SHARED.get_or_try_init(start).await.cloned()
    }

    /// A testbed of its own on a private cluster, such as one of another major
    /// version. The cluster must not be used for anything that is to last.
    pub async fn on_cluster(cluster: Cluster) -> Result<Self, TestbedError> {
        Self::start(move || Server::of(cluster)).await
    }

    /// A testbed of its own on the server of this URL, whose user must be
    /// allowed to create databases.
    pub async fn on(url: impl Into<String>) -> Result<Self, TestbedError> {
        let url = url.into();
        Self::start(move || Server::at(&url)).await
    }

    async fn start(
        find: impl FnOnce() -> Result<Server, TestbedError> + Send + 'static,
    ) -> Result<Self, TestbedError> {
        let keeper = Keeper::start(find).await?;
        Ok(Self {
            keeper,
            templates: Arc::default(),
        })
    }

    /// Asks for a database with a template's content; the template is made
    /// first if need be. Await it, or choose the mode before:
    /// `testbed.scratch(&template).mode(Mode::Wipe).await`.
    pub fn scratch<'a>(&'a self, template: &'a Template) -> Request<'a> {
        Request {
            testbed: self,
            template,
            mode: Mode::default(),
        }
    }

    /// Begins a transaction in a database with a template's content, for code
    /// that is given its connection: the fastest form of [`Mode::Rollback`]. It
    /// is rolled back when the result is dropped, in a fraction of a millisecond.
    ///
    /// Inside it, as in any transaction: `now()` stands still, nothing is seen
    /// by other connections, NOTIFY does not arrive, and the isolation level can
    /// only be chosen before the first query. What needs one of those needs
    /// [`Mode::Wipe`].
    pub async fn begin(&self, template: &Template) -> Result<ScratchTransaction, TestbedError> {
        let begin = Instant::now();
        let mut attempts = 1..ATTEMPTS;
        let mut transaction = loop {
            match self.try_begin(template).await {
                Err(TestbedError::Gone(_)) if attempts.next().is_some() => self.forget(template),
                outcome => break outcome?,
            }
        };
        report::record(Step::Begin, begin.elapsed());
        transaction.belongs_to(scratch::this_test());
        self.keeper.collect_once();
        Ok(transaction)
    }

    async fn try_begin(&self, template: &Template) -> Result<ScratchTransaction, TestbedError> {
        let ready = self.ready(template).await?;
        let transaction = ScratchTransaction::begin(self.keeper.clone(), ready);
        self.keeper.run(transaction).await
    }

    /// A new database with nothing in it.
    pub async fn empty(&self) -> Result<ScratchDb, TestbedError> {
        let keeper = self.keeper.clone();
        self.hand_out(Step::Empty, async move {
            let place = Budget::enter(&keeper).await?;
            let name = stock::create_empty(&keeper).await?;
            Ok(ScratchDb::new(keeper, name, Origin::Empty, place))
        })
        .await
    }

    /// Drops a template that is of no more use, with the clones that wait
    /// ready. Scratch databases in use stay.
    pub async fn discard(&self, template: &Template) -> Result<(), TestbedError> {
        let name = template.name(&self.keeper);
        let key = Ready::key_of(&name);
        let mut connection = self.keeper.server().connect().await?;
        // Another process may be making it.
        template::lock(&mut connection, &name).await?;
        let finished = Ready::find(&mut connection, &name).await?.is_some();
        drop_database(&mut connection, &name, finished).await?;
        lock(&self.templates).remove(&name);
        let keeper = self.keeper.clone();
        let rest = async move { pool::discard(&keeper, key).await };
        self.keeper.run(rest).await
    }

    /// The URL of the database from which others are created.
    pub fn admin_url(&self) -> String {
        self.keeper.server().url().to_owned()
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// A database of this kind. The template may have been dropped after this
    /// process has first used it; then it is made anew.
    pub(crate) async fn take(
        &self,
        template: &Template,
        wanted: Wanted,
    ) -> Result<ScratchDb, TestbedError> {
        let mut attempts = 1..ATTEMPTS;
        loop {
            match self.try_take(template, wanted).await {
                Err(TestbedError::Gone(_)) if attempts.next().is_some() => self.forget(template),
                outcome => return outcome,
            }
        }
    }

    async fn try_take(
        &self,
        template: &Template,
        wanted: Wanted,
    ) -> Result<ScratchDb, TestbedError> {
        let (keeper, ready) = (self.keeper.clone(), self.ready(template).await?);
        let find = async move {
            let place = Budget::enter(&keeper).await?;
            let (name, origin) = match wanted {
                Wanted::Mode(Mode::Clone) => {
                    let name = stock::take(&keeper, &ready).await?;
                    (name, Origin::Clone(ready))
                }
                Wanted::Mode(Mode::Wipe) => {
                    let pooled = pool::take_to_wipe(&keeper, &ready).await?;
                    (pooled.name.clone(), Origin::Pooled(ready.key(), pooled))
                }
                Wanted::Mode(Mode::Rollback) | Wanted::ForTransaction => {
                    let pooled = pool::take_to_share(&keeper, &ready).await?;
                    (pooled.name.clone(), Origin::RolledBack(ready.key(), pooled))
                }
            };
            Ok(ScratchDb::new(keeper, name, origin, place))
        };
        let database = self.hand_out(wanted.step(), find).await?;
        match wanted {
            Wanted::Mode(Mode::Rollback) => ScratchDb::shared(database),
            _ => Ok(database),
        }
    }

    fn forget(&self, template: &Template) {
        lock(&self.templates).remove(&template.name(&self.keeper));
    }

    /// Hands out a database; the time it takes is that of the step.
    async fn hand_out(
        &self,
        step: Step,
        work: impl Future<Output = Result<ScratchDb, TestbedError>> + Send + 'static,
    ) -> Result<ScratchDb, TestbedError> {
        let begin = Instant::now();
        let database = self.keeper.run(work).await?;
        report::record(step, begin.elapsed());
        database.belongs_to(scratch::this_test());
        self.keeper.collect_once();
        Ok(database)
    }

    /// The finished template; asked of the server once per process.
    async fn ready(&self, template: &Template) -> Result<Arc<Ready>, TestbedError> {
        let slot = self.slot(template.name(&self.keeper));
        let make = || async { template.make(&self.keeper).await.map(Arc::new) };
        slot.get_or_try_init(make).await.cloned()
    }

    fn slot(&self, name: String) -> Slot {
        lock(&self.templates).entry(name).or_default().clone()
    }
}

/// What kind of scratch database is wanted. Await it to have it.
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing happens until it is awaited"]
pub struct Request<'a> {
    testbed: &'a Testbed,
    template: &'a Template,
    mode: Mode,
}

impl Request<'_> {
    /// Chooses how the test is kept apart. Default: [`Mode::Clone`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }
}

impl<'a> IntoFuture for Request<'a> {
    type Output = Result<ScratchDb, TestbedError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.testbed.take(self.template, Wanted::Mode(self.mode)))
    }
}
