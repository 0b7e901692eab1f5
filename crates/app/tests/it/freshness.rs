//! Every process finds what is committed, and no longer what is deleted.
//!
//! How long it takes is measured by `make bench-freshness`; here it is bounded by the patience
//! of the tests only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::process::send;
use crate::support::server::{EDITOR, SECRET, neighbour};
use crate::support::{Client, TestServer, a_document, eventually};

async fn finds(client: &Client, word: &str) -> bool {
    let found = client.get(&format!("/api/search?q={word}")).await.ok();
    !found["hits"].as_array().unwrap().is_empty()
}

async fn will_find(client: &Client, word: &str, expected: bool) {
    eventually(&format!("{word} found: {expected}"), || async {
        (finds(client, word).await == expected).then_some(())
    })
    .await;
}

async fn put_in(editor: &Client, word: &str) -> String {
    let text = format!("The {word} was planted by children of the second grade.");
    let document = a_document(&format!("{word}.txt")).saying(&[&text]);
    let added = editor.upload(document).await.created();
    added["doc_id"].as_str().unwrap().to_owned()
}

/// Searches until told to stop.
async fn search_on(client: Client, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        client.get("/api/search?q=children+plant+trees").await.ok();
    }
}

#[tokio::test]
async fn two_processes_follow_each_other_under_load_also_after_one_was_stopped_for_a_while() {
    let server = TestServer::start().await;
    let here = server.as_editor().await;
    let (process, address) = neighbour(&server, &[]);
    let there = Client::new(&address).sign_in(EDITOR, SECRET).await;
    let stop = Arc::new(AtomicBool::new(false));
    let load = [here.clone(), there.clone()].map(|c| tokio::spawn(search_on(c, stop.clone())));

    let willow = put_in(&here, "willow").await;
    put_in(&there, "hazel").await;
    for client in [&here, &there] {
        will_find(client, "willow", true).await;
        will_find(client, "hazel", true).await;
    }
    stop.store(true, Ordering::Relaxed);
    for searching in load {
        searching.await.unwrap();
    }

    // What happens while a process sleeps it makes up for when it wakes.
    send("STOP", process.id());
    let rowan = put_in(&here, "rowan").await;
    put_in(&here, "linden").await;
    for id in [&willow, &rowan] {
        here.delete(&format!("/api/documents/{id}")).await.ok();
    }
    will_find(&here, "linden", true).await;
    send("CONT", process.id());
    will_find(&there, "linden", true).await;
    for client in [&here, &there] {
        will_find(client, "willow", false).await;
        will_find(client, "rowan", false).await;
        assert!(finds(client, "hazel").await, "the rest is still there");
    }
}
