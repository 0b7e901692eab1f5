//! Which templates there are, and how they are made: `testbed.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pg_endpoint::{Databases, Mode, Opening};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AssertSqlSafe, Connection};
use tokio::process::Command;

use super::scratch;
use crate::scratch::ScratchDb;
use crate::server;
use crate::template::{BoxError, Template, content, run_migrations};
use crate::testbed::Testbed;

/// Why a project's file or one of its templates cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// The project's file is not as it should be.
    #[error("{path} is not understood")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: toml::de::Error,
    },

    /// A folder's migrations are not as sqlx wants them.
    #[error("the migrations in {path} cannot be read")]
    Migrations {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: MigrateError,
    },

    /// Nobody said how a template is made.
    #[error("there is no template {name:?}; there is: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
}

/// How a template's database is filled.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Source {
    /// By migrations of sqlx, in this folder.
    Migrations {
        /// The folder.
        migrations: PathBuf,
    },
    /// By SQL files: this one, or those of this folder in the order of their
    /// names, without the ones in folders below.
    Sql {
        /// A file or a folder.
        sql: PathBuf,
    },
    /// By a shell command that finds the URL of the empty database in the
    /// variable `DATABASE_URL`.
    Command {
        /// The command.
        command: String,
        /// The files and folders that its result depends on.
        watch: Vec<PathBuf>,
    },
}

/// The templates that the endpoint knows, by name.
#[derive(Clone, Debug, Default)]
pub struct Project {
    dir: PathBuf,
    sources: BTreeMap<String, Source>,
}

/// A project's file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    template: BTreeMap<String, Source>,
}

impl Project {
    /// Reads a file such as `testbed.toml`. Its paths start from its folder,
    /// and its commands run there.
    pub fn read(file: &Path) -> Result<Self, ProjectError> {
        let text = fs::read_to_string(file).map_err(cannot_read(file))?;
        let written: Written = toml::from_str(&text).map_err(|source| ProjectError::Parse {
            path: file.to_owned(),
            source,
        })?;
        let dir = file.parent().unwrap_or(Path::new("")).to_owned();
        let sources = written.template;
        Ok(Self { dir, sources })
    }

    /// Adds a template, or replaces the one of this name.
    pub fn add(&mut self, name: impl Into<String>, source: Source) {
        self.sources.insert(name.into(), source);
    }

