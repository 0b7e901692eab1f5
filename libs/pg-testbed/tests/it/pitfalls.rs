//! What is known to go wrong in test databases, in each mode.

use pg_testbed::{Mode, ScratchDb, Template, Testbed};
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::support::{execute, template, text};

const ALL: [Mode; 3] = [Mode::Clone, Mode::Wipe, Mode::Rollback];

/// In these every COMMIT is one.
const COMMITTING: [Mode; 2] = [Mode::Clone, Mode::Wipe];

const SHOP: &str = "
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE note (id serial PRIMARY KEY, mood mood);
    CREATE TABLE reply (note int REFERENCES note DEFERRABLE INITIALLY DEFERRED);";

fn shop() -> Template {
    template("pitfalls", SHOP).0
}

async fn scratch(mode: Mode) -> ScratchDb {
    let testbed = Testbed::get().await.unwrap();
    testbed.scratch(&shop()).mode(mode).await.unwrap()
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    script.execute(connection).await.map(drop)
}

async fn see(connection: &mut PgConnection, sql: &str) -> String {
    let row = sqlx::query(AssertSqlSafe(sql.to_owned()));
    row.fetch_one(connection).await.unwrap().get(0)
}

/// The code and the hint with which a statement is refused.
async fn refusal(connection: &mut PgConnection, sql: &str) -> (String, String) {
    let error = run(connection, sql).await.unwrap_err();
    let error = error.into_database_error().unwrap();
    let error: &PgDatabaseError = error.downcast_ref();
    let hint = error.hint().unwrap_or_default().to_owned();
    (error.code().to_owned(), hint)
}

#[tokio::test]
async fn a_new_label_is_used_after_its_commit_or_the_mode_that_can_is_named() {
    for mode in COMMITTING {
        let database = scratch(mode).await;
        let mut connection = database.connect().await.unwrap();
        run(
            &mut connection,
            "ALTER TYPE mood ADD VALUE 'calm' BEFORE 'sad'",
        )
        .await
        .unwrap();
        let used = see(
            &mut connection,
            "INSERT INTO note (mood) VALUES ('calm') RETURNING mood::text",
        );
        assert_eq!(used.await, "calm", "in {mode} mode");
        let added_and_used = "BEGIN; ALTER TYPE mood ADD VALUE 'mild'; SELECT 'mild'::mood; COMMIT";
        let (code, _) = refusal(&mut connection, added_and_used).await;
        assert_eq!(code, "55P04", "PostgreSQL's own rule, in {mode} mode");
    }
    let database = scratch(Mode::Rollback).await;
    let mut connection = database.connect().await.unwrap();
    run(&mut connection, "ALTER TYPE mood ADD VALUE 'calm'")
        .await
        .unwrap();
    let (code, hint) = refusal(&mut connection, "SELECT 'calm'::mood").await;
    assert_eq!(code, "55P04");
    assert!(hint.contains("Mode::Clone"), "{hint}");
}

#[derive(Debug, PartialEq, sqlx::Type)]
#[sqlx(type_name = "mood", rename_all = "lowercase")]
enum Mood {
    Glad,
    Sad,
}

/// Binds the type and reads it back, by a prepared statement.
async fn feel(connection: &mut PgConnection, mood: Mood) -> Result<Mood, sqlx::Error> {
    let insert = sqlx::query_scalar("INSERT INTO note (mood) VALUES ($1) RETURNING mood");
    insert.bind(mood).fetch_one(connection).await
}

const RECREATE: &str = "
    ALTER TABLE note ALTER mood TYPE text; DROP TYPE mood;
    CREATE TYPE mood AS ENUM ('sad', 'glad'); ALTER TABLE note ALTER mood TYPE mood USING mood::mood";

