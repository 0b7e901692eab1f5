//! The search where an engine outside of the process keeps the passages.

use std::sync::atomic::Ordering;

use archivist_engine::testing::{PgVectorServer, qdrant_server, reluctant_qdrant_server};
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

use crate::support::forms::Browser;
use crate::support::process::send;
use crate::support::server::{EDITOR, SECRET, neighbour};
use crate::support::{Client, TestServer, a_document, eventually};

async fn put_in(editor: &Client, name: &str, text: &str) -> String {
    let document = a_document(name).saying(&[text]);
    let added = editor.upload(document).await.created();
    added["doc_id"].as_str().unwrap().to_owned()
}

async fn answer(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/search?q={query}")).await.ok()
}

fn files(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["document"]["filename"].as_str().unwrap())
        .collect()
}

async fn will_find(client: &Client, query: &str, expected: &[&str]) -> Value {
    eventually(&format!("{expected:?} for {query}"), || async {
        let reply = client.get(&format!("/api/search?q={query}")).await;
        // Until an engine is filled for the first time.
        if reply.status == 503 {
            return None;
        }
        let answer = reply.ok();
        (files(&answer) == expected).then_some(answer)
    })
    .await
}

const LINES: [(&str, &str); 4] = [
    (
        "coach.txt",
        "Coaches read with pupils twice a week in the library.",
    ),
    (
        "beans.txt",
        "Beans and squash grow in the community garden.",
    ),
    ("roof.txt", "The roof of the hall was repaired in spring."),
    ("choir.txt", "The choir sang at the county fair in June."),
];

/// What a person may do with the search, whichever engine it is.
async fn is_searched_as_ever(editor: &Client) {
    for (name, text) in LINES {
        put_in(editor, name, text).await;
    }
    let found = will_find(editor, "coaching", &["coach.txt"]).await;
    let hit = &found["hits"][0];
    assert_eq!(hit["reasons"][0], "matched Coaches");
    assert_eq!(found["counts"]["documents"], 1);
    assert!(files(&answer(editor, "\"community+garden\"").await) == ["beans.txt"]);
    assert!(files(&answer(editor, "\"garden+community\"").await).is_empty());
    // Once the library has been surveyed with its words.
    let misspelt = will_find(editor, "squahs", &["beans.txt"]).await;
    assert_eq!(misspelt["did_you_mean"], "squash");
    let like = hit["passage_id"].as_str().unwrap();
    let alike = editor
        .get(&format!("/api/search?q=garden&like={like}"))
        .await
        .ok();
    let mut alike = files(&alike);
    alike.sort_unstable();
    assert_eq!(alike, ["beans.txt", "coach.txt"]);
    let none = editor.get("/api/search?q=garden&year=1999").await.ok();
    assert!(files(&none).is_empty());
    let refused = editor.get("/api/search?q=year:2024").await.json(422);
    let why = refused["detail"][0]["msg"].as_str().unwrap();
    assert!(why.contains("finds nothing by these alone"), "{why}");

    let gone = put_in(editor, "gone.txt", "A periscope was donated.").await;
    will_find(editor, "periscope", &["gone.txt"]).await;
    editor.delete(&format!("/api/documents/{gone}")).await.ok();
    will_find(editor, "periscope", &[]).await;
}

#[tokio::test]
async fn a_library_in_pgvector_is_searched_as_ever_by_every_process() {
    let postgres = PgVectorServer::start();
    let url = postgres.url();
    let mut server = TestServer::start_with(&["--search-engine", &url]).await;
    let here = server.as_editor().await;
    is_searched_as_ever(&here).await;
    let told = here.get("/api/search/models").await.ok()["engine"].clone();
    assert_eq!(
        (told["serves"].as_bool(), told["name"].is_string()),
        (Some(true), true)
    );

    let browser = Browser::sign_in(&server, EDITOR).await;
    let page = browser.look_at("/search?q=year:2024").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.text().contains("finds nothing by these alone"));
    let hints = browser.look_at("/search").await.text();
    assert!(hints.contains("Conditions can be typed") && !hints.contains("Conditions alone"));

    let (process, address) = neighbour(&server, &["--search-engine", &url]);
    let there = Client::new(&address).sign_in(EDITOR, SECRET).await;
    will_find(&there, "coaching", &["coach.txt"]).await;
    put_in(&there, "hazel.txt", "A hazel was planted.").await;
    for client in [&here, &there] {
        will_find(client, "hazel", &["hazel.txt"]).await;
    }
    // Whoever fills the engine may fall asleep or die: another does, then.
    send("STOP", process.id());
    put_in(&here, "rowan.txt", "A rowan was planted.").await;
    send("CONT", process.id());
    for client in [&here, &there] {
        will_find(client, "rowan", &["rowan.txt"]).await;
    }
    server.process().kill();
    put_in(&there, "linden.txt", "A linden was planted.").await;
    will_find(&there, "linden", &["linden.txt"]).await;
}

