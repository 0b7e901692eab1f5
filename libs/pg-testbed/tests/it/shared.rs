//! Rollback mode for code that makes its own connections.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pg_testbed::{Mode, ScratchDb, State, Template, Testbed};
use sqlx::{Connection, PgConnection, PgPool};

use crate::support::{execute, template, text};

const NOTES: &str = "CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY)";
const INSERT: &str = "INSERT INTO note DEFAULT VALUES";
const IDS: &str = "SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM note";

fn notes() -> Template {
    template("shared", NOTES).0
}

async fn begin() -> (Testbed, ScratchDb) {
    let testbed = Testbed::get().await.unwrap();
    let database = testbed
        .scratch(&notes())
        .mode(Mode::Rollback)
        .await
        .unwrap();
    (testbed, database)
}

#[tokio::test]
async fn fixtures_and_code_with_a_pool_of_its_own_share_a_transaction() {
    // The second time the database of the first one is used again.
    for _ in 0..2 {
        let (testbed, database) = begin().await;
        database.load(&[("one note", INSERT)]).await.unwrap();
        let code_under_test = PgPool::connect(database.url()).await.unwrap();
        let mut transaction = code_under_test.begin().await.unwrap();
        sqlx::query(INSERT)
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(text(database.url(), IDS).await, "1,2");
        let below = testbed.databases().await.unwrap();
        let below = below
            .iter()
            .find(|one| one.name == database.name())
            .unwrap();
        assert_eq!(text(&below.url, IDS).await, "", "it was committed");
    }
}

#[tokio::test]
async fn it_waits_for_its_test_although_nobody_is_connected() {
    let (_testbed, database) = begin().await;
    execute(database.url(), INSERT).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(text(database.url(), IDS).await, "1");
}

#[tokio::test]
async fn what_cannot_work_names_the_mode_that_can() {
    let (_testbed, database) = begin().await;
    for impossible in [
        "LISTEN news",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "VACUUM note",
        "CREATE INDEX CONCURRENTLY ON note (id)",
    ] {
        let refused = execute(database.url(), impossible).await.unwrap_err();
        let refused = refused.into_database_error().unwrap();
        let hint = refused
            .downcast_ref::<sqlx::postgres::PgDatabaseError>()
            .hint();
        assert!(
            hint.is_some_and(|hint| hint.contains("Mode::Clone")),
            "{impossible}: {hint:?}"
        );
    }
}

/// The server behind it may be one where only its user gets in.
#[tokio::test]
async fn nobody_gets_in_by_guessing_a_name() {
    let (_testbed, database) = begin().await;
    let (address, name) = database.url().rsplit_once('/').unwrap();
    let secret = name.strip_suffix(".rollback.test").unwrap();
    assert!(secret.len() >= 32, "{name}");
    for guess in ["t1.rollback.test", "t2.rollback.test", "t1.clone.test"] {
        let refused = PgConnection::connect(&format!("{address}/{guess}")).await;
        assert!(refused.is_err(), "{guess}");
    }
    let (_other_testbed, other) = begin().await;
    assert_ne!(other.url(), database.url());
}

#[tokio::test]
async fn a_failed_test_leaves_its_work_to_look_at() {
    let (testbed, database) = begin().await;
    execute(database.url(), INSERT).await.unwrap();
    let name = database.name().to_owned();
    let failed = catch_unwind(AssertUnwindSafe(move || {
        let _held = database;
        panic!("on purpose");
    }));
    failed.unwrap_err();
    let all = testbed.databases().await.unwrap();
    let kept = all.into_iter().find(|one| one.name == name).unwrap();
    assert!(matches!(kept.state, State::Kept { .. }), "{kept:?}");
    assert_eq!(text(&kept.url, IDS).await, "1");
    testbed.drop_database(&name).await.unwrap();
}

#[pg_testbed::test(template = notes(), mode = rollback)]
async fn the_attribute_gives_a_pool(pool: PgPool) {
    let (mut one, mut other) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    insert(&mut one).await;
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM note")
        .fetch_one(&mut *other)
        .await
        .unwrap();
    assert_eq!(seen, 1);
}

#[pg_testbed::test(template = notes(), mode = rollback)]
async fn the_attribute_gives_a_database(db: ScratchDb) {
    let (client, connection) = tokio_postgres::connect(db.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.batch_execute(INSERT).await.unwrap();
    insert(&mut db.connect().await.unwrap()).await;
    assert_eq!(
        client.query_one(IDS, &[]).await.unwrap().get::<_, &str>(0),
        "1,2"
    );
}

async fn insert(connection: &mut PgConnection) {
    sqlx::query(INSERT).execute(connection).await.unwrap();
}
