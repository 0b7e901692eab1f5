//! Databases that go from test to test.

use std::time::{Duration, Instant};

use pg_testbed::{Mode, ScratchDb, Template, Testbed};
use sqlx::Connection;

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
    CREATE MATERIALIZED VIEW names AS SELECT name FROM item;";

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
    let name = first.name().to_owned();
    drop(first);
    for change in changes {
        let database = wiped(&testbed, &shop).await;
        assert_eq!(
            database.name(),
            name,
            "it was not given back before {change}"
        );
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
        "DROP INDEX item_pkey CASCADE; ALTER TABLE item ALTER name DROP NOT NULL",
        "ALTER TABLE item ADD CHECK (name <> '')",
        "COMMENT ON TABLE item IS 'things'",
        "CREATE SCHEMA other",
        "GRANT SELECT ON item TO PUBLIC",
        "ALTER SEQUENCE audit_number_seq INCREMENT 2",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''',
           current_database()); END $$",
        "INSERT INTO item (kind, name) VALUES (1, 'x'); REFRESH MATERIALIZED VIEW names",
        "SELECT lo_create(0)",
    ];
    for change in changes {
        let database = wiped(&testbed, &shop).await;
        let name = database.name().to_owned();
        // Some of these do not exist in every version; the rest must be noticed.
        if execute(database.url(), change).await.is_err() {
            let column = "ALTER TABLE item ALTER name DROP NOT NULL";
            execute(database.url(), column).await.unwrap();
        }
        drop(database);
        assert!(!exists(&testbed, &name).await, "used again after {change}");
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
    let first = wiped(&testbed, &shop).await.name().to_owned();
    for statement in harmless {
        let database = wiped(&testbed, &shop).await;
        assert_eq!(database.name(), first, "replaced before {statement}");
        execute(database.url(), statement).await.unwrap();
    }
    assert_eq!(wiped(&testbed, &shop).await.name(), first);
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
