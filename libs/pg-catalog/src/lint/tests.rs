use super::{Migration, lint};

const TIMEOUT: &str = "SET LOCAL lock_timeout = '5s';\n";

/// The rules that this SQL breaks, in a transaction, after a lock timeout.
fn broken(sql: &str) -> Vec<&'static str> {
    let sql = format!("{TIMEOUT}{sql}");
    let problems = lint(&[migration(&sql, true)]);
    problems.iter().map(|it| it.rule.name()).collect()
}

fn migration(sql: &str, in_transaction: bool) -> Migration<'_> {
    Migration {
        file: "m.sql",
        sql,
        in_transaction,
    }
}

#[test]
fn each_rule_is_broken_by_what_it_forbids() {
    let cases = [
        (
            "ALTER TABLE t ADD COLUMN id uuid DEFAULT gen_random_uuid()",
            "volatile-default",
        ),
        (
            "ALTER TABLE t ADD at timestamptz DEFAULT clock_timestamp() NOT NULL",
            "volatile-default",
        ),
        ("ALTER TABLE t ADD COLUMN n bigserial", "volatile-default"),
        (
            "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS IDENTITY",
            "volatile-default",
        ),
        (
            "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS (m + 1) STORED",
            "volatile-default",
        ),
        (
            "ALTER TABLE t ADD COLUMN n int DEFAULT 1 + random()::int",
            "volatile-default",
        ),
        (
            "ALTER TABLE t ADD COLUMN name text NOT NULL",
            "required-column",
        ),
        (
            "ALTER TABLE t ALTER COLUMN name SET NOT NULL",
            "set-not-null",
        ),
        ("ALTER TABLE t ALTER name TYPE text", "column-type"),
        (
            "ALTER TABLE ONLY public.t ALTER COLUMN name SET DATA TYPE text",
            "column-type",
        ),
        ("CREATE INDEX i ON t (a)", "index-concurrently"),
        (
            "CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY public.t USING btree (a)",
            "index-concurrently",
        ),
        ("REINDEX TABLE t", "index-concurrently"),
        (
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "concurrently-in-transaction",
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
            "constraint-not-valid",
        ),
        (
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a)",
            "constraint-not-valid",
        ),
        (
            "ALTER TABLE t ADD COLUMN a int REFERENCES u (a)",
            "constraint-not-valid",
        ),
        ("ALTER TABLE t ADD UNIQUE (a)", "key-using-index"),
        ("ALTER TABLE t ADD COLUMN a int UNIQUE", "key-using-index"),
        (
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c",
            "validate-apart",
        ),
        (
            "ALTER TYPE mood ADD VALUE 'odd'; UPDATE t SET m = 'odd' WHERE a = 1",
            "label-at-once",
        ),
        (
            "ALTER TYPE mood ADD VALUE 'odd'; DO $$ BEGIN PERFORM 'odd'::mood; END $$",
            "label-at-once",
        ),
        ("ALTER TABLE t DROP COLUMN IF EXISTS a", "drop-column"),
        ("ALTER TABLE t DROP a", "drop-column"),
        ("DROP TABLE IF EXISTS t", "drop-table"),
        ("ALTER TABLE t RENAME COLUMN a TO b", "rename"),
        ("ALTER TABLE t RENAME TO u", "rename"),
        ("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", "rename"),
        ("ALTER TABLE t SET UNLOGGED", "rewrite"),
        ("SELECT 'open", "syntax"),
    ];
    for (sql, rule) in cases {
        assert_eq!(broken(sql), [rule], "{sql}");
    }
}

