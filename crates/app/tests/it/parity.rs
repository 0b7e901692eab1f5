//! Databases, migrations and code agree, and every CHECK is alive.

use std::path::Path;

use archivist_domain::enums::{DATABASE_ENUMS, Storage};
use serde_json::Value;

use crate::support::{Site, eventually};

fn file_name(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

async fn change(site: &Site, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&site.pool()).await.unwrap();
}

#[tokio::test]
async fn verify_proves_every_check_alive() {
    let site = Site::new().await;
    let checks = site
        .count(
            "SELECT count(*) FROM pg_constraint
              WHERE contype = 'c' AND connamespace = 'public'::regnamespace",
        )
        .await;
    let said = site.run(&["db", "verify"]).ok();
    let proof = format!("{checks} of {checks} CHECK constraints refused");
    assert!(said.contains(&proof), "{said}");
    let told = site.run(&["db", "verify", "--json"]).json();
    assert_eq!(told["checks"][0]["verdict"], "alive", "{told}");
    let statement = told["checks"][0]["statement"].as_str();
    assert!(statement.unwrap().starts_with("INSERT INTO "), "{told}");
}

#[tokio::test]
async fn what_verify_writes_is_undone() {
    let site = Site::new().await;
    let documents = "SELECT count(*) FROM documents";
    let changes = "SELECT count(*) FROM document_changes";
    site.run(&["db", "verify"]).ok();
    assert_eq!(site.count(documents).await + site.count(changes).await, 0);
    let moved = "SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL";
    assert_eq!(site.count(moved).await, 0);
}

#[tokio::test]
async fn a_check_that_never_comes_to_its_turn_is_found() {
    let site = Site::new().await;
    change(
        &site,
        "CREATE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN NEW.year := 2020; RETURN NEW; END';
         CREATE TRIGGER mend BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION mend()",
    )
    .await;
    let verified = site.run(&["db", "verify"]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    let told = "CHECK valid_year on documents was not proven: it was not refused: INSERT";
    assert!(verified.stdout.contains(told), "{}", verified.stdout);
}

#[tokio::test]
async fn a_role_that_only_reads_is_told_so_and_can_still_compare() {
    let site = Site::new().await;
    change(
        &site,
        "DO $$ BEGIN EXECUTE format(
             'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
    )
    .await;
    let verified = site.run(&["db", "verify"]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    assert!(
        verified.stdout.contains("may not write here"),
        "{verified:?}"
    );
    assert!(verified.stdout.contains("--no-probe"), "{verified:?}");
    let compared = site.run(&["db", "verify", "--no-probe"]).ok();
    assert!(compared.contains("Code and database agree"), "{compared}");
    let fingerprint = site.run(&["db", "fingerprint"]).ok();
    assert!(fingerprint.contains("\ntable outputs\n"), "{fingerprint}");
}

#[tokio::test]
async fn a_kept_fingerprint_the_database_and_the_migrations_agree() {
    let site = Site::new().await;
    let kept = site.path("kept.txt");
    let kept = file_name(&kept);
    site.run(&["db", "fingerprint", "--output", kept]).ok();
    let url = site.url().replace("postgres://", "postgresql+asyncpg://");
    for (left, right) in [
        (kept, "migrations"),
        (kept, "database"),
        (url.as_str(), kept),
        ("migrations", "database"),
    ] {
        let said = site.run(&["db", "diff", left, right]).ok();
        assert!(said.starts_with("No drift between "), "{said}");
    }
}

#[tokio::test]
async fn drift_from_the_migrations_is_told_to_people_and_programs() {
    let site = Site::new().await;
    change(
        &site,
        "ALTER TABLE outputs ALTER title TYPE text; CREATE INDEX extra ON outputs (title)",
    )
    .await;
    let found = site.run(&["db", "diff", "migrations", "database"]);
    assert_eq!(found.code, Some(1), "{found:?}");
    let lines = [
        "- migrations\n+ database\n",
        "column outputs.title\n  - character varying(500) not null\n  + text not null\n",
        "index outputs.extra\n  + CREATE INDEX extra ON public.outputs USING btree (title)\n",
    ];
    for line in lines {
        assert!(
            found.stdout.contains(line),
            "{line} is not in {}",
            found.stdout
        );
    }
    let found = site.run(&["db", "diff", "migrations", "database", "--json"]);
    assert_eq!(found.code, Some(1), "{found:?}");
    let told: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(told["agrees"], false);
    assert_eq!(told["drift"][0]["kind"], "column");
    assert_eq!(told["drift"][0]["name"], "outputs.title");
    assert_eq!(told["drift"][0]["right"], "text not null");
}

#[tokio::test]
async fn the_database_made_for_the_migrations_is_dropped() {
    let site = Site::new().await;
    site.run(&["db", "diff", "migrations", "migrations"]).ok();
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'archivist_migrations_%'";
    // Other tests, at the same time, have some of their own.
    eventually("none is left", || async {
        (site.count(left).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_next_comparison_drops_what_a_killed_one_has_left() {
    let site = Site::new().await;
    change(
        &site,
        "CREATE DATABASE archivist_migrations_00000000deadbeef",
    )
    .await;
    site.run(&["db", "diff", "migrations", "migrations"]).ok();
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE '%00000000deadbeef'";
    assert_eq!(site.count(left).await, 0);
}

#[tokio::test]
async fn two_files_are_compared_without_a_database() {
    let site = Site::with_private_cluster();
    let text = "# pg-catalog fingerprint 1\nenvironment server version: 15.4\ntable t\n";
    let old = site.write("old.txt", text);
    let new = site.write("new.txt", text.replace("15.4", "18.1"));
    let said = site
        .run(&["db", "diff", file_name(&old), file_name(&new)])
        .ok();
    assert!(
        said.contains("Not counted as drift:\nenvironment server version\n  - 15.4\n  + 18.1"),
        "{said}"
    );
    assert!(!site.data().exists(), "no private cluster was started");
    let damaged = site.write("damaged.txt", "CREATE TABLE t ();");
    let said = site
        .run(&["db", "diff", file_name(&old), file_name(&damaged)])
        .failed();
    assert!(
        said.contains("damaged.txt is not a fingerprint: line 1"),
        "{said}"
    );
}

#[tokio::test]
async fn an_address_is_told_without_its_password() {
    let site = Site::with_private_cluster();
    let kept = site.write("kept.txt", "# pg-catalog fingerprint 1\n");
    let url = "postgresql://ana:s3cret@127.0.0.1:1/archive";
    let said = site.run(&["db", "diff", url, file_name(&kept)]).failed();
    assert!(
        said.contains("127.0.0.1:1/archive") && !said.contains("s3cret"),
        "{said}"
    );
}

#[test]
fn d_54_the_documentation_lists_every_label() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/database.md");
    let page = std::fs::read_to_string(page).unwrap();
    for set in DATABASE_ENUMS {
        let (Storage::Native(name) | Storage::Check(name)) = set.storage;
        let labels: Vec<_> = set.labels.iter().map(|it| format!("`{it}`")).collect();
        let row = format!("| `{name}` | {} | `{}` |", labels.join(", "), set.column);
        assert!(
            page.lines().any(|line| line == row),
            "docs/database.md lacks {row}"
        );
    }
}
