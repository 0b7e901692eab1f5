//! ENUM types that a database has already.

use super::fingerprint;
use crate::support::Site;

async fn with_type(name: &str, labels: &str) -> Site {
    let site = Site::with_empty_database().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "CREATE TYPE {name} AS ENUM ({labels})"
    )))
    .execute(&site.pool())
    .await
    .unwrap();
    site
}

async fn labels(site: &Site, name: &str) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT enumlabel::text FROM pg_enum WHERE enumtypid = $1::regtype ORDER BY enumsortorder",
    )
    .bind(name)
    .fetch_all(&site.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn missing_labels_are_added_at_their_place() {
    for there in [
        "'grant_proposal', 'letter_of_inquiry', 'grant_report', 'other'",
        "'grant_proposal', 'budget_narrative', 'program_description', 'impact_summary', 'other'",
        "'impact_summary'",
        "",
    ] {
        let site = with_type("outputtype", there).await;
        site.run(&["migrate"]).ok();
        let expected = [
            "grant_proposal",
            "letter_of_inquiry",
            "grant_report",
            "budget_narrative",
            "program_description",
            "impact_summary",
            "other",
        ];
        assert_eq!(labels(&site, "outputtype").await, expected, "from {there}");
        site.run(&["db", "verify"]).ok();
    }
}

#[tokio::test]
async fn unknown_labels_stop_the_migration() {
    let site = with_type("outputstatus", "'draft', 'DRAFT', 'submitted'").await;
    let before = fingerprint(&site.pool()).await;
    let said = site.run(&["migrate"]).failed();
    for part in ["outputstatus", "outputs.status", "'DRAFT'"] {
        assert!(said.contains(part), "{part} is not named: {said}");
    }
    assert_eq!(fingerprint(&site.pool()).await, before);
}

#[tokio::test]
async fn another_order_stops_the_migration() {
    let site = with_type("userrole", "'admin', 'editor', 'writer'").await;
    let before = fingerprint(&site.pool()).await;
    let said = site.run(&["migrate"]).failed();
    for part in [
        "userrole",
        "users.role",
        "admin, editor, writer",
        "writer, editor, admin",
    ] {
        assert!(said.contains(part), "{part} is not named: {said}");
    }
    assert_eq!(fingerprint(&site.pool()).await, before);
}
