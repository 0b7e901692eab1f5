//! Personal data: held before anybody finds it, released by an editor.

use serde_json::{Value, json};

use crate::support::forms::Browser;
use crate::support::server::WRITER;
use crate::support::{Client, Site, TestServer, a_document};

const PRIVATE: &str = "Zoë’s social-security number is 536-22-8147, and boats bring her books.";

/// Puts a document with a number in; returns its address.
async fn held_document(editor: &Client) -> String {
    let document = a_document("family.txt").saying(&[PRIVATE]);
    let made = editor.upload(document).await.created();
    let note = made["notes"][0].as_str().unwrap();
    assert!(note.contains("Held until an editor has decided"), "{note}");
    assert!(
        note.contains("***-**-8147") && !note.contains("536"),
        "{note}"
    );
    format!("/api/documents/{}", made["doc_id"].as_str().unwrap())
}

async fn hits(client: &Client) -> usize {
    let found = client.get("/api/search?q=boats").await.ok();
    found["hits"].as_array().unwrap().len()
}

async fn listed(client: &Client) -> Value {
    client.get("/api/documents").await.ok()["pagination"]["total"].clone()
}

#[tokio::test]
async fn a_held_document_is_for_editors_alone_until_one_releases_it() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let address = held_document(&editor).await;
    let sensitivity = format!("{address}/sensitivity");

    for path in ["", "/passages", "/file"] {
        writer.get(&format!("{address}{path}")).await.json(404);
    }
    let id = address.rsplit('/').next().unwrap();
    let page = Browser::sign_in(&server, WRITER).await;
    let page = page
        .look_at(&format!("/search?q=boats&document={id}"))
        .await;
    assert!(page.text().contains("a document that is gone"));
    assert!(!page.text().contains("family"), "{}", page.text());
    assert_eq!(listed(&writer).await, json!(0));
    assert_eq!(listed(&editor).await, json!(1));
    assert_eq!(hits(&editor).await, 0, "not even editors find it");
    let told = editor.get(&sensitivity).await.ok();
    assert_eq!(told["held"], json!(true));
    assert_eq!(told["findings"][0]["kind"], json!("social_security"));
    assert_eq!(told["findings"][0]["masked"], json!("***-**-8147"));
    let place = (&told["findings"][0]["start"], &told["findings"][0]["end"]);
    assert_eq!(place, (&json!(32), &json!(43)), "in code points");
    writer.get(&sensitivity).await.json(403);
    writer
        .post(&format!("{address}/release"), &json!({}))
        .await
        .json(403);

    let released = editor
        .post(&format!("{address}/release"), &json!({}))
        .await
        .ok();
    assert_eq!(released["held"], json!(false));
    assert!(released["released_by"].as_str().unwrap().contains('@'));
    writer.get(&address).await.ok();
    assert_eq!(listed(&writer).await, json!(1));
    crate::support::eventually("the document is found", || async {
        (hits(&writer).await == 1).then_some(())
    })
    .await;
    // Ids in the details may have three of its digits by chance.
    for event in ["document.hold", "document.release"] {
        let sql =
            "SELECT count(*) FROM audit_log WHERE event_type = $1 AND details::text !~ '536.?22'";
        let count: i64 = sqlx::query_scalar(sql)
            .bind(event)
            .fetch_one(&server.pool())
            .await
            .unwrap();
        assert_eq!(count, 1, "{event}");
    }
}

#[tokio::test]
async fn a_document_without_personal_data_is_not_held() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("plan.txt").saying(&["Boats bring books. Call (555) 201-4410."]);
    let made = editor.upload(document).await.created();
    assert_eq!(made["notes"], json!([]));
    let address = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    assert_eq!(editor.get(&address).await.ok()["held"], json!(false));
    let told = editor.get(&format!("{address}/sensitivity")).await.ok();
    assert_eq!(
        (&told["held"], &told["held_at"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn held_documents_are_marked_and_do_not_count_as_what_can_be_searched() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let address = held_document(&editor).await;
    let document = a_document("plan.txt").saying(&["Boats bring books."]);
    editor.upload(document).await.created();
    let stats = editor.get("/api/documents/stats").await.ok();
    assert_eq!(
        (&stats["total_documents"], &stats["total_chunks"]),
        (&json!(1), &json!(1))
    );
    let total = async |query: &str| {
        let list = editor.get(&format!("/api/documents?{query}")).await.ok();
        list["pagination"]["total"].clone()
    };
    assert_eq!(total("held=true").await, json!(1));
    assert_eq!(total("held=false").await, json!(1));
    let browser = crate::support::Browser::sign_in(&server, crate::support::server::EDITOR).await;
    let page = browser.look_at("/library?state=Held").await.text();
    assert!(
        page.contains("family.txt") && page.contains("Held</span>"),
        "{page}"
    );
    assert!(!page.contains("plan.txt"));
    editor
        .post(&format!("{address}/release"), &json!({}))
        .await
        .ok();
    let stats = editor.get("/api/documents/stats").await.ok();
    assert_eq!(stats["total_documents"], json!(2));
}

#[tokio::test]
async fn another_reading_holds_what_it_finds_for_the_first_time() {
    let site = Site::new().await;
    let file = site.write("in/family.txt", PRIVATE);
    site.run(&["import", file.to_str().unwrap()]).ok();
    let held = "SELECT count(*) FROM document_holds WHERE released_at IS NULL";
    let run = |sql: &'static str| {
        let pool = site.pool();
        async move { sqlx::query(sql).execute(&pool).await.unwrap() }
    };
    // As an older version left it, which did not look for such numbers.
    run("DELETE FROM document_holds").await;
    let would = site
        .run(&["reprocess", "--all", "--dry-run", "--json"])
        .json();
    assert_eq!(would["documents"][0]["held"], json!(true));
    assert_eq!(site.count(held).await, 0);
    let said = site.run(&["reprocess", "--all"]).ok();
    assert!(said.contains("held until an editor has decided"), "{said}");
    assert_eq!(site.count(held).await, 1);
    // What an editor has seen and released stays released.
    run("UPDATE document_holds SET released_at = now(), released_by = 'editor@example.org'").await;
    site.run(&["reprocess", "--all"]).ok();
    assert_eq!(site.count(held).await, 0);
    let audited = "SELECT count(*) FROM audit_log WHERE event_type = 'document.hold'";
    assert_eq!(site.count(audited).await, 2);
}
