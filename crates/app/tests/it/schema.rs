//! Code and database agree, and where they do not, it shows.

mod checks;
mod drift;
mod types;

use archivist_domain::enums::{DATABASE_ENUMS, Storage};
use archivist_store::migrate::MIGRATOR;
use archivist_store::{changes, contract};
use pg_catalog::check_labels;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::Site;

/// What a database is, as far as the contract speaks of it.
async fn fingerprint(pool: &PgPool) -> String {
    let mut conn = pool.acquire().await.unwrap();
    let catalog = contract::read(&mut conn).await.unwrap();
    contract::contract_of(&catalog).to_string()
}

#[tokio::test]
async fn migrations_make_what_the_contract_says() {
    let site = Site::new().await;
    let said = site.run(&["db", "verify"]).ok();
    assert!(said.starts_with("Code and database agree: "), "{said}");
    let json = site.run(&["db", "verify", "--json"]).json();
    assert_eq!(json["differences"].as_array().unwrap().len(), 0, "{json}");
    assert_eq!(json["agrees"], true);
}

/// All that can be told of a database, rights and settings too.
async fn whole(site: &Site) -> String {
    let mut conn = site.pool().acquire().await.unwrap();
    let catalog = contract::read(&mut conn).await.unwrap();
    catalog.fingerprint().to_string()
}

#[tokio::test]
async fn step_by_step_is_the_same_as_in_one_go() {
    let steps = Site::with_empty_database().await;
    for migration in MIGRATOR.iter() {
        let pool = steps.pool();
        MIGRATOR.run_to(migration.version, &pool).await.unwrap();
    }
    let steps = whole(&steps).await;
    assert_eq!(steps, whole(&Site::new().await).await);
    assert!(steps.contains("table outputs"), "{steps}");
}

/// A release ends with some migration, and a site may go on from any of them.
#[tokio::test]
async fn from_every_release_onward_it_is_the_same_as_in_one_go() {
    let batch = whole(&Site::new().await).await;
    for last_of_release in MIGRATOR.iter() {
        let site = Site::with_empty_database().await;
        let (version, pool) = (last_of_release.version, site.pool());
        MIGRATOR.run_to(version, &pool).await.unwrap();
        MIGRATOR.run(&pool).await.unwrap();
        assert_eq!(whole(&site).await, batch, "from {version} on");
    }
}

/// Which files the tables and indexes of owners are in: written anew, they are in others.
async fn files_of_owners(pool: &PgPool) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT c.relname::text, pg_relation_filenode(c.oid)::bigint FROM pg_class c
         LEFT JOIN pg_index i ON i.indexrelid = c.oid
         WHERE coalesce(i.indrelid, c.oid) IN
             ('outputs'::regclass, 'documents'::regclass, 'conversations'::regclass)
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn wider_columns_for_owners_write_nothing_anew() {
    const WIDER: i64 = 20_261_125_000_301;
    let site = Site::with_empty_database().await;
    let pool = site.pool();
    let before = MIGRATOR.iter().map(|m| m.version).filter(|v| *v < WIDER);
    MIGRATOR.run_to(before.max().unwrap(), &pool).await.unwrap();
    let files = files_of_owners(&pool).await;
    assert!(
        files
            .iter()
            .any(|(name, _)| name == "idx_outputs_created_by")
    );
    MIGRATOR.run_to(WIDER, &pool).await.unwrap();
    assert_eq!(files_of_owners(&pool).await, files);
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let site = Site::with_empty_database().await;
    let first = site.run(&["migrate"]).ok();
    assert_eq!(
        first.matches("applied now").count(),
        MIGRATOR.iter().count()
    );
    let before = fingerprint(&site.pool()).await;
    let second = site.run(&["migrate"]).ok();
    assert!(!second.contains("applied now"), "{second}");
    assert_eq!(fingerprint(&site.pool()).await, before);
}

