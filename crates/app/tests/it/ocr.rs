//! The pictures among a document's pages are read, page by page.
//!
//! Two shell scripts play `pdftoppm` and `tesseract`: the first "draws" the number of the page,
//! the second looks up the text of that number, and both note that they were called.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::files::scan;
use crate::support::process;
use crate::support::server::{EDITOR, serve, serve_command};
use crate::support::{Browser, Client, Site, TestServer, a_document, eventually};

const COACHES: &str = "Reading coaches visit every school in the valley twice a week.";

/// A site whose programs read these texts, by page. A page waits while a file `wait-PAGE`
/// is there; one whose text is `fails` cannot be read.
pub(crate) async fn reading_site(texts: &[&str]) -> Site {
    let site = Site::new().await;
    for (n, text) in texts.iter().enumerate() {
        site.write(&format!("texts/{}", n + 1), text);
    }
    let folder = site.path("").display().to_string();
    // The arguments: -r 300 -gray -singlefile -f PAGE -l PAGE …
    let draw = format!("printf '%s' \"$6\" > page.pgm; echo \"$6\" >> {folder}/drawn");
    let read = format!(
        r#"read -r page < page.pgm || true
        text={folder}/texts/$page
        while [ -e {folder}/wait-$page ]; do sleep 0.05; done
        [ "$(head -c 5 $text)" = fails ] && exit 1
        echo "level"
        n=0
        for word in $(cat $text); do
          n=$((n + 1))
          printf '5\t1\t1\t1\t1\t%s\t0\t0\t9\t9\t96\t%s\n' $n "$word"
        done"#
    );
    program(&site, "pdftoppm", &draw);
    program(&site, "tesseract", &read);
    site
}

fn program(site: &Site, name: &str, body: &str) {
    // The children see no PATH.
    let path = site.write(
        &format!("programs/{name}"),
        format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{body}\n"),
    );
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

fn with_programs<'a>(site: &Site, command: &'a mut Command) -> &'a mut Command {
    command
        .env("ARCHIVIST_OCR", "true")
        .env("ARCHIVIST_OCR_PROGRAMS", site.path("programs"))
}

pub(crate) fn start(site: Site) -> TestServer {
    let mut command = serve_command(&site, &[]);
    let served = serve(with_programs(&site, &mut command));
    TestServer::of(served, site)
}

fn run(site: &Site, args: &[&str]) -> process::Finished {
    process::run(with_programs(site, &mut site.command(args)))
}

/// Pages that were drawn, each as often as it was.
fn drawn(site: &Site) -> Vec<String> {
    let noted = fs::read_to_string(site.path("drawn")).unwrap_or_default();
    noted.lines().map(str::to_owned).collect()
}

pub(crate) async fn put_in(editor: &Client, pages: &[&str]) -> String {
    let document = a_document("scan.pdf").with_bytes(scan(pages));
    let added = editor.upload(document).await.created();
    added["doc_id"].as_str().unwrap().to_owned()
}

async fn document(editor: &Client, id: &str) -> Value {
    editor.get(&format!("/api/documents/{id}")).await.ok()
}

/// The job that reads a document's pages, once it has this status.
pub(crate) async fn recognition(editor: &Client, status: &str) -> Value {
    eventually(&format!("recognition is {status}"), || async {
        let jobs = editor.get("/api/jobs").await.ok();
        let mut jobs = jobs["jobs"].as_array().unwrap().clone().into_iter();
        jobs.find(|job| job["kind"] == "ocr" && job["status"] == status)
    })
    .await
}

async fn is_found(client: &Client, word: &str) -> bool {
    let found = client.get(&format!("/api/search?q={word}")).await.ok();
    !found["hits"].as_array().unwrap().is_empty()
}

#[tokio::test]
async fn a_scan_is_read_by_itself_and_found() {
    let server =
        start(reading_site(&["", COACHES, "", "Forty families eat from the gardens."]).await);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &["A letter with words.", "", "", ""]).await;
    let done = recognition(&editor, "ready").await;
    assert_eq!(done["code"], "recognised", "{done}");
    assert_eq!(done["doc_id"], id);
    eventually("it is found", || async {
        is_found(&editor, "coaches").await.then_some(())
    })
    .await;
    let document = document(&editor, &id).await;
    assert_eq!(document["needs_ocr"], false);
    assert_eq!(document["pages_without_text"], json!([]));
    let hits = editor.get("/api/search?q=families+gardens").await.ok();
    assert_eq!(
        hits["hits"][0]["page"], 1,
        "the passage begins with the letter"
    );
    assert_eq!(
        drawn(&server),
        ["2", "3", "4"],
        "a page with text is not drawn"
    );
    let written = "SELECT count(*) FROM audit_log WHERE event_type = 'document.ocr'";
    assert_eq!(server.count(written).await, 1);
    // Reading the file again keeps what was recognised.
    let report = run(&server, &["reprocess", "--all", "--json"]).json();
    assert_eq!(report["documents"][0]["outcome"], "unchanged", "{report}");
    assert!(is_found(&editor, "coaches").await);
}

