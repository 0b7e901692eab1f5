//! CHECK constraints of real databases, proven alive.

use pg_catalog::{ByHand, Catalog, Probe, Verdict, probe};
use pg_testbed::{ScratchDb, Testbed};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

struct Database {
    connection: PgConnection,
    _scratch: ScratchDb,
}

impl Database {
    async fn with(sql: &str) -> Self {
        let scratch = Testbed::get().await.unwrap().empty().await.unwrap();
        let connection = PgConnection::connect(scratch.url()).await.unwrap();
        let mut database = Self {
            connection,
            _scratch: scratch,
        };
        database.run(sql).await;
        database
    }

    async fn run(&mut self, sql: &str) {
        let statements = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        statements.execute(&mut self.connection).await.unwrap();
    }

    async fn probe(&mut self, by_hand: &[ByHand]) -> Vec<Probe> {
        let catalog = Catalog::read(&mut self.connection, &["public"]).await;
        probe(&mut self.connection, &catalog.unwrap(), by_hand)
            .await
            .unwrap()
    }

    async fn number(&mut self, sql: &'static str) -> i64 {
        let query = sqlx::query_scalar(sql);
        query.fetch_one(&mut self.connection).await.unwrap()
    }
}

fn why(probe: &Probe) -> &str {
    match &probe.verdict {
        Verdict::NotShown { why } | Verdict::NotPermitted { why } => why,
        Verdict::Alive { statement } => panic!("alive: {statement}"),
    }
}

const EVERY_KIND: &str = r#"
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE DOMAIN code AS text NOT NULL CHECK (VALUE ~ '^[A-Z]{3}-\d+$');
    CREATE DOMAIN share AS numeric(5,2)
        CONSTRAINT share_not_negative CHECK (VALUE >= 0) CONSTRAINT share_of_all CHECK (VALUE <= 100);
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE "Odd Table" (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        serial serial,
        parent int NOT NULL REFERENCES parent,
        "My ""Label""" varchar(20) NOT NULL CHECK ("My ""Label""" IN ('it''s', 'a, b')),
        code code,
        share share,
        mood mood NOT NULL CONSTRAINT glad_only CHECK (mood <> 'sad'),
        year int CONSTRAINT plausible_year CHECK (year BETWEEN 1900 AND EXTRACT(YEAR FROM now()) + 1),
        hash text NOT NULL CONSTRAINT is_hash CHECK (hash ~ '^[0-9a-f]{64}$'),
        email text CONSTRAINT is_email CHECK (email LIKE '%@%' AND email = lower(email)),
        short text CONSTRAINT is_short CHECK (length(short) <= 12),
        low numeric(12,2) CONSTRAINT low_not_negative CHECK (low >= 0),
        high numeric(12,2) CONSTRAINT high_not_negative CHECK (high >= 0),
        CONSTRAINT low_below_high CHECK (high = 0 OR low <= high),
        begins date, ends date,
        CONSTRAINT ends_after_it_begins CHECK (ends >= begins),
        CONSTRAINT one_of_both CHECK (num_nonnulls(begins, year) > 0),
        tags text[] CONSTRAINT few_tags CHECK (cardinality(tags) <= 3),
        details jsonb CONSTRAINT has_kind CHECK (details ? 'kind'),
        steps jsonb CONSTRAINT some_steps CHECK (jsonb_array_length(steps) > 0),
        length int GENERATED ALWAYS AS (length(short)) STORED CONSTRAINT not_three CHECK (length <> 3),
        wait interval CONSTRAINT not_long CHECK (wait < '2 hours'),
        data bytea CONSTRAINT few_bytes CHECK (octet_length(data) <= 4),
        active boolean NOT NULL DEFAULT true,
        closed_at timestamptz,
        CONSTRAINT closed_is_inactive CHECK (closed_at IS NULL OR NOT active),
        unrelated inet NOT NULL
    );
    ALTER TABLE "Odd Table" ADD CONSTRAINT not_checked_yet CHECK (active OR year IS NULL) NOT VALID;
"#;

#[tokio::test]
async fn every_kind_of_check_is_proven_alive() {
    let mut database = Database::with(EVERY_KIND).await;
    let probes = database.probe(&[]).await;
    let dead: Vec<_> = probes.iter().filter(|it| !it.is_alive()).collect();
    assert!(dead.is_empty(), "{dead:#?}");
    assert_eq!(probes.len(), 22);
}

