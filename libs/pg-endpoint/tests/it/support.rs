//! An endpoint over scratch databases of one small schema, and its clients.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pg_endpoint::{Databases, Endpoint, Mode, Opening, Options, Scratch};
use pg_testbed::{BoxError, Template, Testbed};
use sqlx::{Connection, PgConnection};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

const SCHEMA: &str = "
    CREATE TABLE note (id int PRIMARY KEY, text text NOT NULL DEFAULT '');
    CREATE TABLE author (id int PRIMARY KEY);
    CREATE TABLE book (
        id int PRIMARY KEY,
        author int REFERENCES author DEFERRABLE INITIALLY DEFERRED
    );";

/// Hands out clones of the one template there is: `shop`.
pub(crate) struct Shop;

impl Databases for Shop {
    fn open<'a>(&'a self, template: &'a str, _mode: Mode) -> Opening<'a> {
        Box::pin(async move {
            if template != "shop" {
                return Err(BoxError::from(format!("there is no template {template:?}")));
            }
            let migrate = |url: String| async move {
                let mut connection = PgConnection::connect(&url).await?;
                sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
                connection.close().await.map_err(BoxError::from)
            };
            let template = Template::new("endpoint shop", SCHEMA, migrate);
            let database = Testbed::get().await?.scratch(&template).await?;
            Ok(Scratch::new(database.url().to_owned(), database))
        })
    }
}

/// An endpoint, and the id of the one test that uses it.
pub(crate) struct Place {
    pub(crate) endpoint: Endpoint,
    pub(crate) id: String,
}

pub(crate) fn place() -> Place {
    place_with(&Options::default())
}

pub(crate) fn place_with(options: &Options) -> Place {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Place {
        endpoint: Endpoint::start(Shop, options).unwrap(),
        id: format!("test/{number}"),
    }
}

impl Place {
    pub(crate) fn url(&self, mode: Mode) -> String {
        self.endpoint.url("shop", mode, &self.id)
    }

    /// A client in rollback mode.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.url(Mode::Rollback)).await.unwrap()
    }
}

pub(crate) async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Runs SQL as a simple query.
pub(crate) async fn run(client: &Client, sql: &str) {
    client
        .batch_execute(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// Runs SQL that has to fail; returns SQLSTATE, message and hint.
pub(crate) async fn fail(client: &Client, sql: &str) -> (String, String, String) {
    let error = client.batch_execute(sql).await.expect_err(sql);
    told(&error)
}

pub(crate) fn told(error: &tokio_postgres::Error) -> (String, String, String) {
    let error = error
        .as_db_error()
        .unwrap_or_else(|| panic!("not the server's: {error:?}"));
    let hint = error.hint().unwrap_or_default();
    (
        error.code().code().to_owned(),
        error.message().to_owned(),
        hint.to_owned(),
    )
}

/// The rows' first columns, separated by commas.
pub(crate) async fn see(client: &Client, sql: &str) -> String {
    let answers = client
        .simple_query(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let rows = answers.iter().filter_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
        _ => None,
    });
    rows.collect::<Vec<_>>().join(",")
}

/// The ids of all notes.
pub(crate) async fn notes(client: &Client) -> String {
    see(client, "SELECT id FROM note ORDER BY id").await
}

/// Waits for something that takes a moment.
pub(crate) async fn eventually<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within 5 s");
}
