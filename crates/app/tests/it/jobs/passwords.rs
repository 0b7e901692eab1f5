//! Files that only a password opens.

use archivist_web::blobs::hex;
use serde_json::json;

use super::{comes_to, id};
use crate::support::{Document, Site, TestServer, a_document, files};

const PASSWORD: &str = "orchard-seven";
const WORDS: &str = "Boats bring books to the islands every week.";

fn protected() -> Document {
    a_document("plan.pdf").with_bytes(files::protected_pdf(PASSWORD, WORDS))
}

/// Nothing that the database holds shows the password.
async fn the_password_is_nowhere(site: &Site) {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    )
    .fetch_all(&site.pool())
    .await
    .unwrap();
    assert!(tables.iter().any(|table| table == "jobs"));
    for table in tables {
        let sql = format!("SELECT count(*) FROM \"{table}\" t WHERE t::text LIKE '%{PASSWORD}%'");
        let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&site.pool())
            .await
            .unwrap();
        assert_eq!(found, 0, "{table}");
    }
    let hex = hex(PASSWORD.as_bytes());
    let sealed =
        format!("SELECT count(*) FROM jobs WHERE encode(sealed_password, 'hex') LIKE '%{hex}%'");
    let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sealed))
        .fetch_one(&site.pool())
        .await
        .unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn a_locked_file_waits_for_its_password() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let id = id(&editor.upload_later(protected()).await);
    let locked = comes_to(&editor, &id, "failed").await;
    assert_eq!(
        (&locked["code"], &locked["can_retry"]),
        (&json!("locked"), &json!(true))
    );
    assert!(
        locked["message"]
            .as_str()
            .unwrap()
            .contains("Give the password")
    );

    let path = format!("/api/jobs/{id}/retry");
    editor
        .post(&path, &json!({ "password": "wrong" }))
        .await
        .ok();
    let wrong = comes_to(&editor, &id, "failed").await;
    assert_eq!(wrong["code"], "locked");
    assert!(wrong["message"].as_str().unwrap().contains("does not open"));

    editor
        .post(&path, &json!({ "password": PASSWORD }))
        .await
        .ok();
    the_password_is_nowhere(&server).await;
    comes_to(&editor, &id, "ready").await;
    let kept = "SELECT count(*) FROM jobs WHERE sealed_password IS NOT NULL";
    assert_eq!(server.count(kept).await, 0);
    the_password_is_nowhere(&server).await;
    server.process().stop();
    let said = format!("{}{}", server.process().stdout(), server.process().stderr());
    assert!(!said.contains(PASSWORD), "{said}");
    let found = server.run(&["search", "boats islands", "--json"]).json();
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_password_may_come_with_the_file() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let refusal = editor.upload(protected()).await.refusal(422);
    assert!(refusal.contains("Give the password"), "{refusal}");
    assert!(server.kept_files().is_empty());
    let refusal = editor
        .upload(protected().opened_by("wrong"))
        .await
        .refusal(422);
    assert!(refusal.contains("does not open"), "{refusal}");
    editor
        .upload(protected().opened_by(PASSWORD))
        .await
        .created();
    the_password_is_nowhere(&server).await;
}

/// The password waits sealed with the secret of the site: with another one, it is as good
/// as forgotten, and asked for again.
#[tokio::test]
async fn a_password_outlives_the_server_but_not_its_secret() {
    let key = |letter: &str| letter.repeat(40);
    for (second, status) in [("a", "ready"), ("b", "failed")] {
        let mut server = TestServer::start_with(&["--secret-key", &key("a")]).await;
        let editor = server.as_editor().await;
        // No worker takes it before the server is gone.
        let later = "ALTER TABLE jobs ALTER run_after SET DEFAULT now() + interval '1 day'";
        sqlx::query(later).execute(&server.pool()).await.unwrap();
        let id = id(&editor.upload_later(protected().opened_by(PASSWORD)).await);
        the_password_is_nowhere(&server).await;
        server.restart_with(&["--secret-key", &key(second)]);
        let now = "UPDATE jobs SET run_after = now()";
        sqlx::query(now).execute(&server.pool()).await.unwrap();
        let editor = server.as_editor().await;
        let job = comes_to(&editor, &id, status).await;
        assert_eq!(job["can_retry"], status == "failed");
    }
}

#[tokio::test]
async fn the_command_line_takes_it_from_a_file() {
    let site = Site::new().await;
    site.write("in/plan.pdf", files::protected_pdf(PASSWORD, WORDS));
    site.write("in/open.txt", WORDS);
    let folder = site.path("in").to_str().unwrap().to_owned();
    let report = site.run(&["import", &folder, "--json"]).json();
    assert_eq!(
        (&report["added"], &report["not_taken_in"]),
        (&json!(1), &json!(1))
    );
    let file = site.write("password", format!("{PASSWORD}\n"));
    let file = file.to_str().unwrap();
    let report = site
        .run(&["import", &folder, "--json", "--password-file", file])
        .json();
    assert_eq!(
        (&report["added"], &report["already_known"]),
        (&json!(1), &json!(1))
    );
    the_password_is_nowhere(&site).await;
}

#[tokio::test]
async fn a_locked_job_is_opened_on_the_command_line() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let id = id(&editor.upload_later(protected()).await);
    comes_to(&editor, &id, "failed").await;
    let file = server.write("password", PASSWORD);
    let file = file.to_str().unwrap();
    let retry = ["jobs", "retry", &id, "--password-file", file, "--json"];
    let done = server.run(&retry).json();
    assert_eq!(
        (&done["status"], &done["code"]),
        (&json!("ready"), &json!("added"))
    );
    let said = server.run(&retry).failed();
    assert!(said.contains("cannot be tried again"), "{said}");
}
