//! The passages that an output cites.

use serde_json::json;

use super::{make, path_of};
use crate::support::{TestServer, a_document, an_output};

#[tokio::test]
async fn sources_stay_readable_when_their_document_has_gone() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let text = "Our board of eleven members meets every month and reads the accounts.";
    let document = a_document("board.pdf")
        .saying(&["A first page.", text])
        .of_year(2023);
    let made = editor.upload(document).await.created();
    let document = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    let passages = editor.get(&format!("{document}/passages")).await.ok();
    let passage = &passages["passages"][0];
    let cited = json!([
        { "number": 2, "passage_id": passage["passage_id"] },
        { "number": 3, "passage_id": uuid::Uuid::new_v4() },
    ]);
    let output = make(&editor, &an_output("Capacity").with("sources", cited)).await;
    let path = format!("{}/sources", path_of(&output));
    let sources = editor.get(&path).await.ok();
    assert_eq!(sources["sources"].as_array().unwrap().len(), 1);
    let source = &sources["sources"][0];
    assert_eq!(source["number"], 2);
    assert_eq!(source["filename"], "board.pdf");
    assert_eq!(source["year"], 2023);
    assert_eq!(source["excerpt"], passage["text"]);
    assert_eq!(source["doc_id"], made["doc_id"]);

    editor.delete(&document).await.ok();
    let kept = &editor.get(&path).await.ok()["sources"][0];
    assert_eq!(kept["excerpt"], passage["text"]);
    assert_eq!(kept["filename"], "board.pdf");
    assert_eq!(kept["doc_id"], serde_json::Value::Null);
    assert_eq!(kept["passage_id"], serde_json::Value::Null);
}

#[tokio::test]
async fn markers_are_numbered_from_one() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let cited = json!([{ "number": 0, "passage_id": uuid::Uuid::new_v4() }]);
    let body = an_output("Nought").with("sources", cited);
    let refused = writer.post("/api/outputs", body.body()).await.json(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["body", "sources"]));
}
