//! The search reads by an embedding model, once that has read the archive.

use std::fs;

use archivist_engine::testing::{PgVectorServer, qdrant_server};
use serde_json::Value;

use crate::support::embeddings::{Embeddings, KEY, REFUSED};
use crate::support::process::run;
use crate::support::server::{EDITOR, SECRET, serve, serve_command};
use crate::support::{Client, Site, TestServer, a_document, eventually};

/// Enough of other subjects that likeness to one means something.
const OTHERS: [&str; 10] = [
    "The roof of the hall was repaired in spring.",
    "Our auditor found the books in order.",
    "The van needs new tyres before winter.",
    "Rent rises by two percent each year.",
    "The choir sang at the county fair.",
    "A lawyer reviewed the bylaws in March.",
    "Insurance covers volunteers on the road.",
    "The printer prints posters for events.",
    "Board members meet on the first Monday.",
    "The website was moved to another host.",
];

async fn fill(editor: &Client) {
    let garden = "The community garden feeds forty families from May to October.";
    editor
        .upload(a_document("garden.txt").saying(&[garden]))
        .await
        .created();
    for (number, text) in OTHERS.iter().enumerate() {
        let document = a_document(&format!("other-{number}.txt")).saying(&[text]);
        editor.upload(document).await.created();
    }
}

/// The file that comes first for words that stand in no document.
async fn first(client: &Client, query: &str) -> Option<String> {
    let found = client.get(&format!("/api/search?q={query}")).await.ok();
    let hit = found["hits"].as_array().unwrap().first()?.clone();
    Some(hit["document"]["filename"].as_str().unwrap().to_owned())
}

/// Waits until this file comes first: an engine outside of the process takes over what a model
/// has read within half a second.
async fn until_first(client: &Client, query: &str, file: &str) {
    eventually(&format!("{file} is found for {query}"), || async {
        (first(client, query).await.as_deref() == Some(file)).then_some(())
    })
    .await;
}

async fn models(client: &Client) -> Value {
    client.get("/api/search/models").await.ok()
}

/// Waits until the model of this name serves and has read everything.
async fn until_serving(client: &Client, model: &str) -> Value {
    eventually(&format!("{model} serves"), || async {
        let told = models(client).await;
        let wanted = told["models"][0].clone();
        let is_done = wanted["model"] == model
            && wanted["serves"] == true
            && wanted["read"] == wanted["passages"];
        is_done.then_some(told)
    })
    .await
}

async fn start(service: &Embeddings, model: &str) -> TestServer {
    start_on(Site::new().await, service, model)
}

