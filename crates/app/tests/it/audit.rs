//! The audit log: what is written down, who may read it, and that nobody rewrites it.

mod list;
mod seals;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::server::{ADMIN, EDITOR, SECRET};
use crate::support::{Browser, Client, Site, TestServer, a_document, an_output};

/// The rows of one event, newest first.
async fn rows(admin: &Client, event: &str) -> Vec<Value> {
    let path = format!("/api/audit/logs?per_page=100&event_type={event}");
    let page = admin.get(&path).await.ok();
    page["logs"].as_array().unwrap().clone()
}

/// The only row of an event.
async fn row(admin: &Client, event: &str) -> Value {
    let mut rows = rows(admin, event).await;
    assert_eq!(rows.len(), 1, "{event}: {rows:?}");
    rows.remove(0)
}

async fn id_of(client: &Client) -> Value {
    client.get("/api/auth/me").await.ok()["user_id"].clone()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

#[tokio::test]
async fn a_row_tells_who_did_what_and_from_where() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let made = editor.post("/api/outputs", an_output("Told").body()).await;
    let (made, id) = (
        made.created(),
        made.header("x-request-id").unwrap().to_owned(),
    );
    let created = row(&admin, "output.create").await;
    assert_eq!(created["entity_type"], "output");
    assert_eq!(created["entity_id"], made["output_id"]);
    assert_eq!(created["user_id"], id_of(&editor).await);
    let details = &created["details"];
    assert_eq!(details["request_id"], json!(id));
    assert_eq!(details["ip_address"], "127.0.0.1");
    assert_eq!(details["user_agent"], Value::Null);
    assert_eq!(details["method"], "POST");
    assert_eq!(details["path"], "/api/outputs");
    assert_eq!(details["status_code"], 201);
    assert_eq!(details["query_params"], Value::Null);
    assert_eq!(details["after"]["title"], "Told");
    assert!(details.get("before").is_none() && details.get("referer").is_none());
}

#[tokio::test]
async fn d_38_every_change_of_the_api_has_its_row() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let (editor_id, admin_id) = (id_of(&editor).await, id_of(&admin).await);

    let program = admin
        .post("/api/programs", &json!({ "name": "Meals" }))
        .await;
    let program = program.created();
    let path = format!("/api/programs/{}", text(&program, "program_id"));
    admin
        .put(&path, &json!({ "name": "Shared Meals" }))
        .await
        .ok();
    admin.delete(&format!("{path}?force=true")).await.ok();
    let document = a_document("plan.txt").saying(&["Forty families eat together."]);
    let document = editor.upload(document).await.created();
    let path = format!("/api/documents/{}", text(&document, "doc_id"));
    editor.delete(&path).await.ok();
    let output = editor.post("/api/outputs", an_output("Kept").body()).await;
    let output = output.created();
    let path = format!("/api/outputs/{}", text(&output, "output_id"));
    editor
        .put(&path, &json!({ "status": "submitted" }))
        .await
        .ok();
    editor.delete(&path).await.ok();

    let about = |event: &'static str| {
        let admin = admin.clone();
        async move { row(&admin, event).await }
    };
    for (event, by, thing, status) in [
        ("program.create", &admin_id, &program["program_id"], 201),
        ("program.update", &admin_id, &program["program_id"], 200),
        ("program.delete", &admin_id, &program["program_id"], 200),
        ("document.upload", &editor_id, &document["doc_id"], 201),
        ("document.delete", &editor_id, &document["doc_id"], 200),
        ("output.create", &editor_id, &output["output_id"], 201),
        ("output.update", &editor_id, &output["output_id"], 200),
        ("output.delete", &editor_id, &output["output_id"], 200),
    ] {
        let row = about(event).await;
        assert_eq!(&row["user_id"], by, "{event}");
        assert_eq!(&row["entity_id"], thing, "{event}");
        assert_eq!(row["details"]["status_code"], status, "{event}");
        assert_eq!(row["entity_type"], event.split('.').next().unwrap());
    }
    let renamed = about("program.update").await;
    assert_eq!(renamed["details"]["before"], json!({ "name": "Meals" }));
    assert_eq!(
        renamed["details"]["after"],
        json!({ "name": "Shared Meals" })
    );
    let deleted = about("program.delete").await;
    assert_eq!(
        deleted["details"]["query_params"],
        json!({ "force": "true" })
    );
    assert_eq!(deleted["details"]["before"]["name"], "Shared Meals");
    let gone = about("document.delete").await;
    assert_eq!(gone["details"]["before"]["filename"], "plan.txt");
}

