//! Starting, stopping, and what goes wrong on the way.

mod first_admin;
mod private_cluster;

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::client::http;
use crate::support::process::run;
use crate::support::server::{ADMIN, SECRET, serve, serve_command};
use crate::support::{Site, TestServer};

#[tokio::test]
async fn d_43_two_databases_named_at_once_are_refused() {
    let site = Site::new().await;
    let mut command = site.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env(
            "DATABASE_URL",
            "postgresql+asyncpg://ana:s3cret@db.example.org/archive",
        )
        .env("POSTGRES_HOST", "elsewhere.example.org")
        .env("POSTGRES_DB", "archive");
    let said = run(&mut command).failed();
    assert!(
        said.contains("DATABASE_URL") && said.contains("POSTGRES_HOST"),
        "{said}"
    );
    assert!(
        !said.contains("POSTGRES_DB") && !said.contains("s3cret"),
        "{said}"
    );
}

#[tokio::test]
async fn an_address_of_another_kind_of_database_is_refused() {
    let site = Site::new().await;
    let mut command = site.command(&["migrate"]);
    let said = run(command.env("DATABASE_URL", "mysql://root:s3cret@localhost/archive")).failed();
    assert!(
        said.contains("postgresql://") && !said.contains("s3cret"),
        "{said}"
    );
}

#[tokio::test]
async fn a_port_in_use_is_told_before_anything_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = Site::with_private_cluster();
    let said = site.run(&["serve", "--listen", &address]).failed();
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
    assert!(!site.data().join("postgres").exists());
}

#[tokio::test]
async fn a_key_that_is_too_short_is_refused() {
    let site = Site::new().await;
    let mut command = serve_command(&site, &[]);
    let said = run(command.env("ARCHIVIST_SECRET_KEY", "short")).failed();
    assert!(said.contains("at least 32 characters"), "{said}");
}

#[tokio::test]
async fn sessions_outlive_a_restart() {
    let mut server = TestServer::start().await;
    let session = server.as_nobody().log_in(ADMIN, SECRET).await.ok();
    server.restart_after(|_| {});
    let access = session["access_token"].as_str().unwrap();
    server
        .as_nobody()
        .with_token(access)
        .get("/api/auth/me")
        .await
        .ok();
}

#[tokio::test]
async fn a_stop_is_a_success() {
    let mut server = TestServer::start().await;
    server.as_nobody().get("/api/health").await.ok();
    let status = server.process().stop();
    assert_eq!(status.code(), Some(0), "{status}");
}

#[tokio::test]
async fn accounts_are_kept_on_the_command_line_too() {
    let server = TestServer::start().await;
    let new = [
        "user",
        "create",
        "Nora@Example.ORG",
        "--role",
        "editor",
        "--name",
        "Nora",
    ];
    let said = server.run(&new).ok();
    let password = password_in(&said);
    assert!(said.contains("Nora@example.org (editor)"), "{said}");
    let nora = server
        .as_nobody()
        .sign_in("nora@example.org", &password)
        .await;
    let me = nora.get("/api/auth/me").await.ok();
    assert_eq!(me["must_change_password"], true);
    let again = server.run(&new).failed();
    assert!(
        again.contains("there is an account with the address"),
        "{again}"
    );

    let said = server
        .run(&["user", "set-role", "nora@example.org", "writer"])
        .ok();
    assert!(said.contains("is now writer (was editor)"), "{said}");
    assert_eq!(nora.get("/api/auth/me").await.ok()["role"], "writer");

    let said = server
        .run(&["user", "reset-password", "nora@example.org"])
        .ok();
    nora.get("/api/auth/me").await.json(401);
    server
        .as_nobody()
        .log_in("nora@example.org", &password)
        .await
        .json(401);
    server
        .as_nobody()
        .log_in("nora@example.org", &password_in(&said))
        .await
        .ok();

    let list = server.run(&["user", "list", "--json"]).json();
    let roles: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|u| (&u["email"], &u["role"]))
        .collect();
    let expected = [
        (&json!(ADMIN), &json!("admin")),
        (&json!("Nora@example.org"), &json!("writer")),
    ];
    assert_eq!(roles, expected);
    assert_eq!(list[0]["hashed_password"], Value::Null);
    let unknown = server
        .run(&["user", "set-role", "eve@example.org", "admin"])
        .failed();
    assert!(unknown.contains("archivist user list"), "{unknown}");
    let owner = server.run(&["user", "set-role", "nora@example.org", "owner"]);
    assert_eq!(owner.code, Some(2));
    assert!(
        owner.stderr.contains("writer, editor, admin"),
        "{}",
        owner.stderr
    );
}

fn password_in(said: &str) -> String {
    let (_, rest) = said.split_once("Password: ").expect("a password");
    rest.lines().next().unwrap().to_owned()
}

/// The original's default is known to everybody; it has 32 characters.
#[tokio::test]
async fn d_79_the_public_default_key_is_refused() {
    let site = Site::new().await;
    for name in ["ARCHIVIST_SECRET_KEY", "SECRET_KEY"] {
        let mut command = serve_command(&site, &[]);
        let said = run(command.env(name, "change-me-to-a-random-secret-key")).failed();
        assert!(said.contains("public default"), "{name}: {said}");
    }
}

#[tokio::test]
async fn d_58_settings_of_the_original_work_or_are_told_to_be_in_vain() {
    let site = Site::new().await;
    let mut command = serve_command(&site, &[]);
    command
        .env("CORS_ORIGINS", "https://old.example.org")
        .env("SESSION_TIMEOUT_MINUTES", "300")
        .env("MAX_FILE_SIZE_MB", "10")
        .env("SECRET_KEY", "a key of the site that is long enough")
        .env("ENABLE_RERANKING", "true")
        .env("ENABLE_AUTH", "false");
    let (mut process, address) = serve(&mut command);
    let url = format!("{address}/api/health");
    let asked = http()
        .build()
        .unwrap()
        .get(url)
        .header("Origin", "https://old.example.org");
    let reply = asked.send().await.unwrap();
    let allowed = reply.headers().get("access-control-allow-origin").unwrap();
    assert_eq!(allowed, "https://old.example.org");
    process.stop();
    let said = process.stdout();
    assert!(said.contains("no effect"), "{said}");
    assert!(said.contains("ENABLE_AUTH, ENABLE_RERANKING"), "{said}");
    assert!(!said.contains("CORS_ORIGINS"), "{said}");
}
