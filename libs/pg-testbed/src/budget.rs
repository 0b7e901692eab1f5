//! How many tests may have connections at once, over all processes that use the
//! server.
//!
//! Each test that is handed a database holds one of a fixed number of places.
//! A place is an advisory lock, so that it is free again when its holder dies.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use crate::error::TestbedError;
use crate::keeper::{Facts, Keeper, lock};

/// Connections of a scratch database's pool: enough for a test, few enough for
/// many tests at once on a server with 100.
pub(crate) const CONNECTIONS: u32 = 4;

/// How long a test waits for a place, or for one of its own connections.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How long a process keeps a place between two of its tests.
const REST: Duration = Duration::from_millis(20);

/// How long a test waits for a place while the server has connections to spare.
/// A test with several databases would otherwise wait for itself.
const FORBEARANCE: Duration = Duration::from_secs(1);

/// First half of the locks' numbers: `test` in ASCII.
const CLASS: i32 = 0x7465_7374;

/// The lock of whoever goes without a place just now; places count from 1.
const GATE: i32 = -1;

/// How long that lock is held: until the connections of the last one show.
const SETTLING: Duration = Duration::from_millis(250);

/// The places on one server.
#[derive(Debug)]
pub(crate) struct Budget {
    connections: i32,
    places: i32,
    /// Whether this process holds the lock of the gate.
    gate: AtomicBool,
    held: Mutex<HashSet<i32>>,
    /// Held by the test of this process that gets the next place.
    next: tokio::sync::Mutex<()>,
    /// Places whose test is over, kept for the next one for a moment.
    resting: Mutex<Vec<(i32, Instant)>>,
}

impl Budget {
    /// Two fifths of the server's connections go to tests, a pool and a session
    /// that restores for each; the others are for the processes' own sessions,
    /// about seven each, for bare connections and for other users.
    pub(crate) fn of(facts: &Facts) -> Self {
        let of_a_test = CONNECTIONS.cast_signed() + 1;
        Self {
            connections: facts.connections,
            places: (facts.connections * 2 / 5 / of_a_test).max(1),
            gate: AtomicBool::new(false),
            held: Mutex::default(),
            next: tokio::sync::Mutex::default(),
            resting: Mutex::default(),
        }
    }

    /// Of the databases that go from test to test, how many a process may keep
    /// open while no test uses them. Each has two sessions.
    pub(crate) fn idle(&self) -> usize {
        usize::try_from(self.connections / 48)
            .unwrap_or_default()
            .max(1)
    }

    /// Waits for a place, or until it is plain that the server has connections to
    /// spare although all places are taken: tests rarely use all of theirs.
    pub(crate) async fn enter(keeper: &Keeper) -> Result<Place, TestbedError> {
        let (budget, began) = (keeper.budget(), Instant::now());
        // First come, first served: one that waits is not passed by.
        let _turn = budget.next.lock().await;
        loop {
            if let Some((number, _)) = lock(&budget.resting).pop() {
                return Ok(Place::of(keeper, Some(number)));
            }
            let mut session = keeper.session().await;
            if let Some(number) = budget.try_enter(&mut session).await? {
                return Ok(Place::of(keeper, Some(number)));
            }
            if began.elapsed() > FORBEARANCE && budget.pass_gate(&mut session).await? {
                close_later(keeper);
                return Ok(Place::of(keeper, None));
            }
            drop(session);
            if began.elapsed() > PATIENCE {
                return Err(TestbedError::NoPlace {
                    server: keeper.server().shown(),
                    places: budget.places,
                    waited: PATIENCE.as_secs(),
                });
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Takes the places that no test of this process has wanted for a while.
    fn rested(&self) -> Vec<i32> {
        let rested = |(_, since): &mut (i32, Instant)| since.elapsed() >= REST;
        let rested = lock(&self.resting)
            .extract_if(.., rested)
            .collect::<Vec<_>>();
        rested.into_iter().map(|(number, _)| number).collect()
    }

    /// Whether a test may go without a place: if as many connections are free as
    /// three tests may have, and nobody else has just asked the same. The kind of
    /// other roles' sessions may not be ours to see; then it is NULL.
    async fn pass_gate(&self, session: &mut PgConnection) -> Result<bool, sqlx::Error> {
        if self.gate.swap(true, Ordering::Relaxed) {
            return Ok(false);
        }
        let pass = sqlx::query_scalar(
            "SELECT CASE WHEN count(*) + $3::int <= $4::int
                         THEN pg_try_advisory_lock($1::int, $2::int) ELSE false END
               FROM pg_stat_activity
              WHERE backend_type = 'client backend'
                 OR (backend_type IS NULL AND usesysid IS NOT NULL)",
        );
        let pass = pass.bind(CLASS).bind(GATE);
        let pass = pass
            .bind(3 * CONNECTIONS.cast_signed())
            .bind(self.connections);
        let passed = pass.fetch_one(session).await;
        self.gate
            .store(matches!(passed, Ok(true)), Ordering::Relaxed);
        passed
    }

    /// Takes a free place. The CASE keeps the order: the lock of a place that
    /// this session holds already would be granted once more.
    async fn try_enter(&self, session: &mut PgConnection) -> Result<Option<i32>, sqlx::Error> {
        let held: Vec<i32> = lock(&self.held).iter().copied().collect();
        let place = sqlx::query_scalar(
            "SELECT place FROM generate_series(1, $1::int) AS place
              WHERE CASE WHEN place = ANY($2::int[]) THEN false
                         ELSE pg_try_advisory_lock($3::int, place) END
              LIMIT 1",
        );
        let place = place.bind(self.places).bind(held).bind(CLASS);
        let place = place.fetch_optional(session).await?;
        if let Some(place) = place {
            lock(&self.held).insert(place);
        }
        Ok(place)
    }
}

/// A test's right to its connections, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    keeper: Keeper,
    /// `None` if there was no place, but room.
    number: Option<i32>,
}

impl Place {
    fn of(keeper: &Keeper, number: Option<i32>) -> Self {
        let keeper = keeper.clone();
        Self { keeper, number }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let keeper = self.keeper.clone();
        lock(&keeper.budget().resting).push((number, Instant::now()));
        self.keeper.start_work(async move {
            sleep(REST).await;
            for number in keeper.budget().rested() {
                leave(&keeper, number).await;
            }
        });
    }
}

/// Gives a place to whoever comes next.
async fn leave(keeper: &Keeper, number: i32) {
    unlock(keeper, number).await;
    lock(&keeper.budget().held).remove(&number);
}

/// Lets others through the gate, when the connections of this test show.
fn close_later(keeper: &Keeper) {
    let own = keeper.clone();
    keeper.start_work(async move {
        sleep(SETTLING).await;
        unlock(&own, GATE).await;
        own.budget().gate.store(false, Ordering::Relaxed);
    });
}

async fn unlock(keeper: &Keeper, number: i32) {
    let mut session = keeper.session().await;
    let unlock = sqlx::query("SELECT pg_advisory_unlock($1, $2)");
    // A session that is gone has no locks any more.
    let _ = unlock.bind(CLASS).bind(number).execute(&mut *session).await;
}
