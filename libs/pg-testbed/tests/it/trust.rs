//! What other processes see: the reaper, the budget, the report, the command.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use pg_testbed::{Mode, Testbed};
use sqlx::PgPool;

use crate::support::{exists, template, text};
use crate::victim::{VICTIM, kill_while_holding, wait_if_victim};

/// The command on this test's server.
async fn testbed(arguments: &[&str]) -> Output {
    let url = Testbed::get().await.unwrap().admin_url();
    let mut command = Command::new(env!("CARGO_BIN_EXE_testbed"));
    command.args(arguments).env("TEST_DATABASE_URL", url);
    command.output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The reaper of a process that has no companion: looks every second.
#[tokio::test]
async fn the_reaper_removes_what_a_killed_process_left() {
    if std::env::var_os(VICTIM).is_some() {
        let db = Testbed::get().await.unwrap().empty().await.unwrap();
        wait_if_victim(db.name());
    }
    let bed = Testbed::get().await.unwrap();
    let mut reaper = Command::new(env!("CARGO_BIN_EXE_testbed"));
    reaper.args(["reaper", "1", "60"]);
    reaper.env("TESTBED_REAPER_URL", bed.admin_url());
    let mut reaper = reaper.spawn().unwrap();
    let left = kill_while_holding("trust::the_reaper_removes_what_a_killed_process_left");
    let deadline = Instant::now() + Duration::from_mins(1);
    while exists(&bed, &left).await {
        assert!(Instant::now() < deadline, "{left} is still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let _ = reaper.kill();
    reaper.wait().unwrap();
}

/// Half of the connections are for pools, four each; with all of them taken
/// somebody has to wait, and nobody fails.
#[tokio::test(flavor = "multi_thread")]
async fn more_tests_than_connections_wait_for_their_turn() {
    let bed = Testbed::get().await.unwrap();
    let (small, _) = template("budget", "CREATE TABLE t (id int)");
    let processes = 8;
    let mut tests = Vec::new();
    for _ in 0..processes {
        let own = Testbed::on(bed.admin_url()).await.unwrap();
        for _ in 0..8 {
            let (own, small) = (own.clone(), small.clone());
            tests.push(tokio::spawn(async move {
                let db = own.scratch(&small).mode(Mode::Wipe).await.unwrap();
                let pool = db.pool();
                let mut held = Vec::new();
                for _ in 0..4 {
                    held.push(pool.acquire().await.unwrap());
                }
                held.len()
            }));
        }
    }
    for test in tests {
        assert_eq!(test.await.unwrap(), 4);
    }
    bed.discard(&small).await.unwrap();
}

#[tokio::test]
async fn the_command_lists_and_drops() {
    let mut failed = Testbed::get().await.unwrap().empty().await.unwrap();
    let name = failed.name().to_owned();
    failed.keep();
    drop(failed);
    let list = printed(&testbed(&["list"]).await);
    let line = list.lines().find(|line| line.starts_with(&name)).unwrap();
    assert!(
        line.contains("kept after a failure of trust::the_command_lists_and_drops, for"),
        "{line}"
    );
    assert!(testbed(&["drop", &name]).await.status.success());
    assert!(!testbed(&["drop", &name]).await.status.success());
    assert!(testbed(&["gc"]).await.status.success());
    assert_eq!(testbed(&["nonsense"]).await.status.code(), Some(2));
}

#[tokio::test]
async fn the_command_checks_a_database() {
    let bed = Testbed::get().await.unwrap();
    let sql = "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TABLE person (mood mood);
               CREATE TABLE alembic_version (version_num text);
               INSERT INTO alembic_version VALUES ('4711')";
    let (people, _) = template("check", sql);
    let db = bed.scratch(&people).await.unwrap();
    let spelled = db.url().replacen("postgres:", "postgresql+asyncpg:", 1);
    let told = printed(&testbed(&["check", &spelled]).await);
    for line in [
        "server: PostgreSQL",
        "tables: 2",
        "  person",
        "mood (glad, sad)",
        "  4711",
    ] {
        assert!(told.contains(line), "{line:?} is missing in\n{told}");
    }
    drop(db);
    bed.discard(&people).await.unwrap();
}

/// A test that runs as a process of its own, with the report.
#[tokio::test]
async fn a_test_process_for_the_report() {
    let bed = Testbed::get().await.unwrap();
    let db = bed.empty().await.unwrap();
    db.connect().await.unwrap();
    assert_eq!(text(db.url(), "SELECT 'alive'").await, "alive");
    let (small, _) = template("report", "CREATE TABLE t (id int)");
    for mode in [Mode::Clone, Mode::Wipe, Mode::Rollback] {
        drop(bed.scratch(&small).mode(mode).await.unwrap());
    }
    drop(bed.begin(&small).await.unwrap());
}

#[pg_testbed::test]
async fn a_test_with_a_pool_for_the_report(pool: PgPool) {
    pool.acquire().await.unwrap();
}

#[test]
fn the_report_is_printed_when_the_run_has_ended() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "trust::a_test_process_for_the_report"]);
    command.arg("trust::a_test_with_a_pool_for_the_report");
    command.env("TESTBED_REPORT", "1").env_remove("NEXTEST");
    // The end of the output is the end of the reporter too: it holds the pipe.
    let run = format!("report-{}", std::process::id());
    let output = command.env("NEXTEST_RUN_ID", run).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for step in [
        "median",
        // One of them is the attribute's.
        "clone            2",
        "wipe             1",
        "rollback         1",
        "begin            1",
        "empty            1",
        "connect          2",
        "return           6",
    ] {
        assert!(told.contains(step), "{step:?} is missing in\n{told}");
    }
}

/// Settings of the test process decide, never a skipped test.
#[test]
fn no_server_is_an_error_that_says_how_to_get_one() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testbed"));
    command
        .arg("list")
        .env("TEST_DATABASE_URL", "mysql://nobody@nowhere/db");
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        "{told}"
    );
}
