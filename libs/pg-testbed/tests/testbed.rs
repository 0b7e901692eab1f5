//! Hand-out, isolation, templates and leaks, on a real server.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pg_catalog::Catalog;
use pg_testbed::{BoxError, ScratchDb, Template, Testbed, TestbedError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlStr};

/// A template made by these statements, and how often they were run.
fn template(label: &str, sql: &'static str) -> (Template, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let migrate = move |url: String| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move { execute(&url, sql).await.map_err(BoxError::from) }
    };
    (Template::new(label, sql, migrate), runs)
}

async fn execute(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

async fn text(url: &str, sql: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql.to_owned()));
    query.fetch_one(&mut connection).await.unwrap()
}

async fn exists(testbed: &Testbed, database: &str) -> bool {
    let sql = format!("SELECT count(*)::text FROM pg_database WHERE datname = '{database}'");
    text(&testbed.admin_url(), &sql).await == "1"
}

/// Plays a process that starts: with its first database it removes what belongs
/// to nobody, and is done with that when the database is dropped.
async fn collect_garbage(testbed: &Testbed) {
    let other = Testbed::on(testbed.admin_url()).await.unwrap();
    drop(other.empty().await.unwrap());
}

#[tokio::test]
async fn scratch_databases_do_not_see_each_other() {
    let testbed = Testbed::get().await.unwrap();
    let (notes, _) = template("isolation", "CREATE TABLE note (text text)");
    let (one, other) = (
        testbed.scratch(&notes).await.unwrap(),
        testbed.scratch(&notes).await.unwrap(),
    );
    sqlx::query("INSERT INTO note VALUES ('mine')")
        .execute(&one.pool())
        .await
        .unwrap();
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM note");
    assert_eq!(count.fetch_one(&other.pool()).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_made_once_for_all_at_once() {
    let testbed = Testbed::get().await.unwrap();
    let (slow, runs) = template("once", "SELECT pg_sleep(0.2); CREATE TABLE t ()");
    // It is there when an earlier run of this test failed.
    testbed.discard(&slow).await.unwrap();
    let elsewhere = Testbed::on(testbed.admin_url()).await.unwrap();
    let waiting = (0..6).map(|number| {
        let testbed = if number % 2 == 0 {
            testbed.clone()
        } else {
            elsewhere.clone()
        };
        let slow = slow.clone();
        tokio::spawn(async move { testbed.scratch(&slow).await.unwrap() })
    });
    for database in waiting.collect::<Vec<_>>() {
        let database = database.await.unwrap();
        assert_eq!(
            text(database.url(), "SELECT count(*)::text FROM t").await,
            "0"
        );
    }
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    testbed.discard(&slow).await.unwrap();
}

#[tokio::test]
async fn a_database_goes_with_its_handle_although_sessions_are_open() {
    let testbed = Testbed::get().await.unwrap();
    let database = testbed.empty().await.unwrap();
    let name = database.name().to_owned();
    let mut session = PgConnection::connect(database.url()).await.unwrap();
    assert!(exists(&testbed, &name).await);
    drop(database);
    assert!(!exists(&testbed, &name).await);
    assert!(session.ping().await.is_err());
}

#[test]
fn a_failed_test_keeps_its_database() {
    let name = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let database = Testbed::get().await.unwrap().empty().await.unwrap();
            std::panic::panic_any(database.name().to_owned());
        });
    });
    let name = name.join().unwrap_err().downcast::<String>().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let testbed = Testbed::get().await.unwrap();
        collect_garbage(&testbed).await;
        assert!(exists(&testbed, &name).await);
        let drop = format!("DROP DATABASE \"{name}\"");
        execute(&testbed.admin_url(), &drop).await.unwrap();
    });
}

#[tokio::test]
async fn settings_of_the_template_s_database_are_carried_over() {
    let testbed = Testbed::get().await.unwrap();
    let (tuned, _) = template(
        "settings",
        "CREATE SCHEMA \"My App\";
         DO $$ BEGIN EXECUTE format(
           'ALTER DATABASE %1$I SET search_path = \"My App\", public;
            ALTER DATABASE %1$I SET application_name = ''it''''s, a = b''', current_database());
         END $$",
    );
    let database = testbed.scratch(&tuned).await.unwrap();
    assert_eq!(
        text(database.url(), "SHOW search_path").await,
        "\"My App\", public"
    );
    assert_eq!(
        text(database.url(), "SHOW application_name").await,
        "it's, a = b"
    );
}