#[test]
fn locks_and_changes_of_all_rows_are_found_wherever_they_stand() {
    let cases = [
        ("CLUSTER t USING i", "rewrite"),
        ("VACUUM (FULL) t", "rewrite"),
        ("UPDATE t SET a = 1", "all-rows"),
        ("DELETE FROM t", "all-rows"),
        (
            "UPDATE t SET a = (SELECT b FROM u WHERE u.id = t.id)",
            "all-rows",
        ),
        (
            "WITH x AS (SELECT 1 FROM u WHERE b) UPDATE t SET a = 1",
            "all-rows",
        ),
        (
            "WITH RECURSIVE y (n) AS (SELECT 1), x AS MATERIALIZED (DELETE FROM t RETURNING *)
             SELECT * FROM x WHERE a",
            "all-rows",
        ),
        (
            "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET a = u.a",
            "all-rows",
        ),
        ("TRUNCATE t", "all-rows"),
        ("TRUNCATE TABLE ONLY public.t CASCADE", "all-rows"),
        ("LOCK t", "lock-table"),
        ("LOCK TABLE ONLY t IN SHARE MODE NOWAIT", "lock-table"),
        ("REFRESH MATERIALIZED VIEW v", "rewrite"),
        ("DROP INDEX IF EXISTS i", "index-concurrently"),
        ("DROP INDEX CONCURRENTLY i", "concurrently-in-transaction"),
        (
            "REINDEX INDEX CONCURRENTLY i",
            "concurrently-in-transaction",
        ),
        (
            "ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM (1) TO (2)",
            "constraint-not-valid",
        ),
        (
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)",
            "constraint-not-valid",
        ),
        (
            "ALTER DOMAIN d ADD CHECK (VALUE > 0)",
            "constraint-not-valid",
        ),
        (
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;
             ALTER DOMAIN d VALIDATE CONSTRAINT c",
            "validate-apart",
        ),
        ("ALTER DOMAIN d SET NOT NULL", "set-not-null"),
        ("ALTER DOMAIN d RENAME TO e", "rename"),
    ];
    for (sql, rule) in cases {
        assert_eq!(broken(sql), [rule], "{sql}");
    }
}

#[test]
fn what_is_safe_breaks_nothing() {
    let safe = [
        "ALTER TABLE t ADD COLUMN a text, ADD COLUMN b text NOT NULL DEFAULT 'x'::varchar(9)",
        "ALTER TABLE t ADD COLUMN at timestamptz NOT NULL DEFAULT now()",
        "ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS (b + 1) VIRTUAL NOT NULL",
        "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (a) NOT VALID",
        "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
        "ALTER TABLE t VALIDATE CONSTRAINT of_an_earlier_migration",
        "ALTER TABLE t DROP CONSTRAINT c, ALTER a DROP NOT NULL, ALTER b SET DEFAULT 1",
        "ALTER TYPE mood ADD VALUE 'odd'",
        "UPDATE t SET a = 1 WHERE a IS NULL",
        "WITH x AS (SELECT 1) UPDATE t SET a = 1 WHERE a IS NULL",
        "WITH x AS (UPDATE t SET a = 1 WHERE b RETURNING *) SELECT * FROM x",
        "MERGE INTO t USING (VALUES (1)) u (id) ON t.id = u.id WHEN MATCHED THEN DELETE",
        "MERGE INTO t USING u ON t.id = u.id WHEN NOT MATCHED THEN INSERT VALUES (1)",
        "LOCK TABLE t IN ROW EXCLUSIVE MODE",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
        "ALTER DOMAIN d SET DEFAULT 1",
        "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CHECK (VALUE > 0)",
        "CREATE MATERIALIZED VIEW v AS SELECT 1; REFRESH MATERIALIZED VIEW v",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 1",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE t; END $$",
    ];
    for sql in safe {
        assert!(broken(sql).is_empty(), "{sql}: {:?}", broken(sql));
    }
}

#[test]
fn a_table_of_the_same_file_is_empty() {
    let sql = "CREATE TABLE IF NOT EXISTS public.t (a int);
        CREATE INDEX ON t (a); CREATE INDEX IF NOT EXISTS i ON t (a); DROP INDEX i;
        LOCK TABLE t; TRUNCATE t; UPDATE t SET a = 1; ALTER TABLE other ATTACH PARTITION t DEFAULT;
        ALTER TABLE t ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
            ALTER a SET NOT NULL, ALTER a TYPE bigint, ADD CHECK (a > 0), DROP COLUMN a;
        DROP TABLE t";
    assert!(broken(sql).is_empty(), "{:?}", broken(sql));
}

