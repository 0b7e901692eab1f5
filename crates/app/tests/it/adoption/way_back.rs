//! The way back, as docs/moving.md has it.

use sqlx::AssertSqlSafe;

use super::original::{after, at_head};

/// The only SQL script of the page.
fn script() -> String {
    let page = include_str!("../../../../../docs/moving.md");
    let (_, rest) = page.split_once("```sql\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[tokio::test]
async fn the_original_can_write_to_a_database_that_was_turned_back() {
    for original in [at_head(), after(4)] {
        let site = original.site().await;
        site.run(&["migrate"]).ok();
        let pool = site.pool();
        let grant_report = "INSERT INTO outputs (output_type, title, content) VALUES ('grant_report', 'Since', 'Text.')";
        sqlx::query(grant_report).execute(&pool).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(script()))
            .execute(&pool)
            .await
            .unwrap();
        let mark = "SELECT count(*) FROM alembic_version WHERE version_num = 'd90d97ca4bbf'";
        assert_eq!(site.count(mark).await, 1);
        // It binds texts, where a native type would refuse them.
        for statement in [
            "INSERT INTO users (email, hashed_password, role) VALUES ('n@example.org', '', 'admin'::varchar)",
            "INSERT INTO outputs (output_type, title, content) VALUES ('other'::varchar, 'Back', 'Text.')",
            "INSERT INTO documents (filename, doc_type) VALUES ('back.txt', 'Other'::varchar)",
            "UPDATE outputs SET status = 'submitted'::varchar WHERE title = 'Since' AND output_type = 'other'::varchar",
        ] {
            let done = sqlx::query(statement).execute(&pool).await.unwrap();
            assert_eq!(done.rows_affected(), 1, "{statement}");
        }
    }
}
