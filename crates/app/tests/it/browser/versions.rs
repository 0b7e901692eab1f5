//! A newer version of a document comes in: the page asks, and search and citations follow.

use serde_json::json;

use super::refusals::an_editor;
use crate::support::{TestServer, a_document, an_output};
use crate::versions::{MORE, PLAN};

#[tokio::test]
async fn a_newer_version_takes_the_place_of_the_older_one() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    let first = a_document("plan-2023.txt").saying(&[PLAN]).of_year(2023);
    let first = editor.upload(first).await.created();
    let first = format!("/library/{}", first["doc_id"].as_str().unwrap());
    let passages = format!(
        "/api/documents{}/passages",
        first.trim_start_matches("/library")
    );
    let passages = editor.get(&passages).await.ok();
    let cited = json!([{ "number": 1, "passage_id": passages["passages"][0]["passage_id"] }]);
    let output = an_output("Capacity")
        .with("content", "Eleven volunteers govern it [1].")
        .with("sources", cited);
    let output = editor.post("/api/outputs", output.body()).await.created();

    // The page asks as soon as the later plan is in.
    tab.goto("/library/add").await;
    let path = server.write("plan-2024.txt", format!("{PLAN} {MORE}"));
    tab.sees("label[for=files]", "Choose files").await;
    tab.press("#files", path.to_str().unwrap()).await;
    tab.choose("#shared-type", "Other").await;
    tab.write("#shared-year", "2024").await;
    tab.click("#confirmed").await;
    tab.click("#send").await;
    tab.sees(
        ".file .similar",
        "% in common with plan 2023 (2023). Is this a newer version?",
    )
    .await;
    tab.click(".file .similar .newer").await;
    tab.sees(".file .similar .good", "search finds this one now")
        .await;

    // Search finds the newest, and the older one where it is asked for.
    let hits = "return document.querySelectorAll('.hit').length === arguments[0]";
    tab.goto("/search?q=volunteers").await;
    tab.sees(".hit:first-child h2", "plan 2024").await;
    tab.until("one is found", hits, &[json!(1)]).await;
    tab.click("[name=include_superseded]").await;
    tab.until("both are found", hits, &[json!(2)]).await;
    tab.sees(".hit .chip", "Superseded").await;

    // What cites the older one leads to it.
    tab.goto(&format!(
        "/outputs/{}",
        output["output_id"].as_str().unwrap()
    ))
    .await;
    tab.sees(".source .links", "the newest version").await;
    tab.click(".source .links a").await;
    tab.comes_to(&first).await;
    tab.sees(".passage.chosen", "A board of eleven volunteers")
        .await;
    tab.sees("#superseded", "There is a newer version: plan 2024 (2024)")
        .await;
    tab.sees("#versions", "version 1 of 2").await;
    tab.goto("/library").await;
    tab.sees(".rows", "by plan 2024, version 1 of 2").await;
    tab.sees(".rows", "newest of 2 versions").await;

    // And back again.
    tab.goto(&first).await;
    tab.click("#versions .btn").await;
    tab.sees("#similar", "plan 2024").await;
    assert_eq!(tab.count("#versions, #superseded").await, 0);
    tab.click("#similar .btn[value=older]").await;
    tab.sees("#superseded", "There is a newer version").await;
    tab.close().await;
}
