//! A database and a data folder of one test's own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use archivist_store::migrate::MIGRATOR;
use pg_testbed::{Mode, ScratchDb, Template, Testbed};
use sqlx::PgPool;
use tempfile::TempDir;

use super::process::{self, Finished, archivist};

/// A database with all migrations, for tests that do not need the program.
pub(crate) fn template() -> Template {
    Template::migrations("org-archivist", &MIGRATOR)
}

/// A data folder, with a scratch database or, on its first start, with a private
/// cluster.
#[derive(Debug)]
pub(crate) struct Site {
    database: Option<ScratchDb>,
    folder: TempDir,
}

impl Site {
    /// With a migrated database. The program listens and takes locks, which
    /// rollback mode cannot serve.
    pub(crate) async fn new() -> Self {
        let testbed = Testbed::get().await.unwrap();
        let database = testbed.scratch(&template()).mode(Mode::Wipe).await;
        Self::of(Some(database.unwrap()))
    }

    /// With a database that holds nothing.
    pub(crate) async fn with_empty_database() -> Self {
        let testbed = Testbed::get().await.unwrap();
        Self::of(Some(testbed.empty().await.unwrap()))
    }

    /// With a PostgreSQL of its own, which the program starts.
    pub(crate) fn with_private_cluster() -> Self {
        Self::of(None)
    }

    fn of(database: Option<ScratchDb>) -> Self {
        let folder = TempDir::with_prefix("archivist-it-").unwrap();
        // Run as root, PostgreSQL is another user, who must get in.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self { database, folder }
    }

    /// Where documents, index and private cluster go.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A place for a test's own files.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file for the program to read; missing folders are made.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The original files that are kept, by path; unfinished ones included.
    pub(crate) fn kept_files(&self) -> Vec<PathBuf> {
        files_below(&self.data().join("files"))
    }

    /// The address of the scratch database.
    pub(crate) fn url(&self) -> &str {
        self.scratch().url()
    }

    /// The scratch database, for a look behind the scenes.
    pub(crate) fn pool(&self) -> PgPool {
        self.scratch().pool()
    }

    fn scratch(&self) -> &ScratchDb {
        self.database.as_ref().expect("a scratch database")
    }

    /// The year, as PostgreSQL has it.
    pub(crate) async fn this_year(&self) -> i32 {
        sqlx::query_scalar("SELECT EXTRACT(YEAR FROM CURRENT_DATE)::int")
            .fetch_one(&self.pool())
            .await
            .unwrap()
    }

    /// One number out of the database.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.pool())
            .await
            .unwrap()
    }

    /// The program, set to this database and this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = archivist();
        command.args(args).env("ARCHIVIST_DATA", self.data());
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database.url());
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Finished {
        process::run(&mut self.command(args))
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
