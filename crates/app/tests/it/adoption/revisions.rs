//! Each of the ten revisions, marked or not.

use archivist_store::migrate::MIGRATOR;
use sqlx::AssertSqlSafe;

use super::original::{REVISIONS, after, at_head};
use super::pictures::{assert_kept, catalog, rows};
use crate::support::Site;

/// The constraints that rows of the tests violate.
const VIOLATED: [&str; 2] = [
    "outputs_awarded_not_above_requested",
    "outputs_decision_not_before_submission",
];

#[tokio::test]
async fn the_base_of_adoption_is_what_the_first_six_migrations_make() {
    let site = Site::with_empty_database().await;
    MIGRATOR
        .run_to(20_261_122_000_006, &site.pool())
        .await
        .unwrap();
    let base = include_str!("../../../../store/src/adopt/base.txt");
    assert_eq!(catalog(&site).await, base);
}

#[tokio::test]
async fn a_database_at_any_revision_becomes_what_a_new_one_is() {
    let new = catalog(&Site::new().await).await;
    for (place, (revision, ..)) in REVISIONS.iter().enumerate() {
        let site = after(place + 1).site().await;
        let before = rows(&site).await;
        let report = site.run(&["migrate", "--json"]).json();
        assert_eq!(report["adoption"]["revision"], *revision, "{report}");
        assert_kept(&before, &rows(&site).await);
        for kept in report["adoption"]["tables"].as_array().unwrap() {
            let table = kept["table"].as_str().unwrap();
            assert_eq!(kept["rows_before"], before[table].len(), "{kept}");
            assert_eq!(kept["rows_before"], kept["rows_after"], "{kept}");
            assert_eq!(kept["checksum_before"], kept["checksum_after"], "{kept}");
        }
        assert_eq!(
            report["adoption"]["tables"].as_array().unwrap().len(),
            before.len()
        );
        let now = catalog(&site).await;
        let left: Vec<_> = now
            .lines()
            .filter(|line| line.ends_with(" NOT VALID"))
            .collect();
        let expected = if place < 5 { 0 } else { VIOLATED.len() };
        assert_eq!(left.len(), expected, "{revision}: {left:?}");
        assert_eq!(now.replace(" NOT VALID", ""), new, "{revision}");
        let verified = site.run(&["db", "verify"]).ok();
        assert!(
            verified.starts_with("Code and database agree"),
            "{verified}"
        );
        let mark = "SELECT count(*) FROM alembic_version";
        assert_eq!(site.count(mark).await, 1);
    }
}

#[tokio::test]
async fn a_database_without_a_mark_is_told_by_its_tables() {
    // The third and the fifth revision leave no table or column behind.
    for revisions in [1, 2, 4, 6, 7, 8, 9, 10] {
        let site = after(revisions).without_mark().site().await;
        let before = rows(&site).await;
        let report = site.run(&["migrate", "--json"]).json();
        assert_eq!(report["adoption"]["revision"], REVISIONS[revisions - 1].0);
        let after = rows(&site).await;
        assert_kept(&before, &after);
        assert_eq!(after["alembic_version"][0]["version_num"], "d90d97ca4bbf");
    }
}

#[tokio::test]
async fn what_a_site_has_rewritten_or_deleted_stays_so() {
    let site = at_head().site().await;
    site.run(&["migrate"]).ok();
    let rewritten = "SELECT count(*) FROM prompt_templates WHERE content = 'Rewritten by the site'";
    assert_eq!(site.count(rewritten).await, 1);
    let deleted = "SELECT count(*) FROM prompt_templates WHERE name = 'Corporate Sponsor'";
    assert_eq!(site.count(deleted).await, 0);
    let early = after(2).site().await;
    early.run(&["migrate"]).ok();
    assert_eq!(
        early.count(deleted).await,
        1,
        "a site that never had it gets it"
    );
    assert_eq!(early.count("SELECT count(*) FROM programs").await, 6);
}

#[tokio::test]
async fn programs_that_only_documents_name_are_listed() {
    let site = after(9)
        .then(
            "ALTER TABLE document_programs DROP CONSTRAINT valid_program;
             INSERT INTO document_programs VALUES ('d0000000-0000-4000-8000-000000000003', 'Night School');",
        )
        .site()
        .await;
    site.run(&["migrate"]).ok();
    let listed = "SELECT count(*) FROM programs WHERE name = 'Night School'";
    assert_eq!(site.count(listed).await, 1);
}

