//! Putting a database back into its template's state.
//!
//! What is needed for it is laid down in the database itself, in a schema of
//! its own, when it is made: copies of the template's rows, the state of its
//! sequences, and a function that compares and restores. So it works for any
//! process that takes the database over, in one round trip.

mod shape;

use std::fmt::Write as _;

use sqlx::{PgConnection, Row};

use crate::database::run;
use crate::names::{ident, literal};

/// In the session that wipes no trigger fires and no foreign key is checked.
/// Not everybody may do that.
pub(crate) const WITHOUT_TRIGGERS: (&str, &str) = ("session_replication_role", "replica");

/// Values are always written in the same way, and no default of the database or
/// of the role gets in the way of restoring.
pub(crate) const SETTINGS: [(&str, &str); 12] = [
    ("role", "none"),
    ("idle_session_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("statement_timeout", "0"),
    ("lock_timeout", "0"),
    ("timezone", "UTC"),
    ("datestyle", "ISO"),
    ("intervalstyle", "postgres"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
];

/// A database whose tables take this many bytes more than at first, of rows
/// that are deleted, is replaced.
const WORN: i64 = 16 * 1024 * 1024;

/// Prepares a new clone.
pub(crate) async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let relations = relations(connection).await?;
    let catalogs = shape::catalogs(connection).await?;
    let script = [
        "BEGIN; CREATE SCHEMA _testbed;",
        &seeds(&relations),
        &sequences(&relations),
        ALONE_FUNCTION,
        FORGET_FUNCTION,
        &shape::functions(&catalogs),
        &rewind_function(&relations),
        &wipe_function(&relations),
        shape::BIRTH,
        "COMMIT;",
    ];
    run(connection, script.concat()).await
}

/// Ends the other sessions in the database and restores it. If that is not
/// possible, tells why.
pub(crate) async fn wipe(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let wipe = sqlx::query_scalar("SELECT _testbed.wipe()");
    wipe.fetch_one(connection).await
}

/// Sets the sequences back, after a rollback.
pub(crate) async fn rewind(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    run(connection, "SELECT _testbed.rewind()".to_owned()).await
}

/// What a relation is, as far as its content goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    MaterializedView,
    Sequence,
}

/// A table, materialized view or sequence of the template.
#[derive(Clone, Debug)]
struct Relation {
    id: i64,
    /// Quoted, with its schema.
    name: String,
    kind: Kind,
    /// The quoted columns that can be written.
    columns: String,
    /// Whether it may have had rows at first.
    filled: bool,
}

async fn relations(connection: &mut PgConnection) -> Result<Vec<Relation>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT c.oid::bigint AS id, format('%I.%I', n.nspname, c.relname) AS name,
                c.relkind::text AS kind, pg_relation_size(c.oid) > 0 AS filled,
                coalesce((SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
                   FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
                    AND NOT attisdropped AND attgenerated = ''), '') AS columns
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'm', 'S') AND c.relpersistence <> 't' AND c.relispopulated
            AND c.oid >= 16384 AND n.nspname <> 'information_schema'
          ORDER BY c.oid",
    );
    let rows = rows.fetch_all(connection).await?;
    rows.iter().map(relation).collect()
}

fn relation(row: &sqlx::postgres::PgRow) -> Result<Relation, sqlx::Error> {
    let kind = match row.try_get("kind")? {
        "m" => Kind::MaterializedView,
        "S" => Kind::Sequence,
        _ => Kind::Table,
    };
    Ok(Relation {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        kind,
        columns: row.try_get("columns")?,
        filled: row.try_get("filled")?,
    })
}

impl Relation {
    /// A sum over its rows that does not depend on their order: equal for equal
    /// content, and for other content with a probability of one in 2^64.
    fn sum(&self) -> String {
        format!(
            "(SELECT coalesce(sum(hashtextextended(_testbed_row::text, 0)), 0)
                FROM ONLY {} AS _testbed_row)",
            self.name
        )
    }

    fn sum_at_birth(&self) -> String {
        format!("(SELECT sum FROM _testbed.seed WHERE id = {})", self.id)
    }

    fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }
}

/// Copies the rows of the tables that have some, and notes what they sum up to.
fn seeds(relations: &[Relation]) -> String {
    let mut sql = "CREATE TABLE _testbed.seed (id bigint PRIMARY KEY, sum numeric);".to_owned();
    let with_rows = relations
        .iter()
        .filter(|one| one.filled && !one.is(Kind::Sequence));
    for one in with_rows {
        let (id, name, sum) = (one.id, &one.name, one.sum());
        let _ = write!(sql, "INSERT INTO _testbed.seed SELECT {id}, {sum};");
        if one.is(Kind::Table) {
            let _ = write!(
                sql,
                "CREATE TABLE _testbed.seed_{id} AS SELECT * FROM ONLY {name};"
            );
        }
    }
    sql
}

/// The state of all sequences, as a query.
fn sequence_states(relations: &[Relation]) -> Option<String> {
    let sequences = relations.iter().filter(|one| one.is(Kind::Sequence));
    let states: Vec<String> = sequences
        .map(|one| {
            let (id, name) = (one.id, &one.name);
            format!("SELECT {id}::bigint AS id, last_value, is_called FROM {name}")
        })
        .collect();
    (!states.is_empty()).then(|| states.join(" UNION ALL "))
}

fn sequences(relations: &[Relation]) -> String {
    match sequence_states(relations) {
        Some(states) => format!("CREATE TABLE _testbed.sequence AS {states};"),
        None => String::new(),
    }
}

