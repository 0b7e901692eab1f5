//! Documents that are deleted, come back, or are gone for good; and what is cited of them.

use serde_json::{Value, json};

use crate::support::{Browser, Client, TestServer, a_document, an_output, eventually};

const WORDS: &str = "In 2024 our reading coaches visited 41 schools in the valley.";

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn path_of(document: &Value) -> String {
    format!("/api/documents/{}", text(document, "doc_id"))
}

async fn passages_of(client: &Client, document: &Value) -> Value {
    let path = format!("{}/passages", path_of(document));
    client.get(&path).await.ok()["passages"].clone()
}

async fn hits(client: &Client) -> usize {
    let found = client.get("/api/search?q=reading+coaches").await.ok();
    found["hits"].as_array().unwrap().len()
}

async fn is_found(client: &Client) {
    eventually("it is found", || async {
        (hits(client).await > 0).then_some(())
    })
    .await;
}

/// An output that cites the first passage of a document.
async fn citing(client: &Client, document: &Value) -> Value {
    let passage = passages_of(client, document).await[0]["passage_id"].clone();
    let cited = json!([{ "number": 1, "passage_id": passage }]);
    let output = an_output("Capacity").with("sources", cited);
    client.post("/api/outputs", output.body()).await.created()
}

async fn source_of(client: &Client, output: &Value) -> Value {
    let path = format!("/api/outputs/{}/sources", text(output, "output_id"));
    client.get(&path).await.ok()["sources"][0].clone()
}

/// Lets 31 days pass since everything was deleted that is.
async fn a_month_passes(server: &mut TestServer) {
    let sql = "UPDATE deleted_documents SET deleted_at = deleted_at - interval '31 days'";
    sqlx::query(sql).execute(&server.pool()).await.unwrap();
    // What is over is swept when a server starts, and then once an hour.
    server.restart_after(|_| ());
}

#[tokio::test]
async fn a_deleted_document_is_nowhere_and_comes_back_as_it_was() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("report.pdf")
        .saying(&[WORDS, "The year closed with a surplus of $50,000."])
        .filed_under("Early Childhood")
        .tagged("rural")
        .with_outcome("Funded");
    let made = editor.upload(document.clone()).await.created();
    let path = path_of(&made);
    is_found(&editor).await;
    let before = editor.get(&path).await.ok();
    let passages = passages_of(&editor, &made).await;
    let named = editor.get(&format!("{path}/entities")).await.ok();
    assert!(
        text(&named["entities"][0], "text").contains("50,000"),
        "{named}"
    );
    let proposed = editor.get(&format!("{path}/proposals")).await.ok();
    let output = citing(&editor, &made).await;

    editor.delete(&path).await.ok();
    for what in ["", "/passages", "/file"] {
        editor.get(&format!("{path}{what}")).await.json(404);
    }
    assert_eq!(hits(&editor).await, 0);
    let stats = editor.get("/api/documents/stats").await.ok();
    assert_eq!(
        (&stats["total_documents"], &stats["total_chunks"]),
        (&json!(0), &json!(0))
    );
    let list = editor.get("/api/documents").await.ok();
    assert_eq!(list["pagination"]["total"], 0);
    let list = editor.get("/api/documents/deleted").await.ok();
    assert_eq!(list["pagination"]["total"], 1);
    let row = &list["documents"][0];
    assert_eq!(row["doc_id"], made["doc_id"]);
    assert_eq!(row["filename"], "report.pdf");
    assert_eq!(row["deleted_by"], "edith@example.org");
    assert!(text(row, "restorable_until") > text(row, "deleted_at"));

    let back = editor
        .post(&format!("{path}/restore"), &json!({}))
        .await
        .ok();
    assert_eq!(back, before);
    assert_eq!(editor.get(&path).await.ok(), before);
    assert_eq!(passages_of(&editor, &made).await, passages);
    let again = editor.get(&format!("{path}/entities")).await.ok();
    assert_eq!(again, named);
    let again = editor.get(&format!("{path}/proposals")).await.ok();
    assert_eq!(again, proposed);
    let file = editor.get(&format!("{path}/file")).await;
    assert_eq!(file.bytes, document.bytes());
    is_found(&editor).await;
    let source = source_of(&editor, &output).await;
    assert_eq!(source["passage_id"], passages[0]["passage_id"]);
    assert_eq!(source["doc_id"], made["doc_id"]);
    let list = editor.get("/api/documents/deleted").await.ok();
    assert_eq!(list["pagination"]["total"], 0);
    let again = editor.post(&format!("{path}/restore"), &json!({})).await;
    assert!(again.text().contains("30 days"), "{}", again.text());
    again.json(404);
    let written_down = "SELECT count(*) FROM audit_log a JOIN users u ON a.user_id = u.user_id::text
        WHERE a.event_type IN ('document.delete', 'document.restore') AND u.email = 'edith@example.org'";
    assert_eq!(server.count(written_down).await, 2);
}

