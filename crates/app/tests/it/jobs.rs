//! Files on their way into the library: followed, called off, tried again.

mod containers;
mod following;
mod passwords;

use archivist_web::blobs::hex;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::server::EDITOR;
use crate::support::{Client, Reply, TestServer, a_document, eventually};

const WORDS: &str = "Boats bring books to the islands.";

/// A text that keeps the reader busy for a while.
fn long_text() -> String {
    let sentence = |n| format!("In week {n} the boats brought {n} books to the islands. ");
    (0..300_000).map(sentence).collect()
}

async fn job(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/jobs/{id}")).await.ok()
}

/// Waits until a job has this status.
async fn comes_to(client: &Client, id: &str, status: &str) -> Value {
    eventually(&format!("the job is {status}"), || async {
        let job = job(client, id).await;
        (job["status"] == status).then_some(job)
    })
    .await
}

async fn queued(client: &Client, name: &str) -> String {
    let document = a_document(name).saying(&[&format!("{WORDS} {name}")]);
    id(&client.upload_later(document).await)
}

fn id(accepted: &Reply) -> String {
    accepted.json(202)["job_id"].as_str().unwrap().to_owned()
}

/// Readers of a server: processes below it that read a file.
fn readers(server: u32) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| {
            let read = |name| std::fs::read_to_string(process.path().join(name));
            let parent = read("stat").ok().and_then(|stat| {
                let (_, fields) = stat.rsplit_once(") ")?;
                fields.split(' ').nth(1)?.parse().ok()
            });
            let reads = read("cmdline").is_ok_and(|line| line.contains("extract-child"));
            parent == Some(server) && reads
        })
        .count()
}

#[tokio::test]
async fn an_upload_that_nobody_waits_for_can_be_followed_until_it_is_found() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("boats.txt").saying(&[WORDS]);
    let accepted = editor.upload_later(document.clone()).await;
    let id = id(&accepted);
    let location = format!("/api/jobs/{id}");
    assert_eq!(accepted.header("location"), Some(location.as_str()));
    let done = comes_to(&editor, &id, "ready").await;
    assert_eq!(done["code"], "added");
    assert_eq!(done["filename"], "boats.txt");
    let path = format!("/api/documents/{}", done["doc_id"].as_str().unwrap());
    editor.get(&path).await.ok();
    // It says ready only when it is found.
    let found = editor.get("/api/search?q=boats+islands").await.ok();
    assert_eq!(found["hits"].as_array().unwrap().len(), 1);

    let request = editor.request(Method::POST, "/api/documents/upload");
    let another = a_document("more.txt").saying(&["Ferries bring tutors."]);
    let request = request.header("prefer", "respond-async");
    let accepted = Reply::of(request.multipart(another.into_form())).await;
    accepted.json(202);
    assert_eq!(accepted.header("preference-applied"), Some("respond-async"));
    // What is known already is told at once.
    editor.upload_later(document).await.refusal(409);
}

#[tokio::test]
async fn jobs_are_seen_by_who_asked_and_by_editors() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let id = queued(&editor, "boats.txt").await;
    comes_to(&editor, &id, "ready").await;
    let count = async |client: &Client| {
        let list = client.get("/api/jobs").await.ok();
        list["pagination"]["total"].as_i64().unwrap()
    };
    assert_eq!(count(&server.as_admin().await).await, 1);
    let writer = server.as_writer().await;
    assert_eq!(count(&writer).await, 0);
    writer.get(&format!("/api/jobs/{id}")).await.refusal(404);
    for what in ["cancel", "retry"] {
        let reply = writer
            .post(&format!("/api/jobs/{id}/{what}"), &json!({}))
            .await;
        assert!(
            [403, 404].contains(&reply.status.as_u16()),
            "{}",
            reply.text()
        );
    }
    // One who has lost the role still sees the own ones.
    let demote = "UPDATE users SET role = 'writer' WHERE email = 'edith@example.org'";
    assert_eq!(EDITOR, "edith@example.org");
    sqlx::query(demote).execute(&server.pool()).await.unwrap();
    assert_eq!(count(&editor).await, 1);
    let open = editor.get("/api/jobs?open=true").await.ok();
    assert_eq!(open["jobs"], json!([]));
    editor.get("/api/jobs?limit=0").await.refusal(422);
}

