//! Used clones that are made new for other tests, on a private cluster.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pg_catalog::{Fingerprint, load};
use pg_testbed::{ScratchDb, State};
use sqlx::{Connection, PgConnection};

use crate::bed::Bed;
use crate::support::{execute, template, text};

const SHOP: &str = "
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE person (id serial PRIMARY KEY, name text NOT NULL UNIQUE, mood mood);
    INSERT INTO person (name, mood) VALUES ('Ada', 'glad'), ('Bob', 'sad');
    CREATE TABLE long (text text);
    CREATE UNLOGGED TABLE quick (n int);
    CREATE MATERIALIZED VIEW moods AS SELECT mood, count(*) FROM person GROUP BY mood;
    CREATE FUNCTION five() RETURNS int LANGUAGE sql AS 'SELECT 5'";

/// What a test may do to its database, in the order of how bad it is.
const DEEDS: [&str; 8] = [
    "INSERT INTO person (name) SELECT 'x' || n FROM generate_series(1, 5000) n; ANALYZE",
    "UPDATE person SET mood = 'sad'; DELETE FROM person WHERE name = 'Ada'; REFRESH MATERIALIZED VIEW moods",
    "TRUNCATE person RESTART IDENTITY; INSERT INTO quick VALUES (1)",
    "INSERT INTO long SELECT repeat(md5(n::text), 500) FROM generate_series(1, 200) n",
    "DROP TABLE long; DROP MATERIALIZED VIEW moods; ALTER TABLE person DROP COLUMN mood; DROP TYPE mood",
    "ALTER TYPE mood ADD VALUE 'calm' BEFORE 'sad'; CREATE SCHEMA other; CREATE TABLE other.t (n int)",
    "CREATE OR REPLACE FUNCTION five() RETURNS int LANGUAGE sql AS 'SELECT 6'; SELECT lo_create(77)",
    "VACUUM FULL",
];

/// All that can be told of a database's content, and where its files are.
const CONTENT: &str = "
    SELECT concat_ws(E'\\n',
        (SELECT string_agg(p::text, ',' ORDER BY ctid) FROM person p),
        (SELECT count(*) FROM long), (SELECT count(*) FROM quick),
        (SELECT string_agg(m::text, ',') FROM moods m), five(),
        nextval('person_id_seq'),
        (SELECT count(*) FROM pg_largeobject_metadata),
        (SELECT sum(reltuples)::text || '/' || sum(relpages) FROM pg_class WHERE oid >= 16384),
        (SELECT string_agg(pg_relation_filepath(oid)::text, ',' ORDER BY oid)
           FROM pg_class WHERE relkind IN ('r', 'i', 't', 'm', 'S') AND NOT relisshared))";

/// Its content and its catalog. The path of a file has the database's number.
async fn state(database: &ScratchDb) -> (String, Fingerprint) {
    let number = "SELECT oid::text FROM pg_database WHERE datname = current_database()";
    let number = text(database.url(), number).await;
    let content = text(database.url(), CONTENT).await;
    let content = content.replace(&format!("base/{number}/"), "base/N/");
    (content, load(database.url(), &["public"]).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_test_did_the_next_one_finds_the_template() {
    let bed = Bed::new(&[]).await;
    let (shop, _) = template("recycle", SHOP);
    let first = bed.testbed.scratch(&shop).await.unwrap();
    let expected = state(&first).await;
    for deed in DEEDS {
        let used = bed.testbed.scratch(&shop).await.unwrap();
        execute(used.url(), deed).await.unwrap();
        drop(used);
        for database in bed.several(&shop).await {
            assert_eq!(state(&database).await, expected, "after {deed}");
        }
    }
    assert_eq!(bed.count(&State::Hull).await, 1, "clones were made new");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connects_again_and_again_gets_no_other_s_database() {
    let bed = Bed::new(&[]).await;
    let (shop, _) = template("recycle-straggler", "CREATE TABLE note (n int)");
    let used = bed.testbed.scratch(&shop).await.unwrap();
    let (url, go_on) = (
        used.url().to_owned(),
        std::sync::Arc::new(AtomicBool::new(true)),
    );
    let wanted = std::sync::Arc::clone(&go_on);
    let straggler = tokio::spawn(async move {
        while wanted.load(Ordering::Relaxed) {
            if let Ok(mut connection) = PgConnection::connect(&url).await {
                let insert = sqlx::query("INSERT INTO note VALUES (1)");
                let _ = insert.execute(&mut connection).await;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(used);
    for database in bed.several(&shop).await {
        assert_eq!(
            text(database.url(), "SELECT count(*)::text FROM note").await,
            "0"
        );
    }
    go_on.store(false, Ordering::Relaxed);
    straggler.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tests_at_once_each_find_the_template() {
    let bed = Bed::new(&[]).await;
    let (shop, _) = template("recycle-many", SHOP);
    let mut tests = Vec::new();
    for thread in 0..4 {
        let (testbed, shop) = (bed.testbed.clone(), shop.clone());
        tests.push(tokio::spawn(async move {
            for round in 0..12 {
                let database = testbed.scratch(&shop).await.unwrap();
                let people = "SELECT count(*)::text || max(id) FROM person";
                assert_eq!(text(database.url(), people).await, "22");
                execute(database.url(), DEEDS[(thread + round) % DEEDS.len()])
                    .await
                    .unwrap();
            }
        }));
    }
    for test in tests {
        test.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_keeps_its_rights_and_settings_is_made_new_with_them() {
    let bed = Bed::new(&[]).await;
    let (shop, _) = template(
        "recycle-extras",
        "DO $$ BEGIN EXECUTE format(
           'ALTER DATABASE %1$I SET work_mem = ''7MB'';
            COMMENT ON DATABASE %1$I IS ''the shop''''s''', current_database());
         END $$",
    );
    for _ in 0..3 {
        let database = bed.testbed.scratch(&shop).await.unwrap();
        let extras = "SELECT current_setting('work_mem') || shobj_description(oid, 'pg_database')
                        FROM pg_database WHERE datname = current_database()";
        assert_eq!(text(database.url(), extras).await, "7MBthe shop's");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_took_aside_is_removed() {
    let bed = Bed::new(&[]).await;
    drop(bed.testbed.empty().await.unwrap());
    let aside = bed.folder().join("cluster/aside");
    let left = aside.join("00000000deadbeef_1");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("1259"), "a file").unwrap();
    bed.testbed.collect().await.unwrap();
    assert!(!left.exists());
}
