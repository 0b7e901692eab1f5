//! Rollback mode for several clients, which share a transaction and do not
//! notice, or are told.

use crate::support::{fail, notes, place, run, see};

#[tokio::test]
async fn what_one_commits_the_other_sees_and_the_database_never() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN; INSERT INTO note VALUES (1); COMMIT").await;
    assert_eq!(notes(&other).await, "1");
    assert_eq!(
        see(&one, "SELECT pg_backend_pid()").await,
        see(&other, "SELECT pg_backend_pid()").await
    );
}

#[tokio::test]
async fn a_failure_of_one_does_not_touch_the_other() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "INSERT INTO note VALUES (1)").await;
    assert_eq!(fail(&other, "INSERT INTO note VALUES (1)").await.0, "23505");
    run(&other, "BEGIN").await;
    assert_eq!(fail(&other, "SELECT 1 / 0").await.0, "22012");
    run(&one, "INSERT INTO note VALUES (2)").await;
    run(&other, "ROLLBACK").await;
    assert_eq!(notes(&one).await, "1,2");
}

#[tokio::test]
async fn transactions_that_do_not_cross_are_rolled_back_alone() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN; INSERT INTO note VALUES (1)").await;
    run(&other, "BEGIN; INSERT INTO note VALUES (2)").await;
    run(&other, "ROLLBACK").await;
    assert_eq!(notes(&one).await, "1");
    run(&one, "ROLLBACK").await;
    assert_eq!(notes(&one).await, "");
}

#[tokio::test]
async fn who_has_only_read_rolls_back_freely() {
    let place = place();
    let (reader, writer) = (place.client().await, place.client().await);
    // As an idle session of an ORM does.
    run(&reader, "BEGIN; SELECT count(*) FROM note").await;
    run(&writer, "BEGIN; INSERT INTO note VALUES (1)").await;
    run(&reader, "SELECT count(*) FROM note; SAVEPOINT a; SELECT 1").await;
    run(&writer, "COMMIT; INSERT INTO note VALUES (2)").await;
    run(&reader, "ROLLBACK").await;
    assert_eq!(notes(&reader).await, "1,2");
}

#[tokio::test]
async fn a_writer_rolls_back_under_a_reader() {
    let place = place();
    let (reader, writer) = (place.client().await, place.client().await);
    run(&writer, "BEGIN; INSERT INTO note VALUES (1)").await;
    run(&reader, "BEGIN; SELECT count(*) FROM note").await;
    assert_eq!(notes(&reader).await, "1");
    run(&writer, "ROLLBACK").await;
    assert_eq!(notes(&reader).await, "");
    run(&reader, "INSERT INTO note VALUES (2); COMMIT").await;
    assert_eq!(notes(&writer).await, "2");
}

#[tokio::test]
async fn a_rollback_that_would_undo_another_s_work_is_refused_loudly() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN; INSERT INTO note VALUES (1)").await;
    run(&other, "INSERT INTO note VALUES (2)").await;
    let (code, message, hint) = fail(&one, "ROLLBACK").await;
    assert_eq!(code, "0A000");
    assert!(message.contains("another client has written"), "{message}");
    assert!(hint.contains(&format!("shop.clone.{}", place.id)), "{hint}");
    // Nobody gets a wrong answer from now on, even if that error was swallowed.
    assert_eq!(
        fail(&other, "SELECT 1").await,
        (code.clone(), message.clone(), hint.clone())
    );
    assert_eq!(
        other
            .query("SELECT 1", &[])
            .await
            .unwrap_err()
            .code()
            .unwrap()
            .code(),
        code
    );
}

#[tokio::test]
async fn a_writing_function_counts_as_writing() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(
        &one,
        "CREATE FUNCTION jot(int) RETURNS void LANGUAGE sql AS 'INSERT INTO note VALUES ($1)'",
    )
    .await;
    run(&one, "BEGIN; SELECT jot(1)").await;
    run(&other, "SELECT jot(2)").await;
    assert_eq!(fail(&one, "ROLLBACK").await.0, "0A000");
}

