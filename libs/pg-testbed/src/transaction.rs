//! One test's own transaction.

use std::mem;
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
/// were prepared, locks of the session), begins the transaction and marks it: the
/// mark goes when the test ends it. Nothing in it keeps the test from choosing
/// its isolation level.
const BEGIN: &str = "
    DISCARD SEQUENCES; BEGIN;
    SELECT _testbed.rewind(), _testbed.forget(), pg_advisory_unlock_all();
    COMMIT; BEGIN; SET LOCAL testbed.transaction = 'open'";

/// Whether the mark is there, and whether the test may have changed the schema.
/// What the driver remembers of types and of statements then holds no longer.
const LOOK: &str = "
    SELECT coalesce(current_setting('testbed.transaction', true) = 'open', false),
           NOT current_setting('track_counts')::boolean OR
           (SELECT sum(pg_stat_get_xact_tuples_inserted(catalog)
                     + pg_stat_get_xact_tuples_updated(catalog)
                     + pg_stat_get_xact_tuples_deleted(catalog)) > 0
              FROM unnest('{pg_type,pg_attribute,pg_enum,pg_proc}'::regclass[]) AS catalog)";

/// A connection in a transaction that is rolled back when this is dropped. Made
/// by [`Testbed::begin`](crate::Testbed::begin); use it as a `PgConnection`.
///
/// At the end deferred constraints are checked as a COMMIT would check them, and
/// sequences are set back. Dropping it panics if one of them is violated, or if
/// the test ended the transaction itself. Nobody notices what the test does in vain
/// inside a transaction: LISTEN and NOTIFY, which wait for a COMMIT that does not
/// come, a time that stands still. What the server refuses there, it refuses in its
/// own words, which name no mode: an isolation level that is chosen after the first
/// query, VACUUM and the like (both are SQLSTATE 25001), a new label of an ENUM
/// (55P04). Such a test needs [`Mode::Wipe`](crate::Mode::Wipe), or
/// [`Mode::Rollback`](crate::Mode::Rollback) to be told so in each error. When the test is panicking, what it
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
    /// The test's name, as far as it is known.
    test: String,
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
        let transaction = match session.begin_with(BEGIN).await {
            Ok(transaction) => transaction,
            Err(error) => {
                stock::remove(&keeper, &pooled.name).await?;
                return Err(error.into());
            }
        };
        Ok(Self {
            keeper,
            template: ready.key(),
            parts: Some((pooled, transaction)),
            _place: place,
            expects_panic: false,
            since: Instant::now(),
            test: String::new(),
        })
    }

    /// Runs the statements of fixtures, each with a name for messages.
    pub async fn load(&mut self, fixtures: &[(&str, &str)]) -> Result<(), TestbedError> {
        scratch::load(self, fixtures).await
    }

    /// Remembers which test has it.
    pub(crate) fn belongs_to(&mut self, test: String) {
        self.test = test;
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
            let kept =
                self.keeper
                    .block(keep(keeper, pooled, transaction, mem::take(&mut self.test)));
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
    test: String,
) -> Result<(), TestbedError> {
    let whole = check(&mut transaction).await.is_ok();
    let committed = transaction.commit().await;
    if whole && committed.is_ok() {
        return scratch::keep(&keeper, &pooled.name, test).await;
    }
    stock::remove(&keeper, &pooled.name).await?;
    Err(TestbedError::NothingKept)
}

/// Rolls back and gives the database back, restored in full if it may have
/// been changed.
async fn end(
    keeper: Keeper,
    template: i64,
    mut pooled: Pooled,
    mut transaction: Transaction<'static, Postgres>,
) -> Result<(), TestbedError> {
    let verdict = check(&mut transaction).await;
    let rolled_back = transaction.rollback().await;
    if let (Ok(end), Ok(())) = (&verdict, rolled_back) {
        if let End::SchemaChanged = end
            && let Some(session) = pooled.transactor.take()
        {
            session.close().await;
        }
        return pool::rest(&keeper, template, pooled).await;
    }
    pool::give_back(&keeper, template, pooled).await?;
    match verdict {
        Err(Verdict::Refused(error)) => Err(error),
        _ => Ok(()),
    }
}

/// What a transaction that can be rolled back leaves in its session.
enum End {
    /// What the next one expects.
    Plain,
    /// Memories of types and tables that are not there any more.
    SchemaChanged,
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
async fn check(connection: &mut PgConnection) -> Result<End, Verdict> {
    let look = sqlx::query_as(LOOK).fetch_one(&mut *connection);
    let Ok((open, schema_changed)): sqlx::Result<(bool, bool)> = look.await else {
        return Err(Verdict::Unknown);
    };
    if !open {
        return Err(Verdict::Refused(TestbedError::TransactionEnded));
    }
    let constraints = sqlx::raw_sql("SET CONSTRAINTS ALL IMMEDIATE");
    match constraints.execute(connection).await {
        Ok(_) if schema_changed => Ok(End::SchemaChanged),
        Ok(_) => Ok(End::Plain),
        Err(error) if is_violation(&error) => Err(Verdict::Refused(TestbedError::Deferred(error))),
        Err(_) => Err(Verdict::Unknown),
    }
}

/// Class 23 of PostgreSQL's errors: integrity constraint violation.
fn is_violation(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code.starts_with("23"))
}
