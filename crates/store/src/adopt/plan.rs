//! What has to be done to a database of the original, in order, in SQL.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sqlx::PgConnection;
use sqlx::migrate::Migration;

use super::pending::Pending;
use super::recognise::{MARK, OLDER_FORMS, Original, PROGRAMS, REVISIONS, SEEDS, SUPERSEDED};
use super::script::{self, LAST_OF_BASE};
use super::shape::{Column, Shape, Table};
use super::values::{self, rows_of, type_of_labels};
use crate::migrate::MIGRATOR;

/// What a type is called while its columns move to the new one.
const OUTGOING: &str = "before_adoption";

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does, for people.
    pub says: String,
    /// How.
    pub sql: String,
}

/// All that is to be done, and what stands in the way.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// What the database is.
    pub database: String,
    /// The original's revision.
    pub revision: &'static str,
    /// What has to be mended first. If there is anything, nothing is done.
    pub obstacles: Vec<String>,
    /// What a person should know.
    pub remarks: Vec<String>,
    /// The steps, for one transaction.
    pub steps: Vec<Step>,
    /// Constraints that rows from before violate: they guard new rows only.
    pub pending: Vec<Pending>,
}

/// Says what adoption would do; changes nothing.
pub async fn plan(conn: &mut PgConnection, original: &Original) -> sqlx::Result<Plan> {
    let (base, actual) = (Shape::base(), &original.shape);
    let mut obstacles = values::not_owned(conn, actual).await?;
    obstacles.extend(values::strange_labels(actual, &base));
    obstacles.extend(values::unknown(conn, actual).await?);
    obstacles.extend(values::nulls(conn, actual, &base).await?);
    let mut remarks = values::folded(conn, actual).await?;
    remarks.extend(values::twins(conn, actual).await?);
    let pending = violated(conn, &base, actual).await?;
    remarks.extend(pending.iter().map(ToString::to_string));
    let builder = Builder {
        base: &base,
        original,
        pending: &pending,
        steps: vec![lock(original)],
    };
    Ok(Plan {
        database: original.to_string(),
        revision: original.revision().id,
        obstacles,
        remarks,
        steps: builder.build(),
        pending,
    })
}

/// Keeps everybody else out, until the end of the transaction.
pub(super) fn lock(original: &Original) -> Step {
    let tables: Vec<_> = original
        .shape
        .tables
        .keys()
        .map(|t| format!("public.{t}"))
        .collect();
    Step {
        says: "Nobody else reads or writes meanwhile".to_owned(),
        sql: format!(
            "SET LOCAL lock_timeout = '5s';\nSET LOCAL search_path = public;\n\
             LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;",
            tables.join(", ")
        ),
    }
}

/// The constraints to be made that rows violate.
async fn violated(
    conn: &mut PgConnection,
    base: &Shape,
    actual: &Shape,
) -> sqlx::Result<Vec<Pending>> {
    let mut found = Vec::new();
    for (name, table) in &base.tables {
        let Some(is) = actual.tables.get(name) else {
            continue;
        };
        for (constraint, definition) in &table.constraints {
            // Programs that documents name are made where they are missing.
            let is_settled = is.constraints.contains_key(constraint)
                || constraint == "fk_document_programs_program"
                || speaks_of_new_column(definition, table, is);
            if is_settled {
                continue;
            }
            let has_table = |table: &str| actual.tables.contains_key(table);
            let rows = values::violations(conn, name, definition, has_table).await?;
            if rows > 0 {
                found.push(Pending::new(name, constraint, definition, rows));
            }
        }
    }
    Ok(found)
}

fn speaks_of_new_column(definition: &str, expected: &Table, actual: &Table) -> bool {
    let mut new = expected
        .columns
        .keys()
        .filter(|column| !actual.columns.contains_key(*column));
    new.any(|column| definition.contains(&format!("({column}")))
}

struct Builder<'a> {
    base: &'a Shape,
    original: &'a Original,
    pending: &'a [Pending],
    steps: Vec<Step>,
}

