//! Searches that people come back to.

use serde_json::json;

use crate::support::forms::Browser;
use crate::support::server::WRITER;
use crate::support::{TestServer, a_document, eventually};

#[tokio::test]
async fn a_search_is_kept_for_its_owner_alone() {
    let server = TestServer::start().await;
    let (writer, editor) = (server.as_writer().await, server.as_editor().await);
    let query = "q=reading+coaches&year=2023&year=2024&sort=newest";
    let body = json!({ "name": " Coaches ", "query": query });
    let made = writer.post("/api/search/saved", &body).await.created();
    assert_eq!(
        (&made["name"], &made["query"]),
        (&json!("Coaches"), &json!(query))
    );
    let mine = writer.get("/api/search/saved").await.ok();
    assert_eq!(mine["searches"], json!([made]));
    let theirs = editor.get("/api/search/saved").await.ok();
    assert_eq!(theirs["searches"], json!([]));
    writer.get(&format!("/api/search?{query}")).await.ok();

    // The same name again takes its place.
    let other = json!({ "name": "Coaches", "query": "q=coaches" });
    let again = writer.post("/api/search/saved", &other).await.created();
    assert_eq!(again["search_id"], made["search_id"]);
    let mine = writer.get("/api/search/saved").await.ok();
    assert_eq!(mine["searches"], json!([again]));

    let one = format!("/api/search/saved/{}", made["search_id"].as_str().unwrap());
    editor.delete(&one).await.json(404);
    writer.delete(&one).await.ok();
    writer.delete(&one).await.json(404);
}

#[tokio::test]
async fn what_is_no_search_is_not_kept() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    for (name, query, field) in [
        ("", "q=coaches", "name"),
        (&*"x".repeat(101), "q=coaches", "name"),
        ("Coaches", "sort=newest", "q"),
        ("Coaches", "q=coaches&year=soon", "year"),
        ("Coaches", "q=coaches&limit=0", "limit"),
        ("Coaches", "q=year:soon", "q"),
    ] {
        let body = json!({ "name": name, "query": query });
        let refused = writer.post("/api/search/saved", &body).await.json(422);
        assert_eq!(refused["detail"][0]["loc"][1], field, "{refused}");
    }
}

#[tokio::test]
async fn the_page_keeps_a_search_and_leads_back_to_it() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let coaches = a_document("coaches.txt").saying(&["Reading coaches visit every school."]);
    editor.upload(coaches.of_year(2024)).await.created();
    eventually("it is found", || async {
        let found = editor.get("/api/search?q=coaches").await.ok();
        (!found["hits"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
    server.as_writer().await;
    let browser = Browser::sign_in(&server, WRITER).await;
    let search = "/search?q=coaches&year=2024";
    let seen = browser.look_at(search).await.text();
    assert!(
        seen.contains("action=\"/search/saved?q=coaches&#38;year=2024\""),
        "{seen}"
    );
    let csrf = browser.csrf();
    let fields = [("csrf", &*csrf), ("name", "Coaches <now>")];
    let sent = browser
        .send("/search/saved?q=coaches&year=2024", &fields)
        .await;
    assert_eq!(sent.header("location"), Some(search));
    let list = browser.look_at("/search").await.text();
    let link = "<a href=\"/search?q=coaches&#38;year=2024\">Coaches &#60;now&#62;</a>";
    assert!(list.contains(link), "{list}");
    let (_, rest) = list.split_once("action=\"/search/saved/").unwrap();
    let to = format!("/search/saved/{}", rest.split('"').next().unwrap());
    browser.send(&to, &[("csrf", &*csrf)]).await;
    let list = browser.look_at("/search").await.text();
    assert!(!list.contains("Coaches &#60;now&#62;"), "{list}");
}
