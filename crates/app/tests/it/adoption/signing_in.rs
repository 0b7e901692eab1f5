//! People of an adopted site go on working: with their passwords, with their tokens.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::original::{PASSWORD, after, at_head};
use crate::support::{Site, TestServer};

/// The key of the original.
const KEY: &str = "the-key-of-the-original-site-0123456789";

/// Whose tokens they are: a writer's.
const WREN: &str = "a0000000-0000-4000-8000-000000000003";

/// The year 2090: tests do not depend on the clock.
const LATER: i64 = 3_786_912_000;

/// A token as the original made them.
fn token(kind: Option<&str>, expires: i64) -> String {
    let mut claims = json!({ "sub": WREN, "exp": expires });
    if let Some(kind) = kind {
        claims["type"] = json!(kind);
    }
    encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(KEY.as_bytes()),
    )
    .unwrap()
}

/// A session as the original kept them: both tokens as they are.
fn session(access: &str, refresh: &str, expires: &str) -> String {
    format!(
        "INSERT INTO user_sessions (user_id, access_token, refresh_token, expires_at)
         VALUES ('{WREN}', '{access}', '{refresh}', '{expires}');"
    )
}

/// A server on an adopted site, with the key of the original.
fn adopted(site: Site) -> TestServer {
    site.run(&["migrate"]).ok();
    TestServer::on(site, &["--secret-key", KEY])
}

#[tokio::test]
async fn old_passwords_open_and_become_argon2id() {
    let server = adopted(at_head().site().await);
    let outdated = "SELECT count(*) FROM users WHERE hashed_password NOT LIKE '$argon2id$%'";
    assert_eq!(server.count(outdated).await, 6);
    let nobody = server.as_nobody();
    for (times, email) in [
        (5, "rowan@meadow.example.org"),
        (4, "root@meadow.example.org"),
    ] {
        let session = nobody.log_in(email, PASSWORD).await.ok();
        assert_eq!(session["user"]["email"], email);
        assert_eq!(server.count(outdated).await, times);
    }
    nobody
        .log_in("rowan@meadow.example.org", PASSWORD)
        .await
        .ok();
    nobody
        .log_in("rowan@meadow.example.org", "Wrong-1-lantern")
        .await
        .refusal(401);
    nobody
        .log_in("gone@meadow.example.org", PASSWORD)
        .await
        .refusal(401);
}

#[tokio::test]
async fn twins_by_letter_case_sign_in_each_as_they_are_spelled() {
    let server = adopted(at_head().site().await);
    for email in ["wren@meadow.example.org", "Wren@Meadow.example.org"] {
        let session = server.as_nobody().log_in(email, PASSWORD).await.ok();
        assert_eq!(session["user"]["email"], email);
    }
    let any = server
        .as_nobody()
        .log_in("WREN@meadow.example.org", PASSWORD)
        .await
        .ok();
    assert_eq!(any["user"]["user_id"], WREN);
}

#[tokio::test]
async fn a_token_of_the_original_works_while_its_session_lives() {
    let (access, over, unknown) = (
        token(None, LATER),
        token(None, LATER - 1),
        token(None, LATER - 2),
    );
    let site = at_head()
        .then(&session(&access, "r1", "2089-12-31"))
        .then(&session(&over, "r2", "2001-01-01"))
        .site()
        .await;
    let server = adopted(site);
    let wren = server.as_nobody().with_token(&access);
    assert_eq!(wren.get("/api/auth/me").await.ok()["user_id"], WREN);
    // Where the original itself refused it.
    wren.get("/api/programs").await.ok();
    assert_eq!(
        wren.get("/api/outputs").await.ok()["pagination"]["total"],
        3
    );
    for no_longer in [&over, &unknown] {
        server
            .as_nobody()
            .with_token(no_longer)
            .get("/api/auth/me")
            .await
            .refusal(401);
    }
    wren.post("/api/auth/logout", &json!({})).await.ok();
    wren.get("/api/auth/me").await.refusal(401);
}

