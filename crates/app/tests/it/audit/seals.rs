//! The chain of seals, and everything that breaks it.

use archivist_store::audit::seal::{self, Reach};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Site, TestServer, eventually};

/// Rows as an adopted database has them: years old, some fields empty.
const OLD: &str = "INSERT INTO audit_log (event_type, entity_type, user_id, details, created_at)
    SELECT 'user.login', CASE WHEN n % 3 > 0 THEN 'user' END, CASE WHEN n % 5 > 0 THEN 'u' || n END,
           CASE WHEN n % 7 > 0 THEN jsonb_build_object('n', n, 'x', 1.50, 'text', 'Größe') END,
           timestamp '2019-01-01' + n * interval '1 minute'
    FROM generate_series(1, $1::int) AS n";

async fn a_sealed_log(rows: i32) -> Site {
    let site = Site::new().await;
    sqlx::query(OLD)
        .bind(rows)
        .execute(&site.pool())
        .await
        .unwrap();
    let said = site.run(&["audit", "seal"]).ok();
    assert_eq!(said.trim(), format!("Sealed {rows} rows."));
    site
}

/// What somebody does who may do everything with the database.
async fn tamper(site: &Site, sql: &'static str) {
    let mut tx = site.pool().begin().await.unwrap();
    for sql in [
        "ALTER TABLE audit_log DISABLE TRIGGER USER",
        "ALTER TABLE audit_seals DISABLE TRIGGER USER",
        sql,
        "ALTER TABLE audit_log ENABLE TRIGGER USER",
        "ALTER TABLE audit_seals ENABLE TRIGGER USER",
    ] {
        let done = sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap();
        let what = sql.split(' ').next();
        assert!(what == Some("ALTER") || done.rows_affected() > 0, "{sql}");
    }
    tx.commit().await.unwrap();
}

/// The report on a log that is not as it was sealed.
fn broken(site: &Site, flags: &[&str]) -> Value {
    let done = site.run(&[&["audit", "verify", "--json"], flags].concat());
    assert_eq!(done.code, Some(1), "{done:?}");
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["holds"], false);
    report
}

fn kinds(report: &Value) -> Vec<(&str, Option<i64>)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|f| (f["kind"].as_str().unwrap(), f["seq"].as_i64()))
        .collect()
}

