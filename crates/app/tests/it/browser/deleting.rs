//! Second thoughts: a document is deleted and brought back.

use super::refusals::an_editor;
use crate::support::{TestServer, a_document};

#[tokio::test]
async fn a_deletion_is_undone_at_once_or_later() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    let document = a_document("plan.txt").saying(&["Boats bring books to the islands."]);
    let made = editor.upload(document).await.created();
    let address = format!("/library/{}", made["doc_id"].as_str().unwrap());
    tab.goto(&address).await;
    tab.click("main .btn.danger").await;
    tab.sees("main", "For 30 days you can bring it back").await;
    tab.click("main .btn.danger").await;
    tab.sees(".notice", "was deleted").await;
    assert_eq!(tab.count(".rows tbody tr").await, 0);
    tab.click(".notice .btn").await;
    tab.comes_to(&address).await;
    tab.sees(".passages", "Boats bring books").await;

    editor
        .delete(&format!(
            "/api/documents/{}",
            made["doc_id"].as_str().unwrap()
        ))
        .await
        .ok();
    tab.goto("/library").await;
    tab.click("main a[href='/library/deleted']").await;
    tab.sees(".rows tbody", "by edith@example.org").await;
    tab.click(".rows tbody .btn").await;
    tab.comes_to(&address).await;
    tab.sees(".passages", "Boats bring books").await;
    tab.goto("/library/deleted").await;
    tab.sees("main", "Nothing was deleted lately").await;
    tab.close().await;
}
