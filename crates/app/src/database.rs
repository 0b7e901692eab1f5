//! Which PostgreSQL to use: one that is named, or a private cluster in the data
//! folder.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result, bail};
use archivist_store::{PgPool, pool};
use pg_cluster::{Cluster, ClusterOptions, Profile};
use sqlx::postgres::PgConnectOptions;

use crate::config::PlaceArgs;

/// The private cluster's database.
const PRIVATE_DATABASE: &str = "org_archivist";

/// The `POSTGRES_*` variables of existing sites, with the original's defaults.
const PARTS: [(&str, &str); 5] = [
    ("POSTGRES_HOST", "postgres"),
    ("POSTGRES_PORT", "5432"),
    ("POSTGRES_USER", "user"),
    ("POSTGRES_PASSWORD", "password"),
    ("POSTGRES_DB", "org_archivist"),
];

/// An open database, with the private cluster that serves it where there is one.
#[derive(Debug)]
pub(crate) struct Database {
    /// Connections.
    pub pool: PgPool,
    /// How to make further ones.
    pub options: PgConnectOptions,
    /// The private cluster. Behind a lock, because it is replaced when it has to
    /// be started again.
    cluster: Option<Mutex<Option<Cluster>>>,
    cluster_dir: PathBuf,
}

impl Database {
    /// Opens the database, starting the private cluster where none is named.
    pub(crate) async fn open(place: &PlaceArgs, connections: u32) -> Result<Self> {
        let cluster_dir = place.data.join("postgres");
        let named = named_server(place.database_url.as_deref(), environment)?;
        let (options, cluster) = if let Some(options) = named {
            (options, None)
        } else {
            let cluster = start_cluster(&cluster_dir).await?;
            let options = pool::options(&cluster.url(PRIVATE_DATABASE))?;
            ensure_database(&cluster).await?;
            (options, Some(cluster))
        };
        let pool = pool::connect(options.clone(), connections).await.with_context(|| {
            let (host, port) = (options.get_host(), options.get_port());
            format!("PostgreSQL at {host}:{port} cannot be reached; is it running, and is the address right?")
        })?;
        let cluster = cluster.map(|cluster| Mutex::new(Some(cluster)));
        Ok(Self {
            pool,
            options,
            cluster,
            cluster_dir,
        })
    }

    /// Refuses a data folder without a private cluster where no server is named.
    pub(crate) fn refuse_missing(place: &PlaceArgs) -> Result<()> {
        let is_named = named_server(place.database_url.as_deref(), environment)?.is_some();
        if !is_named && !place.data.join("postgres").exists() {
            bail!(
                "there is no archive in {}: name its folder with --data, or make one with \
                 `archivist serve` or `archivist import`",
                place.data.display()
            );
        }
        Ok(())
    }

