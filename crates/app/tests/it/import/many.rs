//! What is said about many files, and folders that are followed.

use serde_json::json;

use super::{WORDS, import};
use crate::support::process::Process;
use crate::support::{Site, eventually, files};

/// What the library knows of a document, by the name of its file.
async fn known(site: &Site, filename: &str) -> (Option<String>, String, Option<i32>, String) {
    sqlx::query_as("SELECT title, doc_type, year, outcome FROM documents WHERE filename = $1")
        .bind(filename)
        .fetch_one(&site.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_list_beside_the_files_says_what_they_are() {
    let site = Site::new().await;
    site.write("in/2019/a.txt", format!("{WORDS} One."));
    site.write("in/b.txt", format!("{WORDS} Two."));
    site.write(
        "in/metadata.csv",
        "file,title,doc_type,year,programs,tags,outcome,notes\n\
         2019/a.txt,\"Boats, and books\",Grant Proposal,2021,Education;Health,rural,Funded,As sent\n\
         gone.txt,,,,,,,\n",
    );
    let finished = import(&site, &["--year", "2020", "--tag", "islands"]);
    assert!(
        finished
            .stderr
            .contains("metadata.csv:3: there is no file 'gone.txt'"),
        "{finished:?}"
    );
    // The list itself is no document.
    let summary = "2 documents added (2 passages), 0 already in the library, 0 not taken in.\n";
    assert!(finished.stdout.ends_with(summary), "{finished:?}");
    let text = |text: &str| text.to_owned();
    assert_eq!(
        known(&site, "a.txt").await,
        (
            Some(text("Boats, and books")),
            text("Grant Proposal"),
            Some(2021),
            text("Funded")
        )
    );
    assert_eq!(known(&site, "b.txt").await.2, Some(2020));
    let filed = "SELECT count(*) FROM document_programs JOIN documents USING (doc_id)
        WHERE filename = 'a.txt' AND program IN ('Education', 'Health')";
    assert_eq!(site.count(filed).await, 2);
    let tagged = "SELECT count(*) FROM document_tags JOIN documents USING (doc_id)
        WHERE filename = 'a.txt' AND tag IN ('rural', 'islands')";
    assert_eq!(site.count(tagged).await, 2);
}

#[tokio::test]
async fn folders_say_what_is_in_them() {
    let site = Site::new().await;
    site.write("in/2021/education/Annual Reports/a.txt", WORDS);
    site.write("in/2022/b.txt", format!("{WORDS} Two."));
    let rule = ["--folders", "{year}/{program}/{doc_type}"];
    import(&site, &rule).ok();
    let (_, doc_type, year, _) = known(&site, "a.txt").await;
    assert_eq!((doc_type.as_str(), year), ("Annual Report", Some(2021)));
    assert_eq!(known(&site, "b.txt").await.2, Some(2022));

    site.write("in/Old/c.txt", format!("{WORDS} Three."));
    let said = import(&site, &rule).failed();
    assert!(
        said.contains("Old/c.txt: the folder 'Old': 'Old' is not a year"),
        "{said}"
    );
    let usage = import(&site, &["--folders", "{yaer}"]);
    assert_eq!(usage.code, Some(2), "{usage:?}");
}

#[tokio::test]
async fn a_list_with_mistakes_changes_nothing() {
    let site = Site::new().await;
    site.write("in/a.txt", WORDS);
    let list = site.write(
        "list.json",
        "[\n  {\"file\": \"a.txt\", \"year\": 1999},\n  {\"file\": \"b.txt\", \"program\": \"Moon Base\"}\n]",
    );
    let said = import(&site, &["--metadata", list.to_str().unwrap()]).failed();
    for part in [
        "list.json:2:29: year must be between 2000 and",
        "list.json:3:32: there is no active program 'Moon Base'",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(site.count("SELECT count(*) FROM jobs").await, 0);
    assert!(site.kept_files().is_empty());
}

#[tokio::test]
async fn known_files_are_neither_copied_nor_read_again() {
    let site = Site::new().await;
    for n in 0..5 {
        site.write(
            &format!("in/{n}.txt"),
            format!("Report number {n}. {WORDS}"),
        );
    }
    import(&site, &[]).ok();
    site.write("in/new.txt", format!("Another one. {WORDS}"));
    let report = import(&site, &["--json"]).json();
    assert_eq!(
        (&report["added"], &report["already_known"]),
        (&json!(1), &json!(5))
    );
    // Each has had one job.
    assert_eq!(site.count("SELECT count(*) FROM jobs").await, 6);
}

#[tokio::test]
async fn a_folder_is_followed_until_it_is_told_to_stop() {
    let site = Site::new().await;
    site.write("in/first.txt", format!("{WORDS} First."));
    let folder = site.path("in");
    let watch = [
        "import",
        folder.to_str().unwrap(),
        "--watch",
        "--settle-seconds",
        "1",
    ];
    let mut process = Process::start(&mut site.command(&watch));
    process.wait_for(|said| said.contains("Watching").then_some(()));
    site.write("in/deep/second.txt", format!("{WORDS} Second."));
    site.write("in/.hidden.txt", WORDS);
    site.write("in/third.pdf.part", files::pdf(&[WORDS]));
    process.wait_for(|said| said.contains("second.txt (1 passage").then_some(()));
    // A download that ends gets its name.
    std::fs::rename(site.path("in/third.pdf.part"), site.path("in/third.pdf")).unwrap();
    process.wait_for(|said| said.contains("third.pdf (1 passage").then_some(()));
    site.write("in/empty.txt", "");
    process.wait_for(|said| said.contains("not taken in").then_some(()));
    // What is said later counts from then on.
    site.write("in/metadata.csv", "file,year\nfourth.txt,2015\n");
    site.write("in/fourth.txt", format!("{WORDS} Fourth."));
    process.wait_for(|said| said.contains("fourth.txt (1 passage").then_some(()));
    assert!(process.stop().success());
    assert_eq!(known(&site, "fourth.txt").await.2, Some(2015));
    eventually("all are in", || async {
        (site.count("SELECT count(*) FROM documents").await == 4).then_some(())
    })
    .await;
    let found = site.run(&["search", "boats islands", "--json"]).json();
    assert_eq!(found.as_array().unwrap().len(), 4);
}
