//! Putting documents in and taking them out.

mod refusals;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestServer, a_document, eventually};

/// Two pages of an annual report.
const READING: &str = "In 2024 our reading coaches visited 41 schools in the valley. \
    Children read aloud for twenty minutes each day, and 312 of them moved up one level.";
const MONEY: &str = "The year closed with a surplus of 18,400 dollars. \
    Half of all income came from local foundations, the rest from the county.";

#[tokio::test]
async fn d_12_d_13_every_kind_of_file_comes_in_and_goes_out_as_it_was() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let writer = server.as_writer().await;
    for (name, media_type) in [
        ("report.pdf", "application/pdf"),
        (
            "report.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("report.txt", "text/plain"),
        ("report.md", "text/markdown"),
        ("report.html", "text/html"),
    ] {
        let title = format!("Here follows {name}.");
        let document = a_document(name).saying(&[&title, READING, MONEY]);
        let sent = document.bytes().to_vec();
        let made = editor.upload(document).await.created();
        assert_eq!(made["success"], true);
        assert_eq!(made["filename"], name);
        let id = made["doc_id"].as_str().unwrap();
        let file = writer.get(&format!("/api/documents/{id}/file")).await;
        assert_eq!(file.status, 200, "{name}");
        assert!(file.bytes == sent, "{name} came back changed");
        assert!(
            file.header("content-type").unwrap().starts_with(media_type),
            "{name}"
        );
        assert!(file.header("content-disposition").unwrap().contains(name));
        let passages = writer
            .get(&format!("/api/documents/{id}/passages"))
            .await
            .ok();
        let passages = passages["passages"].as_array().unwrap();
        assert_eq!(json!(passages.len()), made["chunks_created"]);
        let text: String = passages
            .iter()
            .map(|p| p["text"].as_str().unwrap())
            .collect();
        assert!(text.contains("312 of them moved up"), "{name}: {text}");
        assert!(text.contains("18,400 dollars"), "{name}: {text}");
    }
    let stats = writer.get("/api/documents/stats").await.ok();
    assert_eq!(stats["total_documents"], 5);
    assert_eq!(stats["by_year"], json!({ "2024": 5 }));
    assert_eq!(stats["by_type"], json!({ "Other": 5 }));
    let passages = server.count("SELECT count(*) FROM passages").await;
    assert_eq!(stats["total_chunks"], passages);
}

#[tokio::test]
async fn d_15_what_was_said_about_a_document_is_kept() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("Annual Report 2023.pdf")
        .saying(&[READING, MONEY])
        .of_type("Annual Report")
        .of_year(2023)
        .filed_under("early childhood")
        .tagged(" rural ")
        .with_outcome("Final Report");
    let made = editor.upload(document).await.created();
    let id = made["doc_id"].as_str().unwrap();
    let kept = editor.get(&format!("/api/documents/{id}")).await.ok();
    assert_eq!(kept["doc_type"], "Annual Report");
    assert_eq!(kept["year"], 2023);
    assert_eq!(kept["programs"], json!(["Early Childhood"]));
    assert_eq!(kept["tags"], json!(["rural"]));
    assert_eq!(kept["outcome"], "Final Report");
    assert_eq!(kept["page_count"], 2);
    assert_eq!(kept["chunks_count"], made["chunks_created"]);
    let (confirmed_by, level): (String, String) = sqlx::query_as(
        "SELECT sensitivity_confirmed_by, sensitivity_level FROM documents
         WHERE sensitivity_confirmed_at IS NOT NULL AND NOT is_sensitive",
    )
    .fetch_one(&server.pool())
    .await
    .unwrap();
    assert_eq!(
        (confirmed_by.as_str(), level.as_str()),
        ("edith@example.org", "low")
    );
    let written_down =
        "SELECT count(*) FROM audit_log a JOIN users u ON a.user_id = u.user_id::text
        JOIN documents d ON a.entity_id = d.doc_id
        WHERE a.event_type = 'document.upload' AND u.email = 'edith@example.org'";
    assert_eq!(server.count(written_down).await, 1);
}

