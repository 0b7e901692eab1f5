//! `archivist reprocess`: better readings come in, and citations live on.

use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::Site;

/// Four sections, each a passage.
fn document() -> String {
    ["Need", "Method", "Budget", "Staff"]
        .map(|heading| {
            let sentence = format!("{heading} tells of forty boats that bring books to islands. ");
            format!("# {heading}\n\n{}\n\n", sentence.repeat(12))
        })
        .concat()
}

async fn site_with_document() -> Site {
    let site = Site::new().await;
    site.write("in/plan.md", document());
    let folder = site.path("in");
    site.run(&["import", folder.to_str().unwrap()]).ok();
    site
}

/// The passages as an earlier version of the program might have left them: the second
/// read worse, the third with an id of an older kind, and one more whose words are no
/// longer read.
async fn age(pool: &PgPool) {
    for change in [
        "UPDATE passages SET content = replace(content, 'forty boats', 'fourteen goats'), \
         passage_id = uuid_generate_v4() WHERE ordinal = 1",
        "UPDATE passages SET passage_id = uuid_generate_v4() WHERE ordinal = 2",
        "INSERT INTO passages (passage_id, doc_id, ordinal, content, word_count) \
         SELECT uuid_generate_v4(), doc_id, 4, 'Page 7 of 9, printed by nobody at all', 8 FROM documents",
    ] {
        sqlx::query(change).execute(pool).await.unwrap();
    }
}

/// An output that cites every passage.
async fn cite_all(pool: &PgPool) {
    for change in [
        "INSERT INTO outputs (output_type, title, content) VALUES ('other', 'Cited', 'All of it [1].')",
        "INSERT INTO output_sources (output_id, number, passage_id, doc_id, title, filename, excerpt) \
         SELECT output_id, ordinal + 1, passage_id, doc_id, 'Plan', 'plan.md', p.content \
         FROM outputs, passages p",
    ] {
        sqlx::query(change).execute(pool).await.unwrap();
    }
}

async fn ids(pool: &PgPool) -> Vec<Uuid> {
    sqlx::query_scalar("SELECT passage_id FROM passages ORDER BY ordinal")
        .fetch_all(pool)
        .await
        .unwrap()
}

/// The passage that each source points to, by its number.
async fn cited(pool: &PgPool) -> Vec<Option<Uuid>> {
    sqlx::query_scalar("SELECT passage_id FROM output_sources ORDER BY number")
        .fetch_all(pool)
        .await
        .unwrap()
}

fn numbers(report: &Value) -> [usize; 4] {
    let document = &report["documents"][0];
    assert_eq!(document["outcome"], "changed", "{report:#}");
    let count = |field: &str| document[field].as_array().unwrap().len();
    [
        usize::try_from(document["kept"].as_u64().unwrap()).unwrap(),
        count("changed"),
        count("added"),
        count("removed"),
    ]
}

#[tokio::test]
async fn unchanged_passages_keep_their_ids_and_citations_follow_changed_ones() {
    let site = site_with_document().await;
    let pool = site.pool();
    let first_ids = ids(&pool).await;
    age(&pool).await;
    cite_all(&pool).await;
    let before = ids(&pool).await;

    let would = site
        .run(&["reprocess", "--all", "--dry-run", "--json"])
        .json();
    assert_eq!(numbers(&would), [3, 1, 0, 1]);
    assert_eq!(would["documents"][0]["removed"][0]["cited"], json!(true));
    assert_eq!(ids(&pool).await, before, "a dry run writes nothing");

    let did = site.run(&["reprocess", "--all", "--json"]).json();
    assert_eq!(numbers(&did), [3, 1, 0, 1]);
    let after = ids(&pool).await;
    assert_eq!(after.len(), 4);
    assert_eq!(
        (after[0], after[2], after[3]),
        (before[0], before[2], before[3])
    );
    assert_eq!(after[1], first_ids[1], "same text, same place: same id");
    let expected: Vec<Option<Uuid>> = after.iter().copied().map(Some).chain([None]).collect();
    assert_eq!(cited(&pool).await, expected);
    let kept =
        "SELECT count(*) FROM output_sources WHERE number = 5 AND excerpt LIKE 'Page 7 of 9%'";
    assert_eq!(site.count(kept).await, 1);
    let audited = "SELECT count(*) FROM audit_log WHERE event_type = 'document.reprocess'";
    assert_eq!(site.count(audited).await, 1);
    let found = site.run(&["search", "forty boats method", "--json"]).json();
    assert_eq!(found[0]["passage_id"], json!(after[1]), "{found:#}");
}

#[tokio::test]
async fn a_second_time_changes_nothing_and_the_report_is_readable() {
    let site = site_with_document().await;
    let pool = site.pool();
    age(&pool).await;
    let said = site.run(&["reprocess", "--all"]).ok();
    assert!(
        said.contains("3 passages kept, 1 changed, 0 added, 1 removed"),
        "{said}"
    );
    assert!(
        said.contains("  - Page 7 of 9, printed by nobody"),
        "{said}"
    );
    assert!(
        said.contains("1 documents changed, 0 stay the same"),
        "{said}"
    );
    let again = site.run(&["reprocess", "--all"]).ok();
    assert!(
        again.contains("0 documents changed, 1 stay the same"),
        "{again}"
    );
    let audited = "SELECT count(*) FROM audit_log WHERE event_type = 'document.reprocess'";
    assert_eq!(site.count(audited).await, 1);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_again_leaves_its_document_alone() {
    let site = site_with_document().await;
    let pool = site.pool();
    let before = ids(&pool).await;
    for file in site.kept_files() {
        std::fs::write(file, "").unwrap();
    }
    let said = site.run(&["reprocess", "--all"]).ok();
    assert!(said.contains("left as it is: "), "{said}");
    assert!(said.contains("1 were left as they are"), "{said}");
    assert_eq!(ids(&pool).await, before);
    let nobody = Uuid::from_u128(7).to_string();
    let missing = site.run(&["reprocess", "--doc", &nobody]).failed();
    assert!(missing.contains("there is no document"), "{missing}");
}
