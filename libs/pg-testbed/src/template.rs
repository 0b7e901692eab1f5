//! Databases with all migrations done, from which scratch databases are cloned.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::types::Oid;
use sqlx::{Connection, PgConnection, Row};

use crate::database::{annotate, drop_database, end_sessions, number_of, run};
use crate::error::TestbedError;
use crate::extras::Extras;
use crate::keeper::Keeper;
use crate::names::{self, Name, ident};
use crate::note::{self, Note};
use crate::recycle::Moulds;
use crate::report::{self, Step};
use crate::server;
use crate::wipe::SETTINGS;

/// Any error, as migrations may return it.
pub type BoxError = Box<dyn Error + Send + Sync>;

type Migration =
    dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>> + Send + Sync;

/// After how many seconds the note of a template's last use is renewed. Shorter
/// than what spares it when there are too many.
const RENEW: i64 = 600;

/// How to make a template, and what tells it from others. It is made once per
/// label, content and version of the server, by whichever test comes first.
#[derive(Clone)]
pub struct Template {
    label: String,
    content: Vec<u8>,
    migrate: Arc<Migration>,
}

impl Template {
    /// A template that `migrate` fills, given the URL of an empty database.
    /// `content` must differ whenever its work would: the migrations' text or a
    /// hash of it.
    pub fn new<F, W>(label: impl Into<String>, content: impl AsRef<[u8]>, migrate: F) -> Self
    where
        F: Fn(String) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let migrate: Arc<Migration> = Arc::new(move |url| Box::pin(migrate(url)));
        Self {
            label: label.into(),
            content: content.as_ref().to_vec(),
            migrate,
        }
    }

    /// A template with these sqlx migrations.
    pub fn migrations(label: impl Into<String>, migrator: &'static Migrator) -> Self {
        let content = content(migrator);
        Self::new(label, content, move |url| run_migrations(migrator, url))
    }

    /// The name of the template's database for those who have this keeper.
    pub(crate) fn name(&self, keeper: &Keeper) -> String {
        names::template(&self.label, &self.content, &keeper.facts().identity)
    }

    /// Makes the template, or waits for another process that does.
    pub(crate) async fn make(&self, keeper: &Keeper) -> Result<Ready, TestbedError> {
        let name = self.name(keeper);
        if let Some(ready) = Ready::find(&mut *keeper.session().await, &name).await? {
            return Ok(ready);
        }
        let mut connection = keeper.server().connect().await?;
        lock(&mut connection, &name).await?;
        let ready = match Ready::find(&mut connection, &name).await? {
            Some(made_meanwhile) => made_meanwhile,
            None => self.build(keeper, &mut connection, name).await?,
        };
        connection.close().await?;
        Ok(ready)
    }

    /// Builds the template; the caller holds its lock. What a killed builder
    /// left is thrown away: only the last step makes it count.
    async fn build(
        &self,
        keeper: &Keeper,
        connection: &mut PgConnection,
        name: String,
    ) -> Result<Ready, TestbedError> {
        let begin = Instant::now();
        drop_database(connection, &name, false).await?;
        let created = format!("CREATE DATABASE {} TEMPLATE template0", ident(&name));
        let created = run(connection, created).await;
        created.map_err(TestbedError::creating)?;
        let migrated = (self.migrate)(keeper.server().url_of(&name)).await;
        if let Err(source) = migrated {
            drop_database(connection, &name, false).await?;
            return Err(TestbedError::Migrate {
                label: self.label.clone(),
                source,
            });
        }
        let label = self.label.clone();
        annotate(connection, &name, |at| Note::Used { at, label }).await?;
        compact(keeper, &name).await?;
        warm_up(keeper, &name).await?;
        finish(connection, &name).await?;
        report::record(Step::Template, begin.elapsed());
        let ready = Ready::find(connection, &name).await?;
        ready.ok_or(TestbedError::Gone(sqlx::Error::RowNotFound))
    }
}

/// What tells sqlx migrations from others.
pub(crate) fn content(migrator: &Migrator) -> Vec<u8> {
    let mut hash = Sha256::new();
    for migration in migrator.iter() {
        hash.update(migration.version.to_be_bytes());
        hash.update(&migration.checksum);
    }
    hash.finalize().to_vec()
}

/// Fills the database of this URL.
pub(crate) async fn run_migrations(
    migrator: impl Deref<Target = Migrator>,
    url: String,
) -> Result<(), BoxError> {
    let mut connection = server::connect_to(&url).await?;
    // `run` cannot be used in a future that has to be `Send`.
    migrator.run_direct(None, &mut connection, false).await?;
    Ok(connection.close().await?)
}