#[tokio::test]
async fn sessions_and_passwords_have_their_rows_too() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let editor = server.as_editor().await;
    let (editor_id, admin_id) = (id_of(&editor).await, id_of(&admin).await);
    let created = rows(&admin, "user.create").await;
    assert_eq!(created[0]["entity_id"], editor_id);
    assert_eq!(created[0]["user_id"], admin_id);
    assert_eq!(created[0]["details"]["after"]["email"], EDITOR);
    // The first admin was made by the start of the server.
    assert_eq!(created[1]["user_id"], Value::Null);
    assert_eq!(created[1]["details"]["origin"], "command line");

    let session = server.as_nobody().log_in(EDITOR, SECRET).await.ok();
    let token = json!({ "refresh_token": session["refresh_token"] });
    let session = server.as_nobody().post("/api/auth/refresh", &token).await;
    let session = session.ok();
    let again = server
        .as_nobody()
        .with_token(text(&session, "access_token"));
    let change = json!({ "current_password": SECRET, "new_password": "Harbour-7-lamp" });
    again.post("/api/auth/password", &change).await.ok();
    again.post("/api/auth/logout", &json!({})).await.ok();
    for event in ["user.token_refresh", "user.password_change", "user.logout"] {
        let row = row(&admin, event).await;
        assert_eq!(row["user_id"], editor_id, "{event}");
        assert_eq!(row["entity_id"], editor_id, "{event}");
        assert!(row["details"].get("after").is_none(), "{event}");
    }
    let logins = rows(&admin, "user.login").await;
    assert_eq!(logins[0]["user_id"], editor_id);
    assert_eq!(logins[0]["details"]["path"], "/api/auth/login");
}

#[tokio::test]
async fn who_registers_alone_is_the_one_who_did_it() {
    let server = TestServer::start_with(&["--open-registration"]).await;
    let body = json!({ "email": "nora@example.org", "password": "Orchard-7-lamp" });
    let made = server.as_nobody().post("/api/auth/register", &body).await;
    let id = made.created()["user_id"].clone();
    let newest = rows(&server.as_admin().await, "user.create")
        .await
        .remove(0);
    assert_eq!((&newest["user_id"], &newest["entity_id"]), (&id, &id));
}

#[tokio::test]
async fn pages_leave_the_same_rows() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let output = admin.post("/api/outputs", an_output("Paper").body()).await;
    let output = output.created();
    let page = format!("/outputs/{}", text(&output, "output_id"));
    let browser = Browser::sign_in(&server, ADMIN).await;
    let form = [("status", "submitted"), ("funder_name", "Maple Fund")];
    let reply = browser.submit(&page, &form).await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
    let changed = row(&admin, "output.update").await;
    assert_eq!(changed["user_id"], id_of(&admin).await);
    assert_eq!(changed["details"]["path"], json!(page));
    assert_eq!(changed["details"]["method"], "POST");
    assert_eq!(changed["details"]["status_code"], 303);
    assert_eq!(changed["details"]["after"]["status"], "submitted");
    let login = rows(&admin, "user.login").await.remove(0);
    assert_eq!(login["details"]["path"], "/sign-in");
}

