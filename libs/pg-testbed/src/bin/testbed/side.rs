//! What can be compared and verified: a database by its URL, a fingerprint in a
//! file, or the word `migrations`.

use std::path::Path;
use std::time::Duration;

use pg_catalog::{Catalog, Fingerprint, LoadError, load};
use pg_testbed::{BoxError, ScratchDb, Testbed, plain_url};
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::address;
use crate::line::Line;

/// What wipe mode adds to its databases.
const OWN_SCHEMA: &str = "_testbed";

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
            Place::Database(plain_url(word).map_err(address::not_understood)?)
        } else if let Some(template) = template(word) {
            Place::Made(made(template, line).await?)
        } else {
            Place::File(word.to_owned())
        };
        Ok(Self {
            shown: address::without_password(word),
            place,
        })
    }

    /// The one side of a command; if there is none, the database that the tests
    /// of this environment start from.
    pub(crate) async fn only(line: &Line, usage: &str) -> Result<Self, BoxError> {
        match &line.words[..] {
            [] => Self::of(&Testbed::get().await?.admin_url(), line).await,
            [word] => Self::of(word, line).await,
            _ => Err(format!("it should be: {usage}").into()),
        }
    }

    /// The side to compare with, if there is one.
    pub(crate) async fn against(line: &Line) -> Result<Option<Self>, BoxError> {
        match line.value("--against") {
            Some(word) => Self::of(word, line).await.map(Some),
            None => Ok(None),
        }
    }

    /// A session in the database.
    pub(crate) async fn connect(&self) -> Result<PgConnection, BoxError> {
        let url = match &self.place {
            Place::Database(url) => url,
            Place::Made(database) => database.url(),
            Place::File(file) if may_be_connection(file) => {
                return Err(no_side("this is no URL"));
            }
            Place::File(file) => {
                return Err(format!("{file}: a database is needed here, by its URL").into());
            }
        };
        let seconds = address::patience(url);
        let connecting = PgConnection::connect(url);
        let why = match timeout(Duration::from_secs(seconds), connecting).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("it did not answer within {seconds} s"),
        };
        Err(unreachable(&self.shown, &why))
    }

    /// What is in the schemas that are named, or in all.
    pub(crate) async fn catalog(
        &self,
        connection: &mut PgConnection,
        line: &Line,
    ) -> Result<Catalog, BoxError> {
        let mut own = Catalog::schemas(connection).await?;
        own.retain(|schema| schema != OWN_SCHEMA);
        let mut schemas = line.values("--schema");
        for schema in &schemas {
            if !own.iter().any(|known| known == schema) {
                let (shown, known) = (&self.shown, own.join(", "));
                let why = format!("there is no schema {schema} in {shown}; there is: {known}");
                return Err(why.into());
            }
        }
        if schemas.is_empty() {
            schemas = own.iter().map(String::as_str).collect();
        }
        Ok(Catalog::read(connection, &schemas).await?)
    }

    /// The canonical text; that of a file is taken as it is.
    pub(crate) async fn fingerprint(&self, line: &Line) -> Result<Fingerprint, BoxError> {
        if let Place::File(file) = &self.place {
            return load(file, &[])
                .await
                .map_err(|error| not_a_side(file, &error));
        }
        let mut connection = self.connect().await?;
        let catalog = self.catalog(&mut connection, line).await?;
        connection.close().await?;
        Ok(catalog.fingerprint())
    }
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

/// Why a word that is no URL is no file with a fingerprint either.
fn not_a_side(file: &str, error: &LoadError) -> BoxError {
    if may_be_connection(file) {
        return no_side("one side is neither a URL nor a file");
    }
    no_side(&error.to_string())
}

/// Whether a word is another spelling of a connection. It is then not repeated,
/// because it may have a password.
fn may_be_connection(word: &str) -> bool {
    word.contains(['=', '@']) && !Path::new(word).exists()
}

fn no_side(why: &str) -> BoxError {
    format!(
        "{why}. A side is a URL (postgresql://USER:PASSWORD@HOST:PORT/DATABASE), a file written \
         by testbed fingerprint, or the word {MIGRATIONS}"
    )
    .into()
}

fn unreachable(shown: &str, why: &str) -> BoxError {
    format!("cannot connect to {shown}: {why}. Check that the server runs and accepts the user")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_may_name_their_template() {
        assert_eq!(template("migrations"), Some(""));
        assert_eq!(template("migrations:shop"), Some("shop"));
        assert_eq!(template("migrations.txt"), None);
    }
}
