//! The command compares and verifies any database.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use pg_testbed::{ScratchDb, Testbed};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::execute;

const SHOP: &str = "SET LOCAL lock_timeout = '5s';
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE task (state text NOT NULL, mood mood,
        CONSTRAINT task_state_known CHECK (state IN ('open', 'done')));";

/// A project with one template.
fn project() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("1_shop.sql"), SHOP).unwrap();
    fs::write(
        dir.path().join("testbed.toml"),
        "[template.shop]\nsql = '1_shop.sql'",
    )
    .unwrap();
    dir
}

async fn run(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testbed"));
    command.args(arguments).current_dir(dir);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// What it printed, if it ended with this code.
async fn told(dir: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(dir, arguments).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {printed}{errors}"
    );
    format!("{printed}{errors}")
}

/// A database whose schema is another one.
async fn drifted() -> ScratchDb {
    let database = Testbed::get().await.unwrap().empty().await.unwrap();
    let changed = SHOP.replace("'glad', 'sad'", "'sad', 'glad'");
    execute(database.url(), &changed).await.unwrap();
    database
}

#[tokio::test]
async fn a_kept_fingerprint_agrees_with_the_migrations() {
    let dir = project();
    let dir = dir.path();
    told(
        dir,
        &["fingerprint", "migrations", "--output", "kept.txt"],
        0,
    )
    .await;
    let kept = fs::read_to_string(dir.join("kept.txt")).unwrap();
    assert!(kept.contains("enum mood: 'glad', 'sad'\n"), "{kept}");
    let said = told(dir, &["diff", "kept.txt", "migrations:shop"], 0).await;
    assert!(
        said.starts_with("no drift between kept.txt and migrations:shop"),
        "{said}"
    );
}

#[tokio::test]
async fn drift_is_told_to_people_and_programs() {
    let (dir, database) = (project(), drifted().await);
    let url = database
        .url()
        .replacen("postgres://", "postgresql+asyncpg://", 1);
    let said = told(dir.path(), &["diff", "migrations", &url], 1).await;
    let line = "enum mood\n  - 'glad', 'sad'\n  + 'sad', 'glad'\n";
    assert!(
        said.contains(line) && said.ends_with("\n1 differences\n"),
        "{said}"
    );
    let json = told(dir.path(), &["diff", "--json", "migrations", &url], 1).await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["agrees"], false);
    assert_eq!(json["drift"][0]["name"], "mood", "{json}");
}

#[tokio::test]
async fn every_check_is_proven_and_a_dead_one_is_found() {
    let (dir, database) = (project(), drifted().await);
    let said = told(dir.path(), &["verify", "migrations"], 0).await;
    assert!(said.starts_with("1 of 1 CHECK constraints"), "{said}");
    let never = "ALTER TABLE task ADD CONSTRAINT never CHECK (state IS NOT NULL)";
    execute(database.url(), never).await.unwrap();
    let said = told(dir.path(), &["verify", database.url()], 1).await;
    assert!(
        said.contains("CHECK never on task was not proven"),
        "{said}"
    );
    let told = told(
        dir.path(),
        &[
            "verify",
            "migrations",
            "--against",
            database.url(),
            "--json",
        ],
        1,
    )
    .await;
    let json: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(json["checks"][0]["verdict"], "alive", "{json}");
    assert_eq!(json["comparison"]["agrees"], false, "{json}");
}

#[tokio::test]
async fn a_database_is_checked_against_production() {
    let (dir, database) = (project(), drifted().await);
    let said = told(dir.path(), &["check", database.url()], 0).await;
    for part in [
        "health: up for ",
        "takes writes",
        "  task\n",
        "  mood (sad, glad)\n",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    let said = told(
        dir.path(),
        &["check", database.url(), "--against", "migrations"],
        1,
    )
    .await;
    assert!(said.contains("enum mood"), "{said}");
}

#[tokio::test]
async fn what_cannot_be_done_says_what_to_do() {
    let dir = project();
    let url = "postgresql://ana:s3cret@127.0.0.1:1/shop";
    for (arguments, part) in [
        (
            &["check", url][..],
            "cannot connect to postgresql://ana@127.0.0.1:1/shop",
        ),
        (&["diff", "migrations", "none.txt"], "A side is a URL"),
        (
            &["diff", "migrations:other", "migrations"],
            "there is no template \"other\"; there is: shop",
        ),
        (&["verify", "1_shop.sql"], "a database is needed here"),
        (&["diff", "migrations"], "testbed diff SIDE SIDE"),
        (&["verify", "--all"], "--all is not known here"),
    ] {
        let said = told(dir.path(), arguments, 2).await;
        assert!(
            said.contains(part) && !said.contains("s3cret"),
            "{arguments:?}: {said}"
        );
    }
}

#[tokio::test]
async fn migrations_of_a_folder_are_linted() {
    let dir = project();
    let said = told(dir.path(), &["lint", "."], 0).await;
    assert_eq!(said, "1 migrations, 0 problems\n");
    let slow = "SET LOCAL lock_timeout = '5s';\nCREATE INDEX task_state ON task (state);";
    fs::write(dir.path().join("2_index.sql"), slow).unwrap();
    let said = told(dir.path(), &["lint", "."], 1).await;
    assert!(
        said.starts_with("2_index.sql:2: index-concurrently: "),
        "{said}"
    );
}