/// A function that ends the other sessions in the database and waits until they
/// are gone: what they were about to commit has to be there before it is wiped.
/// It looks often, so it does without the joins of `pg_stat_activity`. Sessions of
/// other roles may not be ours to see; then their kind is NULL.
const ALONE_FUNCTION: &str = "
    CREATE FUNCTION _testbed.alone() RETURNS boolean LANGUAGE plpgsql AS $alone$
    DECLARE
      here oid := (SELECT oid FROM pg_database WHERE datname = current_database());
    BEGIN
      FOR look IN 1..10000 LOOP
        PERFORM pg_stat_clear_snapshot();
        PERFORM pg_terminate_backend(pid) FROM pg_stat_get_activity(NULL)
          WHERE datid = here AND pid <> pg_backend_pid()
            AND (backend_type = 'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL));
        IF NOT FOUND THEN RETURN true; END IF;
        PERFORM pg_sleep(0.0005);
      END LOOP;
      RETURN false;
    END $alone$;";

/// A function that forgets what a test has prepared by SQL in this session. What
/// its driver has prepared, the driver counts on.
const FORGET_FUNCTION: &str = "
    CREATE FUNCTION _testbed.forget() RETURNS void LANGUAGE plpgsql AS $forget$
    DECLARE
      prepared text;
    BEGIN
      FOR prepared IN SELECT name FROM pg_prepared_statements WHERE from_sql LOOP
        EXECUTE format('DEALLOCATE %I', prepared);
      END LOOP;
    END $forget$;";

fn rewind_function(relations: &[Relation]) -> String {
    let body = sequence_states(relations).map_or_else(String::new, |states| {
        format!(
            "PERFORM setval(now.id::oid::regclass, birth.last_value, birth.is_called)
               FROM ({states}) AS now JOIN _testbed.sequence AS birth USING (id)
              WHERE (now.last_value, now.is_called)
                 IS DISTINCT FROM (birth.last_value, birth.is_called);"
        )
    });
    format!(
        "CREATE FUNCTION _testbed.rewind() RETURNS void LANGUAGE plpgsql AS $rewind$
         BEGIN {body} END $rewind$;"
    )
}

/// A function that restores everything and returns NULL, or the reason why it
/// cannot. It looks again after it changed something: triggers that fire
/// always may write while rows are deleted.
fn wipe_function(relations: &[Relation]) -> String {
    let tables = relations.iter().filter(|one| one.is(Kind::Table));
    let restored: String = tables.map(restore).collect();
    let views = relations
        .iter()
        .filter(|one| one.is(Kind::MaterializedView));
    let refreshed: String = views.map(compare).collect();
    let first_size: String = size(relations);
    let changed = literal("its schema was changed");
    let restless = literal("its tables do not stay as they are restored");
    let worn = literal("it is worn out");
    let busy = literal("its sessions do not end");
    format!(
        "CREATE TABLE _testbed.size AS SELECT {first_size} AS bytes;
         CREATE FUNCTION _testbed.wipe() RETURNS text LANGUAGE plpgsql
         SET row_security = off AS $wipe$
         DECLARE
           touched boolean;
         BEGIN
           IF NOT _testbed.alone() THEN RETURN {busy}; END IF;
           IF NOT _testbed.intact() THEN RETURN {changed}; END IF;
           {refreshed}
           FOR pass IN 1..3 LOOP
             touched := false;
             {restored}
             EXIT WHEN NOT touched;
           END LOOP;
           IF touched THEN RETURN {restless}; END IF;
           IF {first_size} > (SELECT bytes FROM _testbed.size) + {WORN} THEN RETURN {worn}; END IF;
           PERFORM _testbed.rewind();
           RETURN NULL;
         END $wipe$;"
    )
}

/// The bytes of all tables together.
fn size(relations: &[Relation]) -> String {
    let tables = relations.iter().filter(|one| one.is(Kind::Table));
    let sizes = tables.map(|one| format!(" + coalesce(pg_relation_size({}), 0)", one.id));
    format!("0::bigint{}", sizes.collect::<String>())
}

/// Empties a table, or gives it its first rows back, if it differs.
fn restore(table: &Relation) -> String {
    let (id, name, columns) = (table.id, &table.name, &table.columns);
    if !table.filled {
        return format!(
            "IF EXISTS (SELECT FROM ONLY {name}) THEN
               DELETE FROM ONLY {name}; touched := true;
             END IF;\n"
        );
    }
    let refill = if columns.is_empty() {
        format!("INSERT INTO {name} SELECT FROM _testbed.seed_{id}")
    } else {
        format!(
            "INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE
             SELECT {columns} FROM _testbed.seed_{id}"
        )
    };
    let (sum, at_birth) = (table.sum(), table.sum_at_birth());
    format!(
        "IF {sum} IS DISTINCT FROM {at_birth} THEN
           DELETE FROM ONLY {name}; {refill}; touched := true;
         END IF;\n"
    )
}

/// Notices a materialized view that was refreshed to another content.
fn compare(view: &Relation) -> String {
    let reason = literal(&format!(
        "the materialized view {} was refreshed",
        ident(&view.name)
    ));
    if view.filled {
        let (sum, at_birth) = (view.sum(), view.sum_at_birth());
        format!("IF {sum} IS DISTINCT FROM {at_birth} THEN RETURN {reason}; END IF;\n")
    } else {
        let name = &view.name;
        format!("IF EXISTS (SELECT FROM {name}) THEN RETURN {reason}; END IF;\n")
    }
}
