//! An editor has the picture of a page read, and sees how far that is.

use std::fs;

use super::refusals::an_editor;
use crate::ocr::{put_in, reading_site, recognition, start};

#[tokio::test]
async fn a_page_that_could_not_be_read_is_read_at_the_press_of_a_button() {
    let server = start(reading_site(&["", "fails"]).await);
    let (editor, tab) = an_editor(&server).await;
    let id = put_in(&editor, &["A letter with words.", ""]).await;
    recognition(&editor, "failed").await;
    server.write("texts/2", "Marigolds grow beside the school.");
    server.write("wait-2", "");

    tab.goto(&format!("/library/{id}")).await;
    tab.sees("dd", "Needs OCR").await;
    tab.click(".recognition button").await;
    tab.sees(".recognition", "page 2").await;
    assert_eq!(tab.count(".recognition button").await, 0);
    fs::remove_file(server.path("wait-2")).unwrap();
    let has_words = "return document.querySelector('main').innerText.includes('Marigolds')";
    tab.until("the page has the words of the picture", has_words, &[])
        .await;
    assert_eq!(tab.count(".recognition").await, 0);
    tab.nothing_failed().await;
}
