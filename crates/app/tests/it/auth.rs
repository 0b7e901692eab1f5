//! Accounts and sessions.

mod lifetime;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::server::{ADMIN, SECRET, WRITER};
use crate::support::{Client, Reply, TestServer};

async fn refresh(client: &Client, token: &Value) -> Reply {
    let body = json!({ "refresh_token": token });
    client.post("/api/auth/refresh", &body).await
}

async fn register(client: &Client, email: &str, password: &str, role: &str) -> Reply {
    let body = json!({ "email": email, "password": password, "role": role });
    client.post("/api/auth/register", &body).await
}

#[tokio::test]
async fn signing_in_opens_a_session() {
    let server = TestServer::start().await;
    let session = server.as_nobody().log_in(ADMIN, SECRET).await.ok();
    assert_eq!(session["token_type"], "bearer");
    assert_eq!(session["user"]["email"], ADMIN);
    assert_eq!(session["user"]["role"], "admin");
    assert!(!session.to_string().contains("password\":\""), "{session}");
    let access = session["access_token"].as_str().unwrap();
    let admin = server.as_nobody().with_token(access);
    let me = admin.get("/api/auth/me").await.ok();
    assert_eq!(me["email"], ADMIN);
    let valid = admin.get("/api/auth/session").await.ok();
    assert_eq!(valid["valid"], true);
    let shouting = server.as_nobody().log_in("ADA@Example.ORG", SECRET).await;
    assert_eq!(shouting.ok()["user"]["email"], ADMIN);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_look_alike() {
    let server = TestServer::start().await;
    server.as_writer().await;
    let deactivate = "UPDATE users SET is_active = false WHERE email = 'walter@example.org'";
    sqlx::query(deactivate)
        .execute(&server.pool())
        .await
        .unwrap();
    let nobody = server.as_nobody();
    let wrong = nobody.log_in(ADMIN, "Orchard-8-lamp").await.refusal(401);
    let unknown = nobody.log_in("eve@example.org", SECRET).await.refusal(401);
    let inactive = nobody.log_in(WRITER, SECRET).await.refusal(401);
    assert_eq!(wrong, "Invalid email or password");
    assert_eq!((&unknown, &inactive), (&wrong, &wrong));
}

#[tokio::test]
async fn two_sign_ins_in_one_second_are_two_sessions() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let (one, two) = tokio::join!(nobody.log_in(ADMIN, SECRET), nobody.log_in(ADMIN, SECRET));
    let (one, two) = (one.ok(), two.ok());
    for token in ["access_token", "refresh_token"] {
        assert_ne!(one[token], two[token], "{token}");
    }
    let client = |session: &Value| nobody.with_token(session["access_token"].as_str().unwrap());
    let (one, two) = (client(&one), client(&two));
    one.post("/api/auth/logout", &json!({})).await.ok();
    one.get("/api/auth/me").await.json(401);
    two.get("/api/auth/me").await.ok();
    one.post("/api/auth/logout", &json!({})).await.json(401);
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let old = nobody.log_in(ADMIN, SECRET).await.ok();
    let new = refresh(&nobody, &old["refresh_token"]).await.ok();
    assert_eq!(new["token_type"], "bearer");
    let client = |session: &Value| nobody.with_token(session["access_token"].as_str().unwrap());
    client(&new).get("/api/auth/me").await.ok();
    client(&new).get("/api/programs/active").await.ok();
    let stale = client(&old).get("/api/auth/me").await;
    assert_eq!(stale.refusal(401), "Invalid or expired session");
    let reused = refresh(&nobody, &old["refresh_token"]).await;
    assert_eq!(reused.refusal(401), "Invalid or expired refresh token");
    refresh(&nobody, &new["access_token"]).await.json(401);
    let as_access = nobody.with_token(new["refresh_token"].as_str().unwrap());
    as_access.get("/api/auth/me").await.json(401);
    refresh(&nobody, &new["refresh_token"]).await.ok();
}

/// The same session in a second row, as the original left them when somebody signed
/// in twice within a second.
async fn duplicate_sessions(server: &TestServer) {
    sqlx::query(
        "INSERT INTO user_sessions (user_id, access_token, refresh_token, expires_at, refresh_expires_at)
         SELECT user_id, access_token, refresh_token, expires_at, refresh_expires_at FROM user_sessions",
    )
    .execute(&server.pool())
    .await
    .unwrap();
}