    /// The names of the templates.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The template of this name, as its files are now.
    async fn template(&self, name: &str) -> Result<Template, ProjectError> {
        match self.sources.get(name) {
            Some(Source::Migrations { migrations }) => {
                migrated(name, &self.dir.join(migrations)).await
            }
            Some(Source::Sql { sql }) => from_sql(name, &self.dir.join(sql)),
            Some(Source::Command { command, watch }) => self.commanded(name, command, watch),
            None => Err(ProjectError::Unknown {
                name: name.to_owned(),
                known: self.names().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// A clone of the template of this name.
    pub async fn scratch(&self, name: &str) -> Result<ScratchDb, BoxError> {
        let template = self.template(name).await?;
        Ok(Testbed::get().await?.scratch(&template).await?)
    }

    fn commanded(
        &self,
        name: &str,
        command: &str,
        watch: &[PathBuf],
    ) -> Result<Template, ProjectError> {
        let mut hash = Sha256::new_with_prefix(command);
        for path in watch {
            for file in files(&self.dir.join(path), true)? {
                hash.update(file.as_os_str().as_encoded_bytes());
                hash.update(read(&file)?);
            }
        }
        let (command, dir) = (command.to_owned(), self.dir.clone());
        let fill = move |url| run_command(command.clone(), dir.clone(), url);
        Ok(Template::new(name, hash.finalize(), fill))
    }
}

impl Databases for Project {
    fn open<'a>(&'a self, template: &'a str, mode: Mode) -> Opening<'a> {
        Box::pin(async move {
            let template = self.template(template).await?;
            Ok(scratch(&Testbed::get().await?, &template, mode).await?)
        })
    }
}

async fn migrated(name: &str, folder: &Path) -> Result<Template, ProjectError> {
    let migrator = Migrator::new(folder).await;
    let migrator = migrator.map_err(|source| ProjectError::Migrations {
        path: folder.to_owned(),
        source,
    })?;
    let (content, migrator) = (content(&migrator), Arc::new(migrator));
    let fill = move |url| run_migrations(Arc::clone(&migrator), url);
    Ok(Template::new(name, content, fill))
}

fn from_sql(name: &str, path: &Path) -> Result<Template, ProjectError> {
    let is_sql = |file: &PathBuf| file.extension().is_some_and(|kind| kind == "sql");
    let mut scripts = Vec::new();
    let mut hash = Sha256::new();
    for file in files(path, false)?.into_iter().filter(is_sql) {
        let script = fs::read_to_string(&file).map_err(cannot_read(&file))?;
        hash.update(script.len().to_be_bytes());
        hash.update(&script);
        scripts.push(script);
    }
    let fill = move |url| run_scripts(scripts.clone(), url);
    Ok(Template::new(name, hash.finalize(), fill))
}

async fn run_scripts(scripts: Vec<String>, url: String) -> Result<(), BoxError> {
    let mut connection = server::connect_to(&url).await?;
    for script in scripts {
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&mut connection)
            .await?;
    }
    Ok(connection.close().await?)
}

async fn run_command(command: String, dir: PathBuf, url: String) -> Result<(), BoxError> {
    let mut shell = Command::new("sh");
    shell.args(["-c", &command]).env("DATABASE_URL", url);
    if !dir.as_os_str().is_empty() {
        shell.current_dir(dir);
    }
    let output = shell.kill_on_drop(true).output().await?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    Err(format!("`{command}` failed ({}): {}", output.status, printed.trim()).into())
}

/// The files of a folder in the order of their paths, or the one file. What is
/// hidden and what Python compiles for itself comes and goes, and counts for
/// nothing.
fn files(path: &Path, recursive: bool) -> Result<Vec<PathBuf>, ProjectError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot_read(path))? {
        let entry = entry.map_err(cannot_read(path))?;
        let (name, path) = (entry.file_name(), entry.path());
        if name == "__pycache__" || name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if !path.is_dir() {
            found.push(path);
        } else if recursive {
            found.extend(files(&path, true)?);
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<Vec<u8>, ProjectError> {
    fs::read(file).map_err(cannot_read(file))
}

fn cannot_read(path: &Path) -> impl FnOnce(io::Error) -> ProjectError {
    let path = path.to_owned();
    move |source| ProjectError::Read { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BTreeMap<String, Source>, toml::de::Error> {
        toml::from_str::<Written>(text).map(|written| written.template)
    }

    #[test]
    fn a_project_names_its_templates() {
        let text = "[template.shop]\nmigrations = 'migrations'\n\
                    [template.plain]\nsql = 'schema.sql'\n\
                    [template.old]\ncommand = 'alembic upgrade head'\nwatch = ['alembic']";
        let sources = parse(text).unwrap();
        let migrations = "migrations".into();
        assert_eq!(sources["shop"], Source::Migrations { migrations });
        let sql = "schema.sql".into();
        assert_eq!(sources["plain"], Source::Sql { sql });
        let (command, watch) = ("alembic upgrade head".into(), vec!["alembic".into()]);
        assert_eq!(sources["old"], Source::Command { command, watch });
    }

    #[test]
    fn caches_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("__pycache__")).unwrap();
        for name in ["1.py", "__pycache__/1.pyc", ".1.py.swp"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let found = files(dir.path(), true).unwrap();
        assert_eq!(found, [dir.path().join("1.py")]);
    }

    #[test]
    fn mistakes_are_noticed() {
        for text in [
            "[template.shop]\nmigration = 'x'",
            "[template.shop]\ncommand = 'x'",
            "[templates.shop]\nsql = 'x'",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
