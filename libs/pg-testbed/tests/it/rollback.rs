//! Tests in one transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pg_testbed::{ScratchTransaction, State, Template, Testbed};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{template, text};

const NOTES: &str = "
    CREATE TABLE note (id serial PRIMARY KEY, text text NOT NULL);
    INSERT INTO note (text) VALUES ('seed');
    CREATE TABLE reply (note int REFERENCES note DEFERRABLE INITIALLY DEFERRED)";

fn notes(label: &str) -> Template {
    template(label, NOTES).0
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    script.execute(connection).await.map(|_| ())
}

async fn next_id(transaction: &mut PgConnection) -> i32 {
    let insert = "INSERT INTO note (text) VALUES ('mine') RETURNING id";
    let insert = sqlx::query_scalar(insert);
    insert.fetch_one(transaction).await.unwrap()
}

/// The message with which the end of this transaction fails its test.
fn failure(transaction: ScratchTransaction) -> String {
    let ended = catch_unwind(AssertUnwindSafe(|| drop(transaction)));
    *ended.unwrap_err().downcast::<String>().unwrap()
}

#[tokio::test]
async fn the_next_test_sees_nothing_and_counts_from_the_same_number() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback");
    for _ in 0..3 {
        let mut transaction = testbed.begin(&notes).await.unwrap();
        assert_eq!(next_id(&mut transaction).await, 2);
        assert_eq!(next_id(&mut transaction).await, 3);
    }
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn savepoints_serve_as_nested_transactions() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-nested");
    let mut outer = testbed.begin(&notes).await.unwrap();
    let mut inner = outer.begin().await.unwrap();
    next_id(&mut inner).await;
    inner.rollback().await.unwrap();
    let mut inner = outer.begin().await.unwrap();
    next_id(&mut inner).await;
    inner.commit().await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM note")
        .fetch_one(&mut *outer)
        .await
        .unwrap();
    assert_eq!(count, 2);
    drop(outer);
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn a_test_that_commits_fails_and_leaves_nothing() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-commit");
    for ending in ["COMMIT", "COMMIT; BEGIN", "ROLLBACK", "COMMIT AND CHAIN"] {
        let mut transaction = testbed.begin(&notes).await.unwrap();
        assert_eq!(next_id(&mut transaction).await, 2, "before {ending}");
        run(&mut transaction, ending).await.unwrap();
        let message = failure(transaction);
        assert!(
            message.contains("use Mode::Wipe or Mode::Clone"),
            "{message}"
        );
    }
    let mut after = testbed.begin(&notes).await.unwrap();
    assert_eq!(next_id(&mut after).await, 2);
    drop(after);
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn deferred_constraints_are_checked_as_at_a_commit() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-deferred");
    let mut transaction = testbed.begin(&notes).await.unwrap();
    run(&mut transaction, "INSERT INTO reply VALUES (77)")
        .await
        .unwrap();
    let message = failure(transaction);
    assert!(message.contains("deferred constraint"), "{message}");
    assert!(message.contains("reply_note_fkey"), "{message}");
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn a_failed_statement_ends_well() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-failed");
    let mut transaction = testbed.begin(&notes).await.unwrap();
    next_id(&mut transaction).await;
    run(&mut transaction, "SELECT 1/0").await.unwrap_err();
    drop(transaction);
    // Committed first: the failed statement must not hide that.
    let mut transaction = testbed.begin(&notes).await.unwrap();
    next_id(&mut transaction).await;
    run(&mut transaction, "COMMIT; BEGIN").await.unwrap();
    run(&mut transaction, "SELECT 1/0").await.unwrap_err();
    drop(transaction);
    let mut after = testbed.begin(&notes).await.unwrap();
    assert_eq!(next_id(&mut after).await, 2);
    drop(after);
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn nothing_of_the_session_stays() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-session");
    let mut transaction = testbed.begin(&notes).await.unwrap();
    let traces = "SELECT pg_advisory_lock(4711); SET work_mem = '7MB'; CREATE TEMP TABLE mine ();
                  SET CONSTRAINTS ALL IMMEDIATE; CREATE TABLE public.other ()";
    run(&mut transaction, traces).await.unwrap();
    drop(transaction);
    let mut next = testbed.begin(&notes).await.unwrap();
    let clean = "SELECT current_setting('work_mem') <> '7MB' AND to_regclass('mine') IS NULL
                    AND to_regclass('public.other') IS NULL
                    AND NOT EXISTS (SELECT FROM pg_locks WHERE objid = 4711)";
    let clean: bool = sqlx::query_scalar(clean)
        .fetch_one(&mut *next)
        .await
        .unwrap();
    assert!(clean);
    drop(next);
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn an_isolation_level_that_comes_too_late_is_refused() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-serializable");
    let mut transaction = testbed.begin(&notes).await.unwrap();
    next_id(&mut transaction).await;
    let level = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
    run(&mut transaction, level).await.unwrap_err();
    drop(transaction);
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn an_isolation_level_can_be_chosen_first() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-isolation");
    for _ in 0..2 {
        let mut transaction = testbed.begin(&notes).await.unwrap();
        let level = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
        run(&mut transaction, level).await.unwrap();
        assert_eq!(next_id(&mut transaction).await, 2);
        drop(transaction);
    }
    testbed.discard(&notes).await.unwrap();
}

/// The driver remembers the types and the statements of a session.
#[tokio::test]
async fn types_and_tables_of_the_last_test_are_forgotten() {
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "mood", rename_all = "lowercase")]
    enum Mood {
        Glad,
    }
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-types");
    for other in ["int", "text"] {
        let mut transaction = testbed.begin(&notes).await.unwrap();
        let made = format!(
            "CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE day (mood mood, other {other})"
        );
        run(&mut transaction, &made).await.unwrap();
        let insert = sqlx::query("INSERT INTO day (mood) VALUES ($1)").bind(Mood::Glad);
        insert.execute(&mut *transaction).await.unwrap();
        let all = sqlx::query("SELECT * FROM day");
        all.fetch_one(&mut *transaction).await.unwrap();
        drop(transaction);
    }
    testbed.discard(&notes).await.unwrap();
}

#[tokio::test]
async fn a_failed_test_leaves_its_work_to_look_at() {
    let testbed = Testbed::get().await.unwrap();
    let notes = notes("rollback-kept");
    let mut transaction = testbed.begin(&notes).await.unwrap();
    next_id(&mut transaction).await;
    let name = sqlx::query_scalar("SELECT current_database()::text");
    let name: String = name.fetch_one(&mut *transaction).await.unwrap();
    let failed = catch_unwind(AssertUnwindSafe(move || {
        let _held = transaction;
        panic!("on purpose");
    }));
    failed.unwrap_err();
    let all = testbed.databases().await.unwrap();
    let kept = all.into_iter().find(|one| one.name == name).unwrap();
    assert!(matches!(kept.state, State::Kept { .. }), "{kept:?}");
    assert_eq!(
        text(&kept.url, "SELECT count(*)::text FROM note").await,
        "2"
    );
    testbed.drop_database(&name).await.unwrap();
    testbed.discard(&notes).await.unwrap();
}