#[tokio::test]
async fn one_that_runs_is_cancelled_and_its_reader_killed() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("long.txt").with_bytes(long_text());
    let id = id(&editor.upload_later(document).await);
    comes_to(&editor, &id, "extracting").await;
    let pid = server.process().id();
    eventually("it is being read", || async {
        (readers(pid) == 1).then_some(())
    })
    .await;
    let path = format!("/api/jobs/{id}/cancel");
    let cancelled = editor.post(&path, &json!({})).await.ok();
    assert_eq!(cancelled["status"], "cancelled");
    eventually("the reader is gone", || async {
        (readers(pid) == 0).then_some(())
    })
    .await;
    eventually("its file is gone", || async {
        server.kept_files().is_empty().then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 0);
    let again = editor.post(&path, &json!({})).await.refusal(409);
    assert!(again.contains("ended already"), "{again}");
    // The others go on.
    let next = queued(&editor, "boats.txt").await;
    comes_to(&editor, &next, "ready").await;
    let written_down = "SELECT count(*) FROM audit_log WHERE event_type = 'job.cancel'
        AND details->'before'->>'state' = 'running' AND details->'after'->>'state' = 'cancelled'
        AND details->'after'->>'filename' = 'long.txt'";
    assert_eq!(server.count(written_down).await, 1);
}

