//! Who calls: people of every role, and those whose tokens are no good.

use archivist_domain::UserId;
use archivist_web::auth::tokens::{self, TokenKeys};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::RequestBuilder;
use serde_json::Value;
use sqlx::PgPool;

use crate::support::server::{ADMIN, EDITOR, SECRET, WRITER};
use crate::support::{Browser, TestServer};

/// What the server of these tests signs tokens with.
pub(super) const KEY: &str = "a key that the test knows, of 32 characters or more";

/// Somebody, with a token for the API and a cookie for the pages.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// The heading of their column.
    pub(super) name: &'static str,
    /// Whether the server should know them.
    pub(super) is_somebody: bool,
    token: Option<String>,
    cookie: Option<String>,
}

impl Person {
    /// A request of theirs: with the token, or with the cookie of a browser.
    pub(super) fn sign(&self, request: RequestBuilder, is_api: bool) -> RequestBuilder {
        match (&self.token, &self.cookie) {
            (Some(token), _) if is_api => request.bearer_auth(token),
            (_, Some(cookie)) if !is_api => request.header("cookie", cookie),
            _ => request,
        }
    }

    /// A form with nothing in it but what proves that it comes from our own page.
    pub(super) fn send_empty_form(&self, request: RequestBuilder) -> RequestBuilder {
        let secret = self
            .cookie
            .as_deref()
            .and_then(|cookie| cookie.split_once('='));
        let csrf = archivist_web::auth::csrf_token(secret.map_or("", |(_, secret)| secret));
        request.form(&[("csrf", csrf)])
    }
}

/// Everybody, in the order of the table's columns.
pub(super) async fn people(server: &TestServer) -> Vec<Person> {
    server.as_writer().await;
    server.as_editor().await;
    server.as_member("susan@example.org", "writer").await;
    let promote = "UPDATE users SET is_superuser = true WHERE email = 'susan@example.org'";
    change(&server.pool(), promote).await;
    let mut people = vec![Person {
        name: "nobody",
        is_somebody: false,
        token: None,
        cookie: None,
    }];
    for (name, email) in [
        ("writer", WRITER),
        ("editor", EDITOR),
        ("admin", ADMIN),
        ("super", "susan@example.org"),
    ] {
        people.push(signed_in(server, name, email).await);
    }
    people.push(deactivated(server).await);
    people.push(expired(server).await);
    people.push(foreign(server).await);
    people.push(refresh(server).await);
    people
}

/// A person with this address.
pub(super) async fn signed_in(server: &TestServer, name: &'static str, email: &str) -> Person {
    let session = server.as_nobody().log_in(email, SECRET).await.ok();
    Person {
        name,
        is_somebody: true,
        token: Some(text(&session["access_token"])),
        cookie: Some(Browser::sign_in(server, email).await.cookie().to_owned()),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

async fn change(pool: &PgPool, sql: &'static str) {
    let done = sqlx::query(sql).execute(pool).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}

/// An admin who was sent away while signed in.
async fn deactivated(server: &TestServer) -> Person {
    server.as_member("gina@example.org", "admin").await;
    let person = signed_in(server, "inactive", "gina@example.org").await;
    let send_away = "UPDATE users SET is_active = false WHERE email = 'gina@example.org'";
    change(&server.pool(), send_away).await;
    Person {
        is_somebody: false,
        ..person
    }
}

/// An admin with a token whose own time is over, while the session is there still; and
/// with the cookie of a session that has ended.
async fn expired(server: &TestServer) -> Person {
    let person = another_admin(server, "expired", "edna@example.org").await;
    let now = now(&server.pool()).await;
    let keys = TokenKeys::from_secret(KEY.as_bytes());
    let user = id(&server.pool(), "edna@example.org").await;
    let token = keys.access(user, now - TimeDelta::hours(2), now - TimeDelta::hours(1));
    take_place_of(&server.pool(), &person, &token).await;
    let secret = person
        .cookie
        .as_deref()
        .and_then(|cookie| cookie.split_once('='));
    let end = "UPDATE user_sessions SET expires_at = now() AT TIME ZONE 'UTC' - interval '1 hour' WHERE access_token = $1";
    let ended = sqlx::query(end).bind(tokens::hash(secret.unwrap().1));
    assert_eq!(
        ended.execute(&server.pool()).await.unwrap().rows_affected(),
        1
    );
    Person {
        token: Some(token),
        ..person
    }
}

/// An admin with a token that somebody else has signed, in the place of a good one; and
/// with a cookie that nobody has issued.
async fn foreign(server: &TestServer) -> Person {
    let person = another_admin(server, "foreign", "fay@example.org").await;
    let now = now(&server.pool()).await;
    let keys = TokenKeys::from_secret(b"the key of somebody else");
    let user = id(&server.pool(), "fay@example.org").await;
    let token = keys.access(user, now, now + TimeDelta::hours(1));
    take_place_of(&server.pool(), &person, &token).await;
    Person {
        token: Some(token),
        cookie: Some(format!("archivist_session={}", tokens::random_secret())),
        ..person
    }
}

/// An admin who uses the refresh token as if it were for access.
async fn refresh(server: &TestServer) -> Person {
    let person = another_admin(server, "refresh", "rita@example.org").await;
    let session = server
        .as_nobody()
        .log_in("rita@example.org", SECRET)
        .await
        .ok();
    let token = text(&session["refresh_token"]);
    Person {
        cookie: Some(format!("archivist_session={token}")),
        token: Some(token),
        ..person
    }
}

async fn another_admin(server: &TestServer, name: &'static str, email: &str) -> Person {
    server.as_member(email, "admin").await;
    Person {
        is_somebody: false,
        ..signed_in(server, name, email).await
    }
}

/// Puts a token into the session of a person's good one, so that nothing but the token
/// itself can be wrong.
async fn take_place_of(pool: &PgPool, person: &Person, token: &str) {
    let good = person.token.as_deref().expect("a token");
    let exchange = "UPDATE user_sessions SET access_token = $1 WHERE access_token = $2";
    let done = sqlx::query(exchange)
        .bind(tokens::hash(token))
        .bind(tokens::hash(good))
        .execute(pool)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

async fn id(pool: &PgPool, email: &str) -> UserId {
    let id = sqlx::query_scalar("SELECT user_id FROM users WHERE email = $1").bind(email);
    UserId(id.fetch_one(pool).await.unwrap())
}

async fn now(pool: &PgPool) -> DateTime<Utc> {
    sqlx::query_scalar("SELECT now()")
        .fetch_one(pool)
        .await
        .unwrap()
}
