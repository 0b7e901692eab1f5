//! Accounts, as admins look after them.

use serde_json::{Value, json};

use crate::support::server::{ADMIN, EDITOR, SECRET, WRITER};
use crate::support::{Client, Reply, Site, TestServer, a_document, an_output};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

fn path_of(user: &Value) -> String {
    format!("/api/users/{}", user["user_id"].as_str().unwrap())
}

async fn me(client: &Client) -> Value {
    client.get("/api/auth/me").await.ok()
}

async fn make(admin: &Client, email: &str, role: &str) -> Reply {
    let body = json!({ "email": email, "full_name": "Nora", "password": SECRET, "role": role });
    admin.post("/api/users", &body).await
}

/// The rows of one event about one account, newest first.
async fn rows(admin: &Client, event: &str, user: &Value) -> Vec<Value> {
    let id = user["user_id"].as_str().unwrap();
    let path = format!("/api/audit/logs/entity/user/{id}");
    let all = admin.get(&path).await.ok();
    let all = all.as_array().unwrap().iter();
    all.filter(|row| row["event_type"] == event)
        .cloned()
        .collect()
}

#[tokio::test]
async fn an_admin_makes_lists_and_changes_accounts() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let nora = make(&admin, "Nora@Example.ORG", "editor").await.created();
    assert_eq!(nora["email"], "Nora@example.org");
    assert_eq!(nora["role"], "editor");
    assert_eq!(nora["is_active"], true);
    assert_eq!(nora["is_superuser"], false);
    let listed = admin.get("/api/users").await.ok();
    assert_eq!(listed["total"], 2);
    let emails: Vec<_> = listed["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["email"].as_str().unwrap())
        .collect();
    assert_eq!(emails, [ADMIN, "Nora@example.org"]);
    assert!(!listed.to_string().contains("argon2"), "{listed}");

    let change = json!({ "full_name": "Nora Quill", "role": "writer", "is_active": null });
    let changed = admin.put(&path_of(&nora), &change).await.ok();
    assert_eq!(changed["full_name"], "Nora Quill");
    assert_eq!(changed["role"], "writer");
    assert_eq!(admin.get(&path_of(&nora)).await.ok(), changed);
    let unchanged = admin.put(&path_of(&nora), &json!({})).await.ok();
    assert_eq!(unchanged, changed);
    let promoted = json!({ "role": "admin" });
    let path = format!("{}/role", path_of(&nora));
    assert_eq!(admin.put(&path, &promoted).await.ok()["role"], "admin");

    let nora = server.as_nobody().sign_in("nora@example.org", SECRET).await;
    nora.get("/api/users").await.ok();
}

