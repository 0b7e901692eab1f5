//! Orders that wait: what may happen to them, and what is made of them.

use sqlx::{Postgres, Transaction};

use crate::support::{Reply, TestServer, a_document, eventually};

/// Sends a document filed under Health, does something to the library before the
/// document gets in, and says what was answered.
async fn meanwhile(server: &TestServer, sql: &'static str) -> Reply {
    let editor = server.as_editor().await;
    let mut turn = hold_the_turn(server).await;
    let document = a_document("a.txt")
        .saying(&["Boats bring books to the islands."])
        .filed_under("health");
    let answer = tokio::spawn(async move { editor.upload(document).await });
    let waiting = "SELECT count(*) FROM jobs WHERE progress = 'reading'";
    eventually("the document is being read", || async {
        (server.count(waiting).await == 1).then_some(())
    })
    .await;
    sqlx::query(sql).execute(&mut *turn).await.unwrap();
    turn.commit().await.unwrap();
    answer.await.unwrap()
}

/// While this is open, no document comes in.
async fn hold_the_turn(server: &TestServer) -> Transaction<'static, Postgres> {
    let mut turn = server.pool().begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('document_changes'))")
        .execute(&mut *turn)
        .await
        .unwrap();
    turn
}

async fn programs(server: &TestServer) -> Vec<String> {
    sqlx::query_scalar("SELECT program FROM document_programs")
        .fetch_all(&server.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_renamed_program_is_followed() {
    let server = TestServer::start().await;
    let rename = "UPDATE programs SET name = 'Good Health' WHERE name = 'Health'";
    meanwhile(&server, rename).await.created();
    assert_eq!(programs(&server).await, ["Good Health"]);
}

#[tokio::test]
async fn a_deleted_program_is_left_out() {
    let server = TestServer::start().await;
    let delete = "DELETE FROM programs WHERE name = 'Health'";
    meanwhile(&server, delete).await.created();
    assert!(programs(&server).await.is_empty());
}

#[tokio::test]
async fn what_the_database_refuses_is_not_tried_again() {
    let server = TestServer::start().await;
    let refuse = "ALTER TABLE documents ADD CONSTRAINT nothing CHECK (doc_id IS NULL) NOT VALID";

    sqlx::query(refuse).execute(&server.pool()).await.unwrap();
    let editor = server.as_editor().await;
    let document = a_document("a.txt").saying(&["Boats bring books."]);
    editor.upload(document).await.json(500);
    let once = "SELECT count(*) FROM jobs WHERE state = 'failed' AND attempts = 1
        AND result->>'reason' LIKE '%does not take this document%'";
    assert_eq!(server.count(once).await, 1);
    assert!(server.kept_files().is_empty());
}

#[tokio::test]
async fn an_order_that_cannot_be_read_does_not_hold_up_the_others() {
    let server = TestServer::start().await;
    let broken = "INSERT INTO jobs (kind, payload) VALUES ('ingest', '{}')";
    sqlx::query(broken).execute(&server.pool()).await.unwrap();
    let editor = server.as_editor().await;
    let document = a_document("a.txt").saying(&["Boats bring books."]);
    editor.upload(document).await.created();
    let ended = "SELECT count(*) FROM jobs WHERE state = 'failed'
        AND result->>'outcome' = 'broken' AND payload = '{}'";
    eventually("the broken one has ended", || async {
        (server.count(ended).await == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_given_up_goes() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("a.txt").saying(&["Boats bring books."]);
    editor.upload(document).await.created();
    // As if the server had been killed each time it read the file.
    sqlx::raw_sql(
        "BEGIN; DELETE FROM documents;
         UPDATE jobs SET state = 'queued', attempts = 3, result = NULL, finished_at = NULL; COMMIT",
    )
    .execute(&server.pool())
    .await
    .unwrap();
    eventually("it is given up", || async {
        let failed = "SELECT count(*) FROM jobs WHERE state = 'failed'";
        (server.count(failed).await == 1).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT count(*) FROM files").await, 0);
    assert!(server.kept_files().is_empty());
}