#[tokio::test]
async fn status_tells_what_is_missing_and_applies_nothing() {
    let site = Site::with_empty_database().await;
    let said = site.run(&["migrate", "--status"]).ok();
    assert_eq!(
        said.matches("missing").count(),
        MIGRATOR.iter().count(),
        "{said}"
    );
    let json = site.run(&["migrate", "--status", "--json"]).json();
    assert_eq!(json[0]["applied"], false, "{json}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(site.count(tables).await, 0);
}

#[tokio::test]
async fn d_44_a_foreign_database_is_refused_and_left_alone() {
    let site = Site::with_empty_database().await;
    sqlx::raw_sql("CREATE TABLE invoices (id int); CREATE TABLE customers (id int)")
        .execute(&site.pool())
        .await
        .unwrap();
    let before = fingerprint(&site.pool()).await;
    for args in [
        &["migrate"][..],
        &["migrate", "--dry-run"],
        &["user", "list"],
    ] {
        let said = site.run(args).failed();
        let listed = "table customers: not known\n  table invoices: not known\nNothing was changed";
        assert!(said.contains(listed), "{said}");
        assert!(
            said.contains("Point DATABASE_URL at an empty database"),
            "{said}"
        );
    }
    assert_eq!(fingerprint(&site.pool()).await, before);
}

#[tokio::test]
async fn labels_in_code_are_the_labels_in_the_migrations() {
    let site = Site::new().await;
    for of_code in DATABASE_ENUMS {
        let (wanted, found) = match of_code.storage {
            Storage::Native(name) => (of_code.labels.to_vec(), native_labels(&site, name).await),
            Storage::Check(name) => {
                let mut labels = of_code.labels.to_vec();
                labels.sort_unstable();
                (labels, allowed_labels(&site, name).await)
            }
        };
        assert_eq!(found, wanted, "{}", of_code.rust_name);
    }
}

async fn native_labels(site: &Site, name: &str) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT enumlabel::text FROM pg_enum WHERE enumtypid = $1::regtype ORDER BY enumsortorder",
    )
    .bind(name)
    .fetch_all(&site.pool())
    .await
    .unwrap()
}

/// Sorted: a CHECK has no order.
async fn allowed_labels(site: &Site, name: &str) -> Vec<String> {
    let definition: String = sqlx::query_scalar(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1",
    )
    .bind(name)
    .fetch_one(&site.pool())
    .await
    .unwrap();
    let (_, mut labels) = check_labels(&definition).expect("a list of labels");
    labels.sort_unstable();
    labels
}

#[tokio::test]
async fn changes_are_numbered_in_the_order_of_their_commits() {
    let site = Site::new().await;
    let pool = site.pool();
    let (early, late) = (Uuid::new_v4(), Uuid::new_v4());
    let mut first = pool.begin().await.unwrap();
    insert_document(&mut first, early).await;
    let second = tokio::spawn({
        let pool = pool.clone();
        async move {
            let mut second = pool.begin().await.unwrap();
            insert_document(&mut second, late).await;
            second.commit().await.unwrap();
        }
    });
    // Whoever follows must not see the second before the first is there to be seen.
    wait_for_lock(&pool).await;
    assert!(changes::since(&pool, 0, 10).await.unwrap().is_empty());
    first.commit().await.unwrap();
    second.await.unwrap();
    let seen = changes::since(&pool, 0, 10).await.unwrap();
    let documents: Vec<_> = seen.iter().map(|change| change.doc_id.0).collect();
    assert_eq!(documents, [early, late]);
    assert_eq!(changes::latest(&pool).await.unwrap(), seen[1].seq);
}

async fn insert_document(conn: &mut sqlx::PgConnection, id: Uuid) {
    sqlx::query("INSERT INTO documents (doc_id, filename, doc_type) VALUES ($1, 'a.txt', 'Other')")
        .bind(id)
        .execute(conn)
        .await
        .unwrap();
}

async fn wait_for_lock(pool: &PgPool) {
    crate::support::eventually("the second writer waits", || async {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        (waiting == 1).then_some(())
    })
    .await;
}