#[tokio::test]
async fn what_was_read_before_a_kill_is_not_read_again() {
    let site = reading_site(&[COACHES, "The second page.", "Lanterns at the end."]).await;
    site.write("wait-2", "");
    let mut server = start(site);
    let editor = server.as_editor().await;
    put_in(&editor, &["", "", ""]).await;
    eventually("the second page is drawn", || async {
        (drawn(&server).len() == 2).then_some(())
    })
    .await;
    let running = recognition(&editor, "extracting").await;
    assert_eq!(running["message"], "recognising page 2 of 3", "{running}");
    server.process().kill();
    fs::remove_file(server.path("wait-2")).unwrap();
    let site = server.into_site();
    let server = start(site);
    let editor = server.as_editor().await;
    recognition(&editor, "ready").await;
    assert_eq!(drawn(&server), ["1", "2", "2", "3"]);
    eventually("it is found", || async {
        is_found(&editor, "lanterns").await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_page_that_fails_does_not_keep_the_others() {
    let server = start(reading_site(&[COACHES, "fails"]).await);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &["", ""]).await;
    let done = recognition(&editor, "ready").await;
    let note = done["notes"][0].as_str().unwrap();
    assert!(note.starts_with("Page 2 could not be read"), "{note}");
    let document = document(&editor, &id).await;
    assert_eq!(document["pages_without_text"], json!([2]));
    // Once it can be read, an editor has it read again.
    server.write("texts/2", "Now it can be read: marigolds.");
    let writer = server.as_writer().await;
    let path = format!("/api/documents/{id}/ocr");
    assert_eq!(writer.post(&path, &json!({})).await.status, 403);
    let queued = editor.post(&path, &json!({})).await;
    assert_eq!(queued.status, 202, "{}", queued.text());
    eventually("the second page is found", || async {
        is_found(&editor, "marigolds").await.then_some(())
    })
    .await;
    assert_eq!(drawn(&server), ["1", "2", "2"]);
    let nothing = editor.post(&path, &json!({})).await.refusal(409);
    assert!(nothing.contains("nothing to recognise"), "{nothing}");
}

#[tokio::test]
async fn personal_data_on_a_scan_hold_it() {
    let server =
        start(reading_site(&["Her social security number is 536-22-8726 as she said."]).await);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &[""]).await;
    recognition(&editor, "ready").await;
    assert_eq!(document(&editor, &id).await["held"], true);
    assert!(!is_found(&editor, "security").await);
    let writer = server.as_writer().await;
    assert_eq!(
        writer.get(&format!("/api/documents/{id}")).await.status,
        404
    );
}

#[tokio::test]
async fn it_can_be_called_off_and_tried_again() {
    let site = reading_site(&[COACHES]).await;
    site.write("wait-1", "");
    let server = start(site);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &[""]).await;
    let job = recognition(&editor, "extracting").await;
    let refused = editor
        .post(&format!("/api/documents/{id}/ocr"), &json!({}))
        .await;
    assert!(refused.refusal(409).contains("being read already"));
    let path = format!("/api/jobs/{}/cancel", job["job_id"].as_str().unwrap());
    assert_eq!(
        editor.post(&path, &json!({})).await.ok()["status"],
        "cancelled"
    );
    fs::remove_file(server.path("wait-1")).unwrap();
    assert_eq!(document(&editor, &id).await["needs_ocr"], true);
    let bad = editor
        .post(
            &format!("/api/documents/{id}/ocr"),
            &json!({ "languages": "-psm" }),
        )
        .await;
    assert_eq!(bad.status, 422, "{}", bad.text());
    editor
        .post(&format!("/api/documents/{id}/ocr"), &json!({}))
        .await
        .json(202);
    recognition(&editor, "ready").await;
    assert_eq!(document(&editor, &id).await["needs_ocr"], false);
}

#[tokio::test]
async fn without_programs_it_is_said_what_to_install() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let id = put_in(&editor, &["", "With words."]).await;
    assert_eq!(
        document(&editor, &id).await["pages_without_text"],
        json!([1])
    );
    let refused = editor
        .post(&format!("/api/documents/{id}/ocr"), &json!({}))
        .await;
    assert!(refused.refusal(409).contains("tesseract"));
    let refused = server.run(&["ocr", "--all"]).failed();
    assert!(refused.contains("tesseract"), "{refused}");
}

