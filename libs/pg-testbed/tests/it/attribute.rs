//! The attribute macro in all its forms.

use std::io;

use pg_testbed::{ScratchDb, ScratchTransaction, Template, Testbed};
use sqlx::migrate::Migrator;
use sqlx::{PgConnection, PgPool};

use crate::support::{exists, template, text};

static MIGRATOR: Migrator = sqlx::migrate!("tests/it/migrations");

const COUNT: &str = "SELECT count(*)::text FROM person";

/// A template by another tool.
fn people() -> Template {
    template("attribute", "CREATE TABLE person (id int)").0
}

#[pg_testbed::test(migrator = MIGRATOR, fixtures("people"))]
async fn a_database_with_migrations_and_fixtures(db: ScratchDb) {
    assert_eq!(text(db.url(), COUNT).await, "2");
}

#[pg_testbed::test(migrations = "tests/it/migrations", mode = wipe, fixtures("fixtures/people.sql"))]
async fn a_pool_in_wipe_mode(pool: PgPool) {
    let options = pool.connect_options();
    assert!(options.get_database().unwrap().starts_with("testbed_w_"));
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM person");
    assert_eq!(count.fetch_one(&pool).await.unwrap(), 2);
}

#[pg_testbed::test(migrator = MIGRATOR, fixtures("people"), mode = rollback)]
async fn a_transaction(mut transaction: ScratchTransaction) -> Result<(), sqlx::Error> {
    let deleted = sqlx::query("DELETE FROM person");
    let deleted = deleted.execute(&mut *transaction).await?;
    assert_eq!(deleted.rows_affected(), 2);
    Ok(())
}

#[pg_testbed::test(template = people(), flavor = "multi_thread")]
async fn a_url_on_several_threads(url: &str) {
    let url = url.to_owned();
    let count = tokio::spawn(async move { text(&url, COUNT).await });
    assert_eq!(count.await.unwrap(), "0");
}

#[pg_testbed::test(template = people())]
async fn a_url_for_tokio_postgres(url: &str) {
    let config: tokio_postgres::Config = url.parse().unwrap();
    assert_eq!(config.get_hosts().len(), 1, "it might try another server");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let count: String = client.query_one(COUNT, &[]).await.unwrap().get(0);
    assert_eq!(count, "0");
}

#[pg_testbed::test(template = people())]
async fn a_connection_by_reference(connection: &mut PgConnection) {
    let insert = sqlx::query("INSERT INTO person VALUES (1)");
    insert.execute(connection).await.unwrap();
}

#[pg_testbed::test]
fn a_test_that_is_not_async(url: &str) {
    assert!(url.contains("/testbed_s_"), "{url}");
}

/// As who depends on the crate by another name has it.
mod renamed {
    use ::pg_testbed as testbed;

    #[testbed::test(crate = testbed, template = super::people(), mode = rollback)]
    fn the_crate_may_have_another_name(db: &testbed::ScratchDb) {
        assert!(db.url().contains(".rollback."), "{}", db.url());
    }
}

#[pg_testbed::test]
#[should_panic(expected = "on purpose")]
async fn an_expected_panic(db: ScratchDb) {
    let connection = db.connect().await.unwrap();
    panic!("on purpose, in {connection:?}");
}

/// Runs the test of this name as the harness would, and returns the name of
/// the database it had.
fn failing(outcome: fn(String) -> Result<(), io::Error>) -> String {
    let setup = pg_testbed::harness::Setup {
        template: pg_testbed::harness::empty(),
        mode: None,
        fixtures: &[],
        multi_thread: false,
        expects_panic: false,
    };
    let ended = pg_testbed::harness::run_async(&setup, async move |db: ScratchDb| {
        outcome(db.name().to_owned())
    });
    ended.unwrap_err().to_string()
}

#[test]
fn an_error_keeps_the_database_like_a_panic() {
    let name = failing(|name| Err(io::Error::other(name)));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let testbed = Testbed::get().await.unwrap();
        assert!(exists(&testbed, &name).await);
        testbed.drop_database(&name).await.unwrap();
    });
}