#[tokio::test]
async fn d_06_a_refresh_token_with_two_rows_works_once() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let old = nobody.log_in(ADMIN, SECRET).await.ok();
    duplicate_sessions(&server).await;
    let client = |session: &Value| nobody.with_token(session["access_token"].as_str().unwrap());
    client(&old).get("/api/auth/me").await.ok();
    let new = refresh(&nobody, &old["refresh_token"]).await.ok();
    refresh(&nobody, &old["refresh_token"]).await.json(401);
    client(&old).get("/api/auth/me").await.json(401);
    client(&new).get("/api/auth/me").await.ok();
    assert_eq!(server.count("SELECT count(*) FROM user_sessions").await, 1);
}

#[tokio::test]
async fn d_06_signing_out_ends_both_rows_of_a_session() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let session = nobody.log_in(ADMIN, SECRET).await.ok();
    duplicate_sessions(&server).await;
    let other = nobody.log_in(ADMIN, SECRET).await.ok();
    let client = |session: &Value| nobody.with_token(session["access_token"].as_str().unwrap());
    let signed_in = client(&session);
    signed_in.post("/api/auth/logout", &json!({})).await.ok();
    signed_in.get("/api/auth/me").await.json(401);
    refresh(&nobody, &session["refresh_token"]).await.json(401);
    client(&other).get("/api/auth/me").await.ok();
}

#[tokio::test]
async fn d_06_two_rows_refreshed_at_once_open_one_session() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let session = nobody.log_in(ADMIN, SECRET).await.ok();
    duplicate_sessions(&server).await;
    let token = &session["refresh_token"];
    let (one, two) = tokio::join!(refresh(&nobody, token), refresh(&nobody, token));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn one_refresh_token_used_twice_at_once_opens_one_session() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let session = nobody.log_in(ADMIN, SECRET).await.ok();
    let token = &session["refresh_token"];
    let (one, two) = tokio::join!(refresh(&nobody, token), refresh(&nobody, token));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn a_deactivated_person_is_out_at_once() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let session = server.as_nobody().log_in(WRITER, SECRET).await.ok();
    let deactivate = "UPDATE users SET is_active = false WHERE email = 'walter@example.org'";
    sqlx::query(deactivate)
        .execute(&server.pool())
        .await
        .unwrap();
    writer.get("/api/auth/me").await.json(401);
    refresh(&writer, &session["refresh_token"]).await.json(401);
}

#[tokio::test]
async fn without_a_good_token_the_way_to_sign_in_is_named() {
    let server = TestServer::start().await;
    let ask = |authorization: Option<&'static str>| {
        let request = server.as_nobody().request(Method::GET, "/api/auth/me");
        Reply::of(match authorization {
            Some(value) => request.header("Authorization", value),
            None => request,
        })
    };
    for (authorization, said) in [
        (None, "Not authenticated"),
        (Some("Basic YTpi"), "Invalid authentication credentials"),
        (Some("Bearer nonsense"), "Invalid or expired session"),
    ] {
        let reply = ask(authorization).await;
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        assert_eq!(reply.refusal(401), said);
    }
}

#[tokio::test]
async fn d_01_registration_is_for_admins_unless_the_site_is_open() {
    let server = TestServer::start().await;
    let (nobody, admin) = (server.as_nobody(), server.as_admin().await);
    let closed = register(&nobody, "new@example.org", SECRET, "writer").await;
    assert!(closed.refusal(403).contains("ask an admin"));
    let editor = register(&admin, "new@example.org", SECRET, "editor")
        .await
        .created();
    assert_eq!(editor["role"], "editor");
    let editor = nobody.sign_in("new@example.org", SECRET).await;
    register(&editor, "other@example.org", SECRET, "writer")
        .await
        .json(403);
    let again = register(&admin, "NEW@example.org", SECRET, "writer").await;
    assert_eq!(again.refusal(400), "Email already registered");

    let open = TestServer::start_with(&["--open-registration"]).await;
    let nobody = open.as_nobody();
    register(&nobody, "a@example.org", SECRET, "writer")
        .await
        .created();
    register(&nobody, "b@example.org", SECRET, "admin")
        .await
        .json(403);
    assert_eq!(open.count("SELECT count(*) FROM users").await, 2);
}