#[tokio::test]
async fn a_file_that_was_put_in_anew_stands_in_the_way() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("report.txt").saying(&[WORDS]);
    let first = editor.upload(document.clone()).await.created();
    editor.delete(&path_of(&first)).await.ok();
    let second = editor.upload(document).await.created();
    assert_ne!(first["doc_id"], second["doc_id"]);
    let restore = format!("{}/restore", path_of(&first));
    let refused = editor.post(&restore, &json!({})).await;
    assert!(
        refused.text().contains(text(&second, "doc_id")),
        "{}",
        refused.text()
    );
    refused.json(409);
    editor.delete(&path_of(&second)).await.ok();
    assert_eq!(server.kept_files().len(), 1);
    editor.post(&restore, &json!({})).await.ok();
}

#[tokio::test]
async fn a_held_document_comes_back_held_and_programs_as_they_are_now() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    for name in ["Boats", "Ferries"] {
        admin
            .post("/api/programs", &json!({ "name": name }))
            .await
            .created();
    }
    let private = "Her social-security number is 536-22-8147, and boats bring her books.";
    let held = a_document("family.txt").saying(&[private]);
    let held = editor.upload(held).await.created();
    let filed = json!({ "doc_type": "Other", "year": 2024, "programs": ["Boats", "Ferries"] });
    let filed = a_document("plan.txt").saying(&[WORDS]).described_as(filed);
    let filed = editor.upload(filed).await.created();
    for document in [&held, &filed] {
        editor.delete(&path_of(document)).await.ok();
    }
    let programs = admin.get("/api/programs").await.ok();
    for program in programs["programs"].as_array().unwrap() {
        let path = format!("/api/programs/{}", text(program, "program_id"));
        match text(program, "name") {
            "Boats" => drop(admin.put(&path, &json!({ "name": "Big Boats" })).await.ok()),
            "Ferries" => drop(admin.delete(&path).await.ok()),
            _ => {}
        }
    }
    for document in [&held, &filed] {
        editor
            .post(&format!("{}/restore", path_of(document)), &json!({}))
            .await
            .ok();
    }
    assert_eq!(editor.get(&path_of(&held)).await.ok()["held"], true);
    let told = editor
        .get(&format!("{}/sensitivity", path_of(&held)))
        .await
        .ok();
    assert_eq!(told["findings"][0]["masked"], "***-**-8147");
    server
        .as_writer()
        .await
        .get(&path_of(&held))
        .await
        .json(404);
    let filed = editor.get(&path_of(&filed)).await.ok();
    assert_eq!(filed["programs"], json!(["Big Boats"]));
}

