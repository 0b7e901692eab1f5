//! Hand-out, isolation and templates in clone mode.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pg_catalog::Catalog;
use pg_testbed::{Mode, Template, Testbed, TestbedError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection, SqlStr};
use tokio::sync::Notify;

use crate::bed::Bed;
use crate::support::{collect_garbage, execute, exists, template, text};

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
async fn a_database_with_a_role_of_its_own_is_cloned_and_wiped() {
    let testbed = Testbed::get().await.unwrap();
    let (ruled, _) = template(
        "role",
        "CREATE TABLE note (n int); GRANT ALL ON note TO pg_monitor;
         DO $$ BEGIN EXECUTE format(
           'ALTER DATABASE %1$I SET role = pg_monitor;
            ALTER DATABASE %1$I SET idle_session_timeout = 1000;
            ALTER DATABASE %1$I SET work_mem = ''7MB''', current_database());
         END $$",
    );
    for mode in [Mode::Clone, Mode::Wipe, Mode::Clone, Mode::Wipe] {
        let database = testbed.scratch(&ruled).mode(mode).await.unwrap();
        let who = "INSERT INTO note VALUES (1) RETURNING
                     concat_ws(' ', current_user, current_setting('work_mem'),
                               (SELECT count(*) FROM note))";
        assert_eq!(text(database.url(), who).await, "pg_monitor 7MB 0");
    }
    testbed.discard(&ruled).await.unwrap();
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

#[tokio::test]
async fn an_unreachable_server_fails_with_advice() {
    let error = Testbed::on("postgresql+asyncpg://nobody:secret@127.0.0.1:1/none").await;
    let text = format!("{:?}", error.unwrap_err());
    assert!(text.contains("TEST_DATABASE_URL"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

/// A process that knows the template from before must not take a copy of what
/// is being made under the same name.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_is_being_made_anew_is_not_cloned_half_made() {
    let bed = Bed::new(&[]).await;
    let (halfway, wait) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let first_time = AtomicBool::new(true);
    let shop = {
        let (halfway, wait) = (Arc::clone(&halfway), Arc::clone(&wait));
        Template::new("anew", "", move |url| {
            let (halfway, wait) = (Arc::clone(&halfway), Arc::clone(&wait));
            let first = first_time.swap(false, Ordering::SeqCst);
            async move {
                execute(&url, "CREATE TABLE first_half ()").await?;
                if !first {
                    halfway.notify_one();
                    wait.notified().await;
                }
                Ok(execute(&url, "CREATE TABLE second_half ()").await?)
            }
        })
    };
    drop(bed.testbed.scratch(&shop).await.unwrap());
    let other = Testbed::on(bed.testbed.admin_url()).await.unwrap();
    other.discard(&shop).await.unwrap();
    let builder = tokio::spawn({
        let shop = shop.clone();
        async move { drop(other.scratch(&shop).await.unwrap()) }
    });
    halfway.notified().await;
    let late = tokio::spawn({
        let (testbed, shop) = (bed.testbed.clone(), shop.clone());
        async move { testbed.scratch(&shop).await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    wait.notify_one();
    let database = late.await.unwrap();
    assert_eq!(
        text(database.url(), "SELECT count(*)::text FROM second_half").await,
        "0"
    );
    builder.await.unwrap();
}

/// Migrations wait like everybody else while others have all connections.
#[tokio::test]
async fn a_template_is_made_although_the_server_is_full() {
    let bed = Bed::new(&[("max_connections", "12")]).await;
    let url = bed.testbed.admin_url();
    let mut others = Vec::new();
    while let Ok(other) = PgConnection::connect(&url).await {
        others.push(other);
    }
    // Room for the session that holds the template's lock, and for no other.
    others.pop().unwrap().close().await.unwrap();
    let leaving = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(others);
    });
    let (kind, sql) = (MigrationType::Simple, "CREATE TABLE note (n int)");
    let note = Migration::new(1, "note".into(), kind, SqlStr::from_static(sql), false);
    let migrator = Box::leak(Box::new(Migrator::with_migrations(vec![note])));
    let template = Template::migrations("full", migrator);
    let database = bed.testbed.scratch(&template).await.unwrap();
    let count = "SELECT count(*)::text FROM note";
    assert_eq!(text(database.url(), count).await, "0");
    leaving.await.unwrap();
}
