//! The command compares and verifies any database.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use pg_testbed::{ScratchDb, Testbed};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::bed::Bed;
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

fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testbed"));
    command.args(arguments).current_dir(dir);
    command
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// What it printed, if it ended with this code.
async fn told(dir: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(command(dir, arguments)).await;
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
    // Production as it was kept.
    let keep = ["fingerprint", database.url(), "--output", "production.txt"];
    told(dir.path(), &keep, 0).await;
    let against = ["check", "--against", "production.txt", database.url()];
    let said = told(dir.path(), &against, 0).await;
    assert!(said.contains("no drift between production.txt"), "{said}");
    let against = ["check", "migrations", "--against", "production.txt"];
    told(dir.path(), &against, 1).await;
}

/// That of `TEST_DATABASE_URL` is only connected to.
#[tokio::test]
async fn an_empty_database_is_no_drift_but_leads_to_what_the_tests_get() {
    let dir = project();
    let empty = Testbed::get().await.unwrap().empty().await.unwrap();
    let keep = ["fingerprint", "migrations", "--output", "production.txt"];
    told(dir.path(), &keep, 0).await;
    let check = ["check", empty.url(), "--against", "production.txt"];
    let said = told(dir.path(), &check, 2).await;
    let advice = "testbed check migrations --against production.txt";
    assert!(
        said.contains("tables: 0\n") && said.contains(advice),
        "{said}"
    );
    let check = ["check", "migrations", "--against", "production.txt"];
    let said = told(dir.path(), &check, 0).await;
    assert!(said.contains("no drift"), "{said}");
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
        (&["lint", "none"], "none cannot be read: "),
        (
            &["fingerprint", "migrations", "--output", "none/kept.txt"],
            "none/kept.txt cannot be written: ",
        ),
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

#[tokio::test]
async fn without_a_side_the_database_of_the_environment_is_meant() {
    let (dir, database) = (project(), drifted().await);
    for (arguments, part) in [
        (&["fingerprint"][..], "enum mood: 'sad', 'glad'\n"),
        (&["verify"], "1 of 1 CHECK constraints"),
        (&["check"], "  mood (sad, glad)\n"),
    ] {
        let mut command = command(dir.path(), arguments);
        command.env("TEST_DATABASE_URL", database.url());
        let output = run(command).await;
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains(part), "{said}");
    }
}

#[tokio::test]
async fn every_schema_is_compared_unless_some_are_named() {
    let dir = project();
    let database = Testbed::get().await.unwrap().empty().await.unwrap();
    let more = format!(
        "{SHOP} CREATE SCHEMA app; CREATE TABLE app.extra (id int);
         CREATE SCHEMA _testbed; CREATE TABLE _testbed.own ()"
    );
    execute(database.url(), &more).await.unwrap();
    let url = database.url();
    let said = told(dir.path(), &["diff", "migrations", url], 1).await;
    assert!(said.contains("table app.extra\n"), "{said}");
    assert!(said.ends_with("\n1 differences\n"), "{said}");
    let public = ["diff", "migrations", url, "--schema", "public"];
    let said = told(dir.path(), &public, 0).await;
    assert!(said.contains(": 1 tables, 2 columns, 1 const"), "{said}");
    let app = ["diff", "migrations", url, "--schema", "app"];
    let said = told(dir.path(), &app, 2).await;
    let missing = "there is no schema app in migrations; there is: public";
    assert!(said.contains(missing), "{said}");
}