#[tokio::test]
async fn after_a_month_it_is_gone_for_good_except_for_what_is_cited() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let page = |words: &str| format!("{words} ").repeat(40);
    let (first, second) = (page(WORDS), page("Ferries bring tutors to the islands."));
    let cited = a_document("cited.pdf").saying(&[&first, &second]);
    let made = editor.upload(cited.clone()).await.created();
    let passages = passages_of(&editor, &made).await;
    assert!(passages.as_array().unwrap().len() > 1, "{passages}");
    let output = citing(&editor, &made).await;
    let other = a_document("other.txt").saying(&["Nobody cites these words."]);
    let other = editor.upload(other).await.created();
    for document in [&made, &other] {
        editor.delete(&path_of(document)).await.ok();
    }
    assert_eq!(server.kept_files().len(), 2);
    a_month_passes(&mut server).await;
    eventually("what nobody cites is gone", || async {
        (server.kept_files().len() == 1).then_some(())
    })
    .await;
    let editor = server.as_editor().await;
    let list = editor.get("/api/documents/deleted").await.ok();
    assert_eq!(list["pagination"]["total"], 0);
    editor
        .post(&format!("{}/restore", path_of(&made)), &json!({}))
        .await
        .json(404);
    assert_eq!(
        server.count("SELECT count(*) FROM deleted_passages").await,
        1
    );
    let written_down = "SELECT count(*) FROM audit_log WHERE event_type = 'document.purge'";
    assert_eq!(server.count(written_down).await, 2);

    // What is cited can be opened, in the browser as well.
    let source = source_of(&editor, &output).await;
    assert_eq!(
        (&source["passage_id"], &source["doc_id"]),
        (&Value::Null, &Value::Null)
    );
    let citation = format!("/api/citations/{}", text(&source, "cited_passage_id"));
    let writer = server.as_writer().await;
    let kept = writer.get(&citation).await.ok();
    assert_eq!(kept["text"], passages[0]["text"]);
    assert_eq!(kept["filename"], "cited.pdf");
    assert!(kept["deleted_at"].is_string());
    let file = writer.get(&format!("{citation}/file")).await;
    assert_eq!(file.bytes, cited.bytes());
    let uncited = format!("/api/citations/{}", text(&passages[1], "passage_id"));
    writer.get(&uncited).await.json(404);
    let browser = Browser::sign_in(&server, crate::support::server::EDITOR).await;
    let page = browser
        .look_at(&format!("/cited/{}", text(&source, "cited_passage_id")))
        .await;
    assert!(
        page.text().contains("This document was deleted on"),
        "{}",
        page.text()
    );

    // With the last text that cites it, it goes.
    editor
        .delete(&format!("/api/outputs/{}", text(&output, "output_id")))
        .await
        .ok();
    a_month_passes(&mut server).await;
    eventually("all of it is gone", || async {
        server.kept_files().is_empty().then_some(())
    })
    .await;
    assert_eq!(
        server.count("SELECT count(*) FROM deleted_documents").await,
        0
    );
}

#[tokio::test]
async fn an_answer_keeps_what_it_cites() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let made = editor
        .upload(a_document("report.txt").saying(&[WORDS]))
        .await
        .created();
    is_found(&editor).await;
    let question = json!({ "message": "How many schools did the reading coaches visit?" });
    let answer = editor.post("/api/chat", &question).await.ok();
    let passage = text(&answer["sources"][0], "passage_id").to_owned();
    let citation = format!("/api/citations/{passage}");
    assert_eq!(editor.get(&citation).await.ok()["deleted_at"], Value::Null);
    editor.delete(&path_of(&made)).await.ok();
    a_month_passes(&mut server).await;
    let editor = server.as_editor().await;
    eventually("its time is over", || async {
        let open = "SELECT count(*) FROM deleted_documents WHERE kept_rows IS NOT NULL";
        (server.count(open).await == 0).then_some(())
    })
    .await;
    assert_eq!(editor.get(&citation).await.ok()["text"], WORDS);
    let file = editor.get(&format!("{citation}/file")).await;
    assert_eq!(file.bytes, WORDS.as_bytes());
}

#[tokio::test]
async fn the_command_line_lists_and_brings_back() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let made = editor
        .upload(a_document("report.txt").saying(&[WORDS]))
        .await
        .created();
    editor.delete(&path_of(&made)).await.ok();
    let id = text(&made, "doc_id");
    let listed = server.run(&["documents", "deleted", "--json"]).json();
    assert_eq!(listed[0]["doc_id"], id);
    let said = server.run(&["documents", "restore", id]).ok();
    assert!(said.contains("is back, with 1 passages"), "{said}");
    editor.get(&path_of(&made)).await.ok();
    let refused = server.run(&["documents", "restore", id]).failed();
    assert!(refused.contains("30 days"), "{refused}");
    let said = server.run(&["documents", "deleted"]).ok();
    assert!(said.contains("Nothing was deleted"), "{said}");
}

/// A table that goes with a document has to be named where documents are kept, or undoing
/// a deletion loses it.
#[tokio::test]
async fn nothing_that_goes_with_a_document_is_forgotten() {
    let server = TestServer::start().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "WITH RECURSIVE gone(of) AS (
             SELECT 'documents'::regclass::oid
             UNION
             SELECT c.conrelid FROM pg_constraint c JOIN gone ON c.confrelid = gone.of
             WHERE c.contype = 'f' AND c.confdeltype = 'c'
         )
         SELECT of::regclass::text FROM gone ORDER BY 1",
    )
    .fetch_all(&server.pool())
    .await
    .unwrap();
    let mut kept: Vec<_> = archivist_store::deleted::TABLES.to_vec();
    // The vectors of embedding models are read again, and people choose again.
    kept.extend([
        "document_programs",
        "document_versions",
        "passages",
        "passage_embeddings",
        "passage_entities",
        "search_clicks",
        "search_pins",
    ]);
    kept.sort_unstable();
    assert_eq!(tables, kept);
}