#[tokio::test]
async fn weak_passwords_are_told_what_they_lack() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    for (password, lack) in [
        ("Ab1!", "at least 8 characters"),
        ("orchard-7-lamp", "uppercase letter"),
        ("ORCHARD-7-LAMP", "lowercase letter"),
        ("Orchard-lamp", "number"),
        ("Orchard7lamp", "special character"),
        ("Password1!", "guessable"),
    ] {
        let reply = register(&admin, "new@example.org", password, "writer").await;
        let problems = reply.json(422)["detail"].clone();
        assert_eq!(problems[0]["loc"], json!(["body", "password"]));
        let said = problems[0]["msg"].as_str().unwrap();
        assert!(said.contains(lack), "{password}: {said}");
    }
    let bad = register(&admin, "not-an-address", SECRET, "writer").await;
    assert!(bad.refusal(422).contains("email"));
    register(&admin, "new@example.org", "Welcome1!", "writer")
        .await
        .created();
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let server = TestServer::start().await;
    let (here, elsewhere) = (server.as_writer().await, server.as_writer().await);
    let change =
        |current: &str, new: &str| json!({ "current_password": current, "new_password": new });
    let path = "/api/auth/password";
    here.post(path, &change("guess", "Meadow-9-kite"))
        .await
        .json(422);
    here.post(path, &change(SECRET, "short")).await.json(422);
    here.post(path, &change(SECRET, "Meadow-9-kite")).await.ok();
    here.get("/api/auth/me").await.ok();
    elsewhere.get("/api/auth/me").await.json(401);
    server.as_nobody().log_in(WRITER, SECRET).await.json(401);
    server
        .as_nobody()
        .log_in(WRITER, "Meadow-9-kite")
        .await
        .ok();
}

#[tokio::test]
async fn an_adopted_password_signs_in_and_is_renewed() {
    let server = TestServer::start().await;
    let hash = bcrypt::hash("Harbour-3-bell", 4).unwrap();
    sqlx::query(
        "INSERT INTO users (email, hashed_password, role) VALUES ('old@example.org', $1, 'writer')",
    )
    .bind(&hash)
    .execute(&server.pool())
    .await
    .unwrap();
    let nobody = server.as_nobody();
    nobody
        .log_in("old@example.org", "Harbour-3-bull")
        .await
        .json(401);
    for _ in ["with bcrypt", "with Argon2id"] {
        nobody
            .log_in("old@example.org", "Harbour-3-bell")
            .await
            .ok();
        let renewed = "SELECT count(*) FROM users WHERE email = 'old@example.org' AND hashed_password LIKE '$argon2id$%'";
        assert_eq!(server.count(renewed).await, 1);
    }
}

#[tokio::test]
async fn renewing_a_hash_does_not_undo_a_reset() {
    let server = TestServer::start().await;
    let pool = server.pool();
    let ada = archivist_store::users::find_by_email(&pool, ADMIN).await;
    let ada = ada.unwrap().unwrap();
    for (old, stored) in [
        ("a hash of before the reset", ada.hashed_password.as_str()),
        (ada.hashed_password.as_str(), "renewed"),
    ] {
        archivist_store::users::renew_hash(&pool, ada.user_id, old, "renewed")
            .await
            .unwrap();
        let now = archivist_store::users::find_by_email(&pool, ADMIN).await;
        assert_eq!(now.unwrap().unwrap().hashed_password, stored);
    }
}

#[tokio::test]
async fn d_62_tokens_and_passwords_are_nowhere_in_the_clear() {
    let mut server = TestServer::start().await;
    let session = server.as_nobody().log_in(ADMIN, SECRET).await.ok();
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT s::text FROM user_sessions s UNION ALL SELECT u::text FROM users u UNION ALL SELECT a::text FROM audit_log a",
    )
    .fetch_all(&server.pool())
    .await
    .unwrap();
    let log = server.process().stderr();
    assert!(log.contains("/api/auth/login"), "{log}");
    let kept = rows.join("\n") + &log;
    for secret in [
        &session["access_token"],
        &session["refresh_token"],
        &json!(SECRET),
    ] {
        assert!(!kept.contains(secret.as_str().unwrap()), "{secret}");
    }
}
