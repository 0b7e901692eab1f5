//! What a database is and holds, to compare before and after.

use std::collections::BTreeMap;

use archivist_store::contract;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use crate::support::Site;

/// Every row of every table, as JSON.
pub(super) type Rows = BTreeMap<String, Vec<Map<String, Value>>>;

/// Reads all rows, in no way that adoption itself uses.
pub(super) async fn rows(site: &Site) -> Rows {
    let pool = site.pool();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&pool)
            .await
            .unwrap();
    let mut all = Rows::new();
    for table in tables {
        let sql = format!("SELECT to_jsonb(t) FROM {table} t ORDER BY t::text");
        let rows: Vec<Value> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&pool)
            .await
            .unwrap();
        let objects = rows.iter().map(|row| row.as_object().unwrap().clone());
        all.insert(table, objects.collect());
    }
    all
}

/// Every row from before is there, with all its values; labels in their own case.
#[track_caller]
pub(super) fn assert_kept(before: &Rows, after: &Rows) {
    for (table, rows) in before {
        let mut left = after[table].clone();
        for row in rows {
            let same = |now: &Map<String, Value>| {
                row.iter()
                    .all(|(column, was)| is_same(column, was, &now[column]))
            };
            let Some(place) = left.iter().position(same) else {
                panic!("{table} has lost {row:?}; it has {left:?}");
            };
            left.remove(place);
        }
    }
}

fn is_same(column: &str, was: &Value, is: &Value) -> bool {
    let folded = |value: &Value| value.as_str().map(str::to_lowercase);
    let holds_labels = ["role", "status", "output_type"].contains(&column);
    was == is || (holds_labels && folded(was) == folded(is))
}

/// The catalog, as far as the contract speaks of it.
pub(super) async fn catalog(site: &Site) -> String {
    let mut conn = site.pool().acquire().await.unwrap();
    let catalog = contract::read(&mut conn).await.unwrap();
    contract::contract_of(&catalog).to_string()
}
