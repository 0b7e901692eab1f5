//! One test's own transaction.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::budget::{Budget, PATIENCE, Place};
use crate::error::TestbedError;
use crate::keeper::Keeper;
use crate::pool::{self, Pooled};
use crate::report::{self, Step};
use crate::scratch;
use crate::stock;
use crate::template::Ready;

/// Undoes what the last rollback left (the numbers of sequences, statements that
/// were prepared, locks of the session), begins the transaction and marks it: the mark goes when the test
/// ends it.
const BEGIN: &str = "
    DISCARD SEQUENCES; SELECT _testbed.rewind(), _testbed.forget(), pg_advisory_unlock_all();
    BEGIN; SET LOCAL testbed.transaction = 'open'";

/// A connection in a transaction that is rolled back when this is dropped. Made
/// by [`Testbed::begin`](crate::Testbed::begin); use it as a `PgConnection`.
///
/// At the end deferred constraints are checked as a COMMIT would check them, and
/// sequences are set back. Dropping it panics if one of them is violated, or if
/// the test ended the transaction itself. When the test is panicking, what it
/// did is committed in a database that is kept, and the way to open that one is
/// printed; unless a statement failed, after which nothing is left.
#[derive(Debug)]
pub struct ScratchTransaction {
    keeper: Keeper,
    template: i64,
    /// Both are there until the end.
    parts: Option<(Pooled, Transaction<'static, Postgres>)>,
    _place: Place,
    expects_panic: bool,
    since: Instant,
}

impl ScratchTransaction {
    /// Takes a database of the template for the time of a transaction. To be
    /// used on the keeper's runtime.
    pub(crate) async fn begin(keeper: Keeper, ready: Arc<Ready>) -> Result<Self, TestbedError> {
        let place = Budget::enter(&keeper).await?;
        let mut pooled = pool::take(&keeper, &ready).await?;
        let session = pooled.transactor.get_or_insert_with(|| {
            let options = keeper.server().options_of(&pooled.name);
            one_session(options)
        });
        let transaction = session.begin_with(BEGIN).await?;
        Ok(Self {
            keeper,
            template: ready.key(),
            parts: Some((pooled, transaction)),
            _place: place,
            expects_panic: false,
            since: Instant::now(),
        })
    }

    /// Runs the statements of fixtures, each with a name for messages.
    pub async fn load(&mut self, fixtures: &[(&str, &str)]) -> Result<(), TestbedError> {
        scratch::load(self, fixtures).await
    }

    /// A panic is no failure of this test.
    pub(crate) fn expect_panic(&mut self) {
        self.expects_panic = true;
    }
}

impl Deref for ScratchTransaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.parts.as_ref().expect("the transaction is open").1
    }
}

impl DerefMut for ScratchTransaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.parts.as_mut().expect("the transaction is open").1
    }
}

impl Drop for ScratchTransaction {
    fn drop(&mut self) {
        report::record(Step::Test, self.since.elapsed());
        let begin = Instant::now();
        let Some((pooled, transaction)) = self.parts.take() else {
            return;
        };
        let keeper = self.keeper.clone();
        let ended = if thread::panicking() && !self.expects_panic {
            let url = keeper.server().url_of(&pooled.name);
            let kept = self.keeper.block(keep(keeper, pooled, transaction));
            // On the test's own thread, or another test's output would have it.
            kept.inspect(|()| scratch::tell_kept(&url))
        } else {
            let end = end(keeper, self.template, pooled, transaction);
            self.keeper.block(end)
        };
        report::record(Step::Return, begin.elapsed());
        match ended {
            Ok(()) => {}
            Err(error) if thread::panicking() => eprintln!("warning: {error:?}"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// A session that stays for the transactions of one test after the other.
fn one_session(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options)
}

/// Commits what a failed test did, for somebody to look at, and keeps the
/// database.
async fn keep(
    keeper: Keeper,
    pooled: Pooled,
    mut transaction: Transaction<'static, Postgres>,
) -> Result<(), TestbedError> {
    let whole = check(&mut transaction).await.is_ok();
    let committed = transaction.commit().await;
    if whole && committed.is_ok() {
        return scratch::keep(&keeper, &pooled.name).await;
    }
    stock::remove(&keeper, &pooled.name).await?;
    Err(TestbedError::NothingKept)
}

/// Rolls back and gives the database back, restored in full if it may have
/// been changed.
async fn end(
    keeper: Keeper,
    template: i64,
    pooled: Pooled,
    mut transaction: Transaction<'static, Postgres>,
) -> Result<(), TestbedError> {
    let verdict = check(&mut transaction).await;
    let rolled_back = transaction.rollback().await;
    if verdict.is_ok() && rolled_back.is_ok() {
        return pool::rest(&keeper, template, pooled).await;
    }
    pool::give_back(&keeper, template, pooled).await?;
    match verdict {
        Err(Verdict::Refused(error)) => Err(error),
        _ => Ok(()),
    }
}

/// Why the transaction cannot simply be rolled back.
enum Verdict {
    /// A statement failed in it, or the session is gone: nobody can tell
    /// whether it is still the same transaction.
    Unknown,
    /// The test must fail.
    Refused(TestbedError),
}

/// Looks whether the transaction is still the one that was begun, and could be
/// committed.
async fn check(connection: &mut PgConnection) -> Result<(), Verdict> {
    let mark = sqlx::query_scalar("SELECT current_setting('testbed.transaction', true)");
    let mark: Option<String> = match mark.fetch_one(&mut *connection).await {
        Ok(mark) => mark,
        Err(_) => return Err(Verdict::Unknown),
    };
    if mark.is_none_or(|mark| mark != "open") {
        return Err(Verdict::Refused(TestbedError::TransactionEnded));
    }
    let constraints = sqlx::raw_sql("SET CONSTRAINTS ALL IMMEDIATE");
    match constraints.execute(connection).await {
        Ok(_) => Ok(()),
        Err(error) if is_violation(&error) => Err(Verdict::Refused(TestbedError::Deferred(error))),
        Err(_) => Err(Verdict::Unknown),
    }
}

/// Class 23 of PostgreSQL's errors: integrity constraint violation.
fn is_violation(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code.starts_with("23"))
}
