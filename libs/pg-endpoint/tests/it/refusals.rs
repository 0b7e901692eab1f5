//! What cannot work in rollback mode says so, and names clone mode.

use pg_endpoint::Mode;

use crate::support::{connect, fail, place, run, see, told};

#[tokio::test]
async fn what_cannot_work_names_clone_mode() {
    let place = place();
    let client = place.client().await;
    let clone = format!("shop.clone.{}", place.id);
    for (sql, code) in [
        ("LISTEN news", "0A000"),
        ("NOTIFY news", "0A000"),
        ("SELECT pg_notify('news', 'x')", "0A000"),
        (
            "SELECT 1; SELECT pg_catalog.\"pg_notify\"('news', 'x')",
            "0A000",
        ),
        ("PREPARE tell AS SELECT pg_notify($1, 'x')", "0A000"),
        ("PREPARE TRANSACTION 'x'", "0A000"),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", "0A000"),
        (
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "0A000",
        ),
        (
            "SELECT set_config('default_transaction_isolation', 'repeatable read', false)",
            "0A000",
        ),
        ("CREATE DATABASE other", "25001"),
        ("VACUUM note", "25001"),
        ("CREATE INDEX CONCURRENTLY ON note (text)", "25001"),
        ("DO $$ BEGIN COMMIT; END $$", "2D000"),
    ] {
        let (seen, message, hint) = fail(&client, sql).await;
        assert_eq!(seen, code, "{sql}: {message}");
        assert!(hint.contains(&clone), "{sql}: {hint}");
    }
    assert_eq!(see(&client, "SELECT 1").await, "1");
    let prepared = client.execute("LISTEN news", &[]).await.unwrap_err();
    assert_eq!(prepared.code().unwrap().code(), "0A000");
    let notify = "SELECT pg_notify($1, $2)";
    let prepared = client.execute(notify, &[&"news", &"x"]).await.unwrap_err();
    let (code, message, hint) = told(&prepared);
    assert_eq!(code, "0A000", "{message}");
    assert!(message.contains("pg_notify()"), "{message}");
    assert!(hint.contains(&clone), "{hint}");
}

#[tokio::test]
async fn who_starts_with_an_isolation_level_is_turned_away() {
    let place = place();
    let url = place.url(Mode::Rollback);
    for (options, let_in) in [
        ("-c%20default_transaction_isolation%3Dserializable", false),
        (
            "--default-transaction-isolation%3Drepeatable%5C%20read",
            false,
        ),
        (
            "-c%20default_transaction_isolation%3Dread%5C%20committed",
            true,
        ),
    ] {
        match connect(&format!("{url}?options={options}")).await {
            Ok(_) => assert!(let_in, "{options}"),
            Err(error) => {
                assert!(!let_in, "{options}: {error:?}");
                let (code, message, _) = told(&error);
                assert_eq!(code, "0A000");
                assert!(message.contains("use clone mode"), "{message}");
            }
        }
    }
}

/// A trigger that notifies can be made; what it tells nobody hears.
#[tokio::test]
async fn a_function_that_notifies_can_be_made_and_called() {
    let place = place();
    let client = place.client().await;
    run(
        &client,
        "CREATE FUNCTION tell() RETURNS void LANGUAGE sql
           BEGIN ATOMIC SELECT pg_notify('news', 'x'); END;
         SELECT tell(); GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC",
    )
    .await;
}

#[tokio::test]
async fn a_new_enum_label_cannot_be_used() {
    let place = place();
    let client = place.client().await;
    // Only a label added to a type that was there before has this fate.
    run(&client, "CREATE TYPE mood AS ENUM ('glad')").await;
    run(&client, "ALTER TYPE mood ADD VALUE 'sad'").await;
    let (code, _, hint) = fail(&client, "SELECT 'sad'::mood").await;
    assert_eq!(code, "55P04");
    assert!(hint.contains("clone mode"), "{hint}");
}

#[tokio::test]
async fn advisory_locks_exclude_other_clients_or_are_refused() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "SELECT pg_advisory_lock(1)").await;
    let (code, message, _) = fail(&other, "SELECT pg_try_advisory_lock(1)").await;
    assert_eq!(code, "0A000");
    assert!(message.contains("advisory lock"), "{message}");
    run(&one, "SELECT pg_advisory_unlock(1)").await;
    assert_eq!(see(&other, "SELECT pg_try_advisory_lock(1)").await, "t");
    // What a pool does with a connection that it takes back.
    fail(&one, "SELECT pg_advisory_unlock_all()").await;
    run(
        &other,
        "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL",
    )
    .await;
    run(&one, "BEGIN; SELECT pg_advisory_xact_lock(1)").await;
    assert_eq!(
        fail(&other, "SELECT pg_advisory_xact_lock(1)").await.0,
        "0A000"
    );
    run(&one, "COMMIT").await;
    run(&other, "SELECT pg_advisory_xact_lock(1)").await;
}

#[tokio::test]
async fn skipping_locked_rows_is_refused_while_another_may_hold_some() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "INSERT INTO note VALUES (1)").await;
    let take = "SELECT id FROM note FOR UPDATE SKIP LOCKED";
    assert_eq!(see(&other, take).await, "1");
    run(&one, &format!("BEGIN; {take}")).await;
    let (code, message, _) = fail(&other, take).await;
    assert_eq!(code, "0A000");
    assert!(message.contains("SKIP LOCKED"), "{message}");
}
