//! Documents that wait for an editor's decision, since they may hold personal data.

use archivist_domain::DocumentId;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};

use crate::audit::{Audited, Facts, facts};
use crate::{changes, documents};

/// Whether and why a document is held.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Since when.
    pub held_at: DateTime<Utc>,
    /// Until when; `None` while it is held.
    pub released_at: Option<DateTime<Utc>>,
    /// Who released it.
    pub released_by: Option<String>,
}

/// Personal data that is likely in a document, and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is, as the rule calls it (`social_security`).
    pub kind: String,
    /// The passage, by its place in the document from 0.
    pub passage: i32,
    /// The page.
    pub page: Option<i32>,
    /// Where it begins in the passage's text, in bytes.
    pub starts: i32,
    /// Where it ends.
    pub ends: i32,
    /// What may be shown of it.
    pub masked: String,
    /// How likely it is personal data, 0 to 1.
    pub confidence: f32,
}

/// Holds a document that is put in by this transaction: nobody finds it before it is
/// released. Without findings nothing is held.
pub async fn hold(tx: &mut Audited, id: DocumentId, findings: &[Finding]) -> sqlx::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO document_holds (doc_id) VALUES ($1)
         ON CONFLICT (doc_id) DO UPDATE SET held_at = now(), released_at = NULL, released_by = NULL",
        id.0
    )
    .execute(&mut **tx)
    .await?;
    write_findings(tx, id, findings).await?;
    let document = documents::get(&mut **tx, id).await?;
    let document = document.ok_or(sqlx::Error::RowNotFound)?;
    tx.write("document.hold", &document, Facts::new(), told(findings))
        .await
}

/// Writes what another reading found in the place of what was found. Returns whether the
/// document is held from now on and was not before.
///
/// A decision stays, as long as nothing is found that who released the document has not
/// seen: then it is held again.
pub async fn replace_findings(
    tx: &mut Audited,
    id: DocumentId,
    findings: &[Finding],
) -> sqlx::Result<bool> {
    let is_new = calls_for_hold(tx, id, findings).await?;
    sqlx::query!("DELETE FROM document_findings WHERE doc_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    if is_new {
        hold(tx, id, findings).await?;
    } else if get(&mut **tx, id).await?.is_some() {
        write_findings(tx, id, findings).await?;
    }
    Ok(is_new)
}

/// Whether a document that is not held has to be: something was found that nobody has seen
/// who released it.
pub async fn calls_for_hold(
    conn: &mut PgConnection,
    id: DocumentId,
    findings: &[Finding],
) -> sqlx::Result<bool> {
    let hold = get(&mut *conn, id).await?;
    if hold.is_some_and(|hold| hold.released_at.is_none()) {
        return Ok(false);
    }
    let seen = of_document(conn, id).await?;
    Ok(findings.iter().any(|finding| !is_among(&seen, finding)))
}

/// Whether the same was found before, wherever it stood.
fn is_among(seen: &[Finding], finding: &Finding) -> bool {
    seen.iter()
        .any(|other| (&other.kind, &other.masked) == (&finding.kind, &finding.masked))
}

async fn write_findings(
    tx: &mut Audited,
    id: DocumentId,
    findings: &[Finding],
) -> sqlx::Result<()> {
    let kinds: Vec<_> = findings.iter().map(|f| f.kind.clone()).collect();
    let passages: Vec<_> = findings.iter().map(|f| f.passage).collect();
    let pages: Vec<_> = findings.iter().map(|f| f.page).collect();
    let starts: Vec<_> = findings.iter().map(|f| f.starts).collect();
    let ends: Vec<_> = findings.iter().map(|f| f.ends).collect();
    let masked: Vec<_> = findings.iter().map(|f| f.masked.clone()).collect();
    let confidences: Vec<_> = findings.iter().map(|f| f.confidence).collect();
    sqlx::query!(
        "INSERT INTO document_findings (doc_id, number, kind, passage, page, starts, ends, masked, confidence)
         SELECT $1, n, kind, passage, page, starts, ends, masked, confidence
         FROM unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::real[])
              WITH ORDINALITY AS f(kind, passage, page, starts, ends, masked, confidence, n)",
        id.0,
        &kinds,
        &passages,
        &pages as &[Option<i32>],
        &starts,
        &ends,
        &masked,
        &confidences
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the log keeps: how many of which kind, never the data.
fn told(findings: &[Finding]) -> Facts {
    let mut kinds = serde_json::Map::new();
    for finding in findings {
        let count = kinds.get(&finding.kind).and_then(serde_json::Value::as_u64);
        kinds.insert(finding.kind.clone(), json!(count.unwrap_or(0) + 1));
    }
    facts([("findings", json!(kinds))])
}

/// Lets everybody find a held document. Returns whether it was held.
pub async fn release(tx: &mut Audited, id: DocumentId, by: &str) -> sqlx::Result<bool> {
    changes::take_turn(tx).await?;
    let done = sqlx::query!(
        "UPDATE document_holds SET released_at = now(), released_by = $2
         WHERE doc_id = $1 AND released_at IS NULL",
        id.0,
        by
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let findings = of_document(&mut **tx, id).await?;
    let document = documents::get(&mut **tx, id).await?;
    let document = document.ok_or(sqlx::Error::RowNotFound)?;
    tx.write("document.release", &document, told(&findings), Facts::new())
        .await?;
    Ok(true)
}

/// Whether a document is or was held; `None` where nothing was ever found in it.
pub async fn get(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Option<Hold>> {
    sqlx::query_as!(
        Hold,
        "SELECT held_at, released_at, released_by FROM document_holds WHERE doc_id = $1",
        id.0
    )
    .fetch_optional(db)
    .await
}

/// What was found in a document, in its order.
pub async fn of_document(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Vec<Finding>> {
    sqlx::query_as!(
        Finding,
        "SELECT kind, passage, page, starts, ends, masked, confidence
         FROM document_findings WHERE doc_id = $1 ORDER BY number",
        id.0
    )
    .fetch_all(db)
    .await
}