#[tokio::test]
async fn an_engine_that_refuses_is_asked_again_without_another_survey() {
    let (address, left) = reluctant_qdrant_server(3).await;
    let server = TestServer::start_with(&["--search-engine", address.as_str()]).await;
    let editor = server.as_editor().await;
    put_in(&editor, "coach.txt", LINES[0].1).await;
    let surveys = "SELECT count(*) FROM search_generations";
    eventually("it has refused three times", || async {
        assert!(server.count(surveys).await <= 1);
        (left.load(Ordering::Relaxed) == 0).then_some(())
    })
    .await;
    will_find(&editor, "coaching", &["coach.txt"]).await;
    assert_eq!(server.count(surveys).await, 1);
}

#[tokio::test]
async fn what_an_engine_loses_while_it_is_searched_is_filled_again() {
    let postgres = PgVectorServer::start();
    let url = postgres.url();
    let server = TestServer::start_with(&["--search-engine", &url]).await;
    let editor = server.as_editor().await;
    put_in(&editor, "coach.txt", LINES[0].1).await;
    will_find(&editor, "coaching", &["coach.txt"]).await;
    let mut engine = PgConnection::connect(&url).await.unwrap();
    let lose = "DO $$ DECLARE lost regclass; BEGIN
        FOR lost IN SELECT oid FROM pg_class
            WHERE relnamespace = 'archivist_engine'::regnamespace AND relkind = 'r'
        LOOP EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', lost); END LOOP;
        END $$";
    sqlx::raw_sql(lose).execute(&mut engine).await.unwrap();
    will_find(&editor, "coaching", &["coach.txt"]).await;
}

#[tokio::test]
async fn a_library_in_qdrant_is_searched_as_ever_and_filled_again_where_it_was_lost() {
    let address = qdrant_server(None).await;
    let mut server = TestServer::start_with(&["--search-engine", address.as_str()]).await;
    is_searched_as_ever(&server.as_editor().await).await;

    // Another engine knows nothing yet; it is filled from the database.
    let other = qdrant_server(None).await;
    server.restart_with(&["--search-engine", other.as_str()]);
    will_find(&server.as_editor().await, "coaching", &["coach.txt"]).await;
    // And the memory of the process does as well.
    server.restart_with(&[]);
    will_find(&server.as_editor().await, "coaching", &["coach.txt"]).await;
}

#[tokio::test]
async fn an_engine_that_is_away_is_told_and_the_rest_goes_on() {
    let server = TestServer::start_with(&["--search-engine", "http://127.0.0.1:1"]).await;
    let editor = server.as_editor().await;
    let id = put_in(&editor, "coach.txt", LINES[0].1).await;
    editor.get(&format!("/api/documents/{id}")).await.ok();
    let refused = editor.get("/api/search?q=coaching").await;
    let message = refused.refusal(503);
    assert!(
        message.contains("search engine does not answer"),
        "{message}"
    );
}

#[tokio::test]
async fn commands_fill_an_engine_that_no_server_fills() {
    let postgres = PgVectorServer::start();
    let server = TestServer::start().await;
    put_in(&server.as_editor().await, "coach.txt", LINES[0].1).await;
    let site = server.into_site();
    let url = postgres.url();
    let found = site
        .run(&["search", "coaching", "--search-engine", &url])
        .ok();
    assert!(found.contains("Coaches read with pupils"), "{found}");
    let nothing = site
        .run(&["search", "periscope", "--search-engine", &url])
        .ok();
    assert!(
        nothing.contains("Nothing found in 1 documents"),
        "{nothing}"
    );
}
