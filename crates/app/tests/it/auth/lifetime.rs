//! How long access and its renewal last, and whose they are.

use super::refresh;
use crate::support::server::{SECRET, WRITER};
use crate::support::{Client, TestServer};

async fn execute(server: &TestServer, sql: &'static str) {
    sqlx::query(sql).execute(&server.pool()).await.unwrap();
}

#[tokio::test]
async fn d_73_renewal_outlives_access_and_a_time_of_being_inactive() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let nobody = server.as_nobody();
    let session = nobody.log_in(WRITER, SECRET).await.ok();
    let ended = "UPDATE user_sessions SET expires_at = now() - interval '1 second'";
    execute(&server, ended).await;
    writer.get("/api/auth/me").await.json(401);
    let renewed = refresh(&nobody, &session["refresh_token"]).await.ok();
    let access = renewed["access_token"].as_str().unwrap();
    nobody.with_token(access).get("/api/auth/me").await.ok();

    execute(&server, "UPDATE users SET is_active = false").await;
    refresh(&nobody, &renewed["refresh_token"]).await.json(401);
    execute(&server, "UPDATE users SET is_active = true").await;
    refresh(&nobody, &renewed["refresh_token"]).await.ok();
}

/// Old sites have accounts whose addresses differ by letter case alone.
#[tokio::test]
async fn d_71_each_of_two_twins_signs_in_by_their_own_spelling() {
    let server = TestServer::start().await;
    let hash = bcrypt::hash("Harbour-3-bell", 4).unwrap();
    for email in ["Twin@example.org", "twin@example.org"] {
        let made = "INSERT INTO users (email, hashed_password, role) VALUES ($1, $2, 'writer')";
        let made = sqlx::query(made).bind(email).bind(&hash);
        made.execute(&server.pool()).await.unwrap();
    }
    let nobody: Client = server.as_nobody();
    for email in ["Twin@example.org", "twin@example.org"] {
        let session = nobody.log_in(email, "Harbour-3-bell").await.ok();
        assert_eq!(session["user"]["email"], email);
    }
    nobody
        .log_in("TWIN@example.org", "Harbour-3-bell")
        .await
        .ok();
}