#[tokio::test]
async fn the_second_name_is_the_same_place() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let body = json!({ "email": "nora@example.org", "password": SECRET, "role": "writer",
        "is_active": false, "is_superuser": true });
    let nora = admin.post("/api/v1/users", &body).await.created();
    assert_eq!(
        (&nora["is_active"], &nora["is_superuser"]),
        (&json!(false), &json!(true))
    );
    let one = admin.get("/api/v1/users").await.ok();
    assert_eq!(one, admin.get("/api/users").await.ok());
    let path = format!("/api/v1/users/{}", nora["user_id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.ok(), nora);
    let change = json!({ "full_name": "Nora" });
    assert_eq!(admin.put(&path, &change).await.ok()["full_name"], "Nora");
    let role = json!({ "role": "editor" });
    let role = admin.put(&format!("{path}/role"), &role).await.ok();
    assert_eq!(role["role"], "editor");
    admin.delete(&path).await.ok();
    let row = rows(&admin, "user.create", &nora).await.remove(0);
    assert_eq!(row["details"]["path"], "/api/v1/users");
}

#[tokio::test]
async fn people_see_themselves_and_admins_everybody() {
    let server = TestServer::start().await;
    let (admin, editor) = (server.as_admin().await, server.as_editor().await);
    let writer = server.as_writer().await;
    let (edith, walter) = (me(&editor).await, me(&writer).await);
    assert_eq!(writer.get(&path_of(&walter)).await.ok(), walter);
    for path in [path_of(&edith), format!("/api/users/{NOWHERE}")] {
        let said = writer.get(&path).await.refusal(403);
        assert!(said.contains("Admin access required"), "{said}");
    }
    editor.get("/api/users").await.json(403);
    let change = json!({ "role": "admin" });
    editor.put(&path_of(&edith), &change).await.json(403);
    editor.delete(&path_of(&walter)).await.json(403);
    assert_eq!(admin.get(&path_of(&edith)).await.ok(), edith);
    for path in [
        format!("/api/users/{NOWHERE}"),
        format!("/api/users/{NOWHERE}/role"),
    ] {
        admin.put(&path, &change).await.json(404);
    }
    admin.get(&format!("/api/users/{NOWHERE}")).await.json(404);
    admin
        .delete(&format!("/api/users/{NOWHERE}"))
        .await
        .json(404);
    admin.get("/api/users/me").await.json(400);
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let taken = make(&admin, "ADA@example.org", "writer").await;
    assert_eq!(taken.refusal(409), "Email already registered");
    let weak = json!({ "email": "nora", "password": "weakling", "full_name": "x".repeat(256) });
    let said = admin.post("/api/users", &weak).await.json(422);
    let fields: Vec<_> = said["detail"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["loc"][1].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["email", "password", "full_name"]);
    assert!(!said.to_string().contains("weakling"), "{said}");
    let ada = me(&admin).await;
    let path = path_of(&ada);
    for (change, field) in [
        (json!({ "role": "owner" }), "role"),
        (json!({ "full_name": "x".repeat(256) }), "full_name"),
        (json!({ "password": "Meadow-9-kite" }), "password"),
    ] {
        let said = admin.put(&path, &change).await.json(422);
        assert_eq!(said["detail"][0]["loc"], json!(["body", field]), "{said}");
    }
    let own = admin
        .put(&path, &json!({ "password": "Meadow-9-kite" }))
        .await;
    assert!(own.refusal(422).contains("/api/auth/password"));
    assert_eq!(me(&admin).await, ada);
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_and_may_come_back() {
    let server = TestServer::start().await;
    let (admin, writer) = (server.as_admin().await, server.as_writer().await);
    let walter = me(&writer).await;
    let session = server.as_nobody().log_in(WRITER, SECRET).await.ok();
    let gone = admin.delete(&path_of(&walter)).await.ok();
    assert_eq!(gone["email"], WRITER);
    assert!(gone["message"].as_str().unwrap().contains("deactivated"));
    writer.get("/api/auth/me").await.json(401);
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let nobody = server.as_nobody();
    nobody.post("/api/auth/refresh", &refresh).await.json(401);
    nobody.log_in(WRITER, SECRET).await.json(401);
    assert_eq!(
        admin.get(&path_of(&walter)).await.ok()["is_active"],
        json!(false)
    );
    // A second time is no fault, and no event.
    admin.delete(&path_of(&walter)).await.ok();
    assert_eq!(rows(&admin, "user.delete", &walter).await.len(), 1);

    let back = json!({ "is_active": true });
    admin.put(&path_of(&walter), &back).await.ok();
    // The sessions of before are gone for good.
    writer.get("/api/auth/me").await.json(401);
    nobody.post("/api/auth/refresh", &refresh).await.json(401);
    let writer = nobody.sign_in(WRITER, SECRET).await;
    let shut = json!({ "is_active": false });
    admin.put(&path_of(&walter), &shut).await.ok();
    writer.get("/api/auth/me").await.json(401);
}

#[tokio::test]
async fn a_password_of_an_admin_ends_the_sessions_and_must_be_changed() {
    let server = TestServer::start().await;
    let (admin, writer) = (server.as_admin().await, server.as_writer().await);
    let walter = me(&writer).await;
    let change = json!({ "password": "Meadow-9-kite" });
    let changed = admin.put(&path_of(&walter), &change).await.ok();
    assert_eq!(changed["must_change_password"], true);
    writer.get("/api/auth/me").await.json(401);
    let nobody = server.as_nobody();
    nobody.log_in(WRITER, SECRET).await.json(401);
    let writer = nobody.sign_in(WRITER, "Meadow-9-kite").await;
    assert_eq!(me(&writer).await["must_change_password"], true);
    assert_eq!(rows(&admin, "user.password_reset", &walter).await.len(), 1);
}

#[tokio::test]
async fn the_last_active_admin_stays_one() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let ada = me(&admin).await;
    // A second admin who may not sign in cannot look after the site.
    let body = json!({ "email": "nora@example.org", "password": SECRET, "role": "admin",
        "is_active": false });
    let nora = admin.post("/api/users", &body).await.created();
    for (path, change) in [
        (path_of(&ada), json!({ "role": "writer" })),
        (
            format!("{}/role", path_of(&ada)),
            json!({ "role": "editor" }),
        ),
    ] {
        let said = admin.put(&path, &change).await.refusal(409);
        assert!(said.contains("the only active admin"), "{said}");
    }
    let said = admin.delete(&path_of(&ada)).await.refusal(409);
    assert!(said.contains("your own account"), "{said}");
    let shut = json!({ "is_active": false });
    admin.put(&path_of(&ada), &shut).await.json(409);
    for command in ["deactivate", "set-role"] {
        let args = ["user", command, ADMIN, "writer"];
        let args = if command == "set-role" {
            &args[..]
        } else {
            &args[..3]
        };
        let said = server.run(args).failed();
        assert!(said.contains("the only active admin"), "{said}");
    }
    admin
        .put(&path_of(&nora), &json!({ "is_active": true }))
        .await
        .ok();
    let nora = server.as_nobody().sign_in("nora@example.org", SECRET).await;
    nora.delete(&path_of(&ada)).await.ok();
    admin.get("/api/auth/me").await.json(401);
}

#[tokio::test]
async fn two_admins_cannot_take_each_other_down_at_once() {
    let server = TestServer::start().await;
    let ada = server.as_admin().await;
    let nora = server.as_member("nora@example.org", "admin").await;
    let (of_ada, of_nora) = (path_of(&me(&ada).await), path_of(&me(&nora).await));
    let (one, two) = tokio::join!(ada.delete(&of_nora), nora.delete(&of_ada));
    // Whoever comes second is signed out, or is told that nobody would be left.
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{statuses:?}");
    assert!([401, 409].contains(&statuses[1]), "{statuses:?}");
    let left = "SELECT count(*) FROM users WHERE is_active AND role = 'admin'";
    assert_eq!(server.count(left).await, 1);
}

#[tokio::test]
async fn d_38_every_change_of_an_account_has_its_row() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let ada = me(&admin).await["user_id"].clone();
    let nora = make(&admin, "nora@example.org", "writer").await.created();
    let path = path_of(&nora);
    let change = json!({ "full_name": "Nora Quill", "role": "editor" });
    admin.put(&path, &change).await.ok();
    let role = json!({ "role": "writer" });
    admin.put(&format!("{path}/role"), &role).await.ok();
    admin.delete(&path).await.ok();
    admin.put(&path, &json!({})).await.ok();
    for (event, count, status) in [
        ("user.create", 1, 201),
        ("user.update", 1, 200),
        ("user.role_change", 2, 200),
        ("user.delete", 1, 200),
    ] {
        let found = rows(&admin, event, &nora).await;
        assert_eq!(found.len(), count, "{event}");
        for row in found {
            assert_eq!(row["user_id"], ada, "{event}");
            assert_eq!(row["details"]["status_code"], status, "{event}");
        }
    }
    let roles = rows(&admin, "user.role_change", &nora).await;
    assert_eq!(roles[0]["details"]["before"], json!({ "role": "editor" }));
    assert_eq!(roles[0]["details"]["after"], json!({ "role": "writer" }));
    let shut = rows(&admin, "user.delete", &nora).await.remove(0);
    assert_eq!(shut["details"]["after"], json!({ "is_active": false }));
    let secrets = "SELECT count(*) FROM audit_log WHERE details::text ~ 'Orchard|argon2'";
    assert_eq!(server.count(secrets).await, 0);
}

