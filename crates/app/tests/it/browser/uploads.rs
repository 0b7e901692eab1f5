//! Many files at once, each with its own fate; and the same form without a script.

use serde_json::json;

use super::refusals::an_editor;
use crate::support::server::EDITOR;
use crate::support::{Browser, TestServer, eventually, files};

const PASSWORD: &str = "orchard-seven";
const WORDS: &str = "Boats bring books to the islands every week.";

#[tokio::test]
async fn twenty_files_at_once_and_bad_ones_are_told_one_by_one() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    tab.goto("/library/add").await;
    let mut paths: Vec<_> = (0..17)
        .map(|n| {
            server.write(
                &format!("{n:02}.txt"),
                format!("Report number {n}. {WORDS}"),
            )
        })
        .collect();
    paths.push(server.write("locked.pdf", files::protected_pdf(PASSWORD, WORDS)));
    paths.push(server.write("scan.pdf", files::blank_pdf()));
    paths.push(server.write("not-really.pdf", files::png()));
    let paths: Vec<_> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    tab.sees("label[for=files]", "Choose files").await;
    tab.press("#files", &paths.join("\n")).await;
    tab.choose("#shared-type", "Other").await;
    tab.write("#shared-year", "2024").await;
    tab.click("#confirmed").await;
    tab.click("#send").await;
    tab.sees("#overall", "17 added, 3 not added yet.").await;
    tab.sees(".file:nth-child(18) .bad", "Give the password")
        .await;
    tab.sees(".file:nth-child(19) .bad", "without any text")
        .await;
    tab.sees(".file:nth-child(20) .bad", "PNG picture").await;
    assert_eq!(tab.count(".file-result.good a").await, 17);

    // The locked one, first with a wrong password.
    tab.write(".file:nth-child(18) .password", "wrong").await;
    tab.click(".file:nth-child(18) .retry").await;
    tab.sees(".file:nth-child(18) .bad", "does not open").await;
    tab.write(".file:nth-child(18) .password", PASSWORD).await;
    tab.click(".file:nth-child(18) .retry").await;
    tab.sees(".file:nth-child(18) .good", "Added with 1 passage")
        .await;
    tab.sees("#overall", "18 added, 2 not added yet.").await;
    let stats = editor.get("/api/documents/stats").await.ok();
    assert_eq!(stats["total_documents"], 18);
    // What is left out need not be kept.
    tab.click(".file:nth-child(19) .remove").await;
    eventually("its file is gone", || async {
        (server.kept_files().len() == 18).then_some(())
    })
    .await;
    tab.close().await;
}

#[tokio::test]
async fn a_file_that_is_being_read_is_cancelled_in_its_row() {
    let server = TestServer::start().await;
    let (_, tab) = an_editor(&server).await;
    tab.goto("/library/add").await;
    let sentence = |n| format!("In week {n} the boats brought {n} books to the islands. ");
    let long: String = (0..300_000).map(sentence).collect();
    let path = server.write("long.txt", long);
    tab.sees("label[for=files]", "Choose files").await;
    tab.press("#files", path.to_str().unwrap()).await;
    tab.choose("#shared-type", "Other").await;
    tab.write("#shared-year", "2024").await;
    tab.click("#confirmed").await;
    tab.click("#send").await;
    tab.sees(".file .file-words", "extracting").await;
    tab.click(".file .cancel").await;
    tab.sees(".file .file-result", "Cancelled.").await;
    let cancelled = "SELECT count(*) FROM jobs WHERE state = 'cancelled'";
    assert_eq!(server.count(cancelled).await, 1);
    tab.close().await;
}

#[tokio::test]
async fn the_library_shows_what_failed_and_takes_the_password() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    let document =
        crate::support::a_document("plan.pdf").with_bytes(files::protected_pdf(PASSWORD, WORDS));
    editor.upload_later(document).await.json(202);
    let failed = "SELECT count(*) FROM jobs WHERE state = 'failed'";
    eventually("it is locked", || async {
        (server.count(failed).await == 1).then_some(())
    })
    .await;
    tab.goto("/library").await;
    tab.sees("#failed", "Give the password").await;
    tab.write("#failed input[name=password]", PASSWORD).await;
    tab.click("#failed .again .btn").await;
    tab.comes_to("/library").await;
    eventually("it is in", || async {
        let stats = editor.get("/api/documents/stats").await.ok();
        (stats["total_documents"] == 1).then_some(())
    })
    .await;
    tab.close().await;
}