impl Builder<'_> {
    fn build(mut self) -> Vec<Step> {
        self.extensions();
        self.step(
            "Times are written in UTC from now on",
            &[script::functions()],
        );
        self.drop_superseded();
        self.types();
        self.tables();
        self.columns();
        self.constraints(false);
        self.seeds();
        self.constraints(true);
        self.indexes();
        self.triggers();
        self.mark();
        self.history();
        self.later_migrations();
        self.sessions();
        self.steps
    }

    fn actual(&self) -> &Shape {
        &self.original.shape
    }

    /// Adds a step, unless there is nothing to do in it.
    fn step(&mut self, says: &str, sql: &[String]) {
        if !sql.is_empty() {
            self.steps.push(Step {
                says: says.to_owned(),
                sql: sql.join("\n"),
            });
        }
    }

    fn extensions(&mut self) {
        let missing = self.base.extensions.difference(&self.actual().extensions);
        let sql = missing.map(|name| format!("CREATE EXTENSION IF NOT EXISTS \"{name}\";"));
        let sql: Vec<_> = sql.collect();
        self.step("Extensions that are missing", &sql);
    }

    fn drop_superseded(&mut self) {
        let mut sql = Vec::new();
        let older = OLDER_FORMS.iter().map(|(name, form)| (*name, Some(*form)));
        for (name, form) in SUPERSEDED.iter().map(|name| (*name, None)).chain(older) {
            let (table, part) = name.split_once('.').unwrap_or_default();
            let Some(is) = self.actual().tables.get(table) else {
                continue;
            };
            let as_constraint = is.constraints.get(part);
            if as_constraint.is_some_and(|text| form.is_none_or(|form| form == text)) {
                sql.push(format!(
                    "ALTER TABLE public.{table} DROP CONSTRAINT {part};"
                ));
            } else if as_constraint.is_none() && is.indexes.contains_key(part) {
                sql.push(format!("DROP INDEX public.{part};"));
            }
        }
        self.step(
            "What types, other indexes and a better key make superfluous",
            &sql,
        );
    }

    /// New types take the place of those that are there, rather than `ADD VALUE`:
    /// so it all fits into one transaction.
    fn types(&mut self) {
        for (name, labels) in &self.base.enums {
            let is = self.actual().enums.get(name);
            let keep = is == Some(labels);
            let mut sql = Vec::new();
            if is.is_some() && !keep {
                sql.push(format!(
                    "ALTER TYPE public.{name} RENAME TO {name}_{OUTGOING};"
                ));
            }
            if !keep {
                sql.push(format!(
                    "CREATE TYPE public.{name} AS ENUM ('{}');",
                    labels.join("', '")
                ));
            }
            for (table, column) in self.columns_of_type(name) {
                let is_done = self
                    .actual()
                    .column(table, column)
                    .is_none_or(|c| c.data_type == *name);
                if !(keep && is_done) {
                    sql.extend(self.convert(table, column, name));
                }
            }
            if is.is_some() && !keep {
                sql.push(format!("DROP TYPE public.{name}_{OUTGOING};"));
            }
            self.step(
                &format!("The ENUM type {name}, and the column that has it"),
                &sql,
            );
        }
    }

    fn columns_of_type(&self, name: &str) -> Vec<(&str, &str)> {
        let tables = self.base.tables.iter();
        let all = tables
            .flat_map(|(t, table)| table.columns.keys().map(move |c| (t.as_str(), c.as_str())));
        all.filter(|(table, column)| type_of_labels(table, column) == Some(name))
            .collect()
    }

    fn convert(&self, table: &str, column: &str, to: &str) -> Vec<String> {
        let Some(is) = self.actual().column(table, column) else {
            return Vec::new();
        };
        let alter = format!("ALTER TABLE public.{table} ALTER COLUMN {column}");
        let mut sql = Vec::new();
        if is.default.is_some() {
            sql.push(format!("{alter} DROP DEFAULT;"));
        }
        sql.push(format!(
            "{alter} TYPE public.{to} USING lower({column}::text)::public.{to};"
        ));
        let wanted = self
            .base
            .column(table, column)
            .and_then(|c| c.default.as_ref());
        sql.extend(wanted.map(|default| format!("{alter} SET DEFAULT {default};")));
        sql
    }

    fn tables(&mut self) {
        let missing = self
            .base
            .tables
            .iter()
            .filter(|(name, _)| !self.actual().tables.contains_key(*name));
        let sql: Vec<_> = missing
            .map(|(name, table)| create_table(name, table))
            .collect();
        self.step(
            "Tables that the original did not have at this revision",
            &sql,
        );
    }

    fn columns(&mut self) {
        let mut sql = Vec::new();
        for (name, table) in &self.base.tables {
            let Some(is) = self.actual().tables.get(name) else {
                continue;
            };
            for (column, wanted) in &table.columns {
                match is.columns.get(column) {
                    None => sql.push(format!(
                        "ALTER TABLE public.{name} ADD COLUMN {};",
                        declared(column, wanted)
                    )),
                    Some(is) => sql.extend(repaired(name, column, is, wanted)),
                }
            }
        }
        self.step("Columns, defaults and NOT NULLs that are missing", &sql);
    }

    /// What the original's later revisions would have put in. What a site has
    /// deleted from earlier ones stays deleted.
    fn seeds(&mut self) {
        let mut sql = Vec::new();
        if self.original.place < SEEDS {
            sql.push(script::statement("INSERT INTO system_config"));
            sql.push(script::statement("INSERT INTO prompt_templates"));
        }
        if self.original.place < PROGRAMS {
            sql.push(script::statement("INSERT INTO programs"));
        }
        self.step(
            "What a site of a later revision starts with; what is there stays",
            &sql,
        );
        let programs = &self.original.shape.tables["document_programs"].constraints;
        if !programs.contains_key("fk_document_programs_program") {
            let sql = "INSERT INTO programs (name, description)\n\
                       SELECT DISTINCT program, 'Named by documents before adoption' FROM document_programs\n\
                       ON CONFLICT DO NOTHING;";
            self.step(
                "Programs that documents name and that are not listed",
                &[sql.to_owned()],
            );
        }
    }

    /// Keys and CHECKs before there are new rows, foreign keys after.
    fn constraints(&mut self, foreign: bool) {
        let all = self.missing(|table| &table.constraints).into_iter();
        let wanted = all.filter(|(_, _, text)| text.starts_with("FOREIGN KEY") == foreign);
        let added = wanted.map(|(table, name, definition)| {
            let left = |it: &Pending| it.table == table && it.constraint == name;
            let not_valid = if self.pending.iter().any(left) {
                " NOT VALID"
            } else {
                ""
            };
            format!("ALTER TABLE public.{table} ADD CONSTRAINT {name} {definition}{not_valid};")
        });
        let sql: Vec<_> = added.collect();
        let says = if foreign {
            "Foreign keys that are missing"
        } else {
            "Keys and CHECKs that are missing"
        };
        self.step(says, &sql);
    }

    fn indexes(&mut self) {
        let all = self.missing(|table| &table.indexes).into_iter();
        // A key brings its own.
        let own = all
            .filter(|(table, name, _)| !self.base.tables[*table].constraints.contains_key(*name));
        let sql: Vec<_> = own
            .map(|(_, _, definition)| format!("{definition};"))
            .collect();
        self.step("Indexes that are missing", &sql);
    }

    fn triggers(&mut self) {
        let all = self.missing(|table| &table.triggers).into_iter();
        let sql: Vec<_> = all
            .map(|(_, _, definition)| format!("{definition};"))
            .collect();
        self.step("Triggers that are missing", &sql);
    }

    /// Table, name and definition of the parts that are not there, or in the
    /// original's older form.
    fn missing<'a>(
        &'a self,
        parts: impl Fn(&'a Table) -> &'a BTreeMap<String, String> + 'a,
    ) -> Vec<(&'a str, &'a str, &'a str)> {
        let mut missing = Vec::new();
        for (name, table) in &self.base.tables {
            let is = self.original.shape.tables.get(name).map(&parts);
            for (part, definition) in parts(table) {
                let found = is.and_then(|is| is.get(part));
                let older = |text: &String| {
                    OLDER_FORMS.contains(&(format!("{name}.{part}").as_str(), text))
                };
                if found.is_none_or(older) {
                    missing.push((name.as_str(), part.as_str(), definition.as_str()));
                }
            }
        }
        missing
    }

    /// The mark of a database that has one stays as it is: it tells where the site
    /// came from.
    fn mark(&mut self) {
        if !self.original.is_marked {
            let head = REVISIONS[REVISIONS.len() - 1].id;
            let sql = format!("INSERT INTO {MARK} (version_num) VALUES ('{head}');");
            self.step("The mark that tools of the original look for", &[sql]);
        }
    }

    fn history(&mut self) {
        let mut sql = vec![
            "CREATE TABLE IF NOT EXISTS _sqlx_migrations (\n    \
                 version bigint PRIMARY KEY,\n    description text NOT NULL,\n    \
                 installed_on timestamptz NOT NULL DEFAULT now(),\n    success boolean NOT NULL,\n    \
                 checksum bytea NOT NULL,\n    execution_time bigint NOT NULL\n);"
                .to_owned(),
        ];
        let base = MIGRATOR.iter().filter(|m| m.version <= LAST_OF_BASE);
        sql.extend(base.map(applied));
        self.step(
            "Our own record: what the first migrations make is there",
            &sql,
        );
    }

    /// Up to the first that cannot run in a transaction: the rest is applied after
    /// this one, as on any database.
    fn later_migrations(&mut self) {
        for migration in within_adoption() {
            let says = format!("Migration {}: {}", migration.version, migration.description);
            let sql = migration.sql.as_str().trim_end().to_owned();
            self.step(&says, &[sql, applied(migration)]);
        }
    }

    fn sessions(&mut self) {
        if self.actual().tables.contains_key("user_sessions") {
            let sql = "UPDATE user_sessions SET refresh_expires_at = created_at AT TIME ZONE 'UTC' + interval '7 days'\n\
                       WHERE refresh_token IS NOT NULL AND refresh_expires_at IS NULL;";
            self.step(
                "Sessions can be refreshed for as long as the original allowed",
                &[sql.to_owned()],
            );
        }
    }
}