#[tokio::test]
async fn d_53_a_superuser_is_an_admin_everywhere() {
    let server = TestServer::start().await;
    let (admin, writer) = (server.as_admin().await, server.as_writer().await);
    let walter = me(&writer).await;
    writer.get("/api/users").await.json(403);
    let change = json!({ "is_superuser": true });
    admin.put(&path_of(&walter), &change).await.ok();
    // Without another sign-in.
    for path in ["/api/users", "/api/audit/logs", "/api/chat"] {
        writer.get(path).await.ok();
    }
    let body = json!({ "name": "Meals" });
    writer.post("/api/programs", &body).await.created();
}

#[tokio::test]
async fn d_74_a_long_address_may_own_whatever_its_person_makes() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let email = format!(
        "{}@{}.example.org",
        "n".repeat(64),
        "long-name.".repeat(17) + "x"
    );
    assert!((101..=255).contains(&email.len()), "{}", email.len());
    make(&admin, &email, "editor").await.created();
    let nora = server.as_nobody().sign_in(&email, SECRET).await;
    let output = nora.post("/api/outputs", an_output("Hers").body()).await;
    assert_eq!(output.created()["created_by"], json!(email));
    let document = a_document("plan.txt").saying(&["Forty families eat together."]);
    nora.upload(document).await.created();
    let said = nora
        .post("/api/chat", &json!({ "message": "Who eats together?" }))
        .await
        .ok();
    let path = format!("/api/chat/{}", said["conversation_id"].as_str().unwrap());
    assert_eq!(nora.get(&path).await.ok()["user_id"], json!(email));
}

