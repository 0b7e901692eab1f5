//! Passages that editors keep on top of a search, and what the search is worth by them.

use serde_json::{Value, json};

use crate::support::forms::Browser;
use crate::support::server::{EDITOR, WRITER};
use crate::support::{Client, TestServer, a_document, an_output, eventually};

const COACHES: &str = "Reading coaches visit every school in the valley twice a week. \
    Each coach works with six children and keeps a record of the words they have learned.";
const GARDENS: &str = "The community garden feeds forty families from May to October. \
    Volunteers water the beds in the evening and bring the harvest to the pantry.";

async fn hits(client: &Client, query: &str) -> Vec<Value> {
    let found = client.get(&format!("/api/search?{query}")).await.ok();
    found["hits"].as_array().unwrap().clone()
}

fn filenames(hits: &[Value]) -> Vec<&str> {
    hits.iter()
        .map(|hit| hit["document"]["filename"].as_str().unwrap())
        .collect()
}

/// Coaches and gardens, both to be found; returns the ids of the garden's document and passage.
async fn library(editor: &Client) -> (String, Value) {
    let coaches = a_document("coaches.txt").saying(&[COACHES]);
    editor.upload(coaches).await.created();
    let gardens = a_document("gardens.txt").saying(&[GARDENS]).of_year(2024);
    let gardens = editor.upload(gardens).await.created();
    eventually("both are found", || async {
        let both = hits(editor, "q=coaches").await.len() + hits(editor, "q=garden").await.len();
        (both >= 2).then_some(())
    })
    .await;
    let garden = hits(editor, "q=garden").await[0]["passage_id"].clone();
    (gardens["doc_id"].as_str().unwrap().to_owned(), garden)
}

async fn pin(editor: &Client, query: &str, passage: &Value) -> Value {
    let body = json!({ "query": query, "passage_id": passage });
    editor.post("/api/search/pins", &body).await.created()
}

#[tokio::test]
async fn a_pinned_passage_stands_first_where_filters_admit_it() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (_, garden) = library(&editor).await;
    let made = pin(&editor, "  School Visits ", &garden).await;
    assert_eq!(made["query"], "school visits");
    assert_eq!(made["created_by"], EDITOR);
    let again = pin(&editor, "school visits", &garden).await;
    assert_eq!(again["pin_id"], made["pin_id"], "it is there once");

    let writer = server.as_writer().await;
    let found = hits(&writer, "q=SCHOOL+visits").await;
    assert_eq!(filenames(&found), ["gardens.txt", "coaches.txt"]);
    assert_eq!(
        (&found[0]["pinned"], &found[1]["pinned"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(found[0]["reasons"][0], "pinned");
    let found = hits(&writer, "q=school+visits&offset=1").await;
    assert_eq!(filenames(&found), ["coaches.txt"]);
    let found = hits(&writer, "q=school+visits&year=2023").await;
    assert_eq!(found, [] as [Value; 0]);
    let found = hits(&writer, "q=visits").await;
    assert_eq!(filenames(&found), ["coaches.txt"], "another search");

    let body = json!({ "query": "visits", "passage_id": garden });
    writer.post("/api/search/pins", &body).await.json(403);
    let nowhere =
        json!({ "query": "visits", "passage_id": "5b0f9a52-0d7c-4d59-9d39-3f6b1a4c2e77" });
    editor.post("/api/search/pins", &nowhere).await.json(404);
    let empty = json!({ "query": "  ", "passage_id": garden });
    editor.post("/api/search/pins", &empty).await.json(422);

    let of_search = writer
        .get("/api/search/pins?query=School%20visits")
        .await
        .ok();
    assert_eq!(of_search["pins"], json!([made]));
    let one = format!("/api/search/pins/{}", made["pin_id"].as_str().unwrap());
    editor.delete(&one).await.ok();
    editor.delete(&one).await.json(404);
    let found = hits(&writer, "q=school+visits").await;
    assert_eq!(filenames(&found), ["coaches.txt"]);
}

#[tokio::test]
async fn a_pin_comes_back_with_its_document() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (gardens, garden) = library(&editor).await;
    let made = pin(&editor, "school visits", &garden).await;
    let document = format!("/api/documents/{gardens}");
    editor.delete(&document).await.ok();
    let pins = editor.get("/api/search/pins").await.ok();
    assert_eq!(pins["pins"], json!([]));
    let restore = format!("{document}/restore");
    editor.post(&restore, &json!({})).await.ok();
    let pins = editor.get("/api/search/pins").await.ok();
    assert_eq!(pins["pins"], json!([made]));
}

#[tokio::test]
async fn editors_pin_in_the_page() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (_, garden) = library(&editor).await;
    server.as_writer().await;
    let search = "/search?q=valley+garden&sort=relevance";
    let writer = Browser::sign_in(&server, WRITER).await;
    let seen = writer.look_at(search).await.text();
    assert!(seen.contains("class=\"card hit\"") && !seen.contains("/search/pins"));

    let browser = Browser::sign_in(&server, EDITOR).await;
    let seen = browser.look_at(search).await.text();
    assert!(seen.contains(">Pin</button>") && !seen.contains(">Unpin</button>"));
    let csrf = browser.csrf();
    let fields = [("csrf", &*csrf), ("passage", garden.as_str().unwrap())];
    let to = "/search/pins?q=valley+garden&sort=relevance";
    let sent = browser.send(to, &fields).await;
    assert_eq!(sent.header("location"), Some(search));
    let seen = browser.look_at(search).await.text();
    let unpin = seen.find(">Unpin</button>").expect("a button");
    assert!(unpin < seen.find(">Pin</button>").expect("another hit"));
    let to = to.replace("pins?", "pins/remove?");
    browser.send(&to, &fields).await;
    let seen = browser.look_at(search).await.text();
    assert!(!seen.contains(">Unpin</button>"));
}

#[tokio::test]
async fn a_site_measures_its_search_by_what_was_pinned_and_cited() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let said = server.run(&["eval", "--own"]).failed();
    assert!(said.contains("nobody has said yet what answers"), "{said}");

    let (_, garden) = library(&editor).await;
    let coach = hits(&editor, "q=coaches").await[0]["passage_id"].clone();
    // One that words find first, and one that they do not find at all.
    pin(&editor, "community garden", &garden).await;
    pin(&editor, "school", &garden).await;
    let cited = json!([{ "number": 1, "passage_id": coach }]);
    let output = an_output("Coaches in school").with("sources", cited);
    editor.post("/api/outputs", output.body()).await.created();
    let found = server.run(&["eval", "--own", "--json"]).json();
    assert_eq!(
        (&found["documents"], &found["queries"]),
        (&json!(2), &json!(3))
    );
    let mrr = found["modes"]["lexical"]["mrr"].as_f64().unwrap();
    assert!((mrr - 2.0 / 3.0).abs() < 1e-9, "{found}");
    let said = server.run(&["eval", "--own"]).ok();
    assert!(said.contains("2 documents, 3 queries"), "{said}");
}

#[tokio::test]
async fn questions_count_with_what_their_answers_cite() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    library(&editor).await;
    let question = json!({ "message": "How many families does the garden feed?" });
    let answer = editor.post("/api/chat", &question).await.ok();
    assert!(
        !answer["sources"].as_array().unwrap().is_empty(),
        "{answer}"
    );
    let found = server.run(&["eval", "--own", "--json"]).json();
    assert_eq!(found["queries"], 1, "{found}");
    assert_eq!(found["modes"]["lexical"]["mrr"], 1.0, "{found}");
}