#[tokio::test]
async fn d_51_passages_know_their_page() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let page = |words: &str| format!("{words}. ").repeat(40);
    let (first, second) = (page("Boats carry books"), page("Ferries bring tutors"));
    let document = a_document("plan.pdf").saying(&[&first, &second]);
    let made = editor.upload(document).await.created();
    let path = format!(
        "/api/documents/{}/passages",
        made["doc_id"].as_str().unwrap()
    );
    let passages = editor.get(&path).await.ok();
    for passage in passages["passages"].as_array().unwrap() {
        let text = passage["text"].as_str().unwrap();
        if text.starts_with("Boats") {
            assert_eq!(passage["page"], 1, "{text}");
        }
        if text.ends_with("tutors.") {
            assert_eq!(passage["page_last"], 2, "{text}");
        }
        let words = passage["word_count"].as_u64().unwrap();
        assert!((100..=300).contains(&words), "{words} words");
    }
}

#[tokio::test]
async fn d_14_d_20_the_list_is_filtered_and_counted() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    for (n, year) in [2021, 2022, 2022, 2023].into_iter().enumerate() {
        let text = format!("Report number {n}. {READING}");
        let document = a_document(&format!("report-{n}.txt"))
            .saying(&[&text])
            .of_year(year)
            .tagged(if n % 2 == 0 { "even" } else { "odd" });
        editor.upload(document).await.created();
    }
    let names = |list: &serde_json::Value| {
        let documents = list["documents"].as_array().unwrap().clone();
        documents
            .iter()
            .map(|d| d["filename"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = editor.get("/api/documents").await.ok();
    assert_eq!(
        names(&all),
        [
            "report-3.txt",
            "report-2.txt",
            "report-1.txt",
            "report-0.txt"
        ]
    );
    let of_2022 = editor.get("/api/documents?year=2022").await.ok();
    assert_eq!(names(&of_2022), ["report-2.txt", "report-1.txt"]);
    let both = editor.get("/api/documents?year=2022&tag=odd").await.ok();
    assert_eq!(names(&both), ["report-1.txt"]);
    assert_eq!(both["pagination"]["total"], 1);
    let by_name = editor.get("/api/documents?search=REPORT-3").await.ok();
    assert_eq!(names(&by_name), ["report-3.txt"]);
    let wildcard = editor.get("/api/documents?search=report%25").await.ok();
    assert_eq!(names(&wildcard), Vec::<String>::new());
    let page = editor.get("/api/documents?skip=1&limit=2").await.ok();
    assert_eq!(names(&page), ["report-2.txt", "report-1.txt"]);
    assert_eq!(
        page["pagination"],
        json!({ "total": 4, "page": 1, "per_page": 2, "total_pages": 2, "has_next": true, "has_previous": true })
    );
    editor.get("/api/documents?year=soon").await.json(422);
    editor.get("/api/documents?limit=0").await.json(422);
}

#[tokio::test]
async fn deleting_leaves_nothing_in_the_library() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("report.pdf").saying(&[READING, MONEY]);
    let made = editor.upload(document.clone()).await.created();
    let hits = || async {
        let found = editor.get("/api/search?q=reading+coaches").await.ok();
        found["hits"].as_array().unwrap().len()
    };
    eventually("the document is found", || async {
        (hits().await > 0).then_some(())
    })
    .await;
    assert_eq!(server.kept_files().len(), 1);
    let path = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    let gone = editor.delete(&path).await.ok();
    assert_eq!(gone["chunks_deleted"], made["chunks_created"]);
    assert!(gone["message"].as_str().unwrap().contains("report.pdf"));
    // At once, not only when the index has heard of it.
    assert_eq!(hits().await, 0);
    editor.get(&path).await.json(404);
    editor.get(&format!("{path}/file")).await.json(404);
    editor.delete(&path).await.json(404);
    let left = "SELECT (SELECT count(*) FROM passages) + (SELECT count(*) FROM documents)";
    assert_eq!(server.count(left).await, 0);
    editor.upload(document).await.created();
}

#[tokio::test]
async fn the_same_file_sent_twice_at_once_comes_in_once() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = || a_document("report.txt").saying(&[READING]);
    let (one, two) = tokio::join!(editor.upload(document()), editor.upload(document()));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.text(), two.text());
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 1);
    assert_eq!(server.kept_files().len(), 1);
}

