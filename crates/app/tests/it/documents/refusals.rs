//! Files and forms that are not taken in, and the reasons given.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;

use crate::support::samples::Document;
use crate::support::{Client, Reply, TestServer, a_document, files};

/// A proper document, to be spoiled in one way.
fn good() -> Document {
    a_document("plan.txt").saying(&["Boats bring books to the islands every week."])
}

/// Refused before anything was stored, queued or written down.
async fn nothing_was_kept(server: &TestServer) {
    let rows = "SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM passages)
        + (SELECT count(*) FROM files) + (SELECT count(*) FROM jobs WHERE state <> 'failed')
        + (SELECT count(*) FROM audit_log WHERE event_type = 'document.upload')";
    assert_eq!(server.count(rows).await, 0);
    assert!(server.kept_files().is_empty(), "{:?}", server.kept_files());
}

#[tokio::test]
async fn what_is_said_about_a_file_is_checked_first() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    // Everything is wrong with it; the confirmation comes first.
    let worst = a_document("picture.png")
        .with_bytes(files::png())
        .described_as(json!("nonsense"));
    let refused = editor.upload(worst.clone().unconfirmed()).await.json(400);
    assert_eq!(
        refused["detail"]["error"],
        "Sensitivity confirmation required"
    );
    let message = refused["detail"]["message"].as_str().unwrap();
    assert!(message.contains("public-facing documents"), "{message}");
    // Then the metadata.
    let said = editor.upload(worst).await.refusal(400);
    assert!(said.starts_with("Invalid metadata:"), "{said}");
    // Then programs, before the file.
    let strange = a_document("picture.png")
        .with_bytes(files::png())
        .filed_under("Moon Base");
    let refused = editor.upload(strange).await.json(400);
    let detail = &refused["detail"];
    assert_eq!(detail["error"], "Invalid programs");
    assert_eq!(detail["invalid_programs"], json!(["Moon Base"]));
    assert_eq!(detail["valid_programs"][0], "Early Childhood");
    assert!(
        detail["action"]
            .as_str()
            .unwrap()
            .contains("GET /api/programs/active")
    );
    nothing_was_kept(&server).await;
}

#[tokio::test]
async fn d_78_metadata_that_does_not_fit_is_named() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let year = server.this_year().await;
    for (metadata, named) in [
        (json!({ "year": 2024 }), "doc_type"),
        (json!({ "doc_type": "Other" }), "year"),
        (json!({ "doc_type": "Letter", "year": 2024 }), "doc_type"),
        (
            json!({ "doc_type": "Other", "year": 1999 }),
            "between 2000 and",
        ),
        (
            json!({ "doc_type": "Other", "year": year + 2 }),
            "between 2000 and",
        ),
        (
            json!({ "doc_type": "Other", "year": 2024, "outcome": "Won" }),
            "outcome",
        ),
        (
            json!({ "doc_type": "Other", "year": 2024, "tags": ["x".repeat(101)] }),
            "tag",
        ),
        (
            json!({ "doc_type": "Other", "year": 2024, "tags": "rural" }),
            "Invalid metadata",
        ),
        (json!(["Other", 2024]), "JSON object"),
    ] {
        let said = editor
            .upload(good().described_as(metadata.clone()))
            .await
            .refusal(400);
        assert!(said.contains(named), "{metadata}: {said}");
        assert!(said.starts_with("Invalid metadata"), "{said}");
    }
    editor.upload(good().of_year(year + 1)).await.created();
}

#[tokio::test]
async fn parts_that_are_missing_are_named() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let post = |form: Form| {
        let request = editor.request(Method::POST, "/api/documents/upload");
        Reply::of(request.multipart(form))
    };
    let said = post(Form::new().text("metadata", "{}")).await.refusal(422);
    assert!(
        said.contains("file") && said.contains("sensitivity_confirmed"),
        "{said}"
    );
    assert!(!said.contains("metadata"), "{said}");
    let unclear = good().into_form().text("sensitivity_confirmed", "perhaps");
    assert!(
        post(unclear)
            .await
            .refusal(422)
            .contains("sensitivity_confirmed")
    );
    editor
        .post("/api/documents/upload", &json!({}))
        .await
        .json(422);
    nothing_was_kept(&server).await;
}

async fn refusal_of(editor: &Client, name: &str, bytes: Vec<u8>) -> (u16, String) {
    let reply = editor.upload(a_document(name).with_bytes(bytes)).await;
    let status = reply.status.as_u16();
    (status, reply.refusal(status))
}

/// A Word document without its end, as after a broken download.
fn torn_docx() -> Vec<u8> {
    let mut bytes = files::docx(&["Boats bring books to the islands."]);
    bytes.truncate(bytes.len() - 60);
    bytes
}

#[tokio::test]
async fn d_61_files_that_cannot_be_read_are_told_why() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let text = || b"Just a few words.".to_vec();
    for (name, bytes, status, reason) in [
        ("picture.png", files::png(), 400, "PNG"),
        ("plan.pdf", text(), 400, "named .pdf"),
        ("plan.docx", files::png(), 400, "named .docx"),
        ("script.exe", text(), 400, ".exe"),
        ("plan.txt", Vec::new(), 400, "File is empty"),
        ("scan.pdf", files::blank_pdf(), 422, "OCR"),
        ("locked.pdf", files::locked_pdf(), 422, "password"),
        ("torn.docx", torn_docx(), 422, "damaged"),
    ] {
        let (found, said) = refusal_of(&editor, name, bytes).await;
        assert!(said.contains(reason), "{name}: {said}");
        assert_eq!(found, status, "{name}: {said}");
    }
    nothing_was_kept(&server).await;
}

#[tokio::test]
async fn d_77_files_that_are_too_large_are_refused_whatever_they_are() {
    let server = TestServer::start_with(&["--max-file-size-mb", "1"]).await;
    let editor = server.as_editor().await;
    let large = 1024 * 1024 + 1;
    for (name, bytes) in [
        ("long.txt", vec![b'a'; large]),
        ("pictures.docx", files::docx_with_picture(large)),
        ("much-longer.txt", vec![b'a'; 6 * large]),
    ] {
        let (status, said) = refusal_of(&editor, name, bytes).await;
        assert_eq!(status, 413, "{name}: {said}");
        assert!(said.contains("1048576 bytes"), "{name}: {said}");
    }
    nothing_was_kept(&server).await;
    editor.upload(good()).await.created();
}

#[tokio::test]
async fn a_file_that_is_there_already_is_named() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let made = editor.upload(good()).await.created();
    let bytes = good().bytes().to_vec();
    let again = a_document("copy of plan.txt")
        .with_bytes(bytes)
        .of_year(2020);
    let said = editor.upload(again).await.refusal(409);
    assert!(said.contains("'plan.txt'"), "{said}");
    assert!(said.contains(made["doc_id"].as_str().unwrap()), "{said}");
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 1);
}

#[tokio::test]
async fn writers_read_but_do_not_upload_or_delete() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let said = writer.upload(good()).await.refusal(403);
    assert!(said.contains("Editor access required"), "{said}");
    server.as_nobody().upload(good()).await.json(401);
    nothing_was_kept(&server).await;
    let made = server.as_editor().await.upload(good()).await.created();
    let path = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    writer.delete(&path).await.json(403);
    writer.get(&path).await.ok();
}
