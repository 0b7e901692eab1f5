//! A person is shown what their role may do, and nothing else works either.

use super::Tab;
use crate::support::server::{SECRET, WRITER};
use crate::support::{TestServer, a_document, an_output};

/// Sends a form as the page would, but to another address; returns the status.
const FORGE: &str = "const body = new URLSearchParams({
        csrf: document.querySelector('meta[name=csrf-token]').content });
    const reply = await fetch(location.pathname + '/delete', { method: 'POST', body });
    return reply.status;";

#[tokio::test]
async fn a_writer_cannot_add_or_delete_documents() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    server.as_writer().await;
    let document = a_document("plan.txt").saying(&["Boats bring books to the islands."]);
    let made = editor.upload(document).await.created();
    let path = format!("/library/{}", made["doc_id"].as_str().unwrap());
    let tab = Tab::signed_in(server.address(), WRITER, SECRET).await;
    tab.sees(".rows tbody", "plan").await;
    assert_eq!(tab.count("main a[href='/library/add']").await, 0);
    for address in ["/library/add".to_owned(), format!("{path}/delete")] {
        tab.goto(&address).await;
        tab.sees("h1", "Not allowed").await;
        tab.sees("main", "Only editors and admins add or delete documents")
            .await;
    }
    tab.goto(&path).await;
    tab.sees(".passages", "Boats bring books").await;
    assert_eq!(tab.count(".btn.danger").await, 0);
    assert_eq!(tab.look(FORGE).await, 403);
    assert_eq!(server.count("SELECT count(*) FROM documents").await, 1);
    tab.close().await;
}

#[tokio::test]
async fn a_writer_sees_only_their_own_outputs() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let writer = server.as_writer().await;
    let theirs = an_output("The editor's own");
    let theirs = editor.post("/api/outputs", theirs.body()).await.created();
    let own = an_output("The writer's own");
    writer.post("/api/outputs", own.body()).await.created();
    let tab = Tab::signed_in(server.address(), WRITER, SECRET).await;
    tab.goto("/outputs").await;
    tab.sees(".board", "The writer's own").await;
    assert_eq!(tab.count(".tick").await, 1);
    tab.goto(&format!(
        "/outputs/{}",
        theirs["output_id"].as_str().unwrap()
    ))
    .await;
    tab.sees("main", "This output belongs to somebody else")
        .await;
    tab.close().await;
}
