//! Drafts with sources.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Reply, TestServer, a_document, eventually};

const BOARD: &str = "The organization was founded in 1998 and has served the valley ever since. \
    A board of eleven members governs it and meets every month. \
    The finance committee reviews the accounts each quarter, and an independent auditor found no issues in 2023.";
const STAFF: &str = "A staff of fourteen runs the literacy programs, led by a director with twenty years of experience. \
    Six reading coaches hold teaching certificates. \
    In 2023 the coaches worked with 412 children in nine schools, and 78 percent of them gained a reading level.";

fn request() -> Value {
    json!({
        "query": "Organizational capacity for a federal early-literacy grant",
        "audience": "Federal RFP",
        "section": "Organizational Capacity",
    })
}

fn request_with(field: &str, value: Value) -> Value {
    let mut request = request();
    request[field] = value;
    request
}

/// A library of two documents, in the index.
async fn with_library() -> TestServer {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    for (name, text) in [("board.pdf", BOARD), ("staff.docx", STAFF)] {
        let document = a_document(name).saying(&[text]).of_type("Annual Report");
        editor.upload(document).await.created();
    }
    eventually("the library is searched", || async {
        let found = editor.get("/api/search?q=board+coaches").await.ok();
        (found["hits"].as_array().unwrap().len() == 2).then_some(())
    })
    .await;
    server
}

/// The numbers in markers `[n]`.
fn markers(text: &str) -> HashSet<u64> {
    let inside = text
        .split('[')
        .skip(1)
        .filter_map(|part| part.split(']').next());
    inside.filter_map(|number| number.parse().ok()).collect()
}

fn ids(sources: &Value) -> HashSet<u64> {
    let sources = sources.as_array().unwrap();
    sources
        .iter()
        .map(|source| source["id"].as_u64().unwrap())
        .collect()
}

#[track_caller]
fn every_claim_is_supported(claims: &Value) {
    let claims = claims.as_array().unwrap();
    let verdicts: Vec<_> = claims
        .iter()
        .map(|claim| claim["verdict"].as_str().unwrap())
        .collect();
    assert!(verdicts.contains(&"supported"), "{verdicts:?}");
    assert!(
        verdicts
            .iter()
            .all(|v| ["supported", "not_a_claim"].contains(v)),
        "{claims:?}"
    );
}

#[tokio::test]
async fn d_27_a_draft_cites_passages_that_say_what_it_says() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let reply = writer.post("/api/query", &request()).await.ok();
    let text = reply["text"].as_str().unwrap();
    assert!(text.contains("board of eleven members"), "{text}");
    let (cited, sources) = (markers(text), ids(&reply["sources"]));
    assert!(!cited.is_empty(), "{text}");
    assert!(cited.is_subset(&sources), "{cited:?} of {sources:?}");
    every_claim_is_supported(&reply["claims"]);
    for source in reply["sources"].as_array().unwrap() {
        let path = format!(
            "/api/documents/{}/passages",
            source["doc_id"].as_str().unwrap()
        );
        let passages = writer.get(&path).await.ok();
        let passage = &passages["passages"][0];
        assert_eq!(passage["passage_id"], source["passage_id"]);
        let excerpt = source["excerpt"].as_str().unwrap().trim_end_matches('…');
        assert!(
            passage["text"].as_str().unwrap().starts_with(excerpt),
            "{excerpt}"
        );
    }
    let confidence = reply["confidence"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&confidence), "{confidence}");
    assert_eq!(reply["metadata"]["tokens_used"], 0);
    assert_eq!(reply["validation"], Value::Null);
    assert!(reply["quality_issues"].is_array());
    let disclosure = reply["disclosure"].as_str().unwrap();
    assert!(disclosure.contains("no language model"), "{disclosure}");
}

#[tokio::test]
async fn the_same_request_gives_the_same_draft_everywhere() {
    let mut server = with_library().await;
    let path = "/api/query";
    let first = server.as_writer().await.post(path, &request()).await.ok();
    server.restart_after(|_| {});
    let second = server.as_writer().await.post(path, &request()).await.ok();
    for part in ["text", "sources", "claims", "confidence"] {
        assert_eq!(first[part], second[part], "{part}");
    }
    let query = request()["query"].as_str().unwrap().to_owned();
    let flags = [
        "--audience",
        "Federal RFP",
        "--section",
        "Organizational Capacity",
        "--max-sources",
        "5",
        "--json",
    ];
    let args = [&["draft", &query], &flags[..]].concat();
    let drafted = server.run(&args).json();
    assert_eq!(drafted["text"], first["text"]);
    assert_eq!(drafted["disclosure"], first["disclosure"]);
}

