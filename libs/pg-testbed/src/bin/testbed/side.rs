//! What can be compared and verified: a database by its URL, a fingerprint in a
//! file, or the word `migrations`.

use pg_catalog::{Catalog, Fingerprint, LoadError, load};
use pg_testbed::{BoxError, ScratchDb, plain_url};
use sqlx::{Connection, PgConnection};
use url::Url;

use crate::line::Line;

/// An empty database with all migrations; `migrations:NAME` where there are
/// several templates.
const MIGRATIONS: &str = "migrations";

/// A side of a comparison, which is there as long as this is.
pub(crate) struct Side {
    /// As a person may see it: without a password.
    pub(crate) shown: String,
    place: Place,
}

enum Place {
    Database(String),
    Made(ScratchDb),
    File(String),
}

impl Side {
    /// Finds out what is meant; makes the database of migrations.
    pub(crate) async fn of(word: &str, line: &Line) -> Result<Self, BoxError> {
        let place = if word.contains("://") {
            Place::Database(plain_url(word)?)
        } else if let Some(template) = template(word) {
            Place::Made(made(template, line).await?)
        } else {
            Place::File(word.to_owned())
        };
        Ok(Self {
            shown: without_password(word),
            place,
        })
    }

    /// A session in the database.
    pub(crate) async fn connect(&self) -> Result<PgConnection, BoxError> {
        let url = match &self.place {
            Place::Database(url) => url,
            Place::Made(database) => database.url(),
            Place::File(file) => {
                return Err(format!("{file}: a database is needed here, by its URL").into());
            }
        };
        PgConnection::connect(url)
            .await
            .map_err(|error| unreachable(&self.shown, &error))
    }

    pub(crate) async fn fingerprint(&self, schemas: &[&str]) -> Result<Fingerprint, BoxError> {
        if let Place::File(file) = &self.place {
            return load(file, schemas)
                .await
                .map_err(|error| not_a_side(file, error));
        }
        let mut connection = self.connect().await?;
        let catalog = Catalog::read(&mut connection, schemas).await?;
        connection.close().await?;
        Ok(catalog.fingerprint())
    }
}

/// The schemas to read: those that are named, or `public`.
pub(crate) fn schemas(line: &Line) -> Vec<&str> {
    let mut schemas = line.values("--schema");
    if schemas.is_empty() {
        schemas.push("public");
    }
    schemas
}

/// The template that a word names, empty for the only one.
fn template(word: &str) -> Option<&str> {
    let rest = word.strip_prefix(MIGRATIONS)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix(':')
    }
}

async fn made(template: &str, line: &Line) -> Result<ScratchDb, BoxError> {
    let project = line.project()?;
    let names: Vec<&str> = project.names().collect();
    let name = match names[..] {
        [only] if template.is_empty() => only,
        _ if template.is_empty() => {
            let known = names.join(", ");
            return Err(
                format!("there are several templates, say {MIGRATIONS}:NAME of {known}").into(),
            );
        }
        _ => template,
    };
    project.scratch(name).await
}

fn not_a_side(file: &str, error: LoadError) -> BoxError {
    match error {
        LoadError::File { .. } => format!(
            "{error}. A side is a URL (postgresql://…), a file written by testbed fingerprint, or \
             the word {MIGRATIONS}"
        )
        .into(),
        error => format!("{file}: {error}").into(),
    }
}

fn unreachable(shown: &str, error: &sqlx::Error) -> BoxError {
    format!("cannot connect to {shown}: {error}. Check that the server runs and accepts the user")
        .into()
}

/// A URL without its password; anything else as it is.
fn without_password(word: &str) -> String {
    let Ok(mut url) = Url::parse(word) else {
        return word.to_owned();
    };
    let secret = |(name, _): &(_, _)| *name == "password";
    let open: Vec<_> = url
        .query_pairs()
        .into_owned()
        .filter(|pair| !secret(pair))
        .collect();
    // It only fails for URLs without a host, which have no password there.
    let _ = url.set_password(None);
    if url.query().is_some() {
        url.query_pairs_mut().clear().extend_pairs(open);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            (
                "postgresql+asyncpg://ana:s3@h:1/db",
                "postgresql+asyncpg://ana@h:1/db",
            ),
            (
                "postgres:///db?host=%2Ftmp&password=s3",
                "postgres:///db?host=%2Ftmp",
            ),
            ("schema.txt", "schema.txt"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn migrations_may_name_their_template() {
        assert_eq!(template("migrations"), Some(""));
        assert_eq!(template("migrations:shop"), Some("shop"));
        assert_eq!(template("migrations.txt"), None);
    }
}