/// Rewrites all tables, so that they have neither dead rows nor the maps of free
/// and visible pages: a fifth fewer files, and clones are copied file by file.
/// What belongs to others, such as the catalogs of a server where we are no
/// superuser, is skipped by PostgreSQL.
async fn compact(keeper: &Keeper, name: &str) -> Result<(), TestbedError> {
    let options = keeper.server().options_of(name).options(SETTINGS);
    let mut connection = keeper.server().connect_with(&options).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT oid::regclass::text FROM pg_class
          WHERE relkind IN ('r', 'm') AND NOT relisshared",
    )
    .fetch_all(&mut connection)
    .await?;
    for table in tables {
        let rewrite = format!("VACUUM (FULL, FREEZE) {table}");
        run(&mut connection, rewrite).await?;
    }
    Ok(connection.close().await?)
}

/// Connects once, after the last change: the server then writes a file about
/// the system catalogs, with which the first connection to each clone is faster.
async fn warm_up(keeper: &Keeper, name: &str) -> Result<(), TestbedError> {
    let options = keeper.server().options_of(name);
    let connection = keeper.server().connect_with(&options).await?;
    Ok(connection.close().await?)
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

/// Waits until nobody else builds this template. The lock goes with the session.
pub(crate) async fn lock(connection: &mut PgConnection, name: &str) -> Result<(), TestbedError> {
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(Ready::key_of(name))
        .execute(connection)
        .await?;
    Ok(())
}

/// Closes the template to sessions, which would block its cloning, and marks it
/// as whole.
async fn finish(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let name_in_sql = ident(name);
    let closed = format!("ALTER DATABASE {name_in_sql} WITH ALLOW_CONNECTIONS false");
    run(connection, closed).await?;
    end_sessions(connection, name).await?;
    run(
        connection,
        format!("ALTER DATABASE {name_in_sql} WITH IS_TEMPLATE true"),
    )
    .await
}

/// A template that can be cloned.
#[derive(Debug)]
pub(crate) struct Ready {
    name: String,
    /// The server's number for it; one that is made anew has another.
    number: u32,
    extras: Extras,
    moulds: Moulds,
}

impl Ready {
    /// The server's number for its database.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// What the names of its clones carry.
    pub(crate) fn key(&self) -> i64 {
        Self::key_of(&self.name)
    }

    /// What the names of the clones of the template of this name carry: the
    /// lock of its builder.
    pub(crate) fn key_of(name: &str) -> i64 {
        Name::parse(name).and_then(Name::lock).unwrap_or_default()
    }

    /// What a clone has to be given besides.
    pub(crate) fn extras(&self) -> &Extras {
        &self.extras
    }

    /// What used clones are made new with.
    pub(crate) fn moulds(&self) -> &Moulds {
        &self.moulds
    }

    /// Makes a copy with these options of CREATE DATABASE. Where another template
    /// of this name has taken its place, perhaps half-made, there is no copy, and
    /// the error is [`TestbedError::Gone`].
    pub(crate) async fn copy(
        &self,
        connection: &mut PgConnection,
        copy: &str,
        options: &str,
    ) -> Result<(), TestbedError> {
        let (database, template) = (ident(copy), ident(&self.name));
        let create = format!("CREATE DATABASE {database} TEMPLATE {template} {options}");
        let copied = run(connection, create).await;
        // A number never comes back: if it is ours now, it was ours all the time.
        if number_of(connection, &self.name).await? == Some(self.number) {
            return copied.map_err(TestbedError::creating);
        }
        if copied.is_ok() {
            drop_database(connection, copy, false).await?;
        }
        Err(TestbedError::Gone(sqlx::Error::RowNotFound))
    }

    /// The finished template of this name, noted as used; `None` if there is
    /// none or it is not finished.
    pub(crate) async fn find(
        connection: &mut PgConnection,
        name: &str,
    ) -> Result<Option<Self>, TestbedError> {
        let row = sqlx::query(
            "SELECT oid, coalesce(shobj_description(oid, 'pg_database'), '') AS comment,
                    extract(epoch FROM now())::bigint AS now
               FROM pg_database WHERE datname = $1 AND datistemplate",
        );
        let Some(row) = row.bind(name).fetch_optional(&mut *connection).await? else {
            return Ok(None);
        };
        let now: i64 = row.try_get("now")?;
        let Oid(number) = row.try_get("oid")?;
        let ready = async {
            if let (Some(Note::Used { at, label }), _) = note::read(row.try_get("comment")?)
                && now - at > RENEW
            {
                annotate(connection, name, |at| Note::Used { at, label }).await?;
            }
            Self::read(connection, name.to_owned(), number).await
        };
        match ready.await {
            Ok(ready) => Ok(Some(ready)),
            // Dropped since the first question.
            Err(TestbedError::Gone(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read(
        connection: &mut PgConnection,
        name: String,
        number: u32,
    ) -> Result<Self, TestbedError> {
        let extras = Extras::read(connection, &name).await?;
        Ok(Self {
            name,
            number,
            extras,
            moulds: Moulds::default(),
        })
    }
}
