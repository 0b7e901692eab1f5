//! Others who are at work in the database, and being killed.

use sqlx::{Connection, PgConnection};

use super::original::at_head;
use super::pictures::{catalog, rows};
use crate::support::process::Process;
use crate::support::{Site, eventually};

#[tokio::test]
async fn of_two_processes_one_takes_over_and_the_other_finds_it_done() {
    let site = at_head().site().await;
    let commands = || site.command(&["migrate", "--json"]);
    let (first, second) = (
        Process::start(&mut commands()),
        Process::start(&mut commands()),
    );
    let mut adoptions = Vec::new();
    for process in [first, second] {
        let said = eventually("both end", || async {
            serde_json::from_str::<serde_json::Value>(&process.stdout()).ok()
        })
        .await;
        assert_eq!(process.stderr(), "");
        adoptions.push(said["adoption"].is_null());
    }
    adoptions.sort_unstable();
    assert_eq!(adoptions, [false, true]);
    site.run(&["db", "verify"]).ok();
}

#[tokio::test]
async fn a_program_that_is_still_at_work_is_named() {
    let site = at_head().site().await;
    let (is, holds) = (catalog(&site).await, rows(&site).await);
    let url = format!(
        "{}{}application_name=uvicorn",
        site.url(),
        if site.url().contains('?') { '&' } else { '?' }
    );
    let mut other = PgConnection::connect(&url).await.unwrap();
    let mut tx = other.begin().await.unwrap();
    sqlx::query("UPDATE users SET full_name = 'Busy'")
        .execute(&mut *tx)
        .await
        .unwrap();
    let said = site.run(&["migrate"]).failed();
    assert!(
        said.contains("another program is using the tables (") && said.contains("uvicorn as "),
        "{said}"
    );
    tx.rollback().await.unwrap();
    assert_eq!(catalog(&site).await, is);
    assert_eq!(rows(&site).await, holds);
    site.run(&["migrate"]).ok();
}

#[tokio::test]
async fn killed_in_the_middle_everything_is_as_it_was() {
    let site = at_head().site().await;
    // Its own record is among the last things that it writes to: there it has to wait.
    let record = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
        installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL,
        execution_time bigint NOT NULL)";
    sqlx::raw_sql(record).execute(&site.pool()).await.unwrap();
    let (is, holds) = (catalog(&site).await, rows(&site).await);
    let mut other = PgConnection::connect(site.url()).await.unwrap();
    let mut tx = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE _sqlx_migrations IN SHARE MODE")
        .execute(&mut *tx)
        .await
        .unwrap();

    let mut process = Process::start(&mut site.command(&["migrate"]));
    eventually("it waits for the record", || waits_for_the_record(&site)).await;
    process.kill();
    eventually("its transaction is gone", || async {
        (waits_for_the_record(&site).await.is_none()).then_some(())
    })
    .await;
    tx.rollback().await.unwrap();
    assert_eq!(catalog(&site).await, is);
    assert_eq!(rows(&site).await, holds);
    let said = site.run(&["migrate"]).ok();
    assert!(said.contains("It has been taken over"), "{said}");
    site.run(&["db", "verify"]).ok();
}

async fn waits_for_the_record(site: &Site) -> Option<()> {
    let waiting = "SELECT count(*) FROM pg_locks
        WHERE NOT granted AND relation = '_sqlx_migrations'::regclass
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    (site.count(waiting).await > 0).then_some(())
}
