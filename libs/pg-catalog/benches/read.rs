//! How long a catalog takes: read, written as a text, compared, and all CHECKs
//! proven. `cargo bench -p pg-catalog`; `-- 100` for a hundred rounds.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use pg_catalog::{Catalog, Fingerprint, diff, probe};
use pg_testbed::Testbed;
use sqlx::{AssertSqlSafe, Connection};

/// Tables of the schema that is read; each has five columns, two CHECKs, a key,
/// a foreign key and an index.
const TABLES: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args().find_map(|word| word.parse().ok()).unwrap_or(30);
    let database = Testbed::get().await?.empty().await?;
    let mut connection = database.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(schema()))
        .execute(&mut connection)
        .await?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..rounds {
        let began = Instant::now();
        let catalog = Catalog::read(&mut connection, &["public"]).await?;
        times[0].push(began.elapsed());
        let began = Instant::now();
        let text = catalog.fingerprint().to_string();
        times[1].push(began.elapsed());
        let began = Instant::now();
        let kept: Fingerprint = text.parse()?;
        assert!(diff(&kept, &catalog.fingerprint()).agrees());
        times[2].push(began.elapsed());
        let began = Instant::now();
        let probes = probe(&mut connection, &catalog, &[]).await?;
        assert_eq!(
            probes.iter().filter(|one| one.is_alive()).count(),
            2 * TABLES
        );
        times[3].push(began.elapsed());
    }
    connection.close().await?;
    println!(
        "{TABLES} tables, {} CHECKs; milliseconds, median of {rounds}",
        2 * TABLES
    );
    for (step, mut times) in ["read", "to text", "from text, compare", "prove CHECKs"]
        .into_iter()
        .zip(times)
    {
        times.sort();
        println!(
            "{step:<20} {:>8.2}",
            times[times.len() / 2].as_secs_f64() * 1000.0
        );
    }
    Ok(())
}

fn schema() -> String {
    let mut sql = "CREATE TYPE mood AS ENUM ('glad', 'sad');".to_owned();
    for number in 0..TABLES {
        let parent = number.saturating_sub(1);
        let _ = write!(
            sql,
            "CREATE TABLE t{number} (id serial PRIMARY KEY, mood mood NOT NULL, name text NOT NULL,
                 state text DEFAULT 'open' CHECK (state IN ('open', 'done')),
                 amount numeric(12, 2) CHECK (amount >= 0),
                 parent int REFERENCES t{parent});
             CREATE INDEX ON t{number} (parent, state);"
        );
    }
    sql
}
