//! Wordings that stand for each other in searches.

use archivist_search::Synonyms;
use serde_json::{Value, json};

use crate::support::forms::Browser;
use crate::support::server::{EDITOR, WRITER};
use crate::support::{Client, TestServer, a_document, eventually};

const CAMP: &str = "Forty children spend six weeks in our summer program by the river. \
    They read, swim and plant trees, and every one of them is seen by a nurse.";

async fn groups(client: &Client) -> Vec<Value> {
    let list = client.get("/api/search/synonyms").await.ok();
    list["synonyms"].as_array().unwrap().clone()
}

async fn will_find(client: &Client, query: &str, expected: bool) {
    eventually(&format!("{query} found: {expected}"), || async {
        let found = client.get(&format!("/api/search?q={query}")).await.ok();
        let finds = !found["hits"].as_array().unwrap().is_empty();
        (finds == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_library_begins_with_those_of_the_search_itself() {
    let server = TestServer::start().await;
    let there = groups(&server.as_writer().await).await;
    let mut there: Vec<Vec<String>> = there
        .iter()
        .map(|group| serde_json::from_value(group["wordings"].clone()).unwrap())
        .collect();
    let mut own: Vec<_> = Synonyms::built_in().collect();
    there.sort();
    own.sort();
    assert_eq!(there, own);
}

#[tokio::test]
async fn searches_follow_what_editors_make_change_and_delete() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let camp = a_document("river.txt").saying(&[CAMP]);
    editor.upload(camp).await.created();
    will_find(&editor, "summer", true).await;
    will_find(&editor, "sunrise", false).await;

    let wordings = json!({ "wordings": [" Camp Sunrise ", "summer program"] });
    let made = editor.post("/api/search/synonyms", &wordings).await;
    let made = made.created();
    assert_eq!(made["wordings"], json!(["Camp Sunrise", "summer program"]));
    assert!(made["created_by"].is_string());
    will_find(&editor, "camp+sunrise", true).await;
    will_find(&editor, "sunrise", false).await;

    let one = format!(
        "/api/search/synonyms/{}",
        made["synonym_id"].as_str().unwrap()
    );
    let other = json!({ "wordings": ["Sunset", "summer program"] });
    editor.put(&one, &other).await.ok();
    will_find(&editor, "sunset", true).await;
    will_find(&editor, "camp+sunrise", false).await;

    editor.delete(&one).await.ok();
    will_find(&editor, "sunset", false).await;
    editor.delete(&one).await.json(404);
    editor.put(&one, &other).await.json(404);

    let log = server.as_admin().await;
    let log = log.get("/api/audit/logs?entity_type=synonyms").await.ok();
    let events: Vec<_> = log["logs"].as_array().unwrap().iter().collect();
    let events: Vec<_> = events.iter().map(|row| &row["event_type"]).collect();
    assert_eq!(
        events,
        ["synonyms.delete", "synonyms.update", "synonyms.create"]
    );
}

#[tokio::test]
async fn what_cannot_stand_for_each_other_is_told() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let long = "x".repeat(81);
    let many: Vec<_> = (0..13).map(|n| format!("word{n}")).collect();
    for (wordings, message) in [
        (json!(["LOI"]), "two to 12 wordings"),
        (json!(many), "two to 12 wordings"),
        (json!(["LOI", "loi"]), "there twice"),
        (
            json!(["LOI", "the ..."]),
            "no word that can be searched for",
        ),
        (json!(["LOI", " "]), "1 to 80 characters"),
        (json!(["LOI", long]), "1 to 80 characters"),
    ] {
        let body = json!({ "wordings": wordings });
        let refused = editor.post("/api/search/synonyms", &body).await;
        let refused = refused.json(422);
        let said = refused["detail"][0]["msg"].as_str().unwrap();
        assert!(said.contains(message), "{said}");
    }
    let writer = server.as_writer().await;
    let body = json!({ "wordings": ["a camp", "summer program"] });
    writer.post("/api/search/synonyms", &body).await.json(403);
}

#[tokio::test]
async fn editors_change_them_in_the_page_and_writers_read_them() {
    let server = TestServer::start().await;
    server.as_writer().await;
    let api = server.as_editor().await;
    let writer = Browser::sign_in(&server, WRITER).await;
    let list = writer.look_at("/search/synonyms").await.text();
    assert!(list.contains("LOI; Letter of Intent; Letter of Inquiry"));
    assert!(!list.contains("name=\"wordings\""), "{list}");

    let editor = Browser::sign_in(&server, EDITOR).await;
    let typed = [("wordings", "Camp Sunrise; summer program")];
    let added = editor.submit("/search/synonyms", &typed).await;
    assert_eq!(added.header("location"), Some("/search/synonyms"));
    let all = groups(&api).await;
    let made = all
        .iter()
        .find(|group| group["wordings"][0] == "Camp Sunrise")
        .unwrap();
    let id = made["synonym_id"].as_str().unwrap();

    // What is wrong is said beside it, and what was typed is still there.
    let csrf = editor.csrf();
    let token = ("csrf", csrf.as_str());
    let one = format!("/search/synonyms/{id}");
    let wrong = [token, ("wordings", "Camp Moonlight")];
    let refused = editor.send(&one, &wrong).await.text();
    assert!(refused.contains("value=\"Camp Moonlight\""), "{refused}");
    assert!(refused.contains("Two to 12 wordings"), "{refused}");
    let refused = editor
        .submit("/search/synonyms", &[("wordings", "one")])
        .await;
    assert!(refused.text().contains("Two to 12 wordings"));

    let right = [token, ("wordings", "Camp Moonlight; summer program")];
    let saved = editor.send(&one, &right).await;
    assert_eq!(saved.header("location"), Some("/search/synonyms"));
    let list = editor.look_at("/search/synonyms").await.text();
    assert!(list.contains("Camp Moonlight; summer program"));
    editor.send(&format!("{one}/delete"), &[token]).await;
    let list = editor.look_at("/search/synonyms").await.text();
    assert!(!list.contains("Camp Moonlight"), "{list}");
}
