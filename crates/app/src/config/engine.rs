//! Which engine keeps the passages for the search.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use archivist_store::pool;
use archivist_web::secret::Secret;
use clap::Args;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use super::{endpoint, key, secret};

/// Where the search keeps the passages.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Search engine")]
pub(crate) struct EngineArgs {
    /// Where the search keeps the passages: `memory` (each server process has them),
    /// `pgvector` (the site's own PostgreSQL, which needs that extension), another PostgreSQL
    /// with it (postgres://…), or a Qdrant (http://host:6333); for libraries that outgrow the
    /// memory of one machine
    #[arg(
        id = "search_engine",
        long = "search-engine",
        value_name = "ENGINE",
        env = "ARCHIVIST_SEARCH_ENGINE",
        default_value = "memory",
        hide_env_values = true,
        global = true,
        hide_short_help = true
    )]
    pub choice: EngineChoice,
    /// The key of the Qdrant
    #[arg(
        id = "search_engine_key",
        long = "search-engine-key",
        value_name = "KEY",
        env = "ARCHIVIST_SEARCH_ENGINE_KEY",
        hide_env_values = true,
        value_parser = secret,
        global = true,
        hide_short_help = true
    )]
    pub key: Option<Secret>,
    /// File with the key of the Qdrant
    #[arg(
        id = "search_engine_key_file",
        long = "search-engine-key-file",
        value_name = "FILE",
        env = "ARCHIVIST_SEARCH_ENGINE_KEY_FILE",
        global = true,
        hide_short_help = true
    )]
    pub key_file: Option<PathBuf>,
}

impl EngineArgs {
    /// The key, where there is one.
    pub(crate) fn key(&self) -> Result<Option<String>> {
        key(
            self.key.as_ref(),
            self.key_file.as_deref(),
            "ARCHIVIST_SEARCH_ENGINE_KEY",
        )
    }
}

/// What keeps the passages.
#[derive(Debug, Clone)]
pub(crate) enum EngineChoice {
    /// Each process for itself.
    Memory,
    /// The site's own PostgreSQL.
    OwnPostgres,
    /// Another PostgreSQL.
    Postgres {
        /// How it is reached.
        options: Box<PgConnectOptions>,
        /// Where it is, without a password.
        name: String,
    },
    /// A Qdrant.
    Qdrant(Url),
}

impl FromStr for EngineChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "memory" => Ok(Self::Memory),
            "pgvector" => Ok(Self::OwnPostgres),
            _ if text.starts_with("postgres") => Ok(Self::Postgres {
                options: Box::new(pool::options(text).map_err(|error| error.to_string())?),
                name: pool::without_password(text),
            }),
            _ if text.starts_with("http") => Ok(Self::Qdrant(endpoint(text)?)),
            _ => Err(
                "it must be memory, pgvector, postgres://user@host/database or http://host:6333"
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_read() {
        let read = |text: &str| text.parse::<EngineChoice>();
        assert!(matches!(read("memory"), Ok(EngineChoice::Memory)));
        assert!(matches!(read("pgvector"), Ok(EngineChoice::OwnPostgres)));
        assert!(matches!(
            read("http://host:6333"),
            Ok(EngineChoice::Qdrant(_))
        ));
        let Ok(EngineChoice::Postgres { name, .. }) = read("postgresql://me:secret@host/vectors")
        else {
            panic!("a PostgreSQL");
        };
        assert_eq!(name, "postgresql://me@host/vectors");
        for text in ["", "qdrant", "http://", "postgres:", "memory:1"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
