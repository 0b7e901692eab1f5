//! What killed processes leave behind.

use std::time::{Duration, Instant};

use pg_testbed::{ScratchDb, Template, Testbed};

use crate::support::{collect_garbage, execute, exists, text};
use crate::victim::{VICTIM, kill_while_holding, wait_if_victim};

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
    let leaked = kill_while_holding("leaks::a_held_database_survives_the_start_of_others");
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
        kill_while_holding("leaks::a_template_that_was_killed_halfway_is_made_anew");
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
