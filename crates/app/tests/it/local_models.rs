//! Models that are installed here read the archive, judge its hits and are measured.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::process::{archivist, run};
use crate::support::tiny_model::{TinyModel, WIDTH};
use crate::support::{Client, Site, TestServer, a_document, eventually};

const GARDEN: &str = "The community garden feeds forty families from May to October.";

/// Enough of other subjects that likeness to one means something.
const OTHERS: [&str; 10] = [
    "Roof repaired spring.",
    "Auditor found books order.",
    "Van needs tyres winter.",
    "Rent rises percent year.",
    "Choir sang county fair.",
    "Lawyer reviewed bylaws March.",
    "Insurance covers volunteers road.",
    "Printer prints posters events.",
    "Board members meet Monday.",
    "Website moved another host.",
];

/// One to which all that grows is alike.
fn reader() -> TinyModel {
    let green = "fresh greens community garden feeds families may october";
    let mut words: Vec<(String, usize)> = green.split(' ').map(|word| (word.into(), 0)).collect();
    for (number, text) in OTHERS.iter().enumerate() {
        let plain = text.to_lowercase().replace('.', "");
        let direction = 1 + number % (WIDTH - 1);
        words.extend(plain.split(' ').map(|word| (word.to_owned(), direction)));
    }
    TinyModel {
        words,
        judges_by: None,
    }
}

/// One that looks for harvests.
fn judge() -> TinyModel {
    TinyModel {
        words: vec![("harvest".to_owned(), 0), ("garden".to_owned(), 1)],
        judges_by: Some(0),
    }
}

/// A site where the model is installed under this name.
async fn site_with(model: &TinyModel, name: &str) -> Site {
    let site = Site::new().await;
    let source = site.path("source");
    model.write(&source);
    run(&mut site.command(&["model", "install", source.to_str().unwrap(), "--name", name])).ok();
    site
}

async fn found(client: &Client, query: &str) -> Vec<Value> {
    let found = client.get(&format!("/api/search?{query}")).await.ok();
    found["hits"].as_array().unwrap().clone()
}

fn file(hit: &Value) -> &str {
    hit["document"]["filename"].as_str().unwrap()
}

#[tokio::test]
async fn an_installed_model_finds_by_meaning_what_no_word_finds() {
    let site = site_with(&reader(), "tiny").await;
    let server = TestServer::on(site, &["--embeddings", "local:tiny"]);
    let editor = server.as_editor().await;
    let garden = a_document("garden.txt").saying(&[GARDEN]);
    editor.upload(garden).await.created();
    for (number, text) in OTHERS.iter().enumerate() {
        let document = a_document(&format!("other-{number}.txt")).saying(&[text]);
        editor.upload(document).await.created();
    }
    eventually("the model has read everything and is asked", || async {
        let hits = found(&editor, "q=fresh+greens").await;
        (hits.first().map(file) == Some("garden.txt")).then_some(())
    })
    .await;
    let told = editor.get("/api/search/models").await.ok();
    assert_eq!(told["models"][0]["provider"], "local", "{told}");
    assert_eq!(told["models"][0]["model"], "tiny", "{told}");
}

#[tokio::test]
async fn an_installed_judge_puts_what_answers_first() {
    let mut server = TestServer::on(site_with(&judge(), "judge").await, &[]);
    let editor = server.as_editor().await;
    for (name, text) in [
        (
            "tools.txt",
            "The garden has garden tools beside the garden path.",
        ),
        (
            "beans.txt",
            "In October the garden gave a harvest of beans that many came for.",
        ),
    ] {
        let document = a_document(name).saying(&[text]);
        editor.upload(document).await.created();
    }
    let hits = eventually("both are found", || async {
        let hits = found(&editor, "q=garden&explain=true").await;
        (hits.len() == 2).then_some(hits)
    })
    .await;
    assert_eq!(file(&hits[0]), "tools.txt");
    assert_eq!(hits[0]["numbers"]["judged"], Value::Null);

    server.restart_with(&["--reranker", "judge"]);
    let editor = server.as_editor().await;
    let hits = found(&editor, "q=garden&explain=true").await;
    assert_eq!(file(&hits[0]), "beans.txt", "{hits:?}");
    let judged = |hit: &Value| hit["numbers"]["judged"].as_f64().unwrap();
    assert!(judged(&hits[0]) > 0.5 && judged(&hits[1]) < 0.5, "{hits:?}");
    let reasons = hits[0]["reasons"].as_array().unwrap();
    assert!(reasons.contains(&json!("judged to answer")), "{reasons:?}");
    // Whoever sorts by year asks for no judgement.
    let sorted = found(&editor, "q=garden&sort=title&explain=true").await;
    assert_eq!(sorted[0]["numbers"]["judged"], Value::Null);
}

/// A collection in which no word of the question stands in its answer.
fn write_collection(folder: &Path) {
    let mut corpus = vec![json!({ "_id": "garden", "text": GARDEN })];
    for (number, text) in OTHERS.iter().enumerate() {
        corpus.push(json!({ "_id": format!("other-{number}"), "text": text }));
    }
    let lines: Vec<String> = corpus.iter().map(Value::to_string).collect();
    fs::create_dir_all(folder.join("qrels")).unwrap();
    fs::write(folder.join("corpus.jsonl"), lines.join("\n")).unwrap();
    let query = json!({ "_id": "q", "text": "fresh greens" }).to_string();
    fs::write(folder.join("queries.jsonl"), query).unwrap();
    fs::write(folder.join("qrels/test.tsv"), "q\tgarden\t1\n").unwrap();
}

#[test]
fn an_installed_model_is_measured_in_both_precisions() {
    let folder = tempfile::tempdir().unwrap();
    let (collection, model) = (folder.path().join("set"), folder.path().join("tiny"));
    write_collection(&collection);
    reader().write(&model);
    for precision in [&[][..], &["--int8"]] {
        let mut command = archivist();
        command.arg("eval").arg(&collection);
        command.arg("--model").arg(&model).arg("--json");
        let measured = run(command.args(precision)).json();
        for (mode, mrr) in [("lexical", 0.0), ("dense", 1.0), ("hybrid", 1.0)] {
            assert_eq!(measured["modes"][mode]["mrr"], mrr, "{measured}");
        }
    }
}

#[test]
fn a_model_is_measured_by_the_name_it_is_installed_by() {
    let folder = tempfile::tempdir().unwrap();
    let collection = folder.path().join("set");
    write_collection(&collection);
    reader().write(&folder.path().join("data/models/tiny"));
    let eval = |model: &str| {
        let mut command = archivist();
        command
            .arg("eval")
            .arg(&collection)
            .args(["--model", model]);
        command.env("ARCHIVIST_DATA", folder.path().join("data"));
        run(command.arg("--json"))
    };
    assert_eq!(eval("tiny").json()["modes"]["dense"]["mrr"], 1.0);
    let said = eval("other").failed();
    assert!(
        said.contains("the model 'other' is not installed"),
        "{said}"
    );
    assert!(said.contains("archivist model list"), "{said}");
}
