//! `testbed serve` and `testbed end` as processes, and the endpoint inside a
//! test process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use sqlx::{Connection, PgConnection};
use url::Url;

use crate::bed::cluster;
use crate::processes::{eventually_as_before, inventory};

const TESTBED: &str = env!("CARGO_BIN_EXE_testbed");

/// A running `testbed serve`, with the connection strings that it prints.
struct Serving {
    process: Child,
    urls: Vec<String>,
}

impl Serving {
    fn start(dir: &Path, options: &[&str]) -> Self {
        Self::of(Command::new(TESTBED), dir, options)
    }

    /// On this server.
    fn on(server: &str, dir: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(TESTBED);
        command.env("TEST_DATABASE_URL", server);
        command.env("TESTBED_GRACE", "2").stdin(Stdio::piped());
        Self::of(command, dir, options)
    }

    fn of(mut command: Command, dir: &Path, options: &[&str]) -> Self {
        command.args(["serve", "--port", "0"]).args(options);
        command.current_dir(dir).env_remove("TESTBED_PASSWORD");
        command.stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let lines = output.lines().map(Result::unwrap);
        let urls = lines
            .take_while(|line| !line.starts_with("ready"))
            .collect();
        Self { process, urls }
    }

    /// The connection string of a test.
    fn url(&self, template: &str, mode: &str, id: &str) -> String {
        let (server, _) = self.urls[0].rsplit_once('/').unwrap();
        format!("{server}/{template}.{mode}.{id}")
    }

    /// What is between `testbed` and the template's name.
    fn way_in(&self) -> Url {
        self.urls[0].parse().unwrap()
    }

    /// How `testbed end` ends with this password.
    fn end(&self, template: &str, id: &str, password: &str) -> ExitStatus {
        let port = self.way_in().port().unwrap().to_string();
        let mut end = Command::new(TESTBED);
        end.args(["end", template, id, "--port", &port]);
        end.env("TESTBED_PASSWORD", password).stderr(Stdio::null());
        end.status().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn execute(connection: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

async fn count(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_project_is_served_by_connection_string() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("migrations")).unwrap();
    let first = dir.path().join("migrations/1_first.sql");
    fs::write(first, "CREATE TABLE note (id int PRIMARY KEY)").unwrap();
    fs::write(dir.path().join("schema.sql"), "CREATE TABLE plain ()").unwrap();
    let project = "[template.shop]\nmigrations = 'migrations'\n\
                   [template.psql]\ncommand = 'psql \"$DATABASE_URL\" -qf schema.sql'\nwatch = ['schema.sql']";
    fs::write(dir.path().join("testbed.toml"), project).unwrap();
    let serving = Serving::start(dir.path(), &["--sql", "plain=schema.sql"]);
    assert_eq!(serving.urls.len(), 3);

    let url = serving.url("shop", "rollback", "1");
    let (mut one, mut other) = (connect(&url).await, connect(&url).await);
    execute(&mut one, "BEGIN; INSERT INTO note VALUES (1); COMMIT").await;
    assert_eq!(count(&mut other, "SELECT count(*) FROM note").await, 1);
    assert_eq!(
        count(&mut other, "SELECT count(*) FROM _sqlx_migrations").await,
        1
    );
    for template in ["plain", "psql"] {
        for mode in ["rollback", "clone", "wipe"] {
            let mut connection = connect(&serving.url(template, mode, "1")).await;
            assert_eq!(
                count(&mut connection, "SELECT count(*) FROM plain").await,
                0
            );
        }
    }

    let way_in = serving.way_in();
    assert!(!serving.end("shop", "1", "").success());
    one.ping().await.unwrap();
    assert!(
        serving
            .end("shop", "1", way_in.password().unwrap())
            .success()
    );
    assert!(one.ping().await.is_err());
    assert_eq!(
        count(&mut connect(&url).await, "SELECT count(*) FROM note").await,
        0
    );
}

#[tokio::test]
async fn who_was_not_told_does_not_get_in_unless_all_are_trusted() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("schema.sql"), "CREATE TABLE plain ()").unwrap();
    let serving = Serving::start(dir.path(), &["--sql", "shop=schema.sql"]);
    let mut url: Url = serving.url("shop", "rollback", "1").parse().unwrap();
    connect(url.as_str()).await;
    url.set_password(None).unwrap();
    let refused = PgConnection::connect(url.as_str()).await.unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().code().unwrap(),
        "28P01"
    );

    let options = ["--trust", "--sql", "shop=schema.sql"];
    let trusting = Serving::start(dir.path(), &options);
    assert_eq!(trusting.way_in().password(), None);
    connect(&trusting.url("shop", "rollback", "1")).await;
}

