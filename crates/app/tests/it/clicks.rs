//! What people choose among what a search found, and the order that is learned from it.

use serde_json::{Value, json};

use crate::support::forms::Browser;
use crate::support::server::WRITER;
use crate::support::{Client, TestServer, a_document, eventually};

async fn choose(client: &Client, query: &str, passage: &str) -> u16 {
    let choice = json!({ "query": query, "passage_id": passage });
    let reply = client.post("/api/search/clicks", &choice).await;
    reply.status.as_u16()
}

async fn clicks(server: &TestServer) -> Vec<(String, i32)> {
    sqlx::query_as("SELECT query, clicks FROM search_clicks ORDER BY query")
        .fetch_all(&server.pool())
        .await
        .unwrap()
}

async fn hits(client: &Client, query: &str) -> Vec<Value> {
    let query = query.replace(' ', "+");
    let found = client
        .get(&format!("/api/search?q={query}&explain=true"))
        .await
        .ok();
    found["hits"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_opened_from_a_search_is_counted_without_a_name() {
    let server = TestServer::start().await;
    let (writer, _) = (server.as_editor().await, server.as_writer().await);
    let document = a_document("coach.txt").saying(&["Coaches read with pupils."]);
    writer.upload(document).await.created();
    let hit = eventually("the passage is found", || async {
        hits(&writer, "coaches").await.into_iter().next()
    })
    .await;
    let passage = hit["passage_id"].as_str().unwrap();
    let document = hit["document"]["doc_id"].as_str().unwrap();

    assert_eq!(choose(&writer, " Reading  COACHES", passage).await, 200);
    assert_eq!(choose(&writer, "reading coaches", passage).await, 200);
    let unknown = uuid::Uuid::nil().to_string();
    assert_eq!(choose(&writer, "reading coaches", &unknown).await, 404);
    assert_eq!(choose(&writer, "  ", passage).await, 422);

    // The page's links say which search found the passage.
    let page = Browser::sign_in(&server, WRITER).await;
    let found = page.look_at("/search?q=coaches+%26+pupils").await.text();
    let link = format!("/library/{document}?passage={passage}&#38;found_by=coaches+%26+pupils#p-");
    assert!(found.contains(&link), "{found}");
    page.look_at(&format!(
        "/library/{document}?passage={passage}&found_by=coaches+%26+pupils"
    ))
    .await
    .text();
    page.look_at(&format!("/library/{document}?passage={passage}"))
        .await
        .text();
    page.look_at(&format!(
        "/library/{document}?passage={unknown}&found_by=nothing"
    ))
    .await
    .text();
    let expected = [
        ("coaches & pupils".to_owned(), 1),
        ("reading coaches".to_owned(), 2),
    ];
    assert_eq!(clicks(&server).await, expected);

    writer
        .delete(&format!("/api/documents/{document}"))
        .await
        .ok();
    assert_eq!(clicks(&server).await, []);
}

/// Two documents for each of so many names.
const NAMES: usize = 60;

fn name(number: usize) -> String {
    let letters = |n: usize| char::from(b"bdfgklmnprstvz"[n % 14]);
    format!(
        "{}a{}o{}ia",
        letters(number),
        letters(number / 14 + 3),
        letters(number * 5 + 1)
    )
}

#[tokio::test]
async fn an_order_is_learned_once_there_is_enough_and_it_surely_helps() {
    let server = TestServer::start().await;
    let site = server.into_site();
    for number in 0..NAMES {
        let name = name(number);
        let plan = format!("{name} {name} has a garden where children cook soup.");
        site.write(&format!("in/{name}-plan.txt"), plan);
        let notes = format!("Minutes. {name} {name} spoke of the garden. Children cook soup.");
        site.write(&format!("in/notes-{number}.txt"), notes);
    }
    let folder = site.path("in");
    site.run(&["import", folder.to_str().unwrap()]).ok();
    let mut server = TestServer::on(site, &[]);
    let client = server.as_editor().await;
    let learned = |server: &TestServer| {
        let report = server.run(&["eval", "--own", "--json"]).json();
        report["learned_order"].clone()
    };
    // People choose what the search puts second: what is not called after what they look for.
    for number in 0..NAMES {
        let query = format!("{} garden", name(number));
        let found = hits(&client, &query).await;
        let second = found[1]["passage_id"].as_str().unwrap();
        assert_eq!(choose(&client, &query, second).await, 200);
        if number == 3 {
            let told = learned(&server);
            assert_eq!(
                (told["searches"].as_i64(), told["helps"].as_bool()),
                (Some(4), Some(false))
            );
        }
    }
    let told = learned(&server);
    assert_eq!(told["helps"], true, "{told}");
    assert!(
        told["gain"]["low"]["ndcg@10"].as_f64().unwrap() > 0.1,
        "{told}"
    );

    // An hour after a server has last looked.
    let earlier = "UPDATE search_order SET learned_at = learned_at - interval '1 hour'";
    sqlx::query(earlier).execute(&server.pool()).await.unwrap();
    server.restart_with(&[]);
    let client = server.as_editor().await;
    let query = format!("{} garden", name(7));
    let hit = eventually("the learned order has its say", || async {
        let first = hits(&client, &query).await.into_iter().next()?;
        first["numbers"]["preferred"].is_number().then_some(first)
    })
    .await;
    assert!(
        hit["document"]["filename"]
            .as_str()
            .unwrap()
            .starts_with("notes-"),
        "{hit}"
    );
    let told = client.get("/api/search/models").await.ok()["learned_order"].clone();
    assert_eq!(
        (told["is_on"].as_bool(), told["searches"].as_i64()),
        (Some(true), Some(60))
    );
    let reasons = hit["reasons"].as_array().unwrap();
    assert!(
        reasons.contains(&json!("like what was chosen before")),
        "{hit}"
    );
}