/// Where an engine outside of the process keeps the passages.
async fn start_beside(engine: &str, service: &Embeddings, model: &str) -> TestServer {
    let mut flags = service.flags(model);
    flags.extend(["--search-engine".to_owned(), engine.to_owned()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    TestServer::on(Site::new().await, &flags)
}

fn restart_beside(engine: &str, server: &mut TestServer, service: &Embeddings, model: &str) {
    let mut flags = service.flags(model);
    flags.extend(["--search-engine".to_owned(), engine.to_owned()]);
    server.restart_with(&flags.iter().map(String::as_str).collect::<Vec<_>>());
}

fn start_on(site: Site, service: &Embeddings, model: &str) -> TestServer {
    let flags = service.flags(model);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    TestServer::on(site, &flags)
}

fn restart(server: &mut TestServer, service: &Embeddings, model: &str) {
    let flags = service.flags(model);
    server.restart_with(&flags.iter().map(String::as_str).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_model_reads_the_archive_and_finds_by_meaning_what_no_word_finds() {
    let service = Embeddings::start();
    let server = start(&service, "small").await;
    is_read_and_found_by_meaning(&server, &service).await;
}

#[tokio::test]
async fn a_model_has_its_say_where_pgvector_keeps_the_passages() {
    let service = Embeddings::start();
    let postgres = PgVectorServer::start();
    let server = start_beside(&postgres.url(), &service, "small").await;
    is_read_and_found_by_meaning(&server, &service).await;
}

#[tokio::test]
async fn the_old_model_answers_where_qdrant_has_its_vectors_still() {
    let service = Embeddings::start();
    let qdrant = qdrant_server(None).await;
    let mut server = start_beside(qdrant.as_str(), &service, "small").await;
    let editor = server.as_editor().await;
    fill(&editor).await;
    until_serving(&editor, "small").await;

    // Another model, which cannot read yet.
    service.be_away("large", true);
    restart_beside(qdrant.as_str(), &mut server, &service, "large");
    let editor = server.as_nobody().sign_in(EDITOR, SECRET).await;
    until_serving(&editor, "small").await;
    until_first(&editor, "fresh+greens", "garden.txt").await;

    service.be_away("large", false);
    restart_beside(qdrant.as_str(), &mut server, &service, "large");
    let editor = server.as_nobody().sign_in(EDITOR, SECRET).await;
    until_serving(&editor, "large").await;
    until_first(&editor, "more+greens", "garden.txt").await;
    eventually("the old one is no longer asked", || async {
        (models(&editor).await["models"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    assert_eq!(service.readings("large", "community garden"), 1);
}

#[tokio::test]
async fn passages_that_a_service_refuses_hold_nothing_up() {
    let service = Embeddings::start();
    let qdrant = qdrant_server(None).await;
    let mut server = TestServer::on(Site::new().await, &["--search-engine", qdrant.as_str()]);
    let editor = server.as_editor().await;
    for number in 1..=2 {
        let text = format!("{REFUSED} figures, volume {number}.");
        let document = a_document(&format!("figures-{number}.txt")).saying(&[&text]);
        editor.upload(document).await.created();
    }
    restart_beside(qdrant.as_str(), &mut server, &service, "small");
    let editor = server.as_nobody().sign_in(EDITOR, SECRET).await;
    eventually("the refusal is told", || async {
        let trouble = models(&editor).await["trouble"].to_string();
        trouble.contains("too long").then_some(())
    })
    .await;
    fill(&editor).await;
    until_first(&editor, "fresh+greens", "garden.txt").await;
}

/// What a model is for, wherever the passages are.
async fn is_read_and_found_by_meaning(server: &TestServer, service: &Embeddings) {
    let editor = server.as_editor().await;
    fill(&editor).await;
    until_serving(&editor, "small").await;
    // It may serve before the index has the last passages.
    let told = eventually("all passages are read", || async {
        let told = models(&editor).await;
        (told["models"][0]["passages"] == 11).then_some(told)
    })
    .await;
    assert_eq!(told["models"].as_array().unwrap().len(), 1);
    let model = &told["models"][0];
    assert_eq!(model["tokens"], 11, "each passage was read once");
    assert_eq!(model["cost_usd"], 0.011);
    assert_eq!(told["trouble"], Value::Null);

    until_first(&editor, "fresh+greens", "garden.txt").await;
    let found = editor.get("/api/search?q=fresh+greens").await.ok();
    let reasons = &found["hits"][0]["reasons"];
    assert!(
        reasons.to_string().contains("similar in meaning"),
        "{reasons}"
    );
    assert_eq!(
        service.readings("small", "fresh greens"),
        1,
        "asked again, it is remembered"
    );

    let pupils = a_document("pupils.txt").saying(&["Pupils borrow three books a week."]);
    editor.upload(pupils).await.created();
    until_first(&editor, "schoolkids", "pupils.txt").await;
}

#[tokio::test]
async fn the_old_model_answers_until_the_new_one_has_read_everything() {
    let service = Embeddings::start();
    let mut server = start(&service, "small").await;
    let editor = server.as_editor().await;
    fill(&editor).await;
    until_serving(&editor, "small").await;

    service.be_away("large", true);
    restart(&mut server, &service, "large");
    let editor = server.as_nobody().sign_in(EDITOR, SECRET).await;
    until_serving(&editor, "small").await;
    assert_eq!(
        first(&editor, "fresh+greens").await.as_deref(),
        Some("garden.txt")
    );

    service.be_away("large", false);
    restart(&mut server, &service, "large");
    let editor = server.as_nobody().sign_in(EDITOR, SECRET).await;
    until_serving(&editor, "large").await;
    eventually("the old one is no longer asked", || async {
        (models(&editor).await["models"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    assert_eq!(
        first(&editor, "more+greens").await.as_deref(),
        Some("garden.txt")
    );
    assert_eq!(service.readings("large", "more greens"), 1);

    // Back again: what it has read before is still there.
    restart(&mut server, &service, "small");
    let editor = server.as_nobody().sign_in(EDITOR, SECRET).await;
    until_serving(&editor, "small").await;
    for model in ["small", "large"] {
        assert_eq!(service.readings(model, "community garden"), 1);
    }
}

#[tokio::test]
async fn a_service_that_is_away_costs_nothing_but_its_voice() {
    let service = Embeddings::start();
    service.be_away("small", true);
    let server = start(&service, "small").await;
    let editor = server.as_editor().await;
    fill(&editor).await;
    assert_eq!(
        first(&editor, "auditor").await.as_deref(),
        Some("other-1.txt")
    );
    let trouble = eventually("the trouble is told", || async {
        let told = models(&editor).await;
        told["trouble"]["message"].as_str().map(str::to_owned)
    })
    .await;
    assert!(trouble.contains("come back later"), "{trouble}");
    assert!(!trouble.contains(KEY));
}

#[tokio::test]
async fn two_processes_read_each_passage_once_and_both_find_it() {
    let service = Embeddings::start();
    let server = start(&service, "small").await;
    let neighbour = service.flags("small");
    let neighbour: Vec<&str> = neighbour.iter().map(String::as_str).collect();
    let mut command = serve_command(&server, &neighbour);
    let (_process, address) = serve(command.env("ARCHIVIST_DATA", server.path("neighbour")));
    let here = server.as_editor().await;
    let there = Client::new(&address).sign_in(EDITOR, SECRET).await;
    fill(&here).await;
    for client in [&here, &there] {
        until_serving(client, "small").await;
        assert_eq!(
            first(client, "fresh+greens").await.as_deref(),
            Some("garden.txt")
        );
    }
    assert_eq!(service.readings("small", "community garden"), 1);
}

#[tokio::test]
async fn the_command_line_reads_tells_and_searches() {
    let service = Embeddings::start();
    let site = Site::new().await;
    let folder = site.path("papers");
    fs::create_dir(&folder).unwrap();
    for (number, text) in OTHERS.iter().enumerate() {
        fs::write(folder.join(format!("other-{number}.txt")), text).unwrap();
    }
    fs::write(
        folder.join("garden.txt"),
        "The community garden feeds forty families.",
    )
    .unwrap();
    run(&mut site.command(&["import", folder.to_str().unwrap()])).ok();

    let with_model = |args: &[&str]| {
        let mut command = site.command(args);
        command.args(service.flags("small"));
        run(&mut command)
    };
    let refusal = run(&mut site.command(&["model", "read"])).failed();
    assert!(refusal.contains("--embeddings"), "{refusal}");
    let read = with_model(&["model", "read", "--json"]).json();
    assert_eq!((&read["read"], &read["passages"]), (&11.into(), &11.into()));
    let status = run(&mut site.command(&["model", "status", "--json"])).json();
    assert_eq!(status["models"][0]["read"], 11);
    assert!(status["models"][0]["complete_since"].is_string());
    let found = with_model(&["search", "fresh greens", "--json"]).json();
    assert_eq!(found[0]["filename"], "garden.txt");
}

#[tokio::test]
async fn a_model_that_is_not_installed_is_told_before_anything_is_started() {
    let site = Site::new().await;
    for flag in ["--embeddings=local:minilm", "--reranker=judge"] {
        let refusal = run(&mut site.command(&["search", "x", flag])).failed();
        assert!(refusal.contains("archivist model install"), "{refusal}");
    }
}
