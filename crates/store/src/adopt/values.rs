//! What the rows hold: whether every label is known, and which rows would violate
//! a constraint.

use archivist_domain::enums::{DATABASE_ENUMS, EnumContract, Storage};
use sqlx::{AssertSqlSafe, PgConnection};

use super::shape::Shape;

/// The native type that a column of labels gets.
pub(super) fn type_of_labels(table: &str, column: &str) -> Option<&'static str> {
    DATABASE_ENUMS
        .iter()
        .find_map(|contract| match contract.storage {
            Storage::Native(name) if contract.column.split_once('.') == Some((table, column)) => {
                Some(name)
            }
            _ => None,
        })
}

/// The columns of labels that a table here has, as table, column and what is known
/// of them.
fn label_columns(
    shape: &Shape,
) -> impl Iterator<Item = (&'static str, &'static str, &'static EnumContract)> {
    DATABASE_ENUMS.iter().filter_map(|contract| {
        let (table, column) = contract.column.split_once('.')?;
        shape.column(table, column)?;
        Some((table, column, contract))
    })
}

/// Values that differ from a label in letter case only: they become the label.
pub(super) async fn folded(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<Vec<String>> {
    let mut found = Vec::new();
    for (table, column, contract) in label_columns(shape) {
        if !matches!(contract.storage, Storage::Native(_)) {
            continue;
        }
        for (value, rows) in values_but(conn, table, column, contract.labels).await? {
            if fits(contract, &value) {
                let label = value.to_lowercase();
                found.push(format!(
                    "{table}.{column}: '{value}' becomes '{label}' ({})",
                    rows_of(rows)
                ));
            }
        }
    }
    Ok(found)
}

/// Values that fit no label: nothing can be converted while they are there.
pub(super) async fn unknown(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<Vec<String>> {
    let mut found = Vec::new();
    for (table, column, contract) in label_columns(shape) {
        for (value, rows) in values_but(conn, table, column, contract.labels).await? {
            if !fits(contract, &value) {
                found.push(format!(
                    "{table}.{column} holds the value '{value}' ({}), which is none of: {}",
                    rows_of(rows),
                    contract.labels.join(", ")
                ));
            }
        }
    }
    Ok(found)
}

/// Whether a value can become a label: in a native type its letter case is folded.
fn fits(contract: &EnumContract, value: &str) -> bool {
    let folds = matches!(contract.storage, Storage::Native(_));
    contract
        .labels
        .iter()
        .any(|label| *label == value || (folds && *label == value.to_lowercase()))
}

/// The values of a column that are not among the labels, with their counts.
async fn values_but(
    conn: &mut PgConnection,
    table: &str,
    column: &str,
    labels: &[&str],
) -> sqlx::Result<Vec<(String, i64)>> {
    let sql = format!(
        "SELECT {column}::text, count(*) FROM public.{table}
         WHERE {column}::text <> ALL ($1) GROUP BY 1 ORDER BY 1"
    );
    let labels: Vec<_> = labels.iter().map(ToString::to_string).collect();
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(labels)
        .fetch_all(conn)
        .await
}

/// Columns that must hold something and do not.
pub(super) async fn nulls(
    conn: &mut PgConnection,
    shape: &Shape,
    base: &Shape,
) -> sqlx::Result<Vec<String>> {
    let mut found = Vec::new();
    for (table, actual) in &shape.tables {
        for (column, is) in &actual.columns {
            let wanted = base.column(table, column).is_some_and(|it| it.not_null);
            if !wanted || is.not_null {
                continue;
            }
            let sql = format!("SELECT count(*) FROM public.{table} WHERE {column} IS NULL");
            let rows = count(conn, sql).await?;
            if rows > 0 {
                found.push(format!(
                    "{table}.{column} is empty in {}, and must not be",
                    rows_of(rows)
                ));
            }
        }
    }
    Ok(found)
}

/// Labels of the types that are there: known ones, in the known order. Types with
/// another letter case were not made by us; their order says nothing.
pub(super) fn strange_labels(shape: &Shape, base: &Shape) -> Vec<String> {
    let mut found = Vec::new();
    for (name, labels) in &shape.enums {
        let Some(wanted) = base.enums.get(name) else {
            continue;
        };
        let column = DATABASE_ENUMS
            .iter()
            .find(|contract| contract.storage == Storage::Native(name_of(name)))
            .map_or("no column", |contract| contract.column);
        let mut strange = labels
            .iter()
            .filter(|label| !wanted.contains(&label.to_lowercase()))
            .peekable();
        if strange.peek().is_none() && !is_in_order(labels, wanted) {
            found.push(format!(
                "ENUM type {name} (of column {column}) has its labels in the order {}, but {} is expected",
                labels.join(", "),
                wanted.join(", ")
            ));
        }
        found.extend(strange.map(|label| {
            format!(
                "ENUM type {name} (of column {column}) has the label '{label}', which Org Archivist \
                 does not know; known labels are: {}",
                wanted.join(", ")
            )
        }));
    }
    found
}

/// The name as the declarations have it.
fn name_of(name: &str) -> &'static str {
    DATABASE_ENUMS
        .iter()
        .find_map(|contract| match contract.storage {
            Storage::Native(known) if known == name => Some(known),
            _ => None,
        })
        .unwrap_or_default()
}

fn is_in_order(labels: &[String], wanted: &[String]) -> bool {
    let ours = labels.iter().all(|label| wanted.contains(label));
    let places: Vec<_> = labels
        .iter()
        .filter_map(|l| wanted.iter().position(|w| w == l))
        .collect();
    !ours || places.is_sorted()
}

/// Tables that belong to a role whose rights we do not have.
pub(super) async fn not_owned(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<Vec<String>> {
    let tables: Vec<String> = shape.tables.keys().cloned().collect();
    let foreign: Vec<(String, String)> = sqlx::query_as(
        "SELECT relname::text, pg_get_userbyid(relowner)::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1) AND relkind = 'r'
           AND NOT pg_has_role(relowner, 'USAGE') ORDER BY 1",
    )
    .bind(tables)
    .fetch_all(conn)
    .await?;
    let told =
        |(table, owner)| format!("table {table} belongs to the role {owner}: connect as that role");
    Ok(foreign.into_iter().map(told).collect())
}

/// Addresses that differ in letter case only.
pub(super) async fn twins(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<Vec<String>> {
    if !shape.tables.contains_key("users") {
        return Ok(Vec::new());
    }
    let twins: Vec<String> = sqlx::query_scalar(
        "SELECT string_agg(email, ', ' ORDER BY email) FROM users
         GROUP BY lower(email) HAVING count(*) > 1 ORDER BY 1",
    )
    .fetch_all(conn)
    .await?;
    let told = |addresses| {
        format!(
            "accounts that differ in letter case only stay apart, each signs in as it is spelled: {addresses}"
        )
    };
    Ok(twins.into_iter().map(told).collect())
}

/// How many rows violate a constraint, as `pg_get_constraintdef` writes it. Keys
/// cannot be left for later, so they are not asked about.
pub(super) async fn violations(
    conn: &mut PgConnection,
    table: &str,
    definition: &str,
    has_referenced: impl Fn(&str) -> bool,
) -> sqlx::Result<i64> {
    let definition = definition.trim_end_matches(" NOT VALID");
    let condition = if let Some(check) = definition.strip_prefix("CHECK ") {
        format!("NOT {check}")
    } else if let Some((column, referenced, key)) = foreign_key(definition) {
        let orphaned = if has_referenced(referenced) {
            format!(
                " AND NOT EXISTS (SELECT FROM public.{referenced} r WHERE r.{key} = t.{column})"
            )
        } else {
            String::new()
        };
        format!("t.{column} IS NOT NULL{orphaned}")
    } else {
        return Ok(0);
    };
    count(
        conn,
        format!("SELECT count(*) FROM public.{table} t WHERE {condition}"),
    )
    .await
}

/// Column, referenced table and its column of a foreign key of one column.
fn foreign_key(definition: &str) -> Option<(&str, &str, &str)> {
    let (column, rest) = definition
        .strip_prefix("FOREIGN KEY (")?
        .split_once(") REFERENCES ")?;
    let (table, rest) = rest.split_once('(')?;
    Some((column, table, rest.split_once(')')?.0))
}

async fn count(conn: &mut PgConnection, sql: String) -> sqlx::Result<i64> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await
}

/// `1 row`, `2 rows`.
pub(super) fn rows_of(count: i64) -> String {
    if count == 1 {
        "1 row".to_owned()
    } else {
        format!("{count} rows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Shape {
        Shape::of(text)
    }

    #[test]
    fn labels_of_another_case_or_fewer_pass_and_others_do_not() {
        let base = Shape::base();
        for passes in [
            "'writer', 'admin'",
            "'ADMIN', 'EDITOR', 'WRITER'",
            "'writer', 'Editor'",
        ] {
            let shape = of(&format!("enum userrole: {passes}"));
            assert_eq!(strange_labels(&shape, &base), [""; 0], "{passes}");
        }
        let order = strange_labels(&of("enum userrole: 'admin', 'writer'"), &base);
        assert!(
            order[0].contains("users.role") && order[0].contains("order admin, writer"),
            "{order:?}"
        );
        let label = strange_labels(&of("enum userrole: 'writer', 'guest'"), &base);
        assert!(
            label[0].contains("'guest'") && label.len() == 1,
            "{label:?}"
        );
    }

    #[test]
    fn a_foreign_key_is_read() {
        let text = "FOREIGN KEY (created_by) REFERENCES users(user_id) ON DELETE SET NULL";
        assert_eq!(foreign_key(text), Some(("created_by", "users", "user_id")));
        assert_eq!(foreign_key("PRIMARY KEY (user_id)"), None);
    }
}
