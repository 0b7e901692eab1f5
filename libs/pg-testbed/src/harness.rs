//! What `#[pg_testbed::test]` calls. Not meant for use by hand.

use std::future::Future;

use sqlx::{PgConnection, PgPool};
use tokio::runtime::{Builder, Runtime};

use crate::error::TestbedError;
use crate::mode::Mode;
use crate::scratch::ScratchDb;
use crate::template::Template;
use crate::testbed::Testbed;
use crate::transaction::ScratchTransaction;

/// What a test asks for in its attribute.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the database holds.
    pub template: Template,
    /// How the test is kept apart; `None` if it does not say.
    pub mode: Option<Mode>,
    /// Names and texts of the fixtures.
    pub fixtures: &'static [(&'static str, &'static str)],
    /// Whether the runtime has several threads.
    pub multi_thread: bool,
    /// Whether a panic is what the test wants.
    pub expects_panic: bool,
}

/// The template without migrations.
pub fn empty() -> Template {
    Template::new("empty", "", |_| async { Ok(()) })
}

/// What a test can have as its argument.
pub trait Argument: Sized {
    /// What is needed until the test has ended.
    type Guard: Guard;

    /// Makes the argument.
    fn prepare(
        setup: &Setup,
    ) -> impl Future<Output = Result<(Self, Self::Guard), TestbedError>> + Send;
}

/// What outlives the test, and learns how it ended.
pub trait Guard {
    /// The test returned an error.
    fn failed(&self);
}

impl Guard for ScratchDb {
    fn failed(&self) {
        self.keep_it();
    }
}

impl Guard for () {
    fn failed(&self) {}
}

/// What a test can return.
pub trait Outcome {
    /// Whether the test failed.
    fn is_failure(&self) -> bool;
}

impl Outcome for () {
    fn is_failure(&self) -> bool {
        false
    }
}

impl<T, E> Outcome for Result<T, E> {
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

/// Runs an async test.
///
/// # Panics
/// If there is no database to be had, and when the test panics.
pub fn run_async<A: Argument, R: Outcome>(setup: &Setup, test: impl AsyncFnOnce(A) -> R) -> R {
    runtime(setup.multi_thread).block_on(async {
        let (argument, guard) = prepare(setup).await;
        let outcome = test(argument).await;
        conclude(&guard, outcome)
    })
}

/// Runs a test that is not async.
///
/// # Panics
/// If there is no database to be had, and when the test panics.
pub fn run<A: Argument, R: Outcome>(setup: &Setup, test: impl FnOnce(A) -> R) -> R {
    let runtime = runtime(setup.multi_thread);
    let (argument, guard) = runtime.block_on(prepare(setup));
    conclude(&guard, test(argument))
}

async fn prepare<A: Argument>(setup: &Setup) -> (A, A::Guard) {
    match A::prepare(setup).await {
        Ok(prepared) => prepared,
        Err(error) => panic!("{error:?}"),
    }
}

fn conclude<R: Outcome>(guard: &impl Guard, outcome: R) -> R {
    if outcome.is_failure() {
        guard.failed();
    }
    outcome
}

fn runtime(multi_thread: bool) -> Runtime {
    let mut builder = if multi_thread {
        Builder::new_multi_thread()
    } else {
        Builder::new_current_thread()
    };
    let runtime = builder.enable_all().build();
    runtime.expect("the system has threads and descriptors left")
}

impl Setup {
    async fn database(&self) -> Result<ScratchDb, TestbedError> {
        let testbed = Testbed::get().await?;
        let mode = self.mode.unwrap_or_default();
        let database = testbed.scratch(&self.template).mode(mode).await?;
        if self.expects_panic {
            database.expect_panic();
        }
        database.load(self.fixtures).await?;
        Ok(database)
    }
}

impl Argument for ScratchDb {
    type Guard = Self;

    async fn prepare(setup: &Setup) -> Result<(Self, Self), TestbedError> {
        let database = setup.database().await?;
        Ok((database.share(), database))
    }
}

impl Argument for PgPool {
    type Guard = ScratchDb;

    async fn prepare(setup: &Setup) -> Result<(Self, ScratchDb), TestbedError> {
        let database = setup.database().await?;
        Ok((database.timed_pool().await, database))
    }
}

impl Argument for PgConnection {
    type Guard = ScratchDb;

    async fn prepare(setup: &Setup) -> Result<(Self, ScratchDb), TestbedError> {
        let database = setup.database().await?;
        Ok((database.connect().await?, database))
    }
}

impl Argument for String {
    type Guard = ScratchDb;

    async fn prepare(setup: &Setup) -> Result<(Self, ScratchDb), TestbedError> {
        let database = setup.database().await?;
        Ok((database.url().to_owned(), database))
    }
}

impl Argument for ScratchTransaction {
    type Guard = ();

    async fn prepare(setup: &Setup) -> Result<(Self, ()), TestbedError> {
        if matches!(setup.mode, Some(Mode::Clone | Mode::Wipe)) {
            return Err(TestbedError::TransactionNeedsRollback);
        }
        let mut transaction = Testbed::get().await?.begin(&setup.template).await?;
        if setup.expects_panic {
            transaction.expect_panic();
        }
        transaction.load(setup.fixtures).await?;
        Ok((transaction, ()))
    }
}