#[tokio::test]
async fn neither_texts_nor_secrets_are_in_the_log() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let output = an_output("Quiet").with("content", "Whispered once.");
    let made = editor.post("/api/outputs", output.body()).await.created();
    let path = format!("/api/outputs/{}", text(&made, "output_id"));
    let change = json!({ "content": "Whispered twice.", "success_notes": "Whispered to us." });
    editor.put(&path, &change).await.ok();
    let document = a_document("a.txt").saying(&["Whispered thrice."]);
    editor.upload(document).await.created();
    let changed = row(&admin, "output.update").await;
    let details = &changed["details"];
    let marks = (&details["before"]["content"], &details["after"]["content"]);
    assert_eq!(marks.1["characters"], 16);
    assert_ne!(marks.0["sha256"], marks.1["sha256"]);
    assert!(details["after"].get("title").is_none(), "{details}");
    let leaks = server
        .count(
            "SELECT count(*) FROM audit_log WHERE details::text ~ 'Whispered|Orchard|argon2|eyJ'",
        )
        .await;
    assert_eq!(leaks, 0);
}

#[tokio::test]
async fn what_is_refused_leaves_no_row() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let document = a_document("a.txt")
        .saying(&["Forty families eat together."])
        .filed_under("Education");
    editor.upload(document).await.created();
    let programs = admin.get("/api/programs").await.ok();
    let programs = programs["programs"].as_array().unwrap().iter();
    let used = programs.clone().find(|p| p["name"] == "Education").unwrap();
    let path = format!("/api/programs/{}", text(used, "program_id"));
    let before = server.count("SELECT count(*) FROM audit_log").await;
    admin.delete(&path).await.json(409);
    admin.put(&path, &json!({ "name": "" })).await.json(422);
    editor.delete(&path).await.json(403);
    let body = json!({ "email": EDITOR, "password": SECRET });
    admin.post("/api/auth/register", &body).await.json(400);
    server.as_nobody().log_in(EDITOR, "wrong").await.json(401);
    assert_eq!(server.count("SELECT count(*) FROM audit_log").await, before);
}

#[tokio::test]
async fn the_command_line_says_that_it_was_it() {
    let site = Site::new().await;
    site.run(&["user", "create", "nora@example.org"]).ok();
    site.run(&["user", "create", "ada@example.org", "--role", "admin"])
        .ok();
    site.run(&["user", "set-role", "nora@example.org", "editor"])
        .ok();
    site.run(&["user", "reset-password", "nora@example.org"])
        .ok();
    let file = site.write("plan.txt", "Forty families eat together. ".repeat(5));
    site.run(&["import", file.to_str().unwrap()]).ok();
    let listed = site.run(&["audit", "list", "--json"]).json();
    let listed = listed.as_array().unwrap();
    let events: Vec<_> = listed.iter().map(|row| text(row, "event_type")).collect();
    assert_eq!(
        events,
        [
            "document.upload",
            "user.password_reset",
            "user.role_change",
            "user.create",
            "user.create"
        ]
    );
    for row in listed {
        assert_eq!(row["details"]["origin"], "command line");
        assert_eq!(row["user_id"], Value::Null);
    }
    assert_eq!(listed[2]["details"]["before"], json!({ "role": "writer" }));
    assert_eq!(listed[2]["details"]["after"], json!({ "role": "editor" }));
    let said = site.run(&["audit", "list", "--event", "user.create"]).ok();
    assert!(said.contains("2 of 2 rows."), "{said}");
    assert!(said.contains("command line"), "{said}");
}

async fn refusal(pool: &PgPool, sql: &'static str) -> String {
    sqlx::query(sql)
        .execute(pool)
        .await
        .unwrap_err()
        .to_string()
}

#[tokio::test]
async fn rows_and_seals_cannot_be_rewritten() {
    let site = Site::new().await;
    site.run(&["user", "create", "nora@example.org"]).ok();
    site.run(&["audit", "seal"]).ok();
    let pool = site.pool();
    for sql in [
        "UPDATE audit_log SET event_type = 'nothing'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "UPDATE audit_seals SET hash = ''",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ] {
        let said = refusal(&pool, sql).await;
        assert!(said.contains("append-only"), "{sql}: {said}");
    }
    assert_eq!(site.count("SELECT count(*) FROM audit_log").await, 1);
    assert_eq!(site.count("SELECT count(*) FROM audit_seals").await, 1);
}