/// The migrations after the base that run in the transaction of the adoption.
pub(super) fn within_adoption() -> impl Iterator<Item = &'static Migration> {
    let later = MIGRATOR.iter().filter(|m| m.version > LAST_OF_BASE);
    later.take_while(|m| !m.no_tx)
}

/// Notes a migration as applied.
fn applied(migration: &Migration) -> String {
    let mut checksum = String::new();
    for byte in migration.checksum.iter() {
        // Writing to a string cannot fail.
        let _ = write!(checksum, "{byte:02x}");
    }
    format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)\n\
         VALUES ({}, '{}', true, '\\x{checksum}', 0);",
        migration.version,
        migration.description.replace('\'', "''")
    )
}

fn create_table(name: &str, table: &Table) -> String {
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|(column, is)| format!("    {}", declared(column, is)))
        .collect();
    format!("CREATE TABLE public.{name} (\n{}\n);", columns.join(",\n"))
}

fn declared(name: &str, column: &Column) -> String {
    let not_null = if column.not_null { " NOT NULL" } else { "" };
    let default = column
        .default
        .iter()
        .map(|default| format!(" DEFAULT {default}"));
    format!(
        "{name} {}{}{not_null}",
        column.data_type,
        default.collect::<String>()
    )
}

/// What a column lacks. Its type is converted elsewhere, its default with it.
fn repaired(table: &str, column: &str, is: &Column, wanted: &Column) -> Vec<String> {
    let alter = format!("ALTER TABLE public.{table} ALTER COLUMN {column}");
    let mut sql = Vec::new();
    if is.data_type == wanted.data_type && is.default != wanted.default {
        sql.push(match &wanted.default {
            Some(default) => format!("{alter} SET DEFAULT {default};"),
            None => format!("{alter} DROP DEFAULT;"),
        });
    }
    match (is.not_null, wanted.not_null) {
        (false, true) => sql.push(format!("{alter} SET NOT NULL;")),
        (true, false) => sql.push(format!("{alter} DROP NOT NULL;")),
        _ => {}
    }
    sql
}

/// How rows that violate something are told.
pub(super) fn told(rows: i64) -> String {
    if rows == 1 {
        "1 row violates it".to_owned()
    } else {
        format!("{} violate it", rows_of(rows))
    }
}
