//! Near duplicates are told, and become versions: the newest is searched, the others stay.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, Reply, Site, TestServer, a_document, an_output, eventually};

/// A plan of some 130 words.
pub(crate) const PLAN: &str = "Reading Ferry brings tutors and books to the islands of the sound. \
    Fourteen tutors travel with the morning boat and teach in nine schools until the afternoon. \
    Each child is screened in the fall and in the spring with a published reading test, and the \
    results are kept by island. Families borrow books from the library on the boat and bring them \
    back with the next one. A board of eleven volunteers reads the budget each quarter and meets \
    the staff in person twice a year. The county lends a classroom on four islands and pays for \
    the fuel. Volunteers repair the oldest books in winter and sort the gifts of the mainland. In \
    the coming year we will open two more landings, train six tutors of the islands themselves, \
    and ask every family what it wishes to read.";

/// What a later plan says besides.
pub(crate) const MORE: &str = "A second boat is promised for the summer after next by the ferry \
    line, and its crew will carry marigold seeds for the school gardens.";

const OTHER: &str = "The pantry opens at seven and closes when the shelves are empty. Two cooks \
    prepare soup from what the farms of the valley cannot sell, and neighbours carry it to those \
    who cannot leave their rooms. A register at the door counts guests and never asks for names. \
    The bank gives the rent of the hall, the mayor pays for gas, and a choir sings on Fridays.";

fn later_plan() -> String {
    format!("{PLAN} {MORE}")
}

/// Puts a text in; returns what was answered.
async fn add(editor: &Client, name: &str, text: &str, year: i32) -> Value {
    let document = a_document(name).saying(&[text]).of_year(year);
    editor.upload(document).await.created()
}

fn id(made: &Value) -> &str {
    made["doc_id"].as_str().expect("an id")
}

/// Two plans, the second longer than the first.
async fn two_plans(editor: &Client) -> (String, String) {
    let first = add(editor, "plan-2023.txt", PLAN, 2023).await;
    let second = add(editor, "plan-2024.txt", &later_plan(), 2024).await;
    (id(&first).to_owned(), id(&second).to_owned())
}

async fn make_version(editor: &Client, document: &str, side: &str, of: &str) -> Reply {
    let path = format!("/api/documents/{document}/versions");
    editor.post(&path, &json!({ "of": of, "side": side })).await
}

/// The file names of a document's versions, the newest first.
fn names(list: &Value) -> Vec<&str> {
    let versions = list["versions"].as_array().expect("versions");
    let versions = versions.iter();
    versions
        .map(|one| one["filename"].as_str().unwrap())
        .collect()
}

async fn found(client: &Client, query: &str) -> BTreeSet<String> {
    let answer = client.get(&format!("/api/search?{query}")).await.ok();
    let hits = answer["hits"].as_array().unwrap().iter();
    let name = |hit: &Value| hit["document"]["filename"].as_str().unwrap().to_owned();
    hits.map(name).collect()
}