#[tokio::test]
async fn no_spelling_of_a_connection_shows_its_password() {
    let dir = project();
    for side in [
        "host=db user=ana password=s3cret",
        "ana:s3cret@db/shop",
        "mysql://ana:s3cret@db/shop",
        "postgres://ana:s3cret@db:port/shop",
        "postgresql+a b://ana:s3cret@127.0.0.1:1/shop",
        "postgres://ana@127.0.0.1:1/shop?password=s3cret&sslpassword=s3cret",
    ] {
        for arguments in [
            &["diff", "migrations", side][..],
            &["verify", side],
            &["check", side],
            &["check", "migrations", "--against", side],
        ] {
            let said = told(dir.path(), arguments, 2).await;
            let helps = said.contains("postgresql://") || said.contains("cannot connect to");
            assert!(helps && !said.contains("s3cret"), "{arguments:?}: {said}");
            assert!(!said.contains("TEST_DATABASE_URL"), "{arguments:?}: {said}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_silent_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let url = format!("postgres://ana@{address}/shop?connect_timeout=1");
    let said = told(project().path(), &["check", &url], 2).await;
    let part = "it did not answer within 1 s. Check that the server runs";
    assert!(said.contains(part), "{said}");
}

/// Who may connect, and no more.
#[tokio::test]
async fn a_role_with_few_rights_learns_what_it_may() {
    let (dir, bed) = (project(), Bed::new(&[]).await);
    let server = bed.testbed.admin_url();
    let sql = format!(
        "CREATE ROLE visitor LOGIN; {SHOP} CREATE TABLE alembic_version (version_num text)"
    );
    execute(&server, &sql).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(PgConnection::connect(&server).await.unwrap());
    }
    let url = server.replace("user=postgres", "user=visitor");
    let said = told(dir.path(), &["check", &url], 0).await;
    let taken = said.split(" of ").next().unwrap().rsplit(' ').next();
    let taken: usize = taken.unwrap().parse().unwrap();
    assert!(taken > others.len(), "{said}");
    let part = "migrations: this role may not read alembic_version\n";
    assert!(said.contains(part), "{said}");
    let said = told(dir.path(), &["verify", &url], 1).await;
    assert!(said.contains("Use a role that may write"), "{said}");
}

#[tokio::test]
async fn migrations_are_linted_in_the_order_of_their_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let steps = [
        ("1_task.sql", "CREATE TABLE task (state text);"),
        (
            "2_check.sql",
            "ALTER TABLE task ADD CONSTRAINT known CHECK (state IS NOT NULL) NOT VALID;",
        ),
        ("3_proof.sql", "ALTER TABLE task VALIDATE CONSTRAINT known;"),
        ("10_known.sql", "ALTER TABLE task ALTER state SET NOT NULL;"),
    ];
    for (file, sql) in steps {
        let sql = format!("SET LOCAL lock_timeout = '5s';\n{sql}");
        fs::write(dir.path().join(file), sql).unwrap();
    }
    let said = told(dir.path(), &["lint", "."], 0).await;
    assert_eq!(said, "4 migrations, 0 problems\n");
}

#[tokio::test]
async fn a_folder_without_migrations_is_no_success() {
    let dir = tempfile::tempdir().unwrap();
    let said = told(dir.path(), &["lint", "."], 2).await;
    assert!(said.contains("there are no .sql files in ."), "{said}");
}

#[tokio::test]
async fn paths_of_the_command_line_start_where_it_is_run() {
    let dir = project();
    let below = dir.path().join("below");
    fs::create_dir(&below).unwrap();
    fs::write(below.join("testbed.toml"), "[template]").unwrap();
    let arguments = [
        "verify",
        "migrations",
        "--config=below/testbed.toml",
        "--sql=shop=1_shop.sql",
    ];
    let said = told(dir.path(), &arguments, 0).await;
    assert!(said.starts_with("1 of 1 CHECK constraints"), "{said}");
}

#[tokio::test]
async fn every_command_says_how_it_is_used() {
    let dir = project();
    let all = told(dir.path(), &["--help"], 0).await;
    for command in [
        "check",
        "fingerprint",
        "diff",
        "verify",
        "lint",
        "serve",
        "list",
    ] {
        assert!(all.contains(&format!("\n  {command}")), "{command}: {all}");
        assert_eq!(told(dir.path(), &[command, "--help"], 0).await, all);
    }
    let said = told(dir.path(), &["verify", "--against", "--json"], 2).await;
    assert!(said.contains("--against needs a value"), "{said}");
    let said = told(dir.path(), &["diff", "migrations", "1_shop.sql"], 2).await;
    assert_eq!(said.matches("1_shop.sql").count(), 1, "{said}");
}
