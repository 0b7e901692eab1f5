//! Databases that go from test to test.

use std::time::{Duration, Instant};

use pg_testbed::{Mode, ScratchDb, Template, Testbed};
use sqlx::Connection;

use crate::bed::Bed;
use crate::support::{collect_garbage, execute, exists, template, text};
use crate::victim::{VICTIM, kill_while_holding, wait_if_victim};

/// Seeds, a foreign key in both directions, triggers, all kinds of columns.
const SHOP: &str = "
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE kind (id int PRIMARY KEY, name text NOT NULL);
    INSERT INTO kind VALUES (1, 'book'), (2, 'tool');
    CREATE TABLE item (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind int NOT NULL REFERENCES kind, name text NOT NULL,
        shout text GENERATED ALWAYS AS (upper(name)) STORED, mood mood NOT NULL DEFAULT 'glad');
    INSERT INTO item (kind, name) VALUES (1, 'seed');
    CREATE TABLE audit (number bigserial, text text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO audit (text) VALUES (TG_OP); RETURN NULL; END $$;
    CREATE TRIGGER item_noted AFTER INSERT OR DELETE ON item
      FOR EACH STATEMENT EXECUTE FUNCTION note();
    CREATE TABLE chicken (id int PRIMARY KEY, egg int);
    CREATE TABLE egg (id int PRIMARY KEY, chicken int REFERENCES chicken);
    ALTER TABLE chicken ADD FOREIGN KEY (egg) REFERENCES egg DEFERRABLE INITIALLY DEFERRED;
    CREATE MATERIALIZED VIEW names AS SELECT name FROM item;
    SELECT lo_from_bytea(4711, 'first');
    CREATE TEXT SEARCH CONFIGURATION plain (COPY = pg_catalog.simple);
    CREATE FOREIGN DATA WRAPPER wrapper;
    CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper;
    CREATE PUBLICATION some_of_it;";

/// Everything that the shop holds, and the state of its sequences.
const CONTENT: &str = "
    SELECT concat_ws('; ',
      (SELECT string_agg(kind::text, ',' ORDER BY id) FROM kind),
      (SELECT string_agg(item::text, ',' ORDER BY id) FROM item),
      (SELECT count(*) FROM audit), (SELECT count(*) FROM chicken), (SELECT count(*) FROM egg),
      (SELECT string_agg(name, ',') FROM names),
      (SELECT format('%s %s', last_value, is_called) FROM item_id_seq),
      (SELECT format('%s %s', last_value, is_called) FROM audit_number_seq))";

const AT_FIRST: &str = "(1,book),(2,tool); (1,1,seed,SEED,glad); 0; 0; 0; seed; 1 t; 1 f";

/// A template of this test's own: others would take its databases.
fn shop(label: &str) -> Template {
    template(label, SHOP).0
}

async fn wiped(testbed: &Testbed, template: &Template) -> ScratchDb {
    testbed.scratch(template).mode(Mode::Wipe).await.unwrap()
}

/// What tells a database from others whatever its name: the one that waits for the next test
/// is renamed where other tests of this process crowd it out.
async fn number(database: &ScratchDb) -> String {
    let sql = "SELECT oid::text FROM pg_database WHERE datname = current_database()";
    text(database.url(), sql).await
}

#[tokio::test]
async fn the_next_test_finds_the_template_s_content() {
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe");
    let changes = [
        "INSERT INTO item (kind, name) VALUES (2, 'mine'); INSERT INTO audit (text) VALUES ('x')",
        "UPDATE item SET name = 'other', mood = 'sad'",
        "DELETE FROM item; DELETE FROM kind",
        "UPDATE kind SET name = 'toy' WHERE id = 2",
        "BEGIN; INSERT INTO chicken VALUES (1, 1); INSERT INTO egg VALUES (1, 1); COMMIT",
        "TRUNCATE item, audit RESTART IDENTITY",
        "SELECT setval('audit_number_seq', 7, false)",
    ];
    let first = wiped(&testbed, &shop).await;
    assert_eq!(text(first.url(), CONTENT).await, AT_FIRST);
    let same = number(&first).await;
    drop(first);
    for change in changes {
        let database = wiped(&testbed, &shop).await;
        let used = number(&database).await;
        assert_eq!(used, same, "it was not given back before {change}");
        execute(database.url(), change).await.unwrap();
        assert_ne!(text(database.url(), CONTENT).await, AT_FIRST, "{change}");
        drop(database);
        let next = wiped(&testbed, &shop).await;
        assert_eq!(text(next.url(), CONTENT).await, AT_FIRST, "after {change}");
    }
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn a_database_with_another_schema_or_settings_is_not_used_again() {
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe-schema");
    let changes = [
        "CREATE TABLE more ()",
        "ALTER TABLE item ADD COLUMN price int",
        "ALTER TABLE item ADD COLUMN price int; ALTER TABLE item DROP COLUMN price",
        "ALTER TYPE mood ADD VALUE 'tired'",
        "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RETURN NULL; END $$",
        "ALTER TABLE item DISABLE TRIGGER item_noted",
        "ALTER TABLE item DROP CONSTRAINT item_pkey; ALTER TABLE item ALTER name DROP NOT NULL",
        "ALTER TABLE item ADD CHECK (name <> '')",
        "COMMENT ON TABLE item IS 'things'",
        "CREATE SCHEMA other",
        "GRANT SELECT ON item TO PUBLIC",
        "ALTER SEQUENCE audit_number_seq INCREMENT 2",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''',
           current_database()); END $$",
        "INSERT INTO item (kind, name) VALUES (1, 'x'); REFRESH MATERIALIZED VIEW names",
        "SELECT lo_create(0)",
        "SELECT lo_put(4711, 0, 'other')",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 7',
           current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS ''mine''',
           current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true',
           current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO pg_monitor',
           current_database()); END $$",
        "ALTER TEXT SEARCH CONFIGURATION plain DROP MAPPING FOR word",
        "REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM PUBLIC",
        "GRANT SELECT ON pg_catalog.pg_authid TO PUBLIC",
        "CREATE POLICY mine ON item",
        "ALTER TABLE chicken REPLICA IDENTITY FULL",
        "CREATE FOREIGN DATA WRAPPER other",
        "CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere OPTIONS (user 'ana')",
        "CREATE TRANSFORM FOR int LANGUAGE sql
           (FROM SQL WITH FUNCTION prsd_lextype(internal))",
        "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
        "CREATE TEXT SEARCH PARSER other (START = prsd_start, GETTOKEN = prsd_nexttoken,
           END = prsd_end, LEXTYPES = prsd_lextype)",
        "CREATE TEXT SEARCH TEMPLATE other (LEXIZE = dsimple_lexize)",
        "CREATE PUBLICATION all_of_it FOR TABLES IN SCHEMA public",
        "ALTER PUBLICATION some_of_it ADD TABLES IN SCHEMA public",
        "COMMENT ON SCHEMA public IS 'mine'",
        "COMMENT ON FUNCTION pg_catalog.now() IS 'mine'",
        "GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO PUBLIC",
        "GRANT UPDATE (relname) ON pg_catalog.pg_class TO PUBLIC",
        "ALTER FUNCTION note() DEPENDS ON EXTENSION plpgsql",
    ];

    for change in changes {
        let database = wiped(&testbed, &shop).await;
        let number = number(&database).await;
        execute(database.url(), change).await.expect(change);
        drop(database);
        let sql = format!("SELECT count(*)::text FROM pg_database WHERE oid = {number}");
        let kept = text(&testbed.admin_url(), &sql).await;
        assert_eq!(kept, "0", "used again after {change}");
    }
    let after = wiped(&testbed, &shop).await;
    assert_eq!(text(after.url(), CONTENT).await, AT_FIRST);
    drop(after);
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn what_leaves_the_schema_alone_is_no_reason_to_replace_it() {
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe-harmless");
    let harmless = [
        "CREATE TEMPORARY TABLE t (id int); INSERT INTO t VALUES (1)",
        "ANALYZE; SELECT count(*) FROM item",
        "REINDEX TABLE item",
        "CREATE TABLE never (); DROP TABLE never",
        "SET search_path = pg_catalog; SELECT pg_advisory_lock(1)",
    ];
    let first = number(&wiped(&testbed, &shop).await).await;
    for statement in harmless {
        let database = wiped(&testbed, &shop).await;
        let used = number(&database).await;
        assert_eq!(used, first, "replaced before {statement}");
        execute(database.url(), statement).await.unwrap();
    }
    assert_eq!(number(&wiped(&testbed, &shop).await).await, first);
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn open_transactions_of_the_last_test_are_gone() {
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe-sessions");
    let database = wiped(&testbed, &shop).await;
    let mut session = database.connect().await.unwrap();
    let open = "BEGIN; DELETE FROM item; LOCK TABLE audit; SELECT pg_advisory_lock(1)";
    sqlx::raw_sql(open).execute(&mut session).await.unwrap();
    drop(database);
    let next = wiped(&testbed, &shop).await;
    assert!(session.ping().await.is_err());
    assert_eq!(text(next.url(), CONTENT).await, AT_FIRST);
    let free = text(next.url(), "SELECT pg_try_advisory_lock(1)::text").await;
    assert_eq!(free, "true");
    drop(next);
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn tests_at_the_same_time_have_different_databases() {
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe-together");
    let (one, other) = (wiped(&testbed, &shop).await, wiped(&testbed, &shop).await);
    assert_ne!(one.name(), other.name());
    drop((one, other));
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn databases_of_a_killed_process_are_taken_over_and_restored() {
    const NUMBER: &str = "SELECT oid::text FROM pg_database WHERE datname = current_database()";
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe-adopted");
    if std::env::var_os(VICTIM).is_some() {
        let mine = wiped(&testbed, &shop).await;
        let change = "DELETE FROM item; SELECT nextval('audit_number_seq')";
        execute(mine.url(), change).await.unwrap();
        wait_if_victim(&text(mine.url(), NUMBER).await);
    }
    let left =
        kill_while_holding("wipe::databases_of_a_killed_process_are_taken_over_and_restored");
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut others = Vec::new();
    let taken = loop {
        let taken = wiped(&testbed, &shop).await;
        if text(taken.url(), NUMBER).await == left {
            break taken;
        }
        assert!(Instant::now() < deadline, "it was not taken over");
        others.push(taken);
    };
    assert_eq!(text(taken.url(), CONTENT).await, AT_FIRST);
    drop((taken, others));
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn the_database_of_a_failed_test_is_kept_and_not_used_again() {
    let testbed = Testbed::get().await.unwrap();
    let shop = shop("wipe-kept");
    let mut failed = wiped(&testbed, &shop).await;
    let name = failed.name().to_owned();
    failed.keep();
    drop(failed);
    assert_ne!(wiped(&testbed, &shop).await.name(), name);
    collect_garbage(&testbed).await;
    assert!(exists(&testbed, &name).await);
    testbed.drop_database(&name).await.unwrap();
    testbed.discard(&shop).await.unwrap();
}

/// Partitions, heirs, rules, triggers that always fire: `ONLY` the right rows.
const ODD: &str = "
    CREATE TABLE day (day int, text text) PARTITION BY RANGE (day);
    CREATE TABLE day_past PARTITION OF day FOR VALUES FROM (0) TO (10);
    CREATE TABLE day_next PARTITION OF day FOR VALUES FROM (10) TO (20);
    CREATE TABLE parent (n int);
    CREATE TABLE heir (m int) INHERITS (parent);
    CREATE UNLOGGED TABLE quick (n int);
    CREATE TABLE log (text text);
    CREATE TABLE ruled (n int);
    CREATE RULE kept AS ON DELETE TO ruled DO INSTEAD NOTHING;
    CREATE RULE told AS ON INSERT TO ruled DO ALSO INSERT INTO log VALUES ('ruled');
    CREATE TABLE aaa (n int);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END $$;
    CREATE TRIGGER tell AFTER DELETE ON aaa FOR EACH ROW EXECUTE FUNCTION tell();
    ALTER TABLE aaa ENABLE ALWAYS TRIGGER tell;
    INSERT INTO day VALUES (1, 'first'), (11, 'second');
    INSERT INTO parent VALUES (1);
    INSERT INTO heir VALUES (2, 3);";

#[tokio::test]
async fn odd_tables_are_restored_too() {
    const CONTENT: &str = "
        SELECT concat_ws('; ', (SELECT string_agg(d::text, ',' ORDER BY day) FROM day d),
          (SELECT string_agg(tableoid::regclass || n::text, ',' ORDER BY n) FROM parent),
          (SELECT count(*) FROM quick), (SELECT count(*) FROM log),
          (SELECT count(*) FROM ruled), (SELECT count(*) FROM aaa))";
    const AT_FIRST: &str = "(1,first),(11,second); parent1,heir2; 0; 0; 0; 0";
    let testbed = Testbed::get().await.unwrap();
    let (odd, _) = template("wipe-odd", ODD);
    let changes = [
        "UPDATE day SET day = 12 WHERE day = 1; INSERT INTO day VALUES (2, 'more')",
        "UPDATE parent SET n = n + 5",
        "DELETE FROM ONLY parent; DELETE FROM heir",
        "INSERT INTO quick VALUES (1); INSERT INTO ruled VALUES (1)",
        "INSERT INTO aaa VALUES (1), (2); DELETE FROM aaa WHERE n = 1",
    ];
    let first = number(&wiped(&testbed, &odd).await).await;
    for change in changes {
        let database = wiped(&testbed, &odd).await;
        assert_eq!(text(database.url(), CONTENT).await, AT_FIRST);
        execute(database.url(), change).await.unwrap();
        assert_ne!(text(database.url(), CONTENT).await, AT_FIRST, "{change}");
        drop(database);
        let next = wiped(&testbed, &odd).await;
        assert_eq!(text(next.url(), CONTENT).await, AT_FIRST, "after {change}");
        assert_eq!(number(&next).await, first, "replaced after {change}");
    }
    testbed.discard(&odd).await.unwrap();
}

/// Rows that a policy hides from their owner are rows of a test nevertheless,
/// and no default of the database must keep them.
#[tokio::test]
async fn rows_that_nobody_may_see_are_gone() {
    let bed = Bed::new(&[]).await;
    let server = bed.testbed.admin_url();
    let role = "CREATE ROLE tester LOGIN CREATEDB;
        GRANT SET ON PARAMETER session_replication_role TO tester";
    let (secrets, _) = template(
        "wipe-policy",
        "CREATE TABLE secret (text text);
         ALTER TABLE secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY mine ON secret USING (text = current_setting('app.key', true));
         DO $$ BEGIN EXECUTE format(
           'ALTER DATABASE %1$I SET default_transaction_read_only = on;
            ALTER DATABASE %1$I SET default_transaction_isolation = serializable;
            ALTER DATABASE %1$I SET statement_timeout = 1', current_database());
         END $$",
    );
    execute(&server, role).await.unwrap();
    let server = server.replace("user=postgres", "user=tester");
    let testbed = Testbed::on(server).await.unwrap();
    for _ in 0..2 {
        let database = wiped(&testbed, &secrets).await;
        let count = "SET TRANSACTION READ WRITE; SET app.key = 'x';
                     DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM secret); END $$;
                     INSERT INTO secret VALUES ('x')";
        // The test itself must not have to be done within a millisecond.
        let patient = format!("{}&options=-c%20statement_timeout=0", database.url());
        execute(&patient, count).await.unwrap();
    }
}
