//! `archivist import`: whole folders, and what is left when it is killed.

mod many;

use serde_json::json;
use sqlx::PgPool;

use crate::support::process::{Finished, Process};
use crate::support::{Site, TestServer, eventually, files};

const WORDS: &str = "Boats bring books to the islands every week, in summer and in winter.";

/// A folder with good and bad files, also in folders below.
fn mixed_folder(site: &Site) {
    site.write("in/plan.docx", files::docx(&["Our plan.", WORDS]));
    site.write(
        "in/2023/annual report 2023.pdf",
        files::pdf(&["Report for 2023.", WORDS]),
    );
    site.write("in/2023/deep/notes.md", format!("# Notes\n\n{WORDS}"));
    site.write("in/2023/copy of notes.md", format!("# Notes\n\n{WORDS}"));
    site.write("in/picture.png", files::png());
    site.write("in/empty.txt", "");
    site.write("in/scan.pdf", files::blank_pdf());
    site.write("in/locked.pdf", files::locked_pdf());
    site.write("in/.hidden.txt", WORDS);
}

fn import(site: &Site, args: &[&str]) -> Finished {
    let folder = site.path("in");
    site.run(&[&["import", folder.to_str().unwrap()], args].concat())
}

#[tokio::test]
async fn good_files_come_in_and_bad_ones_are_told() {
    let site = Site::new().await;
    mixed_folder(&site);
    let said = import(&site, &[]).ok();
    for (file, reason) in [
        ("picture.png", "a PNG picture"),
        ("empty.txt", "is empty"),
        ("scan.pdf", "2 pages without any text"),
        ("locked.pdf", "Give the password"),
    ] {
        let mut lines = said.lines().skip_while(|line| !line.contains(file));
        assert!(
            lines
                .next()
                .is_some_and(|line| line.starts_with("not taken in")),
            "{said}"
        );
        assert!(
            lines.next().is_some_and(|line| line.contains(reason)),
            "{said}"
        );
    }
    let summary = "3 documents added (3 passages), 1 already in the library, 4 not taken in.";
    assert!(said.ends_with(&format!("{summary}\n")), "{said}");
    assert!(!said.contains("hidden"), "{said}");
    assert_eq!(site.kept_files().len(), 3);
    let found = site.run(&["search", "boats islands", "--json"]).json();
    assert_eq!(found.as_array().unwrap().len(), 3);

    let again = import(&site, &[]).ok();
    let summary = "0 documents added (0 passages), 4 already in the library, 4 not taken in.";
    assert!(again.ends_with(&format!("{summary}\n")), "{again}");
    assert_eq!(site.count("SELECT count(*) FROM documents").await, 3);
}

#[tokio::test]
async fn the_report_is_json_where_asked() {
    let site = Site::new().await;
    mixed_folder(&site);
    let report = import(&site, &["--json"]).json();
    let counts = ["added", "passages", "already_known", "not_taken_in"].map(|key| &report[key]);
    assert_eq!(counts, [&json!(3), &json!(3), &json!(1), &json!(4)]);
    let files = report["files"].as_array().unwrap();
    let of = |name: &str| {
        let is_it = |file: &&serde_json::Value| file["file"].as_str().unwrap().ends_with(name);
        files.iter().find(is_it).unwrap()["receipt"].clone()
    };
    assert_eq!(of("plan.docx")["outcome"], "added");
    assert_eq!(of("/notes.md")["outcome"], "duplicate");
    assert_eq!(of("empty.txt")["outcome"], "refused");
    assert!(
        of("empty.txt")["reason"]
            .as_str()
            .unwrap()
            .contains("is empty")
    );
}

#[tokio::test]
async fn d_50_what_is_said_about_all_files_is_kept_and_the_rest_is_found() {
    let site = Site::new().await;
    site.write(
        "in/annual report 2023.pdf",
        files::pdf(&["Annual Report 2023", WORDS]),
    );
    let flags = [
        "--program",
        "education",
        "--tag",
        "islands",
        "--outcome",
        "Funded",
    ];
    import(&site, &flags).ok();
    let row: (String, Option<i32>, String, String, String) = sqlx::query_as(
        "SELECT doc_type, year, outcome, program, tag FROM documents
         JOIN document_programs USING (doc_id) JOIN document_tags USING (doc_id)",
    )
    .fetch_one(&site.pool())
    .await
    .unwrap();
    let text = |text: &str| text.to_owned();
    let expected = (
        text("Annual Report"),
        Some(2023),
        text("Funded"),
        text("Education"),
        text("islands"),
    );
    assert_eq!(row, expected);
}

