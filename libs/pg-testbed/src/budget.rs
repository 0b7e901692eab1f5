//! How many tests may have connections at once, over all processes that use the
//! server.
//!
//! Each test that is handed a database holds one of a fixed number of places.
//! A place is an advisory lock, so that it is free again when its holder dies.

use std::collections::HashSet;
use std::sync::Mutex;
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

/// First half of the locks' numbers: `test` in ASCII.
const CLASS: i32 = 0x7465_7374;

/// The places on one server.
#[derive(Debug)]
pub(crate) struct Budget {
    places: i32,
    held: Mutex<HashSet<i32>>,
}

impl Budget {
    /// Half of the server's connections go to pools; the other half is for the
    /// processes' own sessions, for bare connections and for other users.
    pub(crate) fn of(facts: &Facts) -> Self {
        let pool = CONNECTIONS.cast_signed();
        Self {
            places: (facts.connections / 2 / pool).max(1),
            held: Mutex::default(),
        }
    }

    /// Waits for a place.
    pub(crate) async fn enter(keeper: &Keeper) -> Result<Place, TestbedError> {
        let budget = keeper.budget();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(number) = budget.try_enter(&mut *keeper.session().await).await? {
                let keeper = keeper.clone();
                return Ok(Place { keeper, number });
            }
            if Instant::now() > deadline {
                return Err(keeper.server().no_connection());
            }
            sleep(Duration::from_millis(5)).await;
        }
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
    number: i32,
}

impl Drop for Place {
    fn drop(&mut self) {
        let (keeper, number) = (self.keeper.clone(), self.number);
        self.keeper.start_work(async move {
            let mut session = keeper.session().await;
            let leave = sqlx::query("SELECT pg_advisory_unlock($1, $2)");
            // A session that is gone has no locks any more.
            let _ = leave.bind(CLASS).bind(number).execute(&mut *session).await;
            lock(&keeper.budget().held).remove(&number);
        });
    }
}
