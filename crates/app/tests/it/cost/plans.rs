//! How PostgreSQL reads for the queries that lists and figures are made of: the very
//! texts that the program sends, with some thousand outputs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use pg_testbed::{Mode, Testbed};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::support::template;

/// Six thousand outputs of forty owners, and sessions; the trigram indexes pay from some
/// thousands on.
const FILL: &str = "
    INSERT INTO outputs (output_type, title, content, status, funder_name, requested_amount, created_by,
                         created_at)
    SELECT (enum_range(NULL::outputtype))[1 + n % 7], 'Section ' || md5(n::text),
           (SELECT string_agg(md5((n * k)::text), ' ') FROM generate_series(1, 40) k),
           (enum_range(NULL::outputstatus))[1 + n % 5], 'Fund ' || md5((n % 90)::text), n,
           'writer-' || n % 40 || '@example.org', timestamp '2020-01-01' + n * interval '1 hour'
    FROM generate_series(1, 6000) n;
    INSERT INTO users (user_id, email, role, hashed_password)
    VALUES ('00000000-0000-4000-8000-000000000007', 'ada@example.org', 'admin', '');
    INSERT INTO user_sessions (user_id, access_token, expires_at)
    SELECT user_id, 'sha256:' || n, '2030-01-01' FROM users, generate_series(1, 5000) n";

/// How often the tables are vacuumed before it is a failure that they stay as they are.
const VACUUMS: usize = 100;

