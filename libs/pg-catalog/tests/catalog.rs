//! Catalogs of real databases.

use pg_catalog::{Catalog, ConstraintKind, Filling, ForeignKey, Kind, check_labels, diff};
use pg_testbed::Testbed;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Run before the rest, because a new label cannot be used in the transaction
/// that adds it.
const SIZES: [&str; 2] = [
    "CREATE TYPE size AS ENUM ('small', 'large')",
    "ALTER TYPE size ADD VALUE 'medium' BEFORE 'large'",
];

const SHOP: &str = r#"
    CREATE EXTENSION pg_trgm;
    CREATE SCHEMA audit;
    CREATE TABLE customer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "Full Name" varchar(80) NOT NULL UNIQUE,
        initial text GENERATED ALWAYS AS (left("Full Name", 1)) STORED,
        rank varchar(9) DEFAULT 'it''s' CHECK (rank IN ('it''s', 'gold') OR rank IS NULL),
        born int CONSTRAINT plausible CHECK (born > 1900)
    );
    CREATE TABLE audit.entry (
        shirt size NOT NULL DEFAULT 'medium',
        customer bigint REFERENCES customer ON DELETE CASCADE
    );
    CREATE INDEX name_trigrams ON customer USING gin ("Full Name" gin_trgm_ops);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER stamp BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE VIEW adult AS SELECT id FROM customer WHERE born < 2000;
"#;

async fn run(connection: &mut PgConnection, sql: &str) {
    let statements = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    statements.execute(connection).await.unwrap();
}

async fn catalog(connection: &mut PgConnection) -> Catalog {
    Catalog::read(connection, &["public", "audit"])
        .await
        .unwrap()
}

/// The catalog of a scratch database with the sizes and these statements.
async fn catalog_of(sql: &str) -> Catalog {
    let database = Testbed::get().await.unwrap().empty().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    for statement in SIZES {
        run(&mut connection, statement).await;
    }
    run(&mut connection, sql).await;
    catalog(&mut connection).await
}

#[tokio::test]
async fn everything_is_read() {
    let shop = catalog_of(SHOP).await;
    assert_eq!(shop.extensions[0].name, "pg_trgm");
    assert_eq!(
        shop.enum_type("size").unwrap().labels,
        ["small", "medium", "large"]
    );

    let customer = shop.table("customer").unwrap();
    assert_eq!(
        customer.column("id").unwrap().filling,
        Filling::IdentityAlways
    );
    assert_eq!(
        customer.column("initial").unwrap().filling,
        Filling::GeneratedStored
    );
    let name = customer.column("Full Name").unwrap();
    assert_eq!(
        (name.data_type.as_str(), name.nullable),
        ("character varying(80)", false)
    );
    assert_eq!(customer.indexes.len(), 3);
    assert_eq!(customer.triggers[0].name, "stamp");
    assert_eq!(
        customer.constraint("plausible").unwrap().kind,
        ConstraintKind::Check
    );

    let entry = shop.table("audit.entry").unwrap();
    assert_eq!(
        entry.column("shirt").unwrap().default.as_deref(),
        Some("'medium'::size")
    );
    let key = entry.constraint("entry_customer_fkey").unwrap();
    let target = ForeignKey {
        table: "customer".to_owned(),
        columns: vec!["id".to_owned()],
    };
    assert_eq!(
        (key.kind, key.references.as_ref()),
        (ConstraintKind::ForeignKey, Some(&target))
    );

    assert_eq!(shop.sequences[0].owned_by.as_deref(), Some("customer.id"));
    let functions: Vec<&str> = shop.functions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        functions,
        ["stamp()"],
        "those of the extension are left out"
    );
    assert_eq!(shop.views[0].name, "adult");
}

#[tokio::test]
async fn the_text_is_the_same_in_every_database_and_whatever_the_order_and_search_path() {
    let other_order = format!(
        "CREATE TABLE ballast (); DROP TABLE ballast; {SHOP}
        ALTER TABLE customer ADD extra int; ALTER TABLE customer DROP extra;
        SET search_path TO audit"
    );
    let (one, other) = (catalog_of(SHOP).await, catalog_of(&other_order).await);
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert_eq!(diff(&one, &other), []);
}

#[tokio::test]
async fn the_text_has_a_line_for_everything() {
    let text = catalog_of(SHOP).await.fingerprint();
    let lines = [
        "enum size (small, medium, large)",
        "table audit.entry",
        "  column shirt size not null default 'medium'::size",
        "  column Full Name character varying(80) not null",
        "  column id bigint not null generated always as identity",
        "  constraint plausible CHECK ((born > 1900))",
        "view adult SELECT customer.id FROM customer WHERE (customer.born < 2000);",
    ];
    for line in lines {
        // PostgreSQL 16 and later leave out needless table names in views.
        let newer = line
            .replace("SELECT customer.id", "SELECT id")
            .replace("(customer.", "(");
        assert!(
            text.lines().any(|it| it == line || it == newer),
            "{line:?} is not in:\n{text}"
        );
    }
}

#[tokio::test]
async fn labels_of_a_check_are_those_that_the_server_stored() {
    let shop = catalog_of(SHOP).await;
    let check = shop
        .table("customer")
        .unwrap()
        .constraint("customer_rank_check")
        .unwrap();
    let labels = vec!["it's".to_owned(), "gold".to_owned()];
    assert_eq!(
        check_labels(&check.definition),
        Some(("rank".to_owned(), labels))
    );
    let plausible = shop
        .table("customer")
        .unwrap()
        .constraint("plausible")
        .unwrap();
    assert_eq!(check_labels(&plausible.definition), None);
}

#[tokio::test]
async fn each_kind_of_drift_is_found() {
    let drifts = [
        ("ALTER TYPE size ADD VALUE 'huge'", Kind::Enum, "size"),
        (
            "ALTER TABLE customer ALTER born SET NOT NULL",
            Kind::Column,
            "customer.born",
        ),
        (
            "ALTER TABLE customer ALTER rank DROP DEFAULT",
            Kind::Column,
            "customer.rank",
        ),
        (
            "ALTER TABLE customer DROP CONSTRAINT plausible",
            Kind::Constraint,
            "customer.plausible",
        ),
        (
            "DROP INDEX name_trigrams",
            Kind::Index,
            "customer.name_trigrams",
        ),
        (
            "ALTER TABLE customer DISABLE TRIGGER stamp",
            Kind::Trigger,
            "customer.stamp",
        ),
        ("DROP TABLE audit.entry", Kind::Table, "audit.entry"),
        ("CREATE SEQUENCE ticket", Kind::Sequence, "ticket"),
        (
            "CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN RETURN OLD; END'",
            Kind::Function,
            "stamp()",
        ),
        ("DROP VIEW adult", Kind::View, "adult"),
        ("CREATE EXTENSION citext", Kind::Extension, "citext"),
    ];
    let before = catalog_of(SHOP).await;
    for (change, kind, name) in drifts {
        let after = catalog_of(&format!("{SHOP}; {change}")).await;
        let found = diff(&before, &after);
        let named: Vec<_> = found.iter().map(|it| (it.kind, it.name.as_str())).collect();
        assert_eq!(named, [(kind, name)], "{change}");
    }
}

#[tokio::test]
async fn a_catalog_survives_json() {
    let shop = catalog_of(SHOP).await;
    let json = serde_json::to_string(&shop).unwrap();
    assert_eq!(serde_json::from_str::<Catalog>(&json).unwrap(), shop);
}