#[test]
fn a_lock_timeout_has_to_come_first_and_to_have_effect() {
    let cases = [
        ("ALTER TABLE t ADD a int;", true, false),
        (
            "SET LOCAL lock_timeout = 0; ALTER TABLE t ADD a int",
            true,
            false,
        ),
        (
            "ALTER TABLE t ADD a int; SET LOCAL lock_timeout = '1s'",
            true,
            false,
        ),
        (
            "SET LOCAL lock_timeout = '1s'; ALTER TABLE t ADD a int",
            false,
            false,
        ),
        (
            "SET lock_timeout TO '1s'; ALTER TABLE t ADD a int",
            false,
            true,
        ),
        (
            "SET search_path = x; SET LOCAL lock_timeout TO 5000; ALTER TABLE t ADD a int",
            true,
            true,
        ),
        (
            "SET LOCAL lock_timeout = '0.5s'; ALTER TABLE t ADD a int",
            true,
            true,
        ),
        (
            "SET LOCAL lock_timeout = '0.4ms'; ALTER TABLE t ADD a int",
            true,
            false,
        ),
        (
            "SET LOCAL lock_timeout = '0 min'; ALTER TABLE t ADD a int",
            true,
            false,
        ),
        ("-- nothing but a remark", true, true),
    ];
    for (sql, in_transaction, good) in cases {
        let problems = lint(&[migration(sql, in_transaction)]);
        let names: Vec<_> = problems.iter().map(|it| it.rule.name()).collect();
        assert_eq!(
            names,
            if good { vec![] } else { vec!["lock-timeout"] },
            "{sql}"
        );
    }
}

#[test]
fn a_validated_check_lets_a_column_become_not_null() {
    let add = format!("{TIMEOUT}ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID");
    let validate = format!("{TIMEOUT}ALTER TABLE t VALIDATE CONSTRAINT c");
    let set = format!("{TIMEOUT}ALTER TABLE t ALTER a SET NOT NULL");
    let count = |all: &[&str]| {
        let all: Vec<_> = all.iter().map(|sql| migration(sql, true)).collect();
        lint(&all).len()
    };
    assert_eq!(count(&[&add, &validate, &set]), 0);
    assert_eq!(count(&[&add, &set]), 1, "it was not validated");
}

#[test]
fn an_index_may_be_built_concurrently_outside_of_a_transaction() {
    let sql = "SET lock_timeout = '5s'; CREATE INDEX CONCURRENTLY i ON t (a)";
    assert_eq!(lint(&[migration(sql, false)]), []);
}

#[test]
fn what_is_allowed_with_a_reason_is_no_problem() {
    let before_the_statement =
        "-- lint: allow(drop-column) because nobody reads it\nALTER TABLE t DROP a";
    assert!(broken(before_the_statement).is_empty());
    let before_the_action = "ALTER TABLE t ADD b int,
        -- More about it.
        -- lint: allow(drop-column, rename) because nobody reads it
        DROP a";
    assert_eq!(
        broken(before_the_action),
        ["allowance"],
        "nothing is renamed"
    );
    let before_another =
        "-- lint: allow(drop-column) because nobody reads it\nSELECT 1; ALTER TABLE t DROP a";
    assert_eq!(broken(before_another), ["allowance", "drop-column"]);
    let in_the_file = "-- lint: allow-file(drop-column) because nobody reads it
        ALTER TABLE t DROP a; ALTER TABLE t DROP b";
    assert!(broken(in_the_file).is_empty());
}

#[test]
fn an_allowance_needs_a_rule_and_a_reason() {
    for comment in [
        "-- lint: allow(drop-column)",
        "-- lint: allow(drop-column) because",
        "-- lint: allow(drop-columns) because nobody reads it",
        "-- lint: ignore",
    ] {
        let sql = format!("{comment}\nALTER TABLE t DROP a");
        assert_eq!(broken(&sql), ["allowance", "drop-column"], "{comment}");
    }
}

#[test]
fn messages_tell_the_place_and_what_to_do() {
    let sql = format!("{TIMEOUT}\nALTER TABLE t\n    ADD COLUMN a int,\n    ALTER b TYPE text;");
    let problems = lint(&[migration(&sql, true)]);
    let shown = problems[0].to_string();
    assert!(
        shown.starts_with("m.sql:5: column-type: t.b gets another type\n    The table may be"),
        "{shown}"
    );
}