#[tokio::test]
async fn a_recreated_type_is_no_trouble_for_the_next_test() {
    // A wipe and a rollback hand the same database, even the same session on.
    for mode in [ALL, ALL].concat() {
        let database = scratch(mode).await;
        let mut connection = database.connect().await.unwrap();
        assert_eq!(
            feel(&mut connection, Mood::Glad).await.unwrap(),
            Mood::Glad,
            "in {mode} mode"
        );
        run(&mut connection, RECREATE).await.unwrap();
        // sqlx keeps what it knows of types, and the server says so.
        let stale = feel(&mut connection, Mood::Sad).await.unwrap_err();
        assert!(stale.as_database_error().is_some(), "{stale}");
        let mut other = database.connect().await.unwrap();
        assert_eq!(
            feel(&mut other, Mood::Sad).await.unwrap(),
            Mood::Sad,
            "in {mode} mode"
        );
    }
    let testbed = Testbed::get().await.unwrap();
    for _ in 0..3 {
        let mut transaction = testbed.begin(&shop()).await.unwrap();
        assert_eq!(
            feel(&mut transaction, Mood::Glad).await.unwrap(),
            Mood::Glad
        );
        run(&mut transaction, RECREATE).await.unwrap();
    }
}

#[tokio::test]
async fn numbers_start_again_for_each_test() {
    let insert = "INSERT INTO note DEFAULT VALUES RETURNING id::text";
    let testbed = Testbed::get().await.unwrap();
    for mode in [ALL, ALL].concat() {
        let database = scratch(mode).await;
        assert_eq!(text(database.url(), insert).await, "1", "in {mode} mode");
        assert_eq!(text(database.url(), insert).await, "2", "in {mode} mode");
        drop(database);
        let mut transaction = testbed.begin(&shop()).await.unwrap();
        assert_eq!(
            see(&mut transaction, insert).await,
            "1",
            "after {mode} mode"
        );
    }
}

#[tokio::test]
async fn time_goes_on_between_commits_and_stands_still_in_one_transaction() {
    let times = "SELECT concat_ws(' ', now() = current_setting('test.now')::timestamptz,
                        clock_timestamp() > now())";
    let note = "SELECT set_config('test.now', now()::text, false)";
    for (mode, told) in [(Mode::Clone, "f"), (Mode::Wipe, "f"), (Mode::Rollback, "t")] {
        let database = scratch(mode).await;
        let mut connection = database.connect().await.unwrap();
        run(&mut connection, note).await.unwrap();
        run(&mut connection, "SELECT pg_sleep(0.002)")
            .await
            .unwrap();
        assert_eq!(
            see(&mut connection, times).await,
            format!("{told} t"),
            "in {mode} mode"
        );
    }
}

#[tokio::test]
async fn deferred_constraints_are_checked_at_the_commit() {
    for mode in ALL {
        let database = scratch(mode).await;
        let mut connection = database.connect().await.unwrap();
        let mended =
            "BEGIN; INSERT INTO reply VALUES (7); INSERT INTO note (id) VALUES (7); COMMIT";
        run(&mut connection, mended).await.unwrap();
        let broken = "BEGIN; INSERT INTO reply VALUES (8); COMMIT";
        assert_eq!(
            refusal(&mut connection, broken).await.0,
            "23503",
            "in {mode} mode"
        );
        let at_once = "BEGIN; SET CONSTRAINTS ALL IMMEDIATE; INSERT INTO reply VALUES (9)";
        assert_eq!(
            refusal(&mut connection, at_once).await.0,
            "23503",
            "in {mode} mode"
        );
    }
}

#[tokio::test]
async fn what_needs_a_commit_works_or_names_the_mode_that_can() {
    let needy = [
        "LISTEN news",
        "NOTIFY news",
        "SELECT pg_notify('news', 'x')",
        "BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT",
        "VACUUM note",
    ];
    for mode in COMMITTING {
        let database = scratch(mode).await;
        for sql in needy {
            execute(database.url(), sql).await.unwrap();
        }
    }
    let database = scratch(Mode::Rollback).await;
    let mut connection = database.connect().await.unwrap();
    for sql in needy {
        let (_, hint) = refusal(&mut connection, sql).await;
        assert!(hint.contains("Mode::Clone"), "{sql}: {hint}");
        let _ = run(&mut connection, "ROLLBACK").await;
    }
    let prepared = sqlx::query("SELECT pg_notify($1, $2)")
        .bind("news")
        .bind("x");
    let refused = prepared.execute(&mut connection).await.unwrap_err();
    let refused = refused.into_database_error().unwrap();
    let hint = refused.downcast_ref::<PgDatabaseError>().hint();
    assert!(
        hint.is_some_and(|hint| hint.contains("Mode::Clone")),
        "{hint:?}"
    );
}

