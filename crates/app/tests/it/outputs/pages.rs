//! The same rules and the same record through the pages.

use serde_json::{Value, json};

use super::{make, path_of};
use crate::support::server::ADMIN;
use crate::support::{Browser, TestServer, an_output};

#[tokio::test]
async fn an_admins_override_is_recorded_as_one() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let output = make(&admin, &an_output("Won").with("status", "awarded")).await;
    let page = path_of(&output).replace("/api", "");
    let browser = Browser::sign_in(&server, ADMIN).await;
    let reply = browser.submit(&page, &[("status", "draft")]).await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
    let reply = browser.submit(&format!("{page}/delete"), &[]).await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
    let said: Vec<Value> = sqlx::query_scalar(
        "SELECT details FROM audit_log WHERE event_type IN ('output.update', 'output.delete') ORDER BY created_at",
    )
    .fetch_all(&server.pool())
    .await
    .unwrap();
    assert_eq!(said[0]["before"], json!({ "status": "awarded" }));
    assert_eq!(said[0]["after"], json!({ "status": "draft" }));
    assert_eq!(said[0]["override"], json!(true));
    assert_eq!(said[1]["before"]["status"], "draft");
}

#[tokio::test]
async fn a_title_of_blanks_is_refused_beside_its_field() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let output = make(&admin, &an_output("Titled")).await;
    let page = path_of(&output).replace("/api", "");
    let browser = Browser::sign_in(&server, ADMIN).await;
    let fields = [
        ("title", "  "),
        ("output_type", "other"),
        ("content", "Text."),
    ];
    let reply = browser.submit(&format!("{page}/edit"), &fields).await;
    assert_eq!(reply.status.as_u16(), 422);
    assert!(reply.text().contains("A title has 1 to 500 characters."));
    assert_eq!(admin.get(&path_of(&output)).await.ok()["title"], "Titled");
}