#[tokio::test]
async fn failed_migrations_are_reported_and_leave_nothing() {
    let testbed = Testbed::get().await.unwrap();
    let (broken, runs) = template("broken", "CREATE TABLE t (); SELECT * FROM missing");
    let error = testbed.scratch(&broken).await.unwrap_err();
    assert!(matches!(error, TestbedError::Migrate { .. }), "{error:?}");
    assert!(
        format!("{error:?}").contains("\"missing\" does not exist"),
        "{error:?}"
    );
    // The next one tries again instead of taking the half-made one.
    testbed.scratch(&broken).await.unwrap_err();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn sqlx_migrations_make_a_clone_equal_to_a_migrated_database() {
    let sql = "CREATE TYPE mood AS ENUM ('glad', 'sad');
               CREATE TABLE person (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'glad')";
    let kind = MigrationType::Simple;
    let first = Migration::new(1, "first".into(), kind, SqlStr::from_static(sql), false);
    let migrator: &'static Migrator = Box::leak(Box::new(Migrator::with_migrations(vec![first])));

    let testbed = Testbed::get().await.unwrap();
    let clone = testbed
        .scratch(&Template::migrations("sqlx", migrator))
        .await
        .unwrap();
    let plain = testbed.empty().await.unwrap();
    let mut connection = PgConnection::connect(plain.url()).await.unwrap();
    migrator.run(&mut connection).await.unwrap();

    let of_plain = Catalog::read(&mut connection, &["public"]).await.unwrap();
    let mut connection = PgConnection::connect(clone.url()).await.unwrap();
    let of_clone = Catalog::read(&mut connection, &["public"]).await.unwrap();
    assert_eq!(of_clone, of_plain);
    assert_eq!(of_clone.enums.len(), 1);
}

/// A process that was started with this variable plays the test process that
/// gets killed: it takes what the variable names, and waits.
const VICTIM: &str = "TESTBED_TEST_VICTIM";

/// Runs one of the victims below in a process of its own, kills it when it has
/// printed the name of its database, and returns that name.
fn kill_while_holding(victim: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", victim, "--nocapture"])
        .env(VICTIM, std::process::id().to_string());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let marked = output
        .lines()
        .map(Result::unwrap)
        .find_map(|line| line.split_once("holding ").map(|(_, name)| name.to_owned()));
    child.kill().unwrap();
    child.wait().unwrap();
    marked.expect("the process ended before it held a database")
}

fn wait_if_victim(name: &str) {
    if std::env::var_os(VICTIM).is_some() {
        println!("holding {name}");
        std::thread::sleep(Duration::from_mins(1));
    }
}

async fn eventually_gone(testbed: &Testbed, database: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while exists(testbed, database).await {
        assert!(Instant::now() < deadline, "{database} is still there");
        collect_garbage(testbed).await;
    }
}

#[tokio::test]
async fn a_held_database_survives_the_start_of_others() {
    let testbed = Testbed::get().await.unwrap();
    let database: ScratchDb = testbed.empty().await.unwrap();
    wait_if_victim(database.name());
    collect_garbage(&testbed).await;
    assert!(exists(&testbed, database.name()).await);
}

#[tokio::test]
async fn a_killed_process_leaves_no_database() {
    let leaked = kill_while_holding("a_held_database_survives_the_start_of_others");
    let testbed = Testbed::get().await.unwrap();
    eventually_gone(&testbed, &leaked).await;
}

/// A template whose making is interrupted when this process is the victim.
fn interruptible() -> Template {
    let run = std::env::var(VICTIM).unwrap_or_else(|_| std::process::id().to_string());
    Template::new("interrupted", run, |url: String| async move {
        execute(&url, "CREATE TABLE first_half ()").await?;
        let name = url.split('?').next().and_then(|url| url.rsplit('/').next());
        wait_if_victim(name.unwrap_or_default());
        execute(&url, "CREATE TABLE second_half ()").await?;
        Ok(())
    })
}

#[tokio::test]
async fn a_template_that_was_killed_halfway_is_made_anew() {
    if std::env::var_os(VICTIM).is_none() {
        kill_while_holding("a_template_that_was_killed_halfway_is_made_anew");
    }
    let testbed = Testbed::get().await.unwrap();
    let template = interruptible();
    let database = testbed.scratch(&template).await.unwrap();
    assert_eq!(
        text(database.url(), "SELECT count(*)::text FROM second_half").await,
        "0"
    );
    drop(database);
    testbed.discard(&template).await.unwrap();
}

#[tokio::test]
async fn an_unreachable_server_fails_with_advice() {
    let error = Testbed::on("postgresql+asyncpg://nobody:secret@127.0.0.1:1/none").await;
    let text = format!("{:?}", error.unwrap_err());
    assert!(text.contains("TEST_DATABASE_URL"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}
