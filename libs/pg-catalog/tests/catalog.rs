//! Catalogs of real databases.

use pg_catalog::{
    Catalog, Comparison, ConstraintKind, Filling, Fingerprint, ForeignKey, Kind, check_labels,
    diff, load,
};
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
        born int
    );
    ALTER TABLE customer ADD CONSTRAINT plausible CHECK (born > 1900) NOT VALID;
    CREATE UNLOGGED TABLE audit.entry (
        shirt size NOT NULL DEFAULT 'medium',
        code text COLLATE "C"
    ) WITH (fillfactor = 70);
    CREATE TABLE audit.visit (customer bigint REFERENCES customer ON DELETE CASCADE);
    CREATE INDEX name_trigrams ON customer USING gin ("Full Name" gin_trgm_ops);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER stamp BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE VIEW adult AS SELECT id FROM customer WHERE born < 2000;
    CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one;
    CREATE INDEX kept_one ON kept (one);
    CREATE DOMAIN percent AS int NOT NULL DEFAULT 5 CHECK (VALUE BETWEEN 0 AND 100);
    CREATE TYPE span AS (low int, "High" text);
    CREATE AGGREGATE best(int) (sfunc = int4larger, stype = int);
    CREATE RULE keep AS ON DELETE TO customer DO INSTEAD NOTHING;
    ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON customer FOR SELECT USING (born > 1950);
    GRANT ALL ON customer TO pg_monitor;
    GRANT SELECT (born) ON customer TO pg_read_all_stats;
    REVOKE EXECUTE ON FUNCTION stamp() FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT SELECT ON TABLES TO pg_monitor WITH GRANT OPTION;
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET work_mem = ''7MB''', current_database());
        EXECUTE format('ALTER DATABASE %I SET app.secret = ''tr0ub4dor''', current_database());
    END $$;
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
    let visit = shop.table("audit.visit").unwrap();
    let key = visit.constraint("visit_customer_fkey").unwrap();
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
        ["best(integer)", "stamp()"],
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
    let (one, other) = (one.fingerprint(), other.fingerprint());
    assert_eq!(one.to_string(), other.to_string());
    assert_eq!(diff(&one, &other), Comparison::default());
}

#[tokio::test]
async fn the_text_can_be_read_back() {
    let shop = catalog_of(SHOP).await.fingerprint();
    assert_eq!(shop.to_string().parse(), Ok(shop));
}

#[tokio::test]
async fn the_text_has_a_line_for_everything() {
    let text = catalog_of(SHOP).await.fingerprint().to_string();
    let lines = [
        "environment encoding: UTF8",
        "extension pg_trgm",
        "enum size: 'small', 'medium', 'large'",
        "domain percent: integer not null default 5",
        "  constraint percent_check: CHECK (((VALUE >= 0) AND (VALUE <= 100)))",
        "type span: composite (low integer, \"High\" text)",
        "table audit.entry: unlogged; with fillfactor=70",
        "  column shirt: size not null default 'medium'::size",
        "  column code: text collate \"C\"",
        "table customer: row level security",
        "  column Full Name: character varying(80) not null",
        "  column id: bigint not null generated always as identity",
        "  constraint plausible: CHECK ((born > 1900)) NOT VALID",
        "  policy own: permissive for select to PUBLIC using (born > 1950)",
        "  rule keep: CREATE RULE keep AS ON DELETE TO public.customer DO INSTEAD NOTHING;",
        "view adult: SELECT id FROM customer WHERE (born < 2000);",
        "view kept: materialized SELECT 1 AS one;",
        "  index kept_one: CREATE INDEX kept_one ON public.kept USING btree (one)",
        "function best(integer): returns integer sha256 ",
        "grant schema public to PUBLIC: USAGE",
        "grant table customer to pg_monitor: ALL",
        "grant column customer.born to pg_read_all_stats: SELECT",
        "grant function stamp() to PUBLIC: revoked EXECUTE",
        "default-grant tables made by the owner in audit to pg_monitor: SELECT with grant option",
        "setting app.secret: sha256 ",
        "setting work_mem: 7MB",
    ];
    for line in lines {
        let is_hash = line.ends_with("sha256 ");
        let mut all = text.lines();
        let found = all.any(|it| it == line || is_hash && it.starts_with(line));
        assert!(found, "{line:?} is not in:\n{text}");
    }
    assert!(!text.contains("tr0ub4dor"), "secrets are hashed");
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
        ("ALTER DOMAIN percent DROP DEFAULT", Kind::Domain, "percent"),
        (
            "ALTER DOMAIN percent DROP CONSTRAINT percent_check",
            Kind::Constraint,
            "percent.percent_check",
        ),
        ("ALTER TYPE span ADD ATTRIBUTE step int", Kind::Type, "span"),
        (
            "ALTER TABLE customer VALIDATE CONSTRAINT plausible",
            Kind::Constraint,
            "customer.plausible",
        ),
        (
            "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
            Kind::Table,
            "customer",
        ),
        (
            "ALTER POLICY own ON customer USING (born > 1960)",
            Kind::Policy,
            "customer.own",
        ),
        ("DROP RULE keep ON customer", Kind::Rule, "customer.keep"),
        (
            "REVOKE DELETE ON customer FROM pg_monitor",
            Kind::Grant,
            "table customer to pg_monitor",
        ),
        (
            "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
            Kind::DefaultGrant,
            "functions made by the owner to PUBLIC",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET work_mem', current_database()); END $$",
            Kind::Setting,
            "work_mem",
        ),
    ];
    let before = catalog_of(SHOP).await.fingerprint();
    for (change, kind, name) in drifts {
        let after = catalog_of(&format!("{SHOP}; {change}")).await.fingerprint();
        let found = diff(&before, &after).drift;
        let named: Vec<_> = found.iter().map(|it| (it.kind, it.name.as_str())).collect();
        assert_eq!(named, [(kind, name)], "{change}");
    }
}

#[tokio::test]
async fn a_role_that_may_only_connect_can_take_the_fingerprint() {
    let database = Testbed::get().await.unwrap().empty().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    for statement in SIZES {
        run(&mut connection, statement).await;
    }
    run(&mut connection, SHOP).await;
    let of_owner = catalog(&mut connection).await;
    // Dropped with the transaction: roles belong to the whole server.
    let mut transaction = connection.begin().await.unwrap();
    let reader = "CREATE ROLE only_reads; SET LOCAL ROLE only_reads; SET TRANSACTION READ ONLY";
    run(&mut transaction, reader).await;
    assert_eq!(catalog(&mut transaction).await, of_owner);
}

#[tokio::test]
async fn a_side_is_a_url_or_a_file() {
    let database = Testbed::get().await.unwrap().empty().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    run(&mut connection, "CREATE TABLE note (text text)").await;
    let of_url = load(
        &database
            .url()
            .replace("postgres://", "postgresql+asyncpg://"),
        &["public"],
    )
    .await
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.txt");
    std::fs::write(&file, of_url.to_string()).unwrap();
    let of_file: Fingerprint = load(file.to_str().unwrap(), &[]).await.unwrap();
    assert_eq!(of_file, of_url);
    assert_eq!(of_file.count(Kind::Table), 1);
}

#[tokio::test]
async fn a_catalog_survives_json() {
    let shop = catalog_of(SHOP).await;
    let json = serde_json::to_string(&shop).unwrap();
    assert_eq!(serde_json::from_str::<Catalog>(&json).unwrap(), shop);
}