/// Waits until a search finds passages of these files and no others.
async fn finds(client: &Client, query: &str, files: &[&str]) {
    let wanted: BTreeSet<String> = files.iter().map(|&file| file.to_owned()).collect();
    eventually(&format!("{query} finds {files:?}"), || async {
        (found(client, query).await == wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_has_much_in_common_is_told_with_its_share() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let other = add(&editor, "pantry.txt", OTHER, 2023).await;
    let first = add(&editor, "plan-2023.txt", PLAN, 2023).await;
    assert_eq!(
        (&first["similar"], &other["similar"]),
        (&json!([]), &json!([]))
    );

    let later = a_document("plan-2024.txt").saying(&[&later_plan()]);
    let job = editor.upload_later(later).await.json(202);
    let path = format!("/api/jobs/{}", job["job_id"].as_str().unwrap());
    let job = eventually("it is in", || async {
        let job = editor.get(&path).await.ok();
        (job["status"] == "ready").then_some(job)
    })
    .await;
    let told = &job["similar"][0];
    assert_eq!(told["doc_id"], first["doc_id"]);
    assert_eq!(
        (&told["title"], &told["year"]),
        (&json!("plan 2023"), &json!(2023))
    );
    // 132 runs of words, and 25 more.
    let share = told["share"].as_f64().unwrap();
    assert!((0.8..0.9).contains(&share), "{told}");
    assert_eq!(told["share_of_other"], json!(1.0));
    assert_eq!(told["share_of_own"], told["share"]);

    let similar = async |made: &Value| {
        let path = format!("/api/documents/{}/similar", id(made));
        writer.get(&path).await.ok()["similar"].clone()
    };
    assert_eq!(similar(&job).await, job["similar"]);
    assert_eq!(similar(&first).await[0]["doc_id"], job["doc_id"]);
    assert_eq!(similar(&other).await, json!([]));
    // The same bytes are no version.
    let again = a_document("copy.txt").saying(&[PLAN]);
    let refusal = editor.upload(again).await.refusal(409);
    assert!(refusal.contains("'plan-2023.txt'"), "{refusal}");
}

#[tokio::test]
async fn the_newest_version_is_searched_and_the_others_stay() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let (first, second) = two_plans(&editor).await;
    let all = ["plan-2023.txt", "plan-2024.txt"];
    finds(&writer, "q=tutors", &all).await;

    let versions = make_version(&editor, &second, "newer", &first).await.ok();
    assert_eq!(names(&versions), ["plan-2024.txt", "plan-2023.txt"]);
    finds(&writer, "q=tutors", &["plan-2024.txt"]).await;
    finds(&writer, "q=tutors&include_superseded=true", &all).await;
    let found = writer
        .get("/api/search?q=tutors&include_superseded=true")
        .await
        .ok();
    for hit in found["hits"].as_array().unwrap() {
        let newest = hit["document"]["filename"] == "plan-2024.txt";
        let said = if newest {
            "newest version"
        } else {
            "an older version"
        };
        let reasons = hit["reasons"].as_array().unwrap();
        assert_eq!(reasons.last(), Some(&json!(said)), "{hit}");
    }
    // Of the older one alone: its words are not lost, only left out.
    finds(&writer, "q=tutors&year=2023", &[]).await;

    let older = writer.get(&format!("/api/documents/{first}")).await.ok();
    assert_eq!(older["superseded_by"], json!(second));
    assert_eq!(
        (&older["version"], &older["versions"]),
        (&json!(1), &json!(2))
    );
    let newest = writer.get(&format!("/api/documents/{second}")).await.ok();
    assert_eq!(newest["superseded_by"], Value::Null);
    assert_eq!(
        (&newest["version"], &newest["versions"]),
        (&json!(2), &json!(2))
    );
    // All of it can still be opened, and counts.
    for what in ["passages", "file"] {
        let path = format!("/api/documents/{first}/{what}");
        assert_eq!(writer.get(&path).await.status, 200, "{what}");
    }
    let stats = writer.get("/api/documents/stats").await.ok();
    assert_eq!(stats["total_documents"], json!(2));
    let list = writer.get("/api/documents").await.ok();
    assert_eq!(list["documents"][1]["superseded_by"], json!(second));
    // Versions of each other are not told as duplicates.
    let similar = format!("/api/documents/{first}/similar");
    assert_eq!(writer.get(&similar).await.ok()["similar"], json!([]));

    let path = format!("/api/documents/{second}/versions");
    let alone = editor.delete(&path).await.ok();
    assert_eq!(names(&alone), ["plan-2024.txt"]);
    finds(&writer, "q=tutors", &all).await;
    assert_eq!(
        server.count("SELECT count(*) FROM document_versions").await,
        0
    );
}

#[tokio::test]
async fn a_version_is_put_where_it_belongs_and_a_deleted_one_closes_the_gap() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (first, second) = two_plans(&editor).await;
    make_version(&editor, &first, "older", &second).await.ok();
    let third = add(
        &editor,
        "plan-2025.txt",
        &format!("{} Done.", later_plan()),
        2025,
    )
    .await;
    // Of one chain only the newest is told.
    assert_eq!(third["similar"].as_array().unwrap().len(), 1, "{third}");
    assert_eq!(third["similar"][0]["doc_id"], json!(second));
    let third = id(&third).to_owned();
    make_version(&editor, &third, "newer", &second).await.ok();
    let between = add(&editor, "between.txt", &format!("{PLAN} Draft."), 2023).await;
    let versions = make_version(&editor, id(&between), "newer", &first)
        .await
        .ok();
    let all = [
        "plan-2025.txt",
        "plan-2024.txt",
        "between.txt",
        "plan-2023.txt",
    ];
    assert_eq!(names(&versions), all);
    let oldest = add(&editor, "oldest.txt", &format!("Sketch. {PLAN}"), 2022).await;
    make_version(&editor, id(&oldest), "older", &first)
        .await
        .ok();
    finds(&editor, "q=tutors", &["plan-2025.txt"]).await;

    for gone in [second.as_str(), third.as_str()] {
        editor.delete(&format!("/api/documents/{gone}")).await.ok();
    }
    let path = format!("/api/documents/{first}/versions");
    let versions = editor.get(&path).await.ok();
    assert_eq!(
        names(&versions),
        ["between.txt", "plan-2023.txt", "oldest.txt"]
    );
    let places = versions["versions"].as_array().unwrap().iter();
    let places: Vec<_> = places.map(|one| one["version"].clone()).collect();
    assert_eq!(places, [3, 2, 1]);
    finds(&editor, "q=tutors", &["between.txt"]).await;
    // One that is left alone is no version of anything.
    for gone in [id(&between), id(&oldest)] {
        editor.delete(&format!("/api/documents/{gone}")).await.ok();
    }
    finds(&editor, "q=tutors", &["plan-2023.txt"]).await;
    assert_eq!(
        server.count("SELECT count(*) FROM document_versions").await,
        0
    );
    // Who comes back stands where it stood.
    for back in [id(&between), second.as_str(), id(&oldest)] {
        let path = format!("/api/documents/{back}/restore");
        editor.post(&path, &json!({})).await.ok();
    }
    let versions = editor.get(&path).await.ok();
    let there = [
        "plan-2024.txt",
        "between.txt",
        "plan-2023.txt",
        "oldest.txt",
    ];
    assert_eq!(names(&versions), there);
    finds(&editor, "q=tutors", &["plan-2024.txt"]).await;
}

#[tokio::test]
async fn what_cannot_be_a_version_is_refused() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let (first, second) = two_plans(&editor).await;
    let private = format!("{PLAN} Her social-security number is 536-22-8147.");
    let held = add(&editor, "held.txt", &private, 2024).await;
    let nowhere = uuid::Uuid::new_v4().to_string();
    for (document, of, status) in [
        (first.as_str(), first.as_str(), 400),
        (first.as_str(), nowhere.as_str(), 400),
        (nowhere.as_str(), first.as_str(), 404),
        (id(&held), first.as_str(), 409),
        (first.as_str(), id(&held), 409),
    ] {
        make_version(&editor, document, "newer", of)
            .await
            .json(status);
    }
    let path = format!("/api/documents/{first}/versions");
    let odd = json!({ "of": second, "side": "best" });
    editor.post(&path, &odd).await.json(422);
    make_version(&writer, &second, "newer", &first)
        .await
        .json(403);
    make_version(&editor, &second, "newer", &first).await.ok();
    let refusal = make_version(&editor, &second, "older", &first)
        .await
        .refusal(409);
    assert!(refusal.contains("take it out"), "{refusal}");
    writer.delete(&path).await.json(403);
    // Held documents are told to editors alone.
    let path = format!("/api/documents/{first}/similar");
    let told = |list: &Value| list["similar"].as_array().unwrap().len();
    assert_eq!(told(&editor.get(&path).await.ok()), 1);
    assert_eq!(told(&writer.get(&path).await.ok()), 0);
    let events = "SELECT count(*) FROM audit_log WHERE event_type = 'document.version_add'";
    assert_eq!(
        server.count(events).await,
        1,
        "what was refused is not in the log"
    );
}