#[tokio::test]
async fn commits_in_any_order_are_fine() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN; INSERT INTO note VALUES (1)").await;
    run(&other, "BEGIN; INSERT INTO note VALUES (2)").await;
    run(&one, "INSERT INTO note VALUES (3)").await;
    run(&one, "COMMIT").await;
    run(&other, "INSERT INTO note VALUES (4); COMMIT").await;
    run(&one, "BEGIN; INSERT INTO note VALUES (5); ROLLBACK").await;
    assert_eq!(notes(&one).await, "1,2,3,4");
}

#[tokio::test]
async fn a_statement_that_fails_after_another_s_work_undoes_itself_alone() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN; SELECT 1; SAVEPOINT a").await;
    run(&other, "INSERT INTO note VALUES (1)").await;
    assert_eq!(
        fail(&one, "INSERT INTO note VALUES (2), (2)").await.0,
        "23505"
    );
    run(&one, "ROLLBACK TO a; INSERT INTO note VALUES (3); COMMIT").await;
    assert_eq!(notes(&other).await, "1,3");
}

#[tokio::test]
async fn a_client_that_vanishes_in_a_transaction_is_rolled_back() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "BEGIN; INSERT INTO note VALUES (1)").await;
    drop(one);
    crate::support::eventually(async || notes(&other).await.is_empty()).await;
}

#[tokio::test]
async fn a_client_that_vanishes_in_a_statement_leaves_the_session_usable() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    let asleep = tokio::time::timeout(
        std::time::Duration::from_millis(100),
        one.batch_execute("INSERT INTO note VALUES (1); SELECT pg_sleep(1)"),
    );
    assert!(asleep.await.is_err());
    drop(one);
    run(&other, "INSERT INTO note VALUES (2)").await;
    assert!(notes(&other).await.contains('2'));
}

#[tokio::test]
async fn each_client_has_its_own_settings() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(
        &one,
        "SET TimeZone = 'Asia/Tokyo'; SET search_path = pg_catalog",
    )
    .await;
    let zone = see(&other, "SHOW TimeZone").await;
    assert_ne!(zone, "Asia/Tokyo");
    run(&other, "BEGIN; SET LOCAL app.tenant = '7'").await;
    assert_eq!(see(&one, "SHOW TimeZone").await, "Asia/Tokyo");
    assert_eq!(see(&one, "SHOW search_path").await, "pg_catalog");
    assert_eq!(
        see(&one, "SELECT current_setting('app.tenant', true)").await,
        ""
    );
    assert_eq!(see(&other, "SHOW app.tenant").await, "7");
    run(&other, "COMMIT").await;
    assert_eq!(
        see(&other, "SELECT current_setting('app.tenant', true)").await,
        ""
    );
}

#[tokio::test]
async fn startup_parameters_are_each_client_s_own() {
    let place = place();
    let url = place.url(pg_endpoint::Mode::Rollback);
    let plain = place.client().await;
    let tuned = format!("{url}?application_name=tuned&options=-c%20search_path%3Dx%2C%5C%20public");
    let tuned = crate::support::connect(&tuned).await.unwrap();
    assert_eq!(see(&tuned, "SHOW search_path").await, "x, public");
    assert_ne!(see(&plain, "SHOW application_name").await, "tuned");
    assert_eq!(see(&tuned, "SHOW application_name").await, "tuned");
    let wrong = format!("{url}?options=-c%20work_mem%3Dlots");
    let error = crate::support::connect(&wrong).await.err().unwrap();
    assert_eq!(error.code().unwrap().code(), "22023");
    assert_eq!(see(&plain, "SELECT 1").await, "1");
}

#[tokio::test]
async fn waiting_for_a_turn_can_be_cancelled() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    let cancel = other.cancel_token();
    let work = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        fail(&other, "INSERT INTO note VALUES (1)").await
    };
    let stop = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        cancel.cancel_query(tokio_postgres::NoTls).await.unwrap();
    };
    // The statement whose turn it is goes on.
    let (slept, (code, ..), ()) = tokio::join!(see(&one, "SELECT pg_sleep(0.6)"), work, stop);
    assert_eq!((slept.as_str(), code.as_str()), ("", "57014"));
    assert_eq!(notes(&other).await, "");
}
