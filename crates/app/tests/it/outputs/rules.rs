//! Fields that do not fit, alone or together.

use serde_json::{Value, json};

use super::{make, path_of};
use crate::support::{Reply, TestServer, an_output};

/// The fields that a 422 names.
#[track_caller]
fn fields(reply: &Reply) -> Vec<String> {
    let refused = reply.json(422);
    assert_eq!(refused["error"], "Validation error", "{refused}");
    let problems = refused["detail"].as_array().unwrap();
    let field = |problem: &Value| {
        problem["loc"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    problems.iter().map(field).collect()
}

#[tokio::test]
async fn d_75_every_wrong_field_is_named() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(501))),
        ("content", json!("")),
        ("output_type", json!("poem")),
        ("status", json!("won")),
        ("funder_name", json!("x".repeat(256))),
        ("requested_amount", json!(-1)),
        ("requested_amount", json!("lots")),
        ("requested_amount", json!("10000000000")),
        ("submission_date", json!("soon")),
        ("submission_date", json!("-5000-01-01")),
        ("decision_date", json!("+12345-01-01")),
        ("writing_style_id", json!(uuid::Uuid::new_v4())),
        ("conversation_id", json!(uuid::Uuid::new_v4())),
    ] {
        let body = an_output("Wrong").with(field, value.clone());
        let reply = writer.post("/api/outputs", body.body()).await;
        assert_eq!(fields(&reply), [field], "{value}");
    }
    let missing = writer
        .post("/api/outputs", &json!({ "title": "t", "content": "c" }))
        .await;
    assert_eq!(fields(&missing), ["output_type"]);
    assert_eq!(server.count("SELECT count(*) FROM outputs").await, 0);
    writer.get("/api/outputs/7").await.json(422);
}

#[tokio::test]
async fn d_24_amounts_are_texts_with_two_places() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    for (sent, kept) in [
        (json!(50000.5), "50000.50"),
        (json!("10.126"), "10.13"),
        (json!(0), "0.00"),
        (json!("9999999999.99"), "9999999999.99"),
    ] {
        let body = an_output("Money").asking("Rivers", sent.clone());
        assert_eq!(
            make(&writer, &body).await["requested_amount"],
            kept,
            "{sent}"
        );
    }
    // A request of 0 counts as unknown, so more may be given.
    let unknown = an_output("Gift")
        .asking("Rivers", 0)
        .with("awarded_amount", 100);
    assert_eq!(make(&writer, &unknown).await["awarded_amount"], "100.00");
}

#[tokio::test]
async fn d_25_rules_between_fields_hold_for_the_whole_record() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let too_much = an_output("Greedy")
        .asking("Rivers", 100)
        .with("awarded_amount", 101);
    assert_eq!(
        fields(&writer.post("/api/outputs", too_much.body()).await),
        ["awarded_amount"]
    );
    let body = an_output("Stored")
        .asking("Rivers", 100)
        .with("submission_date", "2026-03-02");
    let stored = make(&writer, &body).await;
    let path = path_of(&stored);
    for (change, field) in [
        (json!({ "awarded_amount": 100.01 }), "awarded_amount"),
        (json!({ "decision_date": "2026-03-01" }), "decision_date"),
    ] {
        assert_eq!(fields(&writer.put(&path, &change).await), [field]);
    }
    assert_eq!(writer.get(&path).await.ok(), stored);
    writer
        .put(
            &path,
            &json!({ "awarded_amount": 100, "decision_date": "2026-03-02" }),
        )
        .await
        .ok();
    let lower = writer
        .put(&path, &json!({ "requested_amount": 99.99 }))
        .await;
    assert_eq!(fields(&lower), ["awarded_amount"]);
    writer
        .put(
            &path,
            &json!({ "requested_amount": 99.99, "awarded_amount": 50 }),
        )
        .await
        .ok();
}

#[tokio::test]
async fn d_18_metadata_come_back_as_the_object_that_was_sent() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let metadata = json!({ "cycle": 2, "tags": ["rural", "youth"], "nested": { "is": null } });
    let made = make(
        &writer,
        &an_output("One").with("metadata", metadata.clone()),
    )
    .await;
    assert_eq!(made["metadata"], metadata);
    let path = path_of(&made);
    assert_eq!(writer.get(&path).await.ok()["metadata"], metadata);
    let listed = writer.get("/api/outputs").await.ok();
    assert_eq!(listed["outputs"][0]["metadata"], metadata);
    let changed = json!({ "metadata": { "cycle": 3 } });
    let changed = writer.put(&path, &changed).await.ok();
    assert_eq!(changed["metadata"], json!({ "cycle": 3 }));
}

#[tokio::test]
async fn a_conversation_of_somebody_else_is_as_unknown_as_one_that_is_not_there() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let chat = json!({ "message": "What do we say about literacy?" });
    let theirs = editor.post("/api/chat", &chat).await.ok()["conversation_id"].clone();
    let body = an_output("Borrowed").with("conversation_id", theirs);
    let reply = writer.post("/api/outputs", body.body()).await;
    assert_eq!(fields(&reply), ["conversation_id"]);
    make(&editor, &body).await;
}