/// What a browser without a script sends.
#[tokio::test]
async fn the_form_works_without_a_script() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let browser = Browser::sign_in(&server, EDITOR).await;
    let file = |name: &str, bytes: Vec<u8>| {
        reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned())
    };
    let form = || {
        reqwest::multipart::Form::new()
            .text("csrf", browser.csrf())
            .text("doc_type", "Annual Report")
            .text("year", "2024")
            .text("outcome", "N/A")
            .text("tags", "islands, rural")
            .text("funder", "Maple Trust")
            .text("notes", "")
            .part("file", file("boats.txt", WORDS.into()))
            .part("file", file("picture.pdf", files::png()))
            .part("file", file("", Vec::new()))
    };
    let send = async |form| {
        let request = server
            .as_nobody()
            .request(reqwest::Method::POST, "/library/add");
        let request = request.header("cookie", browser.cookie()).multipart(form);
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    };
    let (status, page) = send(form()).await;
    assert_eq!(status, 400, "{page}");
    assert!(page.contains("Confirm first"), "{page}");
    let (status, page) = send(form().text("confirmed", "on")).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("1 file on the way"), "{page}");
    assert!(
        page.contains("picture.pdf") && page.contains("PNG picture"),
        "{page}"
    );
    eventually("it is in", || async {
        let list = editor.get("/api/documents?tag=rural").await.ok();
        let funder = &list["documents"][0]["funder"];
        (list["pagination"]["total"] == json!(1) && funder == "Maple Trust").then_some(())
    })
    .await;
    let foreign = reqwest::multipart::Form::new()
        .part("file", file("boats.txt", WORDS.into()))
        .text("csrf", browser.csrf());
    assert_eq!(send(foreign).await.0, 403);
}

#[tokio::test]
async fn what_was_found_is_confirmed_where_its_file_stands() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    tab.goto("/library/add").await;
    let proposal = |title: &str| {
        format!(
            "# {title}\n\nSubmitted to the Harlan Community Foundation on March 3, 2024.\n\n\
             Amount requested: $50,000\n\nThis proposal asks for boats. {WORDS}"
        )
    };
    let paths = ["Boats for Every Island", "Books for Every Boat"].map(|title| {
        let name = format!("{}.md", &title[..5]);
        server.write(&name, proposal(title))
    });
    let paths = paths.map(|path| path.to_str().unwrap().to_owned());
    tab.sees("label[for=files]", "Choose files").await;
    tab.press("#files", &paths.join("\n")).await;
    tab.click("#confirmed").await;
    tab.click("#send").await;

    // Each row unfolds what was found, with the words that led to it.
    let (first, second) = (".file:nth-child(1)", ".file:nth-child(2)");
    tab.sees(&format!("{first} .review"), "Amount requested: $50,000")
        .await;
    tab.sees(&format!("{second} .review"), "sure").await;
    let title = format!("{first} .review [name=title]");
    assert_eq!(tab.value(&title).await, "Boats for Every Island");
    tab.write(&format!("{first} .review [name=year]"), "1850")
        .await;
    tab.click(&format!("{first} .review .main")).await;
    tab.sees(&format!("{first} .problem"), "between 2000").await;
    tab.write(&format!("{first} .review [name=year]"), "2023")
        .await;
    tab.click("#confirm-rows").await;
    tab.sees(
        &format!("{first} .good[tabindex]"),
        "Confirmed: Boats for Every Island",
    )
    .await;
    tab.sees(&format!("{second} .good[tabindex]"), "Confirmed")
        .await;
    tab.nothing_failed().await;

    let list = editor
        .get("/api/documents?to_confirm=false&year=2023")
        .await
        .ok();
    assert_eq!(list["documents"][0]["title"], "Boats for Every Island");
    assert_eq!(
        list["documents"][0]["funder"],
        "Harlan Community Foundation"
    );
    tab.goto("/library?state=To+confirm").await;
    tab.sees("#documents", "No document matches").await;
    tab.goto("/library").await;
    tab.sees("#documents", "Books for Every Boat").await;
    tab.close().await;
}