const SHOP: [&str; 2] = ["--sql", "shop=schema.sql"];

/// Connects to a database in each mode and writes to it.
async fn use_all(serving: &Serving) -> Vec<PgConnection> {
    let mut used = Vec::new();
    for mode in ["rollback", "clone", "wipe"] {
        let mut connection = connect(&serving.url("shop", mode, "1")).await;
        execute(&mut connection, "INSERT INTO plain DEFAULT VALUES").await;
        used.push(connection);
    }
    used
}

/// Nobody ends its databases for it; the reaper of the server does.
#[tokio::test]
async fn the_databases_of_a_killed_endpoint_go() {
    let (cluster, _folder) = cluster(&[]);
    let server = cluster.url("postgres");
    let before = inventory(&server).await;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("schema.sql"), "CREATE TABLE plain ()").unwrap();
    let serving = Serving::on(&server, dir.path(), &SHOP);
    let clients = use_all(&serving).await;
    // By SIGKILL.
    drop(serving);
    drop(clients);
    assert_ne!(inventory(&server).await, before, "nothing was left");
    eventually_as_before(&server, &before).await;
}

/// As when whoever started it is killed.
#[tokio::test]
async fn it_ends_with_its_input_and_takes_its_databases_along() {
    let (cluster, _folder) = cluster(&[]);
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("schema.sql"), "CREATE TABLE plain ()").unwrap();
    let options = ["--until-eof", SHOP[0], SHOP[1]];
    let mut serving = Serving::on(&cluster.url("postgres"), dir.path(), &options);
    let clients = use_all(&serving).await;
    drop(serving.process.stdin.take());
    let ended = tokio::task::spawn_blocking(move || serving.process.wait().unwrap());
    assert!(ended.await.unwrap().success());
    for mut client in clients {
        client.ping().await.unwrap_err();
    }
}

#[tokio::test]
async fn changed_files_make_another_template() {
    let dir = tempfile::tempdir().unwrap();
    let schema = dir.path().join("schema.sql");
    fs::write(&schema, "CREATE TABLE before ()").unwrap();
    let serving = Serving::start(dir.path(), &["--sql", "shop=schema.sql"]);
    let mut connection = connect(&serving.url("shop", "clone", "1")).await;
    assert_eq!(
        count(&mut connection, "SELECT count(*) FROM before").await,
        0
    );
    fs::write(&schema, "CREATE TABLE afterwards ()").unwrap();
    let mut connection = connect(&serving.url("shop", "clone", "2")).await;
    assert_eq!(
        count(&mut connection, "SELECT count(*) FROM afterwards").await,
        0
    );
}

#[tokio::test]
async fn a_command_that_fails_is_quoted() {
    let dir = tempfile::tempdir().unwrap();
    let project = "[template.shop]\ncommand = 'echo broken; exit 3'\nwatch = []";
    fs::write(dir.path().join("testbed.toml"), project).unwrap();
    let serving = Serving::start(dir.path(), &[]);
    let error = PgConnection::connect(&serving.url("shop", "clone", "1"))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("echo broken") && text.contains("exit status: 3): broken"),
        "{text}"
    );
}
