//! What the tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pg_testbed::{BoxError, Template, Testbed};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A template made by these statements, and how often they were run.
pub(crate) fn template(label: &str, sql: &'static str) -> (Template, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let migrate = move |url: String| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move { execute(&url, sql).await.map_err(BoxError::from) }
    };
    (Template::new(label, sql, migrate), runs)
}

pub(crate) async fn execute(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

pub(crate) async fn text(url: &str, sql: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql.to_owned()));
    query.fetch_one(&mut connection).await.unwrap()
}

pub(crate) async fn exists(testbed: &Testbed, database: &str) -> bool {
    let sql = format!("SELECT count(*)::text FROM pg_database WHERE datname = '{database}'");
    text(&testbed.admin_url(), &sql).await == "1"
}

/// Plays a process that starts: with its first database it removes what belongs
/// to nobody, and is done with that when the database is dropped.
pub(crate) async fn collect_garbage(testbed: &Testbed) {
    let other = Testbed::on(testbed.admin_url()).await.unwrap();
    drop(other.empty().await.unwrap());
}
