//! Rollback mode for one client: it sees what PostgreSQL would show it.

use crate::support::{fail, notes, place, run, see};

#[tokio::test]
async fn commit_keeps_and_rollback_undoes() {
    let client = place_client().await;
    run(&client.1, "BEGIN").await;
    run(&client.1, "INSERT INTO note VALUES (1)").await;
    run(&client.1, "COMMIT").await;
    run(&client.1, "START TRANSACTION; INSERT INTO note VALUES (2)").await;
    assert_eq!(notes(&client.1).await, "1,2");
    run(&client.1, "ROLLBACK").await;
    assert_eq!(notes(&client.1).await, "1");
}

async fn place_client() -> (crate::support::Place, tokio_postgres::Client) {
    let place = place();
    let client = place.client().await;
    (place, client)
}

#[tokio::test]
async fn a_failed_statement_outside_a_transaction_undoes_itself_alone() {
    let (_place, client) = place_client().await;
    run(&client, "INSERT INTO note VALUES (1)").await;
    assert_eq!(
        fail(&client, "INSERT INTO note VALUES (1)").await.0,
        "23505"
    );
    run(&client, "INSERT INTO note VALUES (2)").await;
    // Several statements in one query are one transaction.
    let several = "INSERT INTO note VALUES (3); INSERT INTO note VALUES (4); SELECT 1 / 0";
    assert_eq!(fail(&client, several).await.0, "22012");
    assert_eq!(notes(&client).await, "1,2");
}

#[tokio::test]
async fn a_failed_transaction_takes_nothing_but_its_end() {
    let (_place, client) = place_client().await;
    run(&client, "BEGIN; INSERT INTO note VALUES (1)").await;
    assert_eq!(fail(&client, "SELECT 1 / 0").await.0, "22012");
    assert_eq!(fail(&client, "SELECT 1").await.0, "25P02");
    assert_eq!(fail(&client, "SAVEPOINT x").await.0, "25P02");
    // COMMIT of a failed transaction rolls back, without an error.
    run(&client, "COMMIT").await;
    assert_eq!(notes(&client).await, "");
    run(&client, "INSERT INTO note VALUES (2)").await;
    assert_eq!(notes(&client).await, "2");
}

#[tokio::test]
async fn savepoints_nest_as_in_postgresql() {
    let (_place, client) = place_client().await;
    run(&client, "BEGIN; INSERT INTO note VALUES (1)").await;
    run(&client, "SAVEPOINT a; INSERT INTO note VALUES (2)").await;
    run(&client, "SAVEPOINT a; INSERT INTO note VALUES (3)").await;
    run(&client, "ROLLBACK TO a").await;
    assert_eq!(notes(&client).await, "1,2");
    run(&client, "RELEASE a; ROLLBACK TO SAVEPOINT a").await;
    assert_eq!(notes(&client).await, "1");
    assert_eq!(fail(&client, "SELECT 1 / 0").await.0, "22012");
    run(
        &client,
        "ROLLBACK TO a; INSERT INTO note VALUES (4); RELEASE a",
    )
    .await;
    assert_eq!(fail(&client, "ROLLBACK TO a").await.0, "3B001");
    run(&client, "ROLLBACK").await;
    assert_eq!(notes(&client).await, "");
    assert_eq!(fail(&client, "SAVEPOINT a").await.0, "25P01");
}

#[tokio::test]
async fn a_savepoint_survives_a_failure_after_it() {
    let (_place, client) = place_client().await;
    run(
        &client,
        "BEGIN; INSERT INTO note VALUES (1); SAVEPOINT a; INSERT INTO note VALUES (2)",
    )
    .await;
    assert_eq!(
        fail(&client, "INSERT INTO note VALUES (1)").await.0,
        "23505"
    );
    run(&client, "ROLLBACK TO a; COMMIT").await;
    assert_eq!(notes(&client).await, "1");
}

