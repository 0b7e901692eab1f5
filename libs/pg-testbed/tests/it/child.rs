//! What the test processes do that `processes` starts.

use std::env;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use pg_testbed::{Mode, ScratchDb, ScratchTransaction, Template, Testbed};
use sqlx::PgPool;
use tokio::runtime::Runtime;
use tokio::sync::Barrier;

use crate::support::{execute, template, text};

/// The variable that says what a process is to do. Without it the test below
/// has nothing to do: it is only run by others.
const ROLE: &str = "TESTBED_TEST_ROLE";

/// A process that plays a role, with this server.
pub(crate) fn start(role: &str, server: &str) -> Child {
    command(role, server).spawn().unwrap()
}

pub(crate) fn command(role: &str, server: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child::a_process_with_a_role", "--nocapture"])
        .env(ROLE, role)
        .env("TEST_DATABASE_URL", server)
        .env("TESTBED_GRACE", "2")
        .env_remove("NEXTEST_EXECUTION_MODE")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_process_with_a_role() {
    let role = env::var(ROLE).unwrap_or_default();
    match role.split_once(' ').unwrap_or((&role, "")) {
        ("", _) => {}
        ("work", rounds) => in_threads(4, |number| work(number, rounds.parse().unwrap())),
        ("hoard", _) => in_threads(1, |_| runtime().block_on(hoard())),
        ("hold", _) => runtime().block_on(hold()),
        ("discard", _) => runtime().block_on(discard()),
        ("fail", mode) => runtime().block_on(fail(mode.parse().unwrap())),
        ("refuse", mode) => runtime().block_on(refuse(mode.parse().unwrap())),
        ("late", _) => runtime().block_on(late()),
        other => panic!("{other:?} is no role"),
    }
}

pub(crate) fn notes() -> Template {
    template("processes", "CREATE TABLE note (id serial, text text)").0
}

const INSERT: &str = "INSERT INTO note (text) VALUES ('mine')";
const COUNT: &str = "SELECT count(*) || ' up to ' || max(id) FROM note";

fn runtime() -> Runtime {
    Runtime::new().unwrap()
}

fn in_threads(threads: usize, role: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for number in 0..threads {
            let role = &role;
            scope.spawn(move || role(number));
        }
    });
}

/// Tests in all modes, one after the other.
fn work(number: usize, rounds: usize) {
    for round in 0..rounds {
        runtime().block_on(async {
            let testbed = Testbed::get().await.unwrap();
            match (number + round) % 4 {
                0 => four_connections(&testbed, Mode::Clone).await,
                1 => four_connections(&testbed, Mode::Wipe).await,
                2 => four_connections(&testbed, Mode::Rollback).await,
                _ => one_connection(&testbed).await,
            }
        });
    }
}

async fn four_connections(testbed: &Testbed, mode: Mode) {
    let database = testbed.scratch(&notes()).mode(mode).await.unwrap();
    let pool: PgPool = database.pool();
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(pool.acquire().await.unwrap());
    }
    sqlx::query(INSERT).execute(&mut *held[0]).await.unwrap();
    let seen: String = sqlx::query_scalar(COUNT)
        .fetch_one(&mut *held[3])
        .await
        .unwrap();
    assert_eq!(seen, "1 up to 1", "in {mode} mode");
}

async fn one_connection(testbed: &Testbed) {
    let mut transaction: ScratchTransaction = testbed.begin(&notes()).await.unwrap();
    sqlx::query(INSERT)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let seen: String = sqlx::query_scalar(COUNT)
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(seen, "1 up to 1");
}

/// Ten tests at once, each of which wants two databases at the same time.
async fn hoard() {
    let (testbed, everybody) = (Testbed::get().await.unwrap(), Arc::new(Barrier::new(10)));
    let mut tests = Vec::new();
    for _ in 0..10 {
        let (testbed, everybody) = (testbed.clone(), Arc::clone(&everybody));
        tests.push(tokio::spawn(async move {
            let one = testbed.scratch(&notes()).await.unwrap();
            everybody.wait().await;
            let other = testbed.scratch(&notes()).mode(Mode::Wipe).await.unwrap();
            execute(one.url(), INSERT).await.unwrap();
            assert_eq!(
                text(other.url(), "SELECT count(*)::text FROM note").await,
                "0"
            );
        }));
    }
    for test in tests {
        test.await.unwrap();
    }
}

/// Holds a database in each mode until it is killed.
async fn hold() {
    let testbed = Testbed::get().await.unwrap();
    let mut held: Vec<ScratchDb> = Vec::new();
    for mode in [Mode::Clone, Mode::Wipe, Mode::Rollback] {
        let database = testbed.scratch(&notes()).mode(mode).await.unwrap();
        execute(database.url(), INSERT).await.unwrap();
        held.push(database);
    }
    let _transaction = testbed.begin(&notes()).await.unwrap();
    println!("holding");
    thread::sleep(Duration::from_mins(2));
}

/// Drops what can be dropped, the template too: four times, which is less often
/// than a test makes it anew.
async fn discard() {
    let testbed = Testbed::get().await.unwrap();
    println!("holding");
    for _ in 0..4 {
        testbed.collect().await.unwrap();
        // It may be in use this moment.
        let _ = testbed.discard(&notes()).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn fail(mode: Mode) {
    let testbed = Testbed::get().await.unwrap();
    let database = testbed.scratch(&notes()).mode(mode).await.unwrap();
    execute(database.url(), INSERT).await.unwrap();
    panic!("on purpose");
}

/// Fails with work that no COMMIT would take.
async fn refuse(mode: Mode) {
    let testbed = Testbed::get().await.unwrap();
    // Dropped after the database, as an application's pool may be.
    let mut connection;
    let database = testbed.scratch(&notes()).mode(mode).await.unwrap();
    connection = database.connect().await.unwrap();
    let work = "BEGIN; CREATE TABLE reply (note int UNIQUE DEFERRABLE INITIALLY DEFERRED);
                INSERT INTO reply VALUES (1), (1)";
    sqlx::raw_sql(work).execute(&mut connection).await.unwrap();
    panic!("on purpose");
}

/// Fails because it chooses its isolation level too late.
async fn late() {
    let testbed = Testbed::get().await.unwrap();
    let mut transaction = testbed.begin(&notes()).await.unwrap();
    sqlx::query(INSERT)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let level = sqlx::query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    level.execute(&mut *transaction).await.unwrap();
}
