//! How long a scratch database takes, on a schema of 14 tables: within one test
//! process, and with a process for every test as `cargo nextest` does it.
//!
//! `cargo bench -p pg-testbed`, on a warm server. The number of rounds can be
//! given: `cargo bench -p pg-testbed -- 200`.

use std::env;
use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use pg_testbed::{BoxError, Template, Testbed};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Argument with which this program plays the process of one test.
const ONE_TEST: &str = "one-test";

type Outcome = Result<(), BoxError>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let arguments: Vec<String> = env::args().collect();
    if arguments.iter().any(|argument| argument == ONE_TEST) {
        return one_test().await;
    }
    let rounds = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(100);
    in_one_process(rounds).await?;
    process_per_test(rounds)
}

/// 14 tables, each with a key, a text index and a foreign key to the one before.
fn schema() -> Template {
    let mut sql = String::from("CREATE TYPE state AS ENUM ('draft', 'done');");
    for number in 0..14_u32 {
        let parent = number.saturating_sub(1);
        let _ = write!(
            sql,
            "CREATE TABLE t{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
               parent bigint REFERENCES t{parent}, name text NOT NULL, state state NOT NULL,
               made timestamptz NOT NULL DEFAULT now());
             CREATE INDEX ON t{number} (name);"
        );
    }
    Template::new("bench", sql.clone(), move |url| {
        let sql = sql.clone();
        async move {
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await?;
            Ok(())
        }
    })
}

async fn in_one_process(rounds: usize) -> Outcome {
    let (testbed, template) = (Testbed::get().await?, schema());
    drop(testbed.scratch(&template).await?);
    let (mut create, mut connect, mut remove) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        let begin = Instant::now();
        let database = testbed.scratch(&template).await?;
        create.push(begin.elapsed());
        let begin = Instant::now();
        let connection = PgConnection::connect(database.url()).await?;
        connect.push(begin.elapsed());
        connection.close().await?;
        let begin = Instant::now();
        drop(database);
        remove.push(begin.elapsed());
    }
    println!(
        "{:<34} {:>10} {:>10}",
        "milliseconds", "median", "95th perc."
    );
    report("one process: clone", create);
    report("one process: connect", connect);
    report("one process: drop", remove);
    Ok(())
}

/// What a test process does before the test begins; prints how long it took.
async fn one_test() -> Outcome {
    let begin = Instant::now();
    let database = Testbed::get().await?.scratch(&schema()).await?;
    let connection = PgConnection::connect(database.url()).await?;
    println!("{}", begin.elapsed().as_micros());
    connection.close().await?;
    Ok(())
}

fn process_per_test(rounds: usize) -> Outcome {
    let (mut ready, mut whole) = (vec![], vec![]);
    for _ in 0..rounds {
        let begin = Instant::now();
        let output = Command::new(env::current_exe()?).arg(ONE_TEST).output()?;
        whole.push(begin.elapsed());
        let micros = String::from_utf8(output.stdout)?.trim().parse()?;
        ready.push(Duration::from_micros(micros));
    }
    report("process per test: until connected", ready);
    report("process per test: all of it", whole);
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!("{what:<34} {:>10.2} {:>10.2}", at(50), at(95));
}