#[tokio::test]
async fn nothing_is_left_and_no_sequence_moves() {
    let mut database = Database::with(EVERY_KIND).await;
    database.probe(&[]).await;
    assert_eq!(
        database.number(r#"SELECT count(*) FROM "Odd Table""#).await,
        0
    );
    let moved = "SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL";
    assert_eq!(database.number(moved).await, 0);
}

#[tokio::test]
async fn the_statement_can_be_run_by_hand() {
    let sql = "CREATE TABLE t (a int NOT NULL, b int, CONSTRAINT small CHECK (b < 7))";
    let mut database = Database::with(sql).await;
    let probes = database.probe(&[]).await;
    let Verdict::Alive { statement } = &probes[0].verdict else {
        panic!("{probes:?}")
    };
    assert!(
        statement.starts_with("INSERT INTO t (\"b\", \"a\") VALUES"),
        "{statement}"
    );
    let again = sqlx::raw_sql(AssertSqlSafe(statement.clone()));
    let error = again.execute(&mut database.connection).await.unwrap_err();
    assert_eq!(
        error.as_database_error().unwrap().constraint(),
        Some("small")
    );
}

#[tokio::test]
async fn a_check_that_nothing_violates_is_not_called_alive() {
    let sql = "CREATE TABLE t (a int, CONSTRAINT always CHECK (a = a OR a IS NULL))";
    let probes = Database::with(sql).await.probe(&[]).await;
    assert!(why(&probes[0]).starts_with("none of"), "{probes:?}");
}

#[tokio::test]
async fn a_check_that_another_always_hides_is_not_called_alive() {
    let sql =
        "CREATE TABLE t (a int CONSTRAINT tight CHECK (a < 5) CONSTRAINT wide CHECK (a < 50))";
    let probes = Database::with(sql).await.probe(&[]).await;
    let alive: Vec<_> = probes
        .iter()
        .map(|it| (it.constraint.as_str(), it.is_alive()))
        .collect();
    assert_eq!(alive, [("tight", true), ("wide", false)]);
}

#[tokio::test]
async fn a_trigger_that_mends_or_refuses_the_row_is_told() {
    let mut database = Database::with(
        "CREATE TABLE mended (a int CONSTRAINT m CHECK (a > 0));
         CREATE TABLE refused (a int CONSTRAINT r CHECK (a > 0));
         CREATE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a := 1; RETURN NEW; END';
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not today''; END';
         CREATE TRIGGER mend BEFORE INSERT ON mended FOR EACH ROW EXECUTE FUNCTION mend();
         CREATE TRIGGER refuse BEFORE INSERT ON refused FOR EACH ROW EXECUTE FUNCTION refuse();",
    )
    .await;
    let probes = database.probe(&[]).await;
    assert!(
        why(&probes[0]).starts_with("it was not refused: INSERT"),
        "{probes:?}"
    );
    assert!(
        why(&probes[1]).starts_with("not today: INSERT"),
        "{probes:?}"
    );
    let hand = ByHand {
        table: "refused".to_owned(),
        constraint: "r".to_owned(),
        sql: "ALTER TABLE refused DISABLE TRIGGER refuse; INSERT INTO refused VALUES (0)"
            .to_owned(),
    };
    let probes = database.probe(&[hand]).await;
    assert!(probes[1].is_alive(), "{probes:?}");
    let enabled = "SELECT count(*) FROM pg_trigger WHERE tgname = 'refuse' AND tgenabled = 'O'";
    assert_eq!(
        database.number(enabled).await,
        1,
        "what was done by hand is undone"
    );
}

#[tokio::test]
async fn a_type_without_known_values_asks_for_a_row_by_hand() {
    let sql = "CREATE TABLE t (p point NOT NULL, n int CONSTRAINT few CHECK (n < 5))";
    let mut database = Database::with(sql).await;
    let probes = database.probe(&[]).await;
    assert_eq!(why(&probes[0]), "no value is known for p point");
    let hand = ByHand {
        table: "t".to_owned(),
        constraint: "few".to_owned(),
        sql: "INSERT INTO t VALUES ('(1,2)', 5)".to_owned(),
    };
    assert!(database.probe(&[hand]).await[0].is_alive());
}

#[tokio::test]
async fn a_reader_is_told_that_it_may_not_write() {
    let mut database = Database::with("CREATE TABLE t (a int CONSTRAINT few CHECK (a < 5))").await;
    database
        .run("SET default_transaction_read_only TO on")
        .await;
    let probes = database.probe(&[]).await;
    assert!(
        matches!(probes[0].verdict, Verdict::NotPermitted { .. }),
        "{probes:?}"
    );
    assert!(why(&probes[0]).contains("read-only transaction"));
}

#[tokio::test]
async fn a_constraint_of_the_same_name_elsewhere_proves_nothing() {
    let mut database = Database::with(
        "CREATE TABLE log (n int CONSTRAINT positive CHECK (n > 0));
         CREATE TABLE item (n int CONSTRAINT positive CHECK (n > 0));
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN INSERT INTO log VALUES (NEW.n); RETURN NEW; END $$;
         CREATE TRIGGER note BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION note()",
    )
    .await;
    let probes = database.probe(&[]).await;
    let [item, log] = &probes[..] else {
        panic!("{probes:?}")
    };
    assert!(why(item).contains("of that name of log"), "{item:?}");
    assert!(log.is_alive(), "{log:?}");
}