#[tokio::test]
async fn ids_that_lead_nowhere_are_told() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    writer.get("/api/documents/7").await.json(400);
    let unknown = format!("/api/documents/{}", uuid::Uuid::new_v4());
    for path in [
        unknown.clone(),
        format!("{unknown}/file"),
        format!("{unknown}/passages"),
    ] {
        assert_eq!(
            writer.get(&path).await.json(404)["error"],
            "Resource not found"
        );
    }
}

/// Old sites have documents without year and outcome.
#[tokio::test]
async fn d_65_a_document_without_year_and_outcome_is_read() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let made = admin
        .upload(
            a_document("plan.txt")
                .saying(&["We plant forty trees."])
                .tagged("trees"),
        )
        .await
        .created();
    let sql = "UPDATE documents SET year = NULL, outcome = NULL, chunks_count = NULL";
    sqlx::query(sql).execute(&server.pool()).await.unwrap();
    let path = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    let listed = admin.get("/api/documents").await.ok()["documents"][0].clone();
    for document in [admin.get(&path).await.ok(), listed] {
        for field in ["year", "outcome"] {
            assert_eq!(document[field], Value::Null, "{field}");
        }
        assert_eq!(document["tags"], json!(["trees"]));
    }
    let stats = admin.get("/api/documents/stats").await.ok();
    assert_eq!(stats["total_documents"], 1);
}

#[tokio::test]
async fn a_web_page_is_saved_and_never_runs_on_our_origin() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let page = "<!doctype html><title>Report</title><script>document.title = 'mine'</script>\
        <p>In 2024 our reading coaches visited 41 schools.</p>";
    for name in ["report.html", "report.txt", "report.xhtml"] {
        let page = format!("{page}<p>{name}</p>");
        let document = a_document(name).with_bytes(page.as_bytes());
        let made = editor.upload(document).await.created();
        let path = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
        let file = editor.get(&format!("{path}/file")).await;
        let disposition = file.header("content-disposition").unwrap();
        assert!(
            disposition.starts_with("attachment;"),
            "{name}: {disposition}"
        );
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        let policy = file.header("content-security-policy").unwrap();
        assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"));
        let passages = editor
            .get(&format!("{path}/passages"))
            .await
            .ok()
            .to_string();
        assert!(passages.contains("visited 41 schools"), "{passages}");
        assert!(!passages.contains("document.title"), "{passages}");
    }
}

#[tokio::test]
async fn a_file_comes_whole_in_part_compressed_or_not_at_all_as_it_is_asked_for() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("report.txt").saying(&[READING, MONEY]);
    let made = editor.upload(document.clone()).await.created();
    let path = format!("/api/documents/{}/file", made["doc_id"].as_str().unwrap());
    let ask = |name: &'static str, value: String| {
        Reply::of(editor.request(Method::GET, &path).header(name, value))
    };
    let whole = editor.get(&path).await;
    assert_eq!(whole.bytes, document.bytes());
    let part = ask("range", "bytes=0-6".to_owned()).await;
    assert_eq!((part.status.as_u16(), part.bytes.len()), (206, 7));
    let beyond = ask("range", "bytes=99999-".to_owned()).await;
    assert_eq!(beyond.status, 416);
    let written = whole.header("last-modified").unwrap().to_owned();
    let known = ask("if-modified-since", written).await;
    assert_eq!(known.status, 304);
    let before = "Mon, 01 Jan 2001 00:00:00 GMT".to_owned();
    let changed = ask("if-unmodified-since", before).await;
    assert_eq!(changed.status, 412);
    let packed = ask("accept-encoding", "gzip".to_owned()).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
}