/// Fills the tables and vacuums them, until PostgreSQL knows that everybody sees every row: while
/// another session is starting, whatever its database, a vacuum leaves that open, and no index is
/// then read without its table.
async fn fill(connection: &mut PgConnection) {
    sqlx::raw_sql(FILL).execute(&mut *connection).await.unwrap();
    for _ in 0..VACUUMS {
        sqlx::query("VACUUM (ANALYZE, PARALLEL 0)")
            .execute(&mut *connection)
            .await
            .unwrap();
        let visible: bool = sqlx::query_scalar(
            "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'outputs'::regclass",
        )
        .fetch_one(&mut *connection)
        .await
        .unwrap();
        if visible {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the outputs never became visible to everybody");
}

/// Of the parameters of a list.
const LIST_TYPES: &str =
    "text, outputtype[], outputstatus[], uuid, text, text, bigint, bigint, uuid, bigint";

/// The one checked query with all these words.
fn query(words: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let texts = fs::read_dir(folder).unwrap().map(|entry| {
        let file = fs::read_to_string(entry.unwrap().path()).unwrap();
        let query: Value = serde_json::from_str(&file).unwrap();
        query["query"].as_str().unwrap().to_owned()
    });
    let mut found: Vec<_> = texts
        .filter(|text| words.iter().all(|word| text.contains(word)))
        .collect();
    assert_eq!(found.len(), 1, "{words:?}: {found:#?}");
    found.remove(0)
}

/// A prepared query, with the types of its parameters.
struct Prepared<'a> {
    connection: &'a mut PgConnection,
}

impl<'a> Prepared<'a> {
    async fn new(connection: &'a mut PgConnection, types: &str, text: &str) -> Self {
        let sql = format!("DEALLOCATE ALL; PREPARE asked ({types}) AS {text}");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await
            .unwrap();
        Self { connection }
    }

    /// How it is executed, after so many times that PostgreSQL might have settled on one
    /// plan for all arguments.
    async fn plan(&mut self, arguments: &str) -> String {
        let explain = format!("EXPLAIN EXECUTE asked ({arguments})");
        let mut plan = Vec::new();
        for _ in 0..8 {
            let lines = sqlx::query_scalar(AssertSqlSafe(explain.clone()));
            plan = lines
                .persistent(false)
                .fetch_all(&mut *self.connection)
                .await
                .unwrap();
        }
        let plan: Vec<String> = plan;
        plan.join("\n")
    }

    /// Says which indexes serve, and that no table is read through.
    async fn is_served_by(&mut self, arguments: &str, indexes: &[&str]) {
        let plan = self.plan(arguments).await;
        for index in indexes {
            assert!(
                plan.contains(index),
                "{index} does not serve ({arguments}):\n{plan}"
            );
        }
        for table in ["outputs", "user_sessions"] {
            assert!(
                !plan.contains(&format!("Seq Scan on {table}")),
                "({arguments}):\n{plan}"
            );
        }
    }
}

#[tokio::test]
async fn an_index_serves_each_list_each_search_and_each_figure() {
    let testbed = Testbed::get().await.unwrap();
    let database = testbed
        .scratch(&template())
        .mode(Mode::Clone)
        .await
        .unwrap();
    let mut connection = database.connect().await.unwrap();
    fill(&mut connection).await;

    let list = query(&["WITH matching", "FROM outputs"]);
    let mut list = Prepared::new(&mut connection, LIST_TYPES, &list).await;
    let newest = "Index Scan Backward using idx_outputs_created_at";
    list.is_served_by(
        "NULL, NULL, NULL, NULL, NULL, NULL, 0, 10, NULL, NULL",
        &[newest],
    )
    .await;
    let of_owner = "'writer-7@example.org', NULL, NULL, NULL, NULL, NULL, 0, 10, NULL, NULL";
    list.is_served_by(of_owner, &["idx_outputs_newest_of_owner"])
        .await;
    let filtered =
        "NULL, '{grant_report}', '{awarded,pending}', NULL, NULL, NULL, 0, 10, NULL, NULL";
    list.is_served_by(filtered, &[newest]).await;
    let searched = "NULL, NULL, NULL, NULL, NULL, '%c4ca4238a0b9%', 0, 10, NULL, NULL";
    let trigrams = [
        "idx_outputs_title_trgm",
        "idx_outputs_content_trgm",
        "idx_outputs_funder_trgm",
        "idx_outputs_notes_trgm",
    ];
    list.is_served_by(searched, &trigrams).await;
    let combined = "NULL, '{grant_report}', '{awarded}', NULL, '%fund c4ca4238%', '%c4ca4238a0b9%', 0, 10, NULL, NULL";
    list.is_served_by(combined, &["idx_outputs_funder_trgm"])
        .await;

    let figures = query(&["FROM outputs", "GROUP BY output_type, status"]);
    let mut figures = Prepared::new(&mut connection, "text, outputtype[], uuid", &figures).await;
    let from_index = ["Index Only Scan using idx_outputs_figures"];
    figures.is_served_by("NULL, NULL, NULL", &from_index).await;
    figures
        .is_served_by("'writer-7@example.org', NULL, NULL", &from_index)
        .await;
    figures
        .is_served_by("NULL, '{grant_report}', NULL", &from_index)
        .await;

    let scoped = query(&["FROM outputs", "submission_date >= $4"]);
    let types = "text, uuid, text, date, date, timestamp, timestamp, uuid";
    let mut scoped = Prepared::new(&mut connection, types, &scoped).await;
    for scope in [
        "NULL, '00000000-0000-4000-8000-000000000007', NULL, NULL, NULL, NULL, NULL, NULL",
        "NULL, NULL, '%fund c4ca%', NULL, NULL, NULL, NULL, NULL",
        "NULL, NULL, NULL, '2020-01-01', '2020-12-31', NULL, NULL, NULL",
        "'writer-7@example.org', NULL, NULL, NULL, NULL, '2020-01-01', NULL, NULL",
    ] {
        scoped.is_served_by(scope, &["idx_outputs_"]).await;
    }
    let funders = query(&["FROM outputs", "GROUP BY funder_name"]);
    let mut funders = Prepared::new(&mut connection, "text, bigint, uuid", &funders).await;
    funders.is_served_by("NULL, 10, NULL", &from_index).await;
    let overview = query(&["FROM outputs", "GROUPING SETS ((output_type, status)"]);
    let mut overview = Prepared::new(&mut connection, "text, uuid", &overview).await;
    overview.is_served_by("NULL, NULL", &from_index).await;

    let session = query(&["FROM user_sessions", "s.access_token = ANY ($1)"]);
    let mut session = Prepared::new(&mut connection, "text[], timestamp", &session).await;
    session
        .is_served_by(
            "ARRAY['7', 'sha256:7'], '2026-01-01'",
            &["idx_user_sessions_access_token"],
        )
        .await;
}

/// Four thousand documents, of which the first five share a band with the seventh.
const FINGERPRINTS: &str = "
    INSERT INTO documents (doc_id, filename, doc_type)
    SELECT md5(n::text)::uuid, n || '.txt', 'Other' FROM generate_series(1, 4000) n;
    INSERT INTO document_fingerprints (doc_id, shingles, least)
    SELECT doc_id, 500, decode(repeat(md5(filename), 32), 'hex') FROM documents;
    INSERT INTO document_bands (band, doc_id)
    SELECT n * 100 + k, md5(n::text)::uuid FROM generate_series(1, 4000) n, generate_series(1, 42) k;
    INSERT INTO document_bands (band, doc_id)
    SELECT 701, md5(n::text)::uuid FROM generate_series(1, 5) n;
    ANALYZE";

#[tokio::test]
async fn an_index_finds_what_has_much_in_common_with_a_document() {
    let testbed = Testbed::get().await.unwrap();
    let database = testbed
        .scratch(&template())
        .mode(Mode::Clone)
        .await
        .unwrap();
    let mut connection = database.connect().await.unwrap();
    sqlx::raw_sql(FINGERPRINTS)
        .execute(&mut connection)
        .await
        .unwrap();
    let text = query(&["FROM document_fingerprints", "b.band = ANY"]);
    let types = "uuid, bigint[], bigint";
    let bands: Vec<_> = (701..=742).map(|band| band.to_string()).collect();
    let arguments = format!("md5('7')::uuid, '{{{}}}', 100", bands.join(","));
    let mut by_bands = Prepared::new(&mut connection, types, &text).await;
    let settled = by_bands.plan(&arguments).await;
    let executed = executed(&mut connection, types, &text, &arguments).await;
    for plan in [settled, executed.clone()] {
        assert!(plan.contains("document_bands_pkey"), "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
    // Its own 42 rows and the five of the others.
    assert!(executed.contains("actual rows=5"), "{executed}");
}

/// How often PostgreSQL came to each line of a plan.
async fn executed(
    connection: &mut PgConnection,
    types: &str,
    text: &str,
    arguments: &str,
) -> String {
    let prepared = Prepared::new(connection, types, text).await;
    let explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)";
    let sql = format!("{explain} EXECUTE asked ({arguments})");
    let lines = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false);
    let lines: Vec<String> = lines.fetch_all(prepared.connection).await.unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn what_is_known_is_not_read_again() {
    let testbed = Testbed::get().await.unwrap();
    let database = testbed
        .scratch(&template())
        .mode(Mode::Clone)
        .await
        .unwrap();
    let mut connection = database.connect().await.unwrap();
    fill(&mut connection).await;
    let revision: Uuid = sqlx::query_scalar("SELECT revision FROM output_revision")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let (now, other) = (format!("'{revision}'"), "gen_random_uuid()");

    let list = query(&["WITH matching", "FROM outputs"]);
    let listed = "NULL, NULL, NULL, NULL, NULL, NULL, 0, 10";
    let counted = format!("{listed}, {other}, 7");
    let plan = executed(&mut connection, LIST_TYPES, &list, &counted).await;
    assert!(plan.contains("actual rows=6000"), "{plan}");
    let known = format!("{listed}, {now}, 7");
    let plan = executed(&mut connection, LIST_TYPES, &list, &known).await;
    assert!(!plan.contains("rows=6000"), "{plan}");
    // A page that is known is not searched for, and its plan is made once.
    let page = query(&["FROM output_revision LEFT JOIN outputs"]);
    let ten = "SELECT string_agg(output_id::text, ',')
               FROM (SELECT output_id FROM outputs LIMIT 10) AS page";
    let ids: String = sqlx::query_scalar(ten)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let types = "uuid[], uuid, bigint";
    let known = format!("'{{{ids}}}', {now}, 7");
    let plan = executed(&mut connection, types, &page, &known).await;
    assert!(plan.contains("actual rows=10 "), "{plan}");
    let stale = format!("'{{{ids}}}', {other}, 7");
    let plan = executed(&mut connection, types, &page, &stale).await;
    assert!(plan.contains("actual rows=0 "), "{plan}");
    let mut page = Prepared::new(&mut connection, types, &page).await;
    page.is_served_by(&known, &["outputs_pkey", "ANY ($1)"])
        .await;

    let figures = [
        (
            query(&["FROM outputs", "GROUP BY output_type, status"]),
            "text, outputtype[], uuid",
            "NULL, NULL",
        ),
        (
            query(&["FROM outputs", "GROUP BY funder_name"]),
            "text, bigint, uuid",
            "NULL, 10",
        ),
        (
            query(&["FROM outputs", "GROUPING SETS ((output_type, status)"]),
            "text, uuid",
            "NULL",
        ),
        (
            query(&["FROM outputs", "submission_date >= $4"]),
            "text, uuid, text, date, date, timestamp, timestamp, uuid",
            "NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        ),
    ];
    for (text, types, arguments) in figures {
        let plan = executed(
            &mut connection,
            types,
            &text,
            &format!("{arguments}, {other}"),
        )
        .await;
        assert!(!plan.contains("never executed"), "{plan}");
        let plan = executed(
            &mut connection,
            types,
            &text,
            &format!("{arguments}, {now}"),
        )
        .await;
        assert!(plan.contains("never executed"), "{plan}");
    }
}
