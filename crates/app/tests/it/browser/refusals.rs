//! What does not work is said where it went wrong, and nothing typed is lost.

use std::fs::File;

use serde_json::json;

use super::Tab;
use crate::support::server::{EDITOR, SECRET};
use crate::support::{Client, TestServer, a_document, an_output};

const PLAN: &str = "Boats bring books to the islands every week. Our board of eleven \
    members meets every month.";

/// An editor at the API, and in front of a browser.
pub(super) async fn an_editor(server: &TestServer) -> (Client, Tab) {
    let client = server.as_editor().await;
    let tab = Tab::signed_in(server.address(), EDITOR, SECRET).await;
    (client, tab)
}

#[tokio::test]
async fn a_wrong_password_is_told_and_the_right_one_leads_on() {
    let server = TestServer::start().await;
    server.as_editor().await;
    let tab = Tab::at(server.address()).await;
    tab.goto("/search?q=ferry").await;
    tab.comes_to("/sign-in").await;
    tab.sign_in(EDITOR, "Not-the-1-password").await;
    tab.sees("[role=alert]", "E-mail address or password is wrong")
        .await;
    assert_eq!(tab.value("#email").await, EDITOR);
    tab.sign_in(EDITOR, SECRET).await;
    tab.comes_to("/search").await;
    assert_eq!(tab.value("#q").await, "ferry");
    tab.close().await;
}

#[tokio::test]
async fn files_that_cannot_be_added_say_why() {
    let server = TestServer::start().await;
    let (_, tab) = an_editor(&server).await;
    tab.goto("/library/add").await;
    let large = server.write("scan.pdf", "%PDF-1.4");
    File::options()
        .write(true)
        .open(large)
        .unwrap()
        .set_len(60 << 20)
        .unwrap();
    chooses(
        &tab,
        &server,
        &[("sums.rs", "1"), ("empty.txt", ""), ("plan.txt", PLAN)],
    )
    .await;
    tab.press("#files", server.path("scan.pdf").to_str().unwrap())
        .await;
    tab.sees(
        ".file:nth-child(1) .bad",
        "This kind of file cannot be read",
    )
    .await;
    tab.sees(".file:nth-child(2) .bad", "This file is empty")
        .await;
    tab.sees(".file:nth-child(4) .bad", "larger than 50.0 MB")
        .await;

    // The third one could be read, but what is said about it does not do.
    let plan = ".file:nth-child(3)";
    tab.click(&format!("{plan} summary")).await;
    tab.write("#file-3-title", "Plan for the islands").await;
    tab.choose("#file-3-type", "Strategic Plan").await;
    tab.write("#file-3-year", "1850").await;
    tab.click("#send").await;
    tab.sees("#confirm-problem", "fit for the public").await;
    tab.click("#confirmed").await;
    tab.click("#send").await;
    tab.sees(&format!("{plan} .bad"), "between 2000 and").await;
    for (field, kept) in [
        ("#file-3-title", "Plan for the islands"),
        ("#file-3-type", "Strategic Plan"),
        ("#file-3-year", "1850"),
    ] {
        assert_eq!(tab.value(field).await, kept, "{field}");
    }
    tab.write("#file-3-year", "2024").await;
    tab.click("#send").await;
    tab.sees(&format!("{plan} .good"), "Added with 1 passage")
        .await;

    chooses(&tab, &server, &[("copy-of-plan.txt", PLAN)]).await;
    tab.click(".file:nth-child(5) summary").await;
    tab.choose("#file-5-type", "Other").await;
    tab.write("#file-5-year", "2023").await;
    tab.click("#send").await;
    tab.sees(
        ".file:nth-child(5) .bad",
        "in the library already: 'plan.txt'",
    )
    .await;
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 1);
    tab.close().await;
}

async fn chooses(tab: &Tab, server: &TestServer, chosen: &[(&str, &str)]) {
    tab.sees("label[for=files]", "Choose files").await;
    let paths: Vec<_> = chosen
        .iter()
        .map(|(name, text)| server.write(name, text).to_str().unwrap().to_owned())
        .collect();
    tab.press("#files", &paths.join("\n")).await;
}

#[tokio::test]
async fn there_is_no_draft_without_documents() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    tab.goto("/write").await;
    tab.sees("main", "There is nothing to draft from yet").await;
    let document = a_document("plan.txt").saying(&[PLAN]);
    let made = editor.upload(document).await.created();
    tab.goto("/write").await;
    tab.write("#query", "Boats").await;
    tab.click("#draft-button").await;
    tab.sees("#query-problem", "ten characters or more").await;
    // Somebody else empties the library while this person types.
    let path = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    editor.delete(&path).await.ok();
    tab.write("#query", "Boats that bring books").await;
    tab.click("#draft-button").await;
    tab.sees("#failure", "add documents to the library").await;
    assert_eq!(tab.value("#query").await, "Boats that bring books");
    tab.close().await;
}

#[tokio::test]
async fn an_output_that_contradicts_itself_is_not_saved() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    let output = an_output("Capacity section").asking("Department of Tides", 1000);
    let made = editor.post("/api/outputs", output.body()).await.created();
    let path = format!("/outputs/{}", made["output_id"].as_str().unwrap());
    tab.goto(&path).await;
    tab.click("[name=status][value=submitted]").await;
    tab.write("#requested_amount", "lots").await;
    tab.write("#awarded_amount", "2000").await;
    tab.write("#success_notes", "They liked the figures.").await;
    tab.click(".tracking .btn.main").await;
    tab.sees("#requested_amount-problem", "amount").await;
    tab.write("#requested_amount", "1000").await;
    tab.click(".tracking .btn.main").await;
    tab.sees(".tracking [role=alert]", "Nothing you typed is lost")
        .await;
    tab.sees("#awarded_amount-problem", "must not exceed").await;
    for (field, kept) in [
        ("#requested_amount", "1000"),
        ("#awarded_amount", "2000"),
        ("#success_notes", "They liked the figures."),
        ("[name=status]:checked", "submitted"),
    ] {
        assert_eq!(tab.value(field).await, kept, "{field}");
    }
    let kept = editor.get(&format!("/api{path}")).await.ok();
    assert_eq!(
        (&kept["status"], &kept["awarded_amount"]),
        (&json!("draft"), &json!(null))
    );
    tab.write("#awarded_amount", "900.50").await;
    tab.click(".tracking .btn.main").await;
    tab.sees(".top .chip", "Submitted").await;
    tab.close().await;
}

#[tokio::test]
async fn a_step_that_somebody_else_has_made_impossible_is_refused() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    let output = an_output("Capacity section").with("status", "submitted");
    let made = editor.post("/api/outputs", output.body()).await.created();
    let path = format!("/outputs/{}", made["output_id"].as_str().unwrap());
    tab.goto(&path).await;
    let is_out_of_reach = "return document.querySelector('[name=status][value=awarded]')?.disabled";
    tab.until("it cannot be awarded yet", is_out_of_reach, &[])
        .await;
    tab.click("[name=status][value=pending]").await;
    tab.write("#funder_name", "Department of Tides").await;
    for status in ["pending", "not_awarded"] {
        let change = json!({ "status": status });
        editor.put(&format!("/api{path}"), &change).await.ok();
    }
    tab.click(".tracking .btn.main").await;
    tab.sees("#status-problem", "only an admin may change that")
        .await;
    assert_eq!(tab.value("#funder_name").await, "Department of Tides");
    tab.sees(".top .chip", "Not awarded").await;
    tab.close().await;
}