fn head(site: &Site) -> String {
    let report = site.run(&["audit", "verify", "--json"]).json();
    report["head"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_found_is_sealed_as_it_was_found() {
    let site = a_sealed_log(4500).await;
    let report = site.run(&["audit", "verify", "--json"]).json();
    assert_eq!(report["holds"], true, "{report}");
    assert_eq!(
        (&report["sealed"], &report["waiting"]),
        (&json!(4500), &json!(0))
    );
    let again = site.run(&["audit", "seal"]).ok();
    assert_eq!(again.trim(), "Sealed 0 rows.");
    site.run(&["user", "create", "nora@example.org"]).ok();
    let said = site.run(&["audit", "verify"]).ok();
    assert!(
        said.contains("No sealed row was altered or removed."),
        "{said}"
    );
    assert!(
        said.contains("Sealed: 4500. Waiting for a seal: 1."),
        "{said}"
    );
    assert!(said.contains("Head: 4500:"), "{said}");
}

#[tokio::test]
async fn an_altered_row_is_named() {
    let site = a_sealed_log(30).await;
    let changes: [&'static str; 4] = [
        "UPDATE audit_log SET user_id = 'somebody else' WHERE user_id = 'u7'",
        "UPDATE audit_log SET details = details || '{\"x\": 1.5}' WHERE details @> '{\"n\": 8}'",
        "UPDATE audit_log SET entity_type = '' WHERE details @> '{\"n\": 9}'",
        "UPDATE audit_log SET created_at = created_at + interval '1 microsecond' WHERE user_id = 'u11'",
    ];
    for change in changes {
        tamper(&site, change).await;
    }
    let report = broken(&site, &[]);
    let altered = [7, 8, 9, 11].map(|seq| ("altered", Some(seq)));
    assert_eq!(kinds(&report), altered, "{report}");
    let done = site.run(&["audit", "verify"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stdout.starts_with("BROKEN: row "), "{}", done.stdout);
    assert!(
        done.stdout.contains("sealed as number 7\n"),
        "{}",
        done.stdout
    );
}

#[tokio::test]
async fn a_removed_row_is_missed() {
    let site = a_sealed_log(10).await;
    tamper(&site, "DELETE FROM audit_log WHERE user_id = 'u3'").await;
    assert_eq!(kinds(&broken(&site, &[])), [("removed", Some(3))]);
}

#[tokio::test]
async fn a_row_removed_with_its_seal_leaves_a_gap() {
    let site = a_sealed_log(10).await;
    tamper(
        &site,
        "DELETE FROM audit_log WHERE log_id IN (SELECT log_id FROM audit_seals WHERE seq BETWEEN 4 AND 5);
         DELETE FROM audit_seals WHERE seq BETWEEN 4 AND 5",
    )
    .await;
    let report = broken(&site, &[]);
    assert_eq!(kinds(&report), [("cut", Some(6))]);
    let said = report["findings"][0]["message"].as_str().unwrap();
    assert_eq!(said, "the seals 4 to 5 are gone");
}

#[tokio::test]
async fn a_gap_that_was_closed_does_not_fit() {
    let site = a_sealed_log(10).await;
    tamper(
        &site,
        "DELETE FROM audit_log WHERE log_id = (SELECT log_id FROM audit_seals WHERE seq = 4);
         DELETE FROM audit_seals WHERE seq = 4;
         UPDATE audit_seals SET seq = seq + 1000 WHERE seq > 4;
         UPDATE audit_seals SET seq = seq - 1001 WHERE seq > 1000",
    )
    .await;
    let report = broken(&site, &[]);
    assert_eq!(kinds(&report)[0], ("cut", Some(4)), "{report}");
}

#[tokio::test]
async fn a_seal_that_was_made_to_fit_another_text_breaks_the_next_one() {
    let site = a_sealed_log(5).await;
    tamper(
        &site,
        "UPDATE audit_seals SET hash = sha256('forged') WHERE seq = 2",
    )
    .await;
    let report = broken(&site, &[]);
    assert_eq!(kinds(&report), [("altered", Some(2)), ("cut", Some(3))]);
    tamper(
        &site,
        "UPDATE audit_seals SET sealed_at = sealed_at - interval '1 day' WHERE seq = 5",
    )
    .await;
    assert!(kinds(&broken(&site, &[])).contains(&("altered", Some(5))));
}

#[tokio::test]
async fn what_is_cut_off_at_the_end_is_told_by_a_kept_head() {
    let site = a_sealed_log(10).await;
    let kept = head(&site);
    site.run(&["audit", "verify", "--expect", &kept]).ok();
    tamper(
        &site,
        "DELETE FROM audit_log WHERE log_id IN (SELECT log_id FROM audit_seals WHERE seq > 7);
         DELETE FROM audit_seals WHERE seq > 7",
    )
    .await;
    site.run(&["audit", "verify"]).ok();
    let report = broken(&site, &["--expect", &kept]);
    assert_eq!(kinds(&report), [("cut_short", Some(10))]);
}

#[tokio::test]
async fn a_chain_made_anew_has_another_head() {
    let site = a_sealed_log(10).await;
    let kept = head(&site);
    tamper(
        &site,
        "UPDATE audit_log SET user_id = 'nobody' WHERE user_id = 'u3'; DELETE FROM audit_seals",
    )
    .await;
    site.run(&["audit", "seal"]).ok();
    site.run(&["audit", "verify"]).ok();
    let report = broken(&site, &["--expect", &kept]);
    assert_eq!(kinds(&report), [("rewritten", Some(10))]);
    let said = site.run(&["audit", "verify", "--expect", "10"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr.contains("a head is a number"),
        "{}",
        said.stderr
    );
}

#[tokio::test]
async fn a_row_with_a_time_that_is_not_its_own_is_told() {
    let site = a_sealed_log(5).await;
    let backdated = "INSERT INTO audit_log (event_type, user_id, created_at)
        VALUES ('output.delete', 'framed', now() - interval '2 hours')";
    sqlx::query(backdated).execute(&site.pool()).await.unwrap();
    assert_eq!(kinds(&broken(&site, &[])), [("inserted", None)]);
    // Sealing it does not make it good.
    site.run(&["audit", "seal"]).ok();
    let report = broken(&site, &[]);
    assert_eq!(kinds(&report), [("inserted", Some(6))]);
    assert_eq!(report["waiting"], 0);
}

#[tokio::test]
async fn a_transaction_that_commits_late_is_not_passed_over() {
    let site = a_sealed_log(5).await;
    let pool = site.pool();
    let row = "INSERT INTO audit_log (event_type) VALUES ($1)";
    let mut slow = pool.begin().await.unwrap();
    sqlx::query(row)
        .bind("slow")
        .execute(&mut *slow)
        .await
        .unwrap();
    sqlx::query(row).bind("quick").execute(&pool).await.unwrap();
    assert_eq!(sealed_now(&pool, Reach::Recent).await, 1);
    slow.commit().await.unwrap();
    assert_eq!(sealed_now(&pool, Reach::Recent).await, 1);
    let order = "SELECT string_agg(event_type, ' ' ORDER BY seq) FROM audit_seals
        JOIN audit_log USING (log_id) WHERE seq > 5";
    let order: String = sqlx::query_scalar(order).fetch_one(&pool).await.unwrap();
    assert_eq!(order, "quick slow");
    let report = site.run(&["audit", "verify", "--json"]).json();
    assert_eq!(
        (&report["sealed"], &report["waiting"]),
        (&json!(7), &json!(0))
    );
}

async fn sealed_now(pool: &PgPool, reach: Reach) -> u64 {
    seal::run(pool, reach).await.unwrap().unwrap().rows
}

#[tokio::test]
async fn one_process_seals_at_a_time_and_nobody_who_writes_waits() {
    let site = a_sealed_log(5).await;
    let pool = site.pool();
    let mut other = pool.begin().await.unwrap();
    for sql in [
        "SELECT pg_advisory_xact_lock(hashtext('audit_seals'))",
        "INSERT INTO audit_seals VALUES (6, gen_random_uuid(), '', '', now())",
    ] {
        sqlx::query(sql).execute(&mut *other).await.unwrap();
    }
    site.run(&["user", "create", "nora@example.org"]).ok();
    assert_eq!(seal::run(&pool, Reach::All).await.unwrap(), None);
    let said = site.run(&["audit", "seal"]).ok();
    assert!(said.contains("sealing just now"), "{said}");
    other.rollback().await.unwrap();
    assert_eq!(sealed_now(&pool, Reach::Recent).await, 1);
}

#[tokio::test]
async fn a_server_seals_by_itself() {
    let server = TestServer::start().await;
    server.as_editor().await;
    let rows = server.count("SELECT count(*) FROM audit_log").await;
    eventually("every row is sealed", async || {
        let report = server.run(&["audit", "verify", "--json"]).json();
        (report["sealed"] == json!(rows) && report["waiting"] == 0).then_some(())
    })
    .await;
}

/// `docs/audit.md` describes how a hash is made; this is the same in SQL.
const HASH_IN_SQL: &str = r"
    SELECT count(*) FROM audit_seals s JOIN audit_log a USING (log_id)
    WHERE s.hash <> sha256(s.previous || int8send(s.seq) || (
        SELECT string_agg(CASE WHEN field IS NULL THEN '\x00' ELSE '\x01' || int4send(length(bytes)) || bytes END,
                          '' ORDER BY place)
        FROM unnest(ARRAY[
                extract(epoch FROM s.sealed_at)::text, a.log_id::text, a.event_type, a.entity_type,
                a.entity_id::text, a.user_id, a.details::text, extract(epoch FROM a.created_at)::text
             ]) WITH ORDINALITY AS fields(field, place),
             LATERAL (SELECT convert_to(field, 'UTF8')) AS encoded(bytes)))";

#[tokio::test]
async fn anybody_can_recompute_a_hash() {
    let site = a_sealed_log(40).await;
    assert_eq!(site.count("SELECT count(*) FROM audit_seals").await, 40);
    assert_eq!(site.count(HASH_IN_SQL).await, 0);
    tamper(
        &site,
        "UPDATE audit_log SET user_id = 'x' WHERE user_id = 'u3'",
    )
    .await;
    assert_eq!(site.count(HASH_IN_SQL).await, 1);
}

#[tokio::test]
async fn a_database_without_seals_is_told_what_to_do() {
    let site = Site::with_empty_database().await;
    let said = site.run(&["audit", "verify"]).failed();
    assert!(said.contains("archivist migrate"), "{said}");
}

#[tokio::test]
async fn a_role_that_may_only_read_can_verify() {
    let site = a_sealed_log(5).await;
    let join = if site.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{join}options=-c%20role%3Dpg_read_all_data", site.url());
    site.run(&["audit", "verify", "--database-url", &url]).ok();
    let said = site.run(&["audit", "seal", "--database-url", &url]);
    site.run(&["user", "create", "nora@example.org"]).ok();
    assert_eq!(said.code, Some(0), "nothing to do is no reason to write");
    let said = site
        .run(&["audit", "seal", "--database-url", &url])
        .failed();
    assert!(said.contains("permission denied"), "{said}");
}
