//! What is measured: a database with 20,000 outputs, and the real server on it.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use archivist_store::migrate::MIGRATOR;
use pg_testbed::{Mode, ScratchDb, Template, Testbed};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::client::{Connection, post};
use crate::routes::Who;

const FILL: &str = include_str!("fill.sql");

const ADMIN: &str = "ada@example.org";
/// One of the owners of `fill.sql`.
const WRITER: &str = "walter@example.org";
const SECRET: &str = "Orchard-7-lamp";

/// Another build, or another database, than the usual ones.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    pub(crate) server: Option<PathBuf>,
    pub(crate) database: Option<String>,
}

/// A database and a server on it; both go when it is dropped.
pub(crate) struct Site {
    // First, so that it has stopped before its database goes.
    server: Server,
    program: PathBuf,
    url: String,
    _database: Option<ScratchDb>,
    admin: String,
    writer: String,
}

impl Site {
    pub(crate) async fn start(choice: Choice) -> Result<Self> {
        let (url, database) = if let Some(url) = choice.database {
            (url, None)
        } else {
            let database = filled_database().await?;
            (database.url().to_owned(), Some(database))
        };
        let usual = PathBuf::from(env!("CARGO_BIN_EXE_archivist"));
        let program = choice.server.unwrap_or(usual);
        let server = Server::start(&program, &url, new_folder()?)?;
        let mut connection = Connection::open(server.address).await?;
        let admin = sign_in(&mut connection, ADMIN).await?;
        let account = json!({ "email": WRITER, "password": SECRET, "role": "writer" });
        let request = post("/api/auth/register", &admin, &account.to_string());
        // In a database that was measured before there is such an account.
        let known = connection.ask(&request).await?.status;
        if ![201, 400].contains(&known) {
            bail!("the writer's account: {known}");
        }
        let writer = sign_in(&mut connection, WRITER).await?;
        Ok(Self {
            server,
            program,
            url,
            _database: database,
            admin,
            writer,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address
    }

    pub(crate) fn token(&self, who: Who) -> &str {
        match who {
            Who::Admin => &self.admin,
            Who::Writer => &self.writer,
        }
    }

    /// Another server on the same database and the same files, with an index of its own.
    pub(crate) fn neighbour(&self) -> Result<Server> {
        let folder = new_folder()?;
        let [ours, theirs] = [self.server.folder.path(), folder.path()].map(|it| it.join("data"));
        fs::create_dir(&theirs)?;
        for shared in ["files", "secret.key"] {
            symlink(ours.join(shared), theirs.join(shared))?;
        }
        Server::start(&self.program, &self.url, folder)
    }

    /// The server's process.
    pub(crate) fn pid(&self) -> u32 {
        self.server.process.id()
    }

    /// The processes of PostgreSQL that serve it.
    pub(crate) async fn backends(&self) -> Result<Vec<u32>> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let pids: Vec<i32> = sqlx::query_scalar(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .fetch_all(&mut connection)
        .await?;
        connection.close().await?;
        Ok(pids
            .into_iter()
            .filter_map(|pid| pid.try_into().ok())
            .collect())
    }
}

/// Migrated and filled once for each set of migrations: later runs clone it.
async fn filled_database() -> Result<ScratchDb> {
    let mut content = FILL.as_bytes().to_vec();
    for migration in MIGRATOR.iter() {
        content.extend_from_slice(&migration.checksum);
    }
    let template = Template::new("bench-api", content, async |url: String| {
        eprintln!("Making a database with 20,000 outputs: a minute, the first time …");
        let mut connection = PgConnection::connect(&url).await?;
        MIGRATOR.run_direct(None, &mut connection, false).await?;
        sqlx::raw_sql(FILL).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    });
    let database = Testbed::get()
        .await?
        .scratch(&template)
        .mode(Mode::Clone)
        .await?;
    // As autovacuum leaves a database in use.
    let mut connection = database.connect().await?;
    sqlx::raw_sql("VACUUM (ANALYZE, PARALLEL 0)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(database)
}

async fn sign_in(connection: &mut Connection, email: &str) -> Result<String> {
    let body = json!({ "email": email, "password": SECRET }).to_string();
    let answer = connection.ask(&post("/api/auth/login", "", &body)).await?;
    let body: Value = serde_json::from_slice(answer.body)?;
    let token = body["access_token"].as_str();
    Ok(token
        .with_context(|| format!("signing in as {email}: {body}"))?
        .to_owned())
}

/// The program, serving.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

fn new_folder() -> Result<TempDir> {
    let folder = TempDir::with_prefix("archivist-bench-")?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    Ok(folder)
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    fn start(program: &Path, database: &str, folder: TempDir) -> Result<Self> {
        let mut process = Command::new(program)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--rate-limiting",
                "false",
            ])
            .args(["--admin-email", ADMIN, "--admin-password", SECRET])
            .env("ARCHIVIST_DATA", folder.path().join("data"))
            .env("DATABASE_URL", database)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let mut said = BufReader::new(process.stdout.take().context("its output")?).lines();
        let ready = said.find_map(|line| {
            let line = line.ok()?;
            line.strip_prefix("Org Archivist is ready: http://")
                .map(str::to_owned)
        });
        let address = ready
            .context("the server ended before it was ready")?
            .parse()?;
        Ok(Self {
            process,
            address,
            folder,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let order = format!("kill -TERM {}", self.process.id());
        let _ = Command::new("/bin/sh").args(["-c", &order]).status();
        let _ = self.process.wait();
    }
}