#[tokio::test]
async fn transactions_inside_one_query_are_understood() {
    let (_place, client) = place_client().await;
    let script = "INSERT INTO note VALUES (1); BEGIN; INSERT INTO note VALUES (2); ROLLBACK;
                  INSERT INTO note VALUES (3, 'not; COMMIT;'); /* COMMIT; */";
    run(&client, script).await;
    // BEGIN takes what stands before it into the transaction.
    assert_eq!(notes(&client).await, "3");
    run(
        &client,
        "BEGIN; INSERT INTO note VALUES (4); COMMIT AND CHAIN; INSERT INTO note VALUES (5)",
    )
    .await;
    run(&client, "ROLLBACK").await;
    assert_eq!(notes(&client).await, "3,4");
}

#[tokio::test]
async fn positions_in_errors_are_those_of_the_whole_query() {
    let (_place, client) = place_client().await;
    let script = "BEGIN; SELECT 'é';\nSELECT missing";
    let error = client.batch_execute(script).await.unwrap_err();
    let position = error.as_db_error().unwrap().position().cloned();
    let expected = script.chars().take_while(|c| *c != 'm').count() + 1;
    let expected = u32::try_from(expected).unwrap();
    assert_eq!(
        position,
        Some(tokio_postgres::error::ErrorPosition::Original(expected))
    );
}

#[tokio::test]
async fn deferred_constraints_are_checked_at_commit() {
    let (_place, client) = place_client().await;
    run(
        &client,
        "BEGIN; INSERT INTO book VALUES (1, 1); INSERT INTO author VALUES (1); COMMIT",
    )
    .await;
    run(&client, "BEGIN; INSERT INTO book VALUES (2, 2)").await;
    assert_eq!(fail(&client, "COMMIT").await.0, "23503");
    assert_eq!(see(&client, "SELECT id FROM book").await, "1");
    // Outside a transaction, at the end of the statement; and still afterwards.
    assert_eq!(
        fail(&client, "INSERT INTO book VALUES (3, 3)").await.0,
        "23503"
    );
    assert_eq!(
        client
            .execute("INSERT INTO book VALUES (3, 3)", &[])
            .await
            .unwrap_err()
            .code()
            .unwrap()
            .code(),
        "23503"
    );
    run(
        &client,
        "BEGIN; INSERT INTO book VALUES (4, 4); INSERT INTO author VALUES (4); COMMIT",
    )
    .await;
    assert_eq!(see(&client, "SELECT id FROM book ORDER BY id").await, "1,4");
}

#[tokio::test]
async fn constraints_made_in_the_test_are_checked_too() {
    let (_place, client) = place_client().await;
    run(
        &client,
        "ALTER TABLE note ADD CONSTRAINT one UNIQUE (text) DEFERRABLE",
    )
    .await;
    run(&client, "BEGIN; SET CONSTRAINTS one DEFERRED").await;
    run(&client, "INSERT INTO note VALUES (1, 'x'), (2, 'x')").await;
    assert_eq!(fail(&client, "COMMIT").await.0, "23505");
    // It is not deferred from the start, and so not in the next transaction.
    run(
        &client,
        "BEGIN; SET CONSTRAINTS one DEFERRED; COMMIT; BEGIN",
    )
    .await;
    assert_eq!(
        fail(&client, "INSERT INTO note VALUES (1, 'x'), (2, 'x')")
            .await
            .0,
        "23505"
    );
}

#[tokio::test]
async fn a_read_only_transaction_does_not_write() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN READ ONLY; SELECT 1").await;
    run(&other, "INSERT INTO note VALUES (1)").await;
    assert_eq!(fail(&one, "INSERT INTO note VALUES (2)").await.0, "25006");
    run(&one, "ROLLBACK; INSERT INTO note VALUES (3)").await;
    assert_eq!(notes(&other).await, "1,3");
}

#[tokio::test]
async fn settings_for_a_transaction_end_with_it() {
    let (_place, client) = place_client().await;
    run(
        &client,
        "SET work_mem = '1MB'; BEGIN; SET LOCAL work_mem = '2MB'",
    )
    .await;
    assert_eq!(see(&client, "SHOW work_mem").await, "2MB");
    run(&client, "COMMIT").await;
    assert_eq!(see(&client, "SHOW work_mem").await, "1MB");
    run(&client, "BEGIN; SET work_mem = '3MB'; ROLLBACK").await;
    assert_eq!(see(&client, "SHOW work_mem").await, "1MB");
    run(&client, "RESET ALL").await;
    assert_ne!(see(&client, "SHOW work_mem").await, "1MB");
}