#[tokio::test]
async fn one_that_is_cancelled_while_it_is_committed_leaves_nothing() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    // While this is open, no document comes in.
    let mut turn = server.pool().begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('document_changes'))")
        .execute(&mut *turn)
        .await
        .unwrap();
    let first = queued(&editor, "boats.txt").await;
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    eventually("it waits to be committed", || async {
        (server.count(waits).await == 1).then_some(())
    })
    .await;
    let path = format!("/api/jobs/{first}/cancel");
    editor.post(&path, &json!({})).await.ok();
    turn.commit().await.unwrap();
    let next = queued(&editor, "ferries.txt").await;
    comes_to(&editor, &next, "ready").await;
    assert_eq!(job(&editor, &first).await["status"], "cancelled");
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 1);
    eventually("the file is gone", || async {
        (server.kept_files().len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_that_waits_is_cancelled_at_once_on_the_command_line() {
    let site = crate::support::Site::new().await;
    let order = json!({ "sha256": "ab".repeat(32), "filename": "boats.txt" });
    sqlx::query("INSERT INTO jobs (kind, payload) VALUES ('ingest', $1)")
        .bind(&order)
        .execute(&site.pool())
        .await
        .unwrap();
    // The archive is there once a command has made it.
    site.write("in/a.txt", WORDS);
    site.run(&["import", site.path("in").to_str().unwrap()])
        .ok();
    let listed = site.run(&["jobs", "list", "--json"]).json();
    assert_eq!(listed[0]["status"], "queued");
    let id = listed[0]["job_id"].as_str().unwrap();
    let said = site.run(&["jobs", "cancel", id]).ok();
    assert!(said.contains("cancelled"), "{said}");
    let said = site.run(&["jobs", "cancel", id]).failed();
    assert!(said.contains("ended already"), "{said}");
    let said = site.run(&["jobs", "list"]).ok();
    assert!(said.contains("Nothing waits or runs"), "{said}");
    let all = site.run(&["jobs", "list", "--all"]).ok();
    assert!(all.contains("boats.txt") && all.contains("a.txt"), "{all}");
    let watched = site.run(&["jobs", "watch", id]);
    assert_eq!(watched.code, Some(1), "{watched:?}");
    site.run(&["jobs", "watch"]).ok();
    let by_hand = "SELECT count(*) FROM audit_log WHERE event_type = 'job.cancel'
        AND details->>'origin' = 'command line'";
    assert_eq!(site.count(by_hand).await, 1);
}

/// A file is ordered that is not in the store yet.
#[tokio::test]
async fn an_error_that_passes_is_waited_out() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let sha256 = hex(&Sha256::digest(WORDS));
    let order = json!({
        "sha256": sha256, "size": WORDS.len(), "filename": "boats.txt",
        "metadata": { "programs": [], "tags": [], "outcome": "N/A" },
        "confirmed_at": "2026-01-01T00:00:00Z", "request": {}, "program_ids": [],
    });
    sqlx::query("INSERT INTO files (sha256, size_bytes, media_type) VALUES ($1, 9, 'text/plain')")
        .bind(&sha256)
        .execute(&server.pool())
        .await
        .unwrap();
    let id: uuid::Uuid = sqlx::query_scalar(
        "INSERT INTO jobs (kind, payload) VALUES ('ingest', $1) RETURNING job_id",
    )
    .bind(&order)
    .fetch_one(&server.pool())
    .await
    .unwrap();
    let id = id.to_string();
    let waiting = eventually("it was put off", || async {
        let job = job(&editor, &id).await;
        let message = job["message"].as_str().unwrap().to_owned();
        message.contains("tried again").then_some(message)
    })
    .await;
    assert!(waiting.contains("a problem on the server"), "{waiting}");
    server.write(
        &format!("data/files/{}/{}", &sha256[..2], &sha256[2..]),
        WORDS,
    );
    comes_to(&editor, &id, "ready").await;
    let once = "SELECT count(*) FROM jobs WHERE state = 'done' AND attempts = 1 AND postponed > 0";
    assert_eq!(server.count(once).await, 1);
}

#[tokio::test]
async fn one_that_failed_is_tried_again_by_hand() {
    let server = TestServer::start().await;
    let refuse = "ALTER TABLE documents ADD CONSTRAINT nothing CHECK (doc_id IS NULL) NOT VALID";
    sqlx::query(refuse).execute(&server.pool()).await.unwrap();
    let editor = server.as_editor().await;
    let id = queued(&editor, "boats.txt").await;
    let failed = comes_to(&editor, &id, "failed").await;
    assert_eq!(
        (&failed["code"], &failed["can_retry"]),
        (&json!("broken"), &json!(true))
    );
    assert_eq!(server.kept_files().len(), 1);
    let allow = "ALTER TABLE documents DROP CONSTRAINT nothing";
    sqlx::query(allow).execute(&server.pool()).await.unwrap();
    let path = format!("/api/jobs/{id}/retry");
    // Without a body.
    Reply::of(editor.request(Method::POST, &path)).await.ok();
    comes_to(&editor, &id, "ready").await;
    let refusal = editor.post(&path, &json!({})).await.refusal(409);
    assert!(refusal.contains("cannot be tried again"), "{refusal}");
    let written_down = "SELECT count(*) FROM audit_log WHERE event_type = 'job.retry'
        AND details->'before'->>'state' = 'failed' AND details->'after'->>'state' = 'queued'";
    assert_eq!(server.count(written_down).await, 1);
}

#[tokio::test]
async fn the_file_of_one_that_failed_goes_after_a_while() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("scan.pdf").with_bytes(crate::support::files::blank_pdf());
    let id = id(&editor.upload_later(document).await);
    let failed = comes_to(&editor, &id, "failed").await;
    assert_eq!(failed["code"], "refused");
    assert_eq!(server.kept_files().len(), 1);
    let later = "UPDATE jobs SET file_kept_until = now() - interval '1 minute'";
    sqlx::query(later).execute(&server.pool()).await.unwrap();
    server.restart_after(|_| {});
    eventually("the file is gone", || async {
        server.kept_files().is_empty().then_some(())
    })
    .await;
    let editor = server.as_editor().await;
    assert_eq!(job(&editor, &id).await["can_retry"], false);
}

#[tokio::test]
async fn two_servers_share_the_work_and_do_each_job_once() {
    let server = TestServer::start().await;
    let mut command = crate::support::server::serve_command(&server, &[]);
    command.env("ARCHIVIST_DATA", server.data());
    let (_second, address) = crate::support::server::serve(&mut command);
    let editor = server.as_editor().await;
    for n in 0..12 {
        queued(&editor, &format!("{n}.txt")).await;
    }
    // Who asks the other one is told the same.
    let there = Client::new(&address)
        .sign_in(EDITOR, crate::support::server::SECRET)
        .await;
    eventually("all are in", || async {
        let open = there.get("/api/jobs?open=true").await.ok();
        (open["pagination"]["total"] == 0).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 12);
    let once = "SELECT count(*) FROM jobs WHERE state = 'done' AND attempts = 1";
    assert_eq!(server.count(once).await, 12);
}