#[tokio::test]
async fn the_command_line_keeps_to_the_same_rules() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let said = server.run(&["user", "deactivate", EDITOR]).ok();
    assert!(said.contains("is deactivated; all sessions"), "{said}");
    editor.get("/api/auth/me").await.json(401);
    let listed = server.run(&["user", "list"]).ok();
    assert!(listed.contains("(deactivated)"), "{listed}");
    let again = server.run(&["user", "deactivate", EDITOR]).ok();
    assert!(again.contains("deactivated already"), "{again}");
    let said = server.run(&["user", "activate", EDITOR]).ok();
    assert!(said.contains("is active again"), "{said}");
    let again = server.run(&["user", "activate", EDITOR]).ok();
    assert!(again.contains("active already"), "{again}");
    server.as_nobody().log_in(EDITOR, SECRET).await.ok();
    editor.get("/api/auth/me").await.json(401);
    let long = "x".repeat(256);
    let args = ["user", "create", "nora@example.org", "--name", &long];
    let said = server.run(&args).failed();
    assert!(said.contains("at most 255 characters"), "{said}");
    let unknown = server
        .run(&["user", "activate", "eve@example.org"])
        .failed();
    assert!(unknown.contains("archivist user list"), "{unknown}");
}

#[tokio::test]
async fn without_an_active_admin_the_start_says_how_to_get_one() {
    let site = Site::new().await;
    site.run(&["user", "create", ADMIN, "--role", "admin"]).ok();
    sqlx::query("UPDATE users SET is_active = false")
        .execute(&site.pool())
        .await
        .unwrap();
    let mut serve = crate::support::server::serve_command(&site, &[]);
    let said = crate::support::process::run(&mut serve).failed();
    assert!(said.contains("archivist user activate"), "{said}");
    site.run(&["user", "activate", ADMIN]).ok();
    TestServer::on(site, &[]);
}
