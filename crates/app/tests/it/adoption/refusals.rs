//! What is not recognised, or cannot be converted, is told and left alone.

use sqlx::AssertSqlSafe;
use url::Url;
use uuid::Uuid;

use super::original::{after, at_head};
use super::pictures::{catalog, rows};
use crate::support::process;

/// What was done to a database at its last revision, and what the refusal says.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "ALTER TABLE users DROP CONSTRAINT valid_user_role;
         UPDATE users SET role = 'superuser' WHERE role = 'writer';",
        &["users.role holds the value 'superuser' (4 rows)", "writer, editor, admin"],
    ),
    (
        "ALTER TABLE outputs DROP CONSTRAINT valid_status; UPDATE outputs SET status = 'lost' WHERE title = 'Draft';
         ALTER TABLE documents DROP CONSTRAINT valid_outcome; UPDATE documents SET outcome = 'funded' WHERE year = 2000;",
        &["outputs.status holds the value 'lost' (1 row)", "documents.outcome holds the value 'funded' (1 row)"],
    ),
    (
        "CREATE TYPE userrole AS ENUM ('writer', 'guest', 'admin');",
        &["ENUM type userrole (of column users.role) has the label 'guest'"],
    ),
    (
        "CREATE TYPE userrole AS ENUM ('admin', 'editor', 'writer');",
        &["ENUM type userrole (of column users.role) has its labels in the order admin, editor, writer"],
    ),
    (
        "ALTER TABLE users ALTER role DROP NOT NULL; UPDATE users SET role = NULL WHERE is_superuser;",
        &["users.role is empty in 1 row"],
    ),
    (
        "CREATE TABLE invoices (id int); CREATE VIEW drafts AS SELECT title FROM outputs;
         ALTER TABLE outputs ADD COLUMN colour text; CREATE TYPE mood AS ENUM ('good');
         CREATE INDEX mine ON outputs (title);",
        &[
            "resembles one of the original system",
            "table invoices: not known",
            "view drafts: not known",
            "column outputs.colour: not known (text)",
            "ENUM type mood: not known",
            "index outputs.mine: not known",
        ],
    ),
    (
        "ALTER TABLE documents DROP CONSTRAINT valid_year, ALTER year TYPE text;",
        &["column documents.year: text, where integer is expected"],
    ),
    (
        "UPDATE alembic_version SET version_num = 'ffffffffffff';",
        &["revision in alembic_version: ffffffffffff, where one of the ten"],
    ),
    (
        "DROP TABLE outputs; ALTER TABLE users DROP full_name;",
        &["table outputs: missing", "column users.full_name: missing"],
    ),
];

#[tokio::test]
async fn what_cannot_be_taken_over_is_told_and_left_alone() {
    for (done, told) in REFUSED {
        let site = at_head().then(done).site().await;
        let (is, holds) = (catalog(&site).await, rows(&site).await);
        for args in [&["migrate"][..], &["migrate", "--dry-run"]] {
            let said = site.run(args).failed();
            for part in *told {
                assert!(said.contains(part), "{done}: {part} is not in {said}");
            }
            assert!(said.contains("Nothing was changed"), "{said}");
        }
        assert_eq!(catalog(&site).await, is, "{done}");
        assert_eq!(rows(&site).await, holds, "{done}");
    }
}

#[tokio::test]
async fn tables_without_a_mark_must_be_whole() {
    let site = after(4)
        .without_mark()
        .then("DROP TABLE audit_log;")
        .site()
        .await;
    let said = site.run(&["migrate"]).failed();
    assert!(said.contains("table audit_log: missing"), "{said}");
}

#[tokio::test]
async fn nothing_but_migrate_takes_a_database_over() {
    let site = at_head().site().await;
    let is = catalog(&site).await;
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["search", "spring"],
        &["user", "list"],
    ] {
        let said = site.run(args).failed();
        assert!(said.contains("revision d90d97ca4bbf"), "{said}");
        assert!(
            said.contains("take it over with `archivist migrate`"),
            "{said}"
        );
    }
    assert_eq!(catalog(&site).await, is);
}

#[tokio::test]
async fn a_key_that_rows_violate_is_told_and_nothing_is_done() {
    let site = at_head()
        .then(
            "ALTER TABLE document_tags DROP CONSTRAINT document_tags_pkey;
             INSERT INTO document_tags SELECT * FROM document_tags;",
        )
        .site()
        .await;
    let (is, holds) = (catalog(&site).await, rows(&site).await);
    let said = site.run(&["migrate"]).failed();
    assert!(
        said.contains("everything is as it was") && said.contains("document_tags_pkey"),
        "{said}"
    );
    assert_eq!(catalog(&site).await, is);
    assert_eq!(rows(&site).await, holds);
}

#[tokio::test]
async fn another_role_s_tables_are_refused_before_anything_is_tried() {
    let site = at_head().site().await;
    let role = format!("owner_{}", Uuid::new_v4().simple());
    let sql = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT ALL ON SCHEMA public TO {role};
         GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};"
    );
    let pool = site.pool();
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&pool)
        .await
        .unwrap();
    let mut url = Url::parse(site.url()).unwrap();
    let login = [("user", role.as_str()), ("password", "secret")];
    url.query_pairs_mut().extend_pairs(login);
    let said = process::run(
        site.command(&["migrate", "--dry-run"])
            .env("DATABASE_URL", url.as_str()),
    );
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role};");
    sqlx::raw_sql(AssertSqlSafe(drop))
        .execute(&pool)
        .await
        .unwrap();
    assert!(
        said.stderr.contains("table users belongs to the role"),
        "{said:?}"
    );
}