#[tokio::test]
async fn the_command_line_reads_what_was_put_in_before() {
    let site = reading_site(&[COACHES, ""]).await;
    site.write("in/scan.pdf", scan(&["", ""]));
    let folder = site.path("in");
    let import = [
        "import",
        folder.to_str().unwrap(),
        "--type",
        "Other",
        "--year",
        "2024",
    ];
    site.run(&import).ok();
    let report = run(&site, &["ocr", "--all", "--json"]).json();
    assert_eq!(report[0]["result"]["outcome"], "recognised", "{report}");
    assert_eq!(report[0]["result"]["pages"], 2);
    let said = run(&site, &["ocr", "--all"]).ok();
    assert!(said.contains("nothing to recognise"), "{said}");
    let found = site.run(&["search", "coaches", "--json"]).json();
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_read_in_the_wrong_language_is_read_again() {
    let server = start(reading_site(&[COACHES, "Words."]).await);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &["", ""]).await;
    recognition(&editor, "ready").await;
    server.write("texts/1", "Lesepaten kommen jede Woche.");
    let path = format!("/api/documents/{id}/ocr");
    let same = editor.post(&path, &json!({ "languages": "eng" })).await;
    assert!(same.refusal(409).contains("nothing to recognise"));
    let german = json!({ "languages": "deu" });
    editor.post(&path, &german).await.json(202);
    eventually("the German words are found", || async {
        is_found(&editor, "lesepaten").await.then_some(())
    })
    .await;
    assert!(!is_found(&editor, "coaches").await);
    assert_eq!(drawn(&server), ["1", "2", "1", "2"]);
    // The command line does the same.
    let languages = ["ocr", &id, "--again", "--ocr-languages", "deu+eng"];
    let said = run(&server, &languages).ok();
    assert!(said.contains("2 pages read"), "{said}");
    assert_eq!(drawn(&server).len(), 6);
}

#[tokio::test]
async fn a_failed_job_is_not_tried_again_beside_another() {
    let server = start(reading_site(&["fails"]).await);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &[""]).await;
    let failed = recognition(&editor, "failed").await;
    assert!(
        failed["message"].as_str().unwrap().contains("Page 1"),
        "{failed}"
    );
    server.write("wait-1", "");
    server.write("texts/1", COACHES);
    editor
        .post(&format!("/api/documents/{id}/ocr"), &json!({}))
        .await
        .json(202);
    let retry = format!("/api/jobs/{}/retry", failed["job_id"].as_str().unwrap());
    let refused = editor.post(&retry, &json!({})).await.refusal(409);
    assert!(refused.contains("being read already"), "{refused}");
    fs::remove_file(server.path("wait-1")).unwrap();
    recognition(&editor, "ready").await;
    // By then there is nothing left to do.
    editor.post(&retry, &json!({})).await.ok();
    eventually("it says so", || async {
        let job = recognition(&editor, "failed").await;
        let message = job["message"].as_str().unwrap().to_owned();
        message.contains("nothing to recognise").then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_page_of_a_document_has_its_pictures_read_without_scripts() {
    let site = reading_site(&["fails"]).await;
    let server = start(site);
    let editor = server.as_editor().await;
    let id = put_in(&editor, &[""]).await;
    recognition(&editor, "failed").await;
    let browser = Browser::sign_in(&server, EDITOR).await;
    let address = format!("/library/{id}");
    let html = browser.look_at(&address).await.text();
    assert!(html.contains("Page 1 could not be read"), "{html}");
    assert!(html.contains("Recognise the text"), "{html}");
    server.write("wait-1", "");
    server.write("texts/1", COACHES);
    let asked = browser
        .send(
            &format!("{address}/recognise"),
            &[("csrf", &browser.csrf())],
        )
        .await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    recognition(&editor, "extracting").await;
    let html = eventually("the page tells how far it is", || async {
        let html = browser.look_at(&address).await.text();
        html.contains("recognising page 1 of 1").then_some(html)
    })
    .await;
    assert!(!html.contains("Recognise the text"), "{html}");
    fs::remove_file(server.path("wait-1")).unwrap();
    recognition(&editor, "ready").await;
    let html = browser.look_at(&address).await.text();
    assert!(html.contains("Reading coaches"), "{html}");
    assert!(!html.contains("Needs OCR"), "{html}");
}

#[tokio::test]
async fn files_are_taken_in_while_pages_are_read() {
    let site = reading_site(&[COACHES]).await;
    site.write("wait-1", "");
    let server = start(site);
    let editor = server.as_editor().await;
    put_in(&editor, &[""]).await;
    recognition(&editor, "extracting").await;
    for n in 0..3 {
        let text = format!("Letter {n} about boats.");
        editor
            .upload(a_document(&format!("{n}.txt")).saying(&[&text]))
            .await
            .created();
    }
    fs::remove_file(server.path("wait-1")).unwrap();
    recognition(&editor, "ready").await;
}