#[tokio::test]
async fn a_dry_run_prints_what_would_be_run_and_changes_nothing() {
    let site = at_head().site().await;
    let (is, holds) = (catalog(&site).await, rows(&site).await);
    let script = site.run(&["migrate", "--dry-run"]).ok();
    assert!(
        script.contains("ALTER COLUMN role TYPE public.userrole USING lower(role::text)"),
        "{script}"
    );
    let plan = site.run(&["migrate", "--dry-run", "--json"]).json();
    assert!(
        plan["adoption"]["steps"].as_array().unwrap().len() > 10,
        "{plan}"
    );
    assert_eq!(plan["migrations"][0]["applied"], false);
    let status = site.run(&["migrate", "--status"]).ok();
    assert!(
        status.contains("revision d90d97ca4bbf (10 of 10"),
        "{status}"
    );
    assert_eq!(catalog(&site).await, is);
    assert_eq!(rows(&site).await, holds);

    // The script is whole: run by hand it does the same.
    sqlx::raw_sql(AssertSqlSafe(script))
        .execute(&site.pool())
        .await
        .unwrap();
    let adopted = at_head().site().await;
    adopted.run(&["migrate"]).ok();
    assert_eq!(catalog(&site).await, catalog(&adopted).await);
    assert!(!site.run(&["migrate"]).ok().contains("applied now"));
}

#[tokio::test]
async fn a_dry_run_on_a_database_of_ours_prints_the_missing_migrations() {
    let empty = Site::with_empty_database().await;
    let script = empty.run(&["migrate", "--dry-run"]).ok();
    assert!(script.contains("CREATE TABLE passages"), "{script}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(empty.count(tables).await, 0);
    let said = Site::new().await.run(&["migrate", "--dry-run"]).ok();
    assert!(said.contains("Nothing to do"), "{said}");
}

#[tokio::test]
async fn taking_over_twice_changes_nothing() {
    let site = at_head().site().await;
    let first = site.run(&["migrate"]).ok();
    assert!(first.contains("It has been taken over"), "{first}");
    let (is, holds) = (catalog(&site).await, rows(&site).await);
    let second = site.run(&["migrate", "--json"]).json();
    assert!(second["adoption"].is_null(), "{second}");
    assert_eq!(catalog(&site).await, is);
    assert_eq!(rows(&site).await, holds);
}

#[tokio::test]
async fn rows_from_before_that_violate_a_constraint_are_kept_until_they_are_mended() {
    let site = at_head().site().await;
    let said = site.run(&["migrate"]).ok();
    for constraint in VIOLATED {
        assert!(
            said.contains(&format!(
                "{constraint} on outputs guards new and changed rows only"
            )),
            "{said}"
        );
    }
    let verified = site.run(&["db", "verify", "--json"]).json();
    assert_eq!(
        verified["not_valid"].as_array().unwrap().len(),
        2,
        "{verified}"
    );
    let pool = site.pool();
    let refused = sqlx::query("UPDATE outputs SET awarded_amount = 151 WHERE title = 'Generous'")
        .execute(&pool);
    assert!(refused.await.unwrap_err().to_string().contains(VIOLATED[0]));

    sqlx::raw_sql(
        "UPDATE outputs SET awarded_amount = 100 WHERE title = 'Generous';
         UPDATE outputs SET decision_date = '2023-03-03' WHERE title = 'Decided early';",
    )
    .execute(&pool)
    .await
    .unwrap();
    site.run(&["migrate"]).ok();
    assert_eq!(catalog(&site).await, catalog(&Site::new().await).await);
}

#[tokio::test]
async fn a_style_of_somebody_unknown_is_kept() {
    let unknown = "UPDATE writing_styles SET created_by = '00000000-0000-4000-8000-000000000009' WHERE active;";
    for revisions in [2, 4] {
        let site = after(revisions).then(unknown).site().await;
        let before = rows(&site).await;
        let said = site.run(&["migrate"]).ok();
        let told = "fk_writing_styles_created_by on writing_styles guards new and changed rows only, because 1 row";
        assert!(said.contains(told), "{said}");
        assert_kept(&before, &rows(&site).await);
        site.run(&["db", "verify"]).ok();
    }
}
