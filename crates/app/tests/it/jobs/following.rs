//! What is told while it happens.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{id, long_text, queued};
use crate::support::process::Process;
use crate::support::{Reply, TestServer, a_document};

/// The events of a stream that has ended.
fn events(reply: &Reply) -> Vec<Value> {
    let text = reply.text();
    let frames = text
        .split("\n\n")
        .filter_map(|it| it.strip_prefix("data: "));
    frames.map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn statuses<'a>(events: &'a [Value], job: &str) -> Vec<&'a str> {
    let of_job = events.iter().filter(|event| event["job_id"] == job);
    of_job
        .filter_map(|event| event["status"].as_str())
        .collect()
}

#[tokio::test]
async fn a_stream_tells_of_one_job_to_its_end() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let id = queued(&editor, "boats.txt").await;
    let path = format!("/api/jobs/{id}/events");
    let told = events(&editor.get(&path).await);
    let told = statuses(&told, &id);
    assert_eq!(told.last(), Some(&"ready"), "{told:?}");
    // Of one that has ended the end is told.
    let again = editor.get(&path).await;
    assert_eq!(statuses(&events(&again), &id), ["ready"]);
}

#[tokio::test]
async fn a_stream_of_all_ends_when_nothing_is_left_to_do() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let quiet = editor.get("/api/jobs/events").await;
    assert!(quiet.status.is_success() && quiet.bytes.is_empty());

    let long = a_document("long.txt").with_bytes(long_text());
    let long = id(&editor.upload_later(long).await);
    let request = editor.request(Method::GET, "/api/jobs/events");
    let following = tokio::spawn(Reply::of(request));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let short = queued(&editor, "boats.txt").await;
    editor
        .post(&format!("/api/jobs/{long}/cancel"), &json!({}))
        .await
        .ok();
    let told = events(&following.await.unwrap());
    assert_eq!(statuses(&told, &long).last(), Some(&"cancelled"));
    assert_eq!(statuses(&told, &short).last(), Some(&"ready"));
    // A writer is not told of them.
    let writer = server.as_writer().await;
    assert!(writer.get("/api/jobs/events").await.bytes.is_empty());
}

#[tokio::test]
async fn the_command_line_watches_until_all_is_done() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let id = queued(&editor, "boats.txt").await;
    let mut watching = Process::start(&mut server.command(&["jobs", "watch", &id, "--json"]));
    watching.wait_for(|said| {
        let line = said.lines().last()?;
        let job: Value = serde_json::from_str(line).ok()?;
        (job["status"] == "ready").then_some(())
    });
}
