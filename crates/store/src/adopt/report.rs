//! The proof that every row is still there: counts and checksums.
//!
//! Before anything is done, a hash of each row is noted; its columns are those that
//! the original has, labels folded. At the end the rows of which the same hash can be
//! made are those that were kept. Rows that were added do not disturb this.

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};

use super::shape::Shape;
use super::values::type_of_labels;

/// The hashes, for as long as the transaction lasts.
const NOTED: &str = "rows_before_adoption";

/// A table before and after. A checksum does not depend on the order of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its name.
    pub table: String,
    /// How many rows it had.
    pub rows_before: i64,
    /// Their checksum.
    pub checksum_before: String,
    /// How many of them are there unchanged.
    pub rows_after: i64,
    /// Their checksum.
    pub checksum_after: String,
    /// How many rows are new.
    pub rows_added: i64,
}

impl Kept {
    /// Whether no row is lost or changed.
    pub fn is_whole(&self) -> bool {
        self.rows_before == self.rows_after && self.checksum_before == self.checksum_after
    }
}

/// What an adoption has done.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What the database was.
    pub database: String,
    /// The original's revision.
    pub revision: &'static str,
    /// What a person should know.
    pub remarks: Vec<String>,
    /// Every table that was there, before and after.
    pub tables: Vec<Kept>,
}

/// Notes all rows of all tables.
pub(super) async fn note(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<()> {
    let table =
        format!("CREATE TEMPORARY TABLE {NOTED} (table_name text, hash text) ON COMMIT DROP");
    sqlx::raw_sql(AssertSqlSafe(table))
        .execute(&mut *conn)
        .await?;
    for table in shape.tables.keys() {
        let hash = hash_of(shape, table);
        let sql = format!("INSERT INTO {NOTED} SELECT '{table}', {hash} FROM public.{table}");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *conn)
            .await?;
    }
    let analyze = format!("ANALYZE {NOTED}");
    sqlx::raw_sql(AssertSqlSafe(analyze)).execute(conn).await?;
    Ok(())
}

/// Compares all tables with what was noted.
pub(super) async fn compare(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<Vec<Kept>> {
    let mut tables = Vec::new();
    for table in shape.tables.keys() {
        tables.push(compare_table(conn, shape, table).await?);
    }
    Ok(tables)
}

async fn compare_table(conn: &mut PgConnection, shape: &Shape, table: &str) -> sqlx::Result<Kept> {
    let hash = hash_of(shape, table);
    let sql = format!(
        "WITH noted AS (SELECT hash FROM {NOTED} WHERE table_name = '{table}'),
              found AS (SELECT {hash} AS hash FROM public.{table}),
              kept AS (SELECT hash FROM found INTERSECT ALL SELECT hash FROM noted)
         SELECT before.*, after.*, (SELECT count(*) FROM found)
         FROM (SELECT count(*), {SUM} FROM noted) AS before, (SELECT count(*), {SUM} FROM kept) AS after"
    );
    let (rows_before, checksum_before, rows_after, checksum_after, rows): (
        i64,
        String,
        i64,
        String,
        i64,
    ) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(conn).await?;
    Ok(Kept {
        table: table.to_owned(),
        rows_before,
        checksum_before,
        rows_after,
        checksum_after,
        rows_added: rows - rows_after,
    })
}

/// The checksum of many hashes, whatever their order.
const SUM: &str = r#"md5(coalesce(string_agg(hash, '' ORDER BY hash COLLATE "C"), ''))"#;

/// The hash of a row: of the columns that were there at first.
fn hash_of(shape: &Shape, table: &str) -> String {
    let columns = shape.tables[table].columns.keys().map(|column| {
        if type_of_labels(table, column).is_some() {
            format!("lower(\"{column}\"::text)")
        } else {
            format!("\"{column}\"")
        }
    });
    format!("md5(ROW({})::text)", columns.collect::<Vec<_>>().join(", "))
}