#[tokio::test]
async fn sessions_with_the_same_token_are_one() {
    let access = token(None, LATER);
    let refresh = token(Some("refresh"), LATER);
    let twice = session(&access, &refresh, "2089-12-31").repeat(2);
    let server = adopted(at_head().then(&twice).site().await);
    let wren = server.as_nobody().with_token(&access);
    wren.get("/api/auth/me").await.ok();
    wren.post("/api/auth/logout", &json!({})).await.ok();
    wren.get("/api/auth/me").await.refusal(401);
    let body = json!({ "refresh_token": refresh });
    server
        .as_nobody()
        .post("/api/auth/refresh", &body)
        .await
        .refusal(401);
}

#[tokio::test]
async fn a_refresh_token_of_the_original_works_once_and_longer_than_its_access() {
    let (access, refresh) = (token(None, LATER), token(Some("refresh"), LATER));
    let server = adopted(
        at_head()
            .then(&session(&access, &refresh, "2001-01-01"))
            .site()
            .await,
    );
    let body = json!({ "refresh_token": refresh });
    let renewed = server
        .as_nobody()
        .post("/api/auth/refresh", &body)
        .await
        .ok();
    let wren = server
        .as_nobody()
        .with_token(renewed["access_token"].as_str().unwrap());
    assert_eq!(wren.get("/api/auth/me").await.ok()["user_id"], WREN);
    server
        .as_nobody()
        .post("/api/auth/refresh", &body)
        .await
        .refusal(401);
    let stored = "SELECT count(*) FROM user_sessions WHERE access_token LIKE 'sha256:%'";
    assert_eq!(
        server.count(stored).await,
        1,
        "new tokens are kept as hashes"
    );
}

#[tokio::test]
async fn with_another_key_old_tokens_are_worth_nothing_and_passwords_still_open() {
    let access = token(None, LATER);
    let site = at_head()
        .then(&session(&access, "r", "2089-12-31"))
        .site()
        .await;
    site.run(&["migrate"]).ok();
    let server = TestServer::on(site, &[]);
    server
        .as_nobody()
        .with_token(&access)
        .get("/api/auth/me")
        .await
        .refusal(401);
    server
        .as_nobody()
        .log_in("wren@meadow.example.org", PASSWORD)
        .await
        .ok();
}

#[tokio::test]
async fn what_the_original_kept_can_be_read() {
    let server = adopted(at_head().site().await);
    let admin = server
        .as_nobody()
        .sign_in("rowan@meadow.example.org", PASSWORD)
        .await;
    let documents = admin.get("/api/documents").await.ok();
    assert_eq!(
        documents["documents"].as_array().unwrap().len(),
        3,
        "{documents}"
    );
    let undated = admin
        .get("/api/documents/d0000000-0000-4000-8000-000000000002")
        .await
        .ok();
    assert!(
        undated["year"].is_null() && undated["outcome"].is_null(),
        "{undated}"
    );
    let outputs = admin.get("/api/outputs").await.ok();
    assert_eq!(outputs["pagination"]["total"], 5);
    let kept_as_text = admin
        .get("/api/outputs/e0000000-0000-4000-8000-000000000003")
        .await
        .ok();
    assert_eq!(kept_as_text["metadata"], json!({ "a": 2 }));
    let largest = admin
        .get("/api/outputs/e0000000-0000-4000-8000-000000000002")
        .await
        .ok();
    assert_eq!(largest["requested_amount"], "9999999999.99");
    for page in ["/library", "/outputs"] {
        let reply = admin.get(page).await;
        assert!(
            reply.status == 200 || reply.status == 303,
            "{page}: {}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn a_site_from_before_accounts_gets_its_first_admin() {
    let server = adopted(after(3).site().await);
    let admin = server.as_admin().await;
    assert_eq!(
        admin.get("/api/documents").await.ok()["documents"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}
