//! The same rules and the same record through the pages.

use reqwest::Method;
use serde_json::{Value, json};

use super::{make, path_of};
use crate::support::server::{ADMIN, SECRET};
use crate::support::{Reply, TestServer, an_output};

/// A browser that is signed in.
struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn sign_in(server: &'a TestServer, email: &str) -> Self {
        let mut browser = Self {
            server,
            cookie: String::new(),
        };
        let fields = [("email", email), ("password", SECRET)];
        let reply = browser.send("/sign-in", &fields).await;
        let set = reply.header("set-cookie").expect(email);
        browser.cookie = set.split(';').next().unwrap().to_owned();
        browser
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.server.as_nobody().request(Method::POST, path);
        let request = request
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        Reply::of(request.body(body)).await
    }

    /// Sends a form with the token of the page at the same address.
    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.server.as_nobody().request(Method::GET, path);
        let page = Reply::of(request.header("cookie", &self.cookie)).await;
        let html = page.text();
        let (_, rest) = html.split_once("csrf-token\" content=\"").expect("a token");
        let token = ("csrf", rest.split('"').next().unwrap());
        self.send(path, &[&[token], fields].concat()).await
    }
}

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
    assert_eq!(said[0]["from_status"], "awarded");
    assert_eq!(said[0]["to_status"], "draft");
    assert_eq!(said[0]["override"], json!(true));
    assert_eq!(said[1]["status"], "draft");
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