#[tokio::test]
async fn versions_are_in_the_audit_log() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (first, second) = two_plans(&editor).await;
    make_version(&editor, &second, "newer", &first).await.ok();
    editor
        .delete(&format!("/api/documents/{second}/versions"))
        .await
        .ok();
    let details = async |event: &str| -> Value {
        let sql = "SELECT details FROM audit_log WHERE event_type = $1 AND entity_id = $2::uuid";
        sqlx::query_scalar(sql)
            .bind(event)
            .bind(&second)
            .fetch_one(&server.pool())
            .await
            .unwrap()
    };
    let added = details("document.version_add").await;
    assert_eq!(added["before"]["versions"], json!([]));
    assert_eq!(added["after"]["versions"], json!([first, second]));
    let removed = details("document.version_remove").await;
    assert_eq!(removed["before"]["versions"], json!([first, second]));
    assert_eq!(removed["after"]["versions"], json!([first]));
}

#[tokio::test]
async fn a_cited_older_version_stays_open_and_says_what_is_newer() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (first, second) = two_plans(&editor).await;
    let passages = editor
        .get(&format!("/api/documents/{first}/passages"))
        .await
        .ok();
    let passage = &passages["passages"][0]["passage_id"];
    let cited = json!([{ "number": 1, "passage_id": passage }]);
    let output = an_output("Capacity").with("sources", cited);
    let output = editor.post("/api/outputs", output.body()).await.created();
    make_version(&editor, &second, "newer", &first).await.ok();
    let path = format!(
        "/api/outputs/{}/sources",
        output["output_id"].as_str().unwrap()
    );
    let source = &editor.get(&path).await.ok()["sources"][0];
    assert_eq!(
        (&source["doc_id"], &source["passage_id"]),
        (&json!(first), passage)
    );
    assert_eq!(source["superseded_by"], json!(second));
}

