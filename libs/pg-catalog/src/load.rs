//! A fingerprint from wherever a person has it.

use std::fs;
use std::io;
use std::path::Path;

use sqlx::{Connection, PgConnection};

use crate::catalog::Catalog;
use crate::fingerprint::{Fingerprint, ParseError};

/// Why a fingerprint could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database could not be asked.
    #[error("the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),
    /// The file could not be opened.
    #[error("{file} cannot be read: {source}")]
    File {
        /// Its path.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not a fingerprint.
    #[error("{file} is not a fingerprint: {source}")]
    Parse {
        /// Its path.
        file: String,
        /// What is wrong with it.
        source: ParseError,
    },
}

/// The fingerprint of a database, given by its URL (`postgres://`,
/// `postgresql://`, also with a driver as in `postgresql+asyncpg://`), or the one
/// in a file, given by its path. Of a database, these schemas are read.
pub async fn load(side: &str, schemas: &[&str]) -> Result<Fingerprint, LoadError> {
    match postgres_url(side) {
        Some(url) => {
            let mut connection = PgConnection::connect(&url).await?;
            let catalog = Catalog::read(&mut connection, schemas).await?;
            connection.close().await?;
            Ok(catalog.fingerprint())
        }
        None => from_file(Path::new(side)),
    }
}

/// The URL as every client understands it, if it is one.
fn postgres_url(side: &str) -> Option<String> {
    let (scheme, rest) = side.split_once("://")?;
    let dialect = scheme.split('+').next()?;
    matches!(dialect, "postgres" | "postgresql").then(|| format!("postgres://{rest}"))
}

fn from_file(path: &Path) -> Result<Fingerprint, LoadError> {
    let file = path.display().to_string();
    match fs::read_to_string(path) {
        Ok(text) => text
            .parse()
            .map_err(|source| LoadError::Parse { file, source }),
        Err(source) => Err(LoadError::File { file, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_in_the_scheme_is_left_out() {
        for scheme in ["postgres", "postgresql", "postgresql+asyncpg"] {
            let url = postgres_url(&format!("{scheme}://u:p@h/db"));
            assert_eq!(url.as_deref(), Some("postgres://u:p@h/db"));
        }
        assert_eq!(postgres_url("schema.txt"), None);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = from_file(Path::new("/no/such/file"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("/no/such/file cannot be read"), "{error}");
    }
}
