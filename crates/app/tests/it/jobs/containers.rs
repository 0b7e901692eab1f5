//! Files that hold others: each of those is a document of its own.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{comes_to, id};
use crate::support::{Client, Site, TestServer, a_document, eventually, files};

const WORDS: &str = "Boats bring books to the islands every week.";

fn archive(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn mixed_archive() -> Vec<u8> {
    archive(&[
        ("2024/plan.docx", files::docx(&["Our plan.", WORDS])),
        ("2024/report.pdf", files::pdf(&["Our report.", WORDS])),
        ("picture.png", files::png()),
    ])
}

/// A message with a report attached.
fn message() -> Vec<u8> {
    let text = format!(
        "From: Ada <ada@example.org>\r\nTo: Edith <edith@example.org>\r\nSubject: The report\r\n\
         Date: Mon, 4 Mar 2024 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"part\"\r\n\r\n\
         --part\r\nContent-Type: text/plain\r\n\r\nDear Edith, here is the report on the boats.\r\n\
         --part\r\nContent-Type: text/plain; name=\"report.txt\"\r\n\
         Content-Disposition: attachment; filename=\"report.txt\"\r\n\r\n{WORDS}\r\n--part--\r\n"
    );
    text.into_bytes()
}

async fn children(client: &Client, parent: &str) -> Vec<Value> {
    let path = format!("/api/jobs?parent_id={parent}");
    let list = client.get(&path).await.ok();
    list["jobs"].as_array().unwrap().clone()
}

/// The jobs that came out of one, when all of them have ended.
async fn ended(client: &Client, parent: &str) -> Vec<Value> {
    eventually("all that came out of it has ended", || async {
        let found = children(client, parent).await;
        let is_over = |job: &Value| job["status"] == "ready" || job["status"] == "failed";
        (!found.is_empty() && found.iter().all(is_over)).then_some(found)
    })
    .await
}

fn of<'a>(jobs: &'a [Value], filename: &str) -> &'a Value {
    jobs.iter().find(|job| job["filename"] == filename).unwrap()
}

#[tokio::test]
async fn each_file_of_an_archive_is_a_document_of_its_own() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let document = a_document("papers.zip")
        .with_bytes(mixed_archive())
        .of_year(2021)
        .tagged("boats");
    // There is no single document to wait for.
    let id = id(&editor.upload(document).await);
    let parent = comes_to(&editor, &id, "ready").await;
    assert_eq!(
        (&parent["code"], &parent["children"]),
        (&json!("unpacked"), &json!(3))
    );
    let jobs = ended(&editor, &id).await;
    assert_eq!(of(&jobs, "plan.docx")["code"], "added");
    assert_eq!(of(&jobs, "report.pdf")["parent_id"], id.as_str());
    let refused = of(&jobs, "picture.png");
    assert_eq!(refused["code"], "refused");
    assert!(refused["message"].as_str().unwrap().contains("PNG"));
    // What was said of the archive holds for them.
    let said = "SELECT count(*) FROM documents JOIN document_tags USING (doc_id)
        WHERE year = 2021 AND tag = 'boats'";
    assert_eq!(server.count(said).await, 2);
    // The archive itself is not kept.
    let files = "SELECT count(*) FROM files WHERE media_type = 'application/zip'";
    assert_eq!(server.count(files).await, 0);
}

#[tokio::test]
async fn a_message_is_a_document_and_so_is_what_is_attached() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let made = editor
        .upload(a_document("mail.eml").with_bytes(message()))
        .await
        .created();
    let list = editor.get("/api/jobs").await.ok();
    let parent = of(list["jobs"].as_array().unwrap(), "mail.eml")["job_id"].clone();
    let jobs = ended(&editor, parent.as_str().unwrap()).await;
    let attached = of(&jobs, "report.txt");
    assert_eq!(attached["code"], "added");
    assert_ne!(attached["doc_id"], made["doc_id"]);
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 2);
}

#[tokio::test]
async fn an_archive_is_imported_file_by_file() {
    let site = Site::new().await;
    let path = site.write("papers.zip", mixed_archive());
    let path = path.to_str().unwrap();
    let report = site.run(&["import", path, "--json"]).json();
    assert_eq!(
        (&report["added"], &report["not_taken_in"]),
        (&json!(2), &json!(1))
    );
    let files = report["files"].as_array().unwrap();
    assert!(files.iter().any(|it| {
        it["file"]
            .as_str()
            .unwrap()
            .ends_with("papers.zip/2024/plan.docx")
    }));
    let again = site.run(&["import", path, "--json"]).json();
    assert_eq!(
        (&again["added"], &again["already_known"]),
        (&json!(0), &json!(2))
    );
}

#[tokio::test]
async fn an_archive_tells_what_its_files_are_like_a_folder() {
    let site = Site::new().await;
    let list = "file,title,year\nplans/a.txt,\"Boats, and books\",2021\n";
    let papers = archive(&[
        ("papers/plans/a.txt", format!("{WORDS} One.").into_bytes()),
        ("papers/2019/b.txt", format!("{WORDS} Two.").into_bytes()),
        ("papers/metadata.csv", list.as_bytes().to_vec()),
    ]);
    let path = site.write("papers.zip", papers);
    let rule = ["--folders", "papers/{tag}", "--year", "2015"];
    let args = [&["import", path.to_str().unwrap(), "--json"], &rule[..]].concat();
    let report = site.run(&args).json();
    // The list itself is no document.
    assert_eq!(
        (&report["added"], &report["not_taken_in"]),
        (&json!(2), &json!(0))
    );
    for (filename, title, year, tag) in [
        ("a.txt", Some("Boats, and books"), 2021, "plans"),
        ("b.txt", None, 2015, "2019"),
    ] {
        let known: (Option<String>, Option<i32>, String) = sqlx::query_as(
            "SELECT title, year, tag FROM documents JOIN document_tags USING (doc_id)
             WHERE filename = $1",
        )
        .bind(filename)
        .fetch_one(&site.pool())
        .await
        .unwrap();
        assert_eq!((known.1, known.2.as_str()), (Some(year), tag));
        assert!(title.is_none() || known.0.as_deref() == title, "{known:?}");
    }
}

#[tokio::test]
async fn an_archive_with_mistakes_in_its_list_changes_nothing() {
    let site = Site::new().await;
    let papers = archive(&[
        ("a.txt", WORDS.into()),
        ("metadata.csv", b"file,year\na.txt,1999\n".to_vec()),
    ]);
    let path = site.write("papers.zip", papers);
    let told = site.run(&["import", path.to_str().unwrap()]).failed();
    assert!(
        told.contains("papers.zip/metadata.csv:2:2: year must be"),
        "{told}"
    );
    assert_eq!(site.count("SELECT count(*) FROM documents").await, 0);
}