#[tokio::test]
async fn orders_that_cannot_be_followed_are_told_before_anything_happens() {
    let site = Site::new().await;
    site.write("in/notes.txt", WORDS);
    for (flags, reason) in [
        (["--year", "1999"], "between 2000 and"),
        (["--program", "Moon Base"], "Moon Base"),
    ] {
        let said = import(&site, &flags).failed();
        assert!(said.contains(reason), "{said}");
    }
    let nowhere = site.run(&["import", "/nowhere/at/all"]).failed();
    assert!(nowhere.contains("/nowhere/at/all"), "{nowhere}");
    let empty = site.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let said = site.run(&["import", empty.to_str().unwrap()]).failed();
    assert!(said.contains("no files"), "{said}");
    assert_eq!(site.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn a_hostile_file_costs_only_itself() {
    let site = Site::new().await;
    site.write("in/a.txt", WORDS);
    site.write("in/b-nested.pdf", files::nested_pdf());
    site.write("in/c-large.txt", "word ".repeat(300_000));
    site.write("in/d.txt", format!("{WORDS} And on."));
    let report = import(&site, &["--json", "--max-file-size-mb", "1"]).json();
    assert_eq!(
        (&report["added"], &report["not_taken_in"]),
        (&json!(2), &json!(2))
    );
    let receipt = |n: usize| &report["files"][n]["receipt"];
    assert_eq!(receipt(1)["outcome"], "refused");
    let too_large = receipt(2)["reason"].as_str().unwrap();
    assert!(too_large.contains("the limit is 1 MiB"), "{too_large}");
    assert_eq!(site.kept_files().len(), 2);
}

#[tokio::test]
async fn each_copy_of_a_bad_file_is_told_the_same() {
    let site = Site::new().await;
    for n in 0..12 {
        site.write(&format!("in/{n}.pdf"), files::blank_pdf());
    }
    let finished = import(&site, &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    for file in report["files"].as_array().unwrap() {
        let reason = file["receipt"]["reason"].as_str().unwrap();
        assert!(reason.contains("without any text"), "{file}");
    }
    assert!(site.kept_files().is_empty());
    assert_eq!(site.count("SELECT count(*) FROM files").await, 0);
}

#[tokio::test]
async fn nothing_but_bad_files_is_a_failure() {
    let site = Site::new().await;
    site.write("in/picture.png", files::png());
    let finished = import(&site, &[]);
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.stdout.contains("0 documents added"),
        "{finished:?}"
    );
}

#[tokio::test]
async fn an_import_beside_a_running_server_is_found_by_it() {
    let server = TestServer::start().await;
    mixed_folder(&server);
    let report = import(&server, &["--json"]).json();
    assert_eq!(report["added"], 3);
    let writer = server.as_writer().await;
    eventually("the server finds them", || async {
        let found = writer.get("/api/search?q=boats+islands").await.ok();
        (found["hits"].as_array().unwrap().len() == 3).then_some(())
    })
    .await;
}

const MANY: i64 = 40;

async fn documents(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM documents")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Every document has all its passages and its file.
async fn every_document_is_whole(site: &Site) {
    let halves = "SELECT count(*) FROM documents d WHERE chunks_count = 0
        OR chunks_count <> (SELECT count(*) FROM passages p WHERE p.doc_id = d.doc_id)
        OR NOT EXISTS (SELECT 1 FROM files f WHERE f.sha256 = d.file_sha256)";
    assert_eq!(site.count(halves).await, 0);
    let hashes: Vec<String> = sqlx::query_scalar("SELECT file_sha256 FROM documents")
        .fetch_all(&site.pool())
        .await
        .unwrap();
    for hash in hashes {
        let (shelf, rest) = hash.split_at(2);
        assert!(
            site.data().join("files").join(shelf).join(rest).is_file(),
            "{hash}"
        );
    }
}

/// The next start goes on with what the killed process left.
async fn no_work_is_left(site: &Site) {
    let open = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')";
    eventually("all jobs are done", || async {
        (site.count(open).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_killed_leaves_whole_documents_and_goes_on() {
    let site = Site::new().await;
    for n in 0..MANY {
        let text = format!("Report number {n}. {WORDS} ").repeat(30);
        site.write(&format!("in/{n:02}.txt"), text);
    }
    let folder = site.path("in");
    let mut process = Process::start(&mut site.command(&["import", folder.to_str().unwrap()]));
    let pool = site.pool();
    eventually("some documents are in", || async {
        (documents(&pool).await > 3).then_some(())
    })
    .await;
    process.kill();
    let left = documents(&pool).await;
    assert!(left < MANY, "it was killed too late");
    every_document_is_whole(&site).await;

    let server = TestServer::on(site, &[]);
    no_work_is_left(&server).await;
    every_document_is_whole(&server).await;
    let report = import(&server, &["--json"]).json();
    assert_eq!(report["not_taken_in"], 0, "{report}");
    assert_eq!(documents(&pool).await, MANY);
    every_document_is_whole(&server).await;
}

#[tokio::test]
async fn a_server_that_is_killed_takes_up_its_work_again() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    for n in 0..8 {
        let editor = editor.clone();
        let text = format!("Report number {n}. {WORDS} ").repeat(30);
        let document = crate::support::a_document(&format!("{n}.txt")).saying(&[&text]);
        let form = document.into_form();
        let request = editor.request(reqwest::Method::POST, "/api/documents/upload");
        // Nobody is left to hear the answer.
        tokio::spawn(request.multipart(form).send());
    }
    let jobs = "SELECT count(*) FROM jobs";
    eventually("some are queued", || async {
        (server.count(jobs).await > 2).then_some(())
    })
    .await;
    server.process().kill();
    every_document_is_whole(&server).await;
    server.restart_after(|_| {});
    no_work_is_left(&server).await;
    assert_eq!(documents(&server.pool()).await, server.count(jobs).await);
    every_document_is_whole(&server).await;
}