#[tokio::test]
async fn two_that_come_in_at_the_same_time_find_each_other() {
    let site = Site::new().await;
    for n in 0..4 {
        let text = format!("{PLAN} This is copy number {n}.");
        site.write(&format!("in/plan-{n}.txt"), text);
    }
    let folder = site.path("in");
    let folder = folder.to_str().unwrap();
    let said = site.run(&["import", folder, "--json"]).json();
    let files = said["files"].as_array().unwrap().iter();
    let told: Vec<_> = files
        .map(|file| file["receipt"]["similar"].as_array().unwrap().len())
        .collect();
    assert_eq!(told.iter().sum::<usize>(), 6, "each pair once: {told:?}");
    site.write("in/plan-9.txt", later_plan());
    let said = site.run(&["import", folder]).ok();
    assert!(said.contains("in common with “plan"), "{said}");
    assert!(said.contains("say so at /library/"), "{said}");
}

/// Documents of an older release have no fingerprints; reading again makes new ones.
#[tokio::test]
async fn fingerprints_are_caught_up_with() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (first, _) = two_plans(&editor).await;
    let count = "SELECT count(*) FROM document_fingerprints";
    assert_eq!(server.count(count).await, 2);
    let pool = server.pool();
    sqlx::query("DELETE FROM document_fingerprints")
        .execute(&pool)
        .await
        .unwrap();
    let similar = format!("/api/documents/{first}/similar");
    assert_eq!(editor.get(&similar).await.ok()["similar"], json!([]));
    server.restart_after(|_| {});
    eventually("they are there again", || async {
        (server.count(count).await == 2).then_some(())
    })
    .await;
    let editor = server.as_editor().await;
    let told = editor.get(&similar).await.ok();
    assert_eq!(told["similar"].as_array().unwrap().len(), 1, "{told}");

    // As an older release might have read it.
    for change in [
        "UPDATE passages SET content = 'Nothing that anybody could read again at all'",
        "UPDATE document_fingerprints SET shingles = 4",
        "DELETE FROM document_bands",
    ] {
        sqlx::query(change).execute(&pool).await.unwrap();
    }
    server.run(&["reprocess", "--all"]).ok();
    let told = editor.get(&similar).await.ok();
    assert_eq!(told["similar"].as_array().unwrap().len(), 1, "{told}");
}

/// Whatever writes into the tables: no two have one place, and one that is left alone is
/// no version.
#[tokio::test]
async fn the_database_keeps_chains_in_order() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (first, second) = two_plans(&editor).await;
    make_version(&editor, &second, "newer", &first).await.ok();
    let pool = server.pool();
    let same = sqlx::query("UPDATE document_versions SET number = 1")
        .execute(&pool)
        .await
        .unwrap_err();
    let constraint = same.as_database_error().and_then(|e| e.constraint());
    assert_eq!(constraint, Some("document_versions_one_per_place"));
    finds(&editor, "q=tutors", &["plan-2024.txt"]).await;
    sqlx::query("DELETE FROM documents WHERE doc_id = $1::uuid")
        .bind(&second)
        .execute(&pool)
        .await
        .unwrap();
    finds(&editor, "q=tutors", &["plan-2023.txt"]).await;
    assert_eq!(
        server.count("SELECT count(*) FROM document_versions").await,
        0
    );
}

#[tokio::test]
async fn the_command_line_searches_older_versions_when_asked() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let (first, second) = two_plans(&editor).await;
    make_version(&editor, &second, "newer", &first).await.ok();
    let files = |args: &[&str]| -> BTreeSet<String> {
        let hits = server.run(args).json();
        let hits = hits.as_array().unwrap().iter();
        hits.map(|hit| hit["filename"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(files(&["search", "tutors", "--json"]).len(), 1);
    let all = ["search", "tutors", "--json", "--include-superseded"];
    assert_eq!(files(&all).len(), 2);
    let said = server
        .run(&["search", "tutors", "--include-superseded"])
        .ok();
    assert!(said.contains(", superseded"), "{said}");
}