#[tokio::test]
async fn nothing_of_a_session_is_there_for_the_next_test() {
    let traces = "SELECT pg_advisory_lock(4711); SET work_mem = '7MB'; CREATE TEMP TABLE mine ();
                  PREPARE mine AS SELECT 1; DECLARE mine CURSOR WITH HOLD FOR SELECT 1;
                  SET CONSTRAINTS ALL IMMEDIATE";
    let found = "SELECT concat_ws(' ', current_setting('work_mem') = '7MB',
                    to_regclass('mine') IS NOT NULL,
                    EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'mine'),
                    EXISTS (SELECT FROM pg_cursors WHERE name = 'mine'),
                    EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711
                        AND database = (SELECT oid FROM pg_database
                                         WHERE datname = current_database())))";
    let testbed = Testbed::get().await.unwrap();
    for mode in [ALL, ALL].concat() {
        let database = scratch(mode).await;
        let mut connection = database.connect().await.unwrap();
        assert_eq!(
            see(&mut connection, found).await,
            "f f f f f",
            "in {mode} mode"
        );
        run(&mut connection, traces).await.unwrap();
        drop(connection);
        drop(database);
        let mut transaction = testbed.begin(&shop()).await.unwrap();
        assert_eq!(
            see(&mut transaction, found).await,
            "f f f f f",
            "after {mode} mode"
        );
        run(&mut transaction, traces).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_template_does_not_carry_is_carried_over_in_every_mode() {
    let (guarded, _) = template(
        "pitfalls-extras",
        "DO $$ BEGIN EXECUTE format(
           'ALTER DATABASE %1$I SET work_mem = ''7MB'';
            ALTER ROLE CURRENT_USER IN DATABASE %1$I SET statement_timeout = ''77s'';
            ALTER DATABASE %1$I CONNECTION LIMIT 77;
            REVOKE TEMPORARY ON DATABASE %1$I FROM PUBLIC;
            COMMENT ON DATABASE %1$I IS ''the shop''''s''', current_database());
         END $$",
    );
    let extras = "SELECT concat_ws(' ', current_setting('work_mem'),
                    current_setting('statement_timeout'), datconnlimit,
                    has_database_privilege('pg_monitor', oid, 'TEMPORARY'),
                    shobj_description(oid, 'pg_database'))
                    FROM pg_database WHERE datname = current_database()";
    let expected = "7MB 77s 77 f the shop's";
    let testbed = Testbed::get().await.unwrap();
    for mode in [ALL, ALL].concat() {
        let database = testbed.scratch(&guarded).mode(mode).await.unwrap();
        assert_eq!(
            text(database.url(), extras).await,
            expected,
            "in {mode} mode"
        );
    }
    let mut transaction = testbed.begin(&guarded).await.unwrap();
    assert_eq!(see(&mut transaction, extras).await, expected);
    drop(transaction);
    testbed.discard(&guarded).await.unwrap();
}

#[tokio::test]
async fn who_tries_to_connect_to_a_template_does_not_hold_its_clones_up() {
    let testbed = Testbed::get().await.unwrap();
    let (shop, _) = template("pitfalls-blocked", "CREATE TABLE t ()");
    drop(testbed.scratch(&shop).await.unwrap());
    let all = testbed.databases().await.unwrap();
    let is_it = |state: &str| state == "template pitfalls-blocked";
    let template = all
        .into_iter()
        .find(|one| is_it(&one.state.to_string()))
        .unwrap();
    let trying = tokio::spawn(async move {
        loop {
            assert!(PgConnection::connect(&template.url).await.is_err());
        }
    });
    for _ in 0..6 {
        drop(testbed.scratch(&shop).await.unwrap());
    }
    trying.abort();
    testbed.discard(&shop).await.unwrap();
}