#[tokio::test]
async fn wishes_are_kept_to() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let plain = request_with("include_citations", json!(false));
    let plain = writer.post("/api/query", &plain).await.ok();
    assert!(
        markers(plain["text"].as_str().unwrap()).is_empty(),
        "{plain}"
    );
    let one = writer
        .post("/api/query", &request_with("max_sources", json!(1)))
        .await
        .ok();
    assert_eq!(one["sources"].as_array().unwrap().len(), 1);
    let short = writer
        .post("/api/query", &request_with("max_words", json!(50)))
        .await
        .ok();
    assert!(short["words"].as_u64().unwrap() <= 50, "{short}");
    let filters = json!({ "exclude_docs": [one["sources"][0]["doc_id"]] });
    let other = writer
        .post("/api/query", &request_with("filters", filters))
        .await
        .ok();
    assert_ne!(other["sources"][0]["doc_id"], one["sources"][0]["doc_id"]);
}

/// The events of a stream, in their exact form on the wire.
async fn events(client: &Client, body: &Value) -> Vec<Value> {
    let request = client.request(Method::POST, "/api/query/stream").json(body);
    let reply = Reply::of(request).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        reply.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    assert_eq!(reply.header("x-accel-buffering"), Some("no"));
    let text = reply.text();
    let events = text
        .strip_suffix("\n\n")
        .expect("a whole last event")
        .split("\n\n");
    let json = |event: &str| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap();
    events.map(json).collect()
}

#[tokio::test]
async fn d_29_a_stream_tells_the_same_in_order() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let whole = writer.post("/api/query", &request()).await.ok();
    let events = events(&writer, &request()).await;
    let mut kinds: Vec<_> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    kinds.dedup();
    assert_eq!(kinds, ["metadata", "content", "sources", "done"]);
    let of = |kind: &str| {
        events
            .iter()
            .filter(|e| e["type"] == kind)
            .collect::<Vec<_>>()
    };
    let text: String = of("content")
        .iter()
        .map(|e| e["text"].as_str().unwrap())
        .collect();
    assert_eq!(text, whole["text"].as_str().unwrap());
    assert!(of("content").len() > 1, "it comes in pieces");
    let sources = &of("sources")[0]["sources"];
    assert_eq!(ids(sources), ids(&whole["sources"]));
    for source in sources.as_array().unwrap() {
        assert!(
            source["excerpt"].as_str().unwrap().chars().count() <= 300,
            "{source}"
        );
    }
    let (first, last) = (of("metadata")[0], of("done")[0]);
    assert_eq!(first["sources_count"], sources.as_array().unwrap().len());
    assert_eq!(first["model"], whole["metadata"]["model"]);
    assert_eq!(last["confidence"], whole["confidence"]);
    assert_eq!(last["tokens_used"], 0);
    every_claim_is_supported(&last["claims"]);
}

#[tokio::test]
async fn an_empty_library_is_told_with_what_to_do() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let said = writer.post("/api/query", &request()).await.refusal(422);
    assert!(said.contains("add documents to the library"), "{said}");
    let events = events(&writer, &request()).await;
    let last = events.last().unwrap();
    assert_eq!(last["type"], "error");
    assert_eq!(last["message"], said);
    let flags = ["--audience", "Federal RFP", "--section", "Evaluation Plan"];
    let args = [&["draft", "How we will evaluate"], &flags[..]].concat();
    let error = server.run(&args).failed();
    assert!(error.contains("add documents to the library"), "{error}");
}

#[tokio::test]
async fn requests_that_do_not_fit_are_refused_before_anything_streams() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    for (field, value, status) in [
        ("query", json!("short"), 422),
        ("query", json!("             "), 400),
        ("audience", json!("Everybody"), 422),
        ("section", json!("Poem"), 422),
        ("max_sources", json!(20), 422),
        ("max_sources", json!(0), 422),
        ("recency_weight", json!(1.1), 422),
        ("temperature", json!(2), 422),
        ("max_tokens", json!(100), 422),
    ] {
        for path in ["/api/query", "/api/query/stream"] {
            let refused = writer
                .post(path, &request_with(field, value.clone()))
                .await
                .json(status);
            assert!(
                status == 400 || refused["detail"][0]["loc"][1] == field,
                "{refused}"
            );
        }
    }
}