    /// What a person should know about the private cluster.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.with_cluster(|cluster| cluster.notes().to_vec())
            .unwrap_or_default()
    }

    /// Starts the private cluster again if it has died; does nothing otherwise.
    pub(crate) async fn revive(&self) -> Result<()> {
        let alive = self.with_cluster(Cluster::is_running).unwrap_or(true);
        if alive {
            return Ok(());
        }
        tracing::error!("PostgreSQL has died; starting it again");
        let cluster = start_cluster(&self.cluster_dir).await?;
        if let Some(slot) = &self.cluster {
            let dead = lock(slot).replace(cluster);
            drop(dead);
        }
        Ok(())
    }

    /// Closes all connections and, when nobody else uses it, stops the private
    /// cluster.
    pub(crate) async fn close(self) -> Result<()> {
        self.pool.close().await;
        let cluster = self
            .cluster
            .and_then(|slot| slot.into_inner().ok().flatten());
        if let Some(cluster) = cluster {
            tokio::task::spawn_blocking(move || cluster.close()).await??;
        }
        Ok(())
    }

    fn with_cluster<T>(&self, ask: impl FnOnce(&Cluster) -> T) -> Option<T> {
        lock(self.cluster.as_ref()?).as_ref().map(ask)
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn lock(slot: &Mutex<Option<Cluster>>) -> std::sync::MutexGuard<'_, Option<Cluster>> {
    slot.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn start_cluster(dir: &Path) -> Result<Cluster> {
    if !dir.exists() {
        eprintln!("Preparing a private PostgreSQL in {} …", dir.display());
    }
    let dir = dir.to_owned();
    tokio::task::spawn_blocking(move || {
        let options = ClusterOptions::new(&dir, Profile::Durable).app_name("org-archivist");
        let mut cluster = Cluster::open(options)?;
        let program = std::env::current_exe().context("the program's own path is not known")?;
        cluster.spawn_watchdog(&program, ["cluster-watch".as_ref(), dir.as_os_str()])?;
        Ok(cluster)
    })
    .await?
}

async fn ensure_database(cluster: &Cluster) -> Result<()> {
    let pool = pool::connect(pool::options(&cluster.url("postgres"))?, 1).await?;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(PRIVATE_DATABASE)
            .fetch_one(&pool)
            .await?;
    if !exists {
        let created = sqlx::query("CREATE DATABASE org_archivist")
            .execute(&pool)
            .await;
        // Another process may have been first.
        let raced = matches!(&created, Err(error) if error.as_database_error()
            .is_some_and(|e| matches!(e.code().as_deref(), Some("42P04" | "23505"))));
        if !raced {
            created?;
        }
    }
    pool.close().await;
    Ok(())
}

/// The server that the settings name, if they name one. `DATABASE_URL` and the
/// `POSTGRES_*` variables may both be set, as long as they agree.
fn named_server(
    url: Option<&str>,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Option<PgConnectOptions>> {
    let from_url = url
        .filter(|url| !url.is_empty())
        .map(pool::options)
        .transpose()?;
    let set: Vec<_> = PARTS
        .iter()
        .filter_map(|(name, _)| Some((*name, env(name)?)))
        .collect();
    match from_url {
        Some(options) => {
            refuse_disagreement(&options, url.unwrap_or_default(), &set)?;
            Ok(Some(options))
        }
        None if set.is_empty() => Ok(None),
        None => from_parts(&env).map(Some),
    }
}

fn from_parts(env: impl Fn(&str) -> Option<String>) -> Result<PgConnectOptions> {
    let [host, port, user, password, database] =
        PARTS.map(|(name, default)| env(name).unwrap_or_else(|| default.to_owned()));
    let port: u16 = port
        .parse()
        .with_context(|| format!("POSTGRES_PORT is not a port number: {port}"))?;
    // Built part by part: a password may hold any character.
    let options = pool::options("postgres://localhost")?;
    Ok(options
        .host(&host)
        .port(port)
        .username(&user)
        .password(&password)
        .database(&database))
}

fn refuse_disagreement(
    options: &PgConnectOptions,
    url: &str,
    set: &[(&str, String)],
) -> Result<()> {
    let port = options.get_port().to_string();
    let differs = |name: &str, value: &str| match name {
        "POSTGRES_HOST" => options.get_host() != value,
        "POSTGRES_PORT" => port != value,
        "POSTGRES_USER" => options.get_username() != value,
        "POSTGRES_PASSWORD" => password_of(url).is_some_and(|password| password != value),
        _ => options.get_database() != Some(value),
    };
    let disagreeing: Vec<_> = set
        .iter()
        .filter(|(name, value)| differs(name, value))
        .map(|(name, _)| *name)
        .collect();
    if disagreeing.is_empty() {
        return Ok(());
    }
    bail!(
        "DATABASE_URL ({}) and {} name different databases. Unset one of them, or make them agree.",
        pool::without_password(url),
        disagreeing.join(", ")
    )
}

/// The password in an address, decoded.
fn password_of(url: &str) -> Option<String> {
    let authority = url.split_once("://")?.1.split(['/', '?']).next()?;
    let (_, password) = authority.rsplit_once('@')?.0.split_once(':')?;
    let mut bytes = Vec::with_capacity(password.len());
    let mut rest = password.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(decoded) if byte == b'%' => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            set.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        }
    }

    #[test]
    fn nothing_set_means_a_private_cluster() {
        assert!(named_server(None, env(&[])).unwrap().is_none());
    }

    #[test]
    fn parts_are_completed_with_the_defaults_of_the_original() {
        let options = named_server(
            None,
            env(&[("POSTGRES_HOST", "db"), ("POSTGRES_PASSWORD", "p@:/")]),
        )
        .unwrap()
        .unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("db", 5432));
        assert_eq!(options.get_database(), Some("org_archivist"));
    }

    #[test]
    fn both_may_be_set_when_they_agree() {
        let set = [
            ("POSTGRES_HOST", "db"),
            ("POSTGRES_PORT", "5432"),
            ("POSTGRES_PASSWORD", "p@ss"),
        ];
        let url = "postgresql+asyncpg://ana:p%40ss@db/archive";
        assert!(named_server(Some(url), env(&set)).unwrap().is_some());
    }

    #[test]
    fn a_disagreement_is_named_without_the_password() {
        let set = [("POSTGRES_HOST", "other"), ("POSTGRES_DB", "archive")];
        let url = "postgres://ana:s3cret@db/archive";
        let error = named_server(Some(url), env(&set)).unwrap_err().to_string();
        assert!(
            error.contains("DATABASE_URL") && error.contains("POSTGRES_HOST"),
            "{error}"
        );
        assert!(
            !error.contains("POSTGRES_DB") && !error.contains("s3cret"),
            "{error}"
        );
    }
}
