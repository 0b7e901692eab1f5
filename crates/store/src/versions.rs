//! Documents that are versions of each other: a chain, the oldest first. Search finds
//! the newest; the others are superseded, and stay.

use archivist_domain::DocumentId;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::audit::{Audited, facts};
use crate::changes;
use crate::documents::{self, Document};

/// On which side of another document one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It takes the other's place.
    Newer,
    /// The other took its place.
    Older,
}

/// Why a document does not become a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// One of the two is not there.
    Missing(DocumentId),
    /// No document is a version of itself.
    Itself,
    /// It is a version of another already.
    IsVersion,
    /// One of the two waits for an editor's decision: if it took the place of the other,
    /// people would find neither.
    Held(DocumentId),
}

/// Makes a document the version right after or right before another one. Who is in no
/// chain yet begins one.
pub async fn add(
    tx: &mut Audited,
    id: DocumentId,
    side: Side,
    of: DocumentId,
) -> sqlx::Result<Result<(), Refusal>> {
    // From here on nobody else changes documents.
    changes::take_turn(tx).await?;
    let document = documents::get(&mut **tx, id).await?;
    let other = documents::get(&mut **tx, of).await?;
    let (document, other) = match (document, other) {
        (None, _) => return Ok(Err(Refusal::Missing(id))),
        (_, None) => return Ok(Err(Refusal::Missing(of))),
        (Some(document), Some(other)) => (document, other),
    };
    if let Some(refusal) = refusal(&document, &other) {
        return Ok(Err(refusal));
    }
    if other.versions.is_empty() {
        begin(tx, of).await?;
    }
    insert(tx, id, side, of).await?;
    let chain = documents::get(&mut **tx, id).await?;
    let chain = chain.map(|document| document.versions).unwrap_or_default();
    let before = facts([("versions", json!(other.versions))]);
    let after = facts([("versions", json!(chain))]);
    tx.write("document.version_add", &document, before, after)
        .await?;
    Ok(Ok(()))
}

fn refusal(document: &Document, other: &Document) -> Option<Refusal> {
    if document.doc_id == other.doc_id {
        return Some(Refusal::Itself);
    }
    if !document.versions.is_empty() {
        return Some(Refusal::IsVersion);
    }
    let held = [document, other].into_iter().find(|one| one.held);
    held.map(|one| Refusal::Held(one.doc_id))
}

/// Puts a document that has come back where it stood among the versions `was`, the oldest
/// first: beside the nearest of them that is still there.
pub(crate) async fn rejoin(
    conn: &mut PgConnection,
    id: DocumentId,
    was: &[DocumentId],
) -> sqlx::Result<()> {
    let place = was.iter().position(|one| *one == id).unwrap_or(0);
    let older = was[..place].iter().rev().map(|of| (Side::Newer, *of));
    let newer = was.iter().skip(place + 1).map(|of| (Side::Older, *of));
    for (side, of) in older.chain(newer) {
        let Some(other) = documents::get(&mut *conn, of).await? else {
            continue;
        };
        if other.versions.is_empty() {
            begin(conn, of).await?;
        }
        return insert(conn, id, side, of).await;
    }
    Ok(())
}

async fn begin(conn: &mut PgConnection, first: DocumentId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO document_versions (doc_id, chain_id, number) VALUES ($1, $2, 1)",
        first.0,
        Uuid::new_v4()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes room in the chain of `of`, and takes it.
async fn insert(
    conn: &mut PgConnection,
    id: DocumentId,
    side: Side,
    of: DocumentId,
) -> sqlx::Result<()> {
    let is_newer = side == Side::Newer;
    sqlx::query!(
        "UPDATE document_versions v SET number = v.number + 1 FROM document_versions o
         WHERE o.doc_id = $1 AND v.chain_id = o.chain_id
           AND (v.number > o.number OR (v.number = o.number AND NOT $2::bool))",
        of.0,
        is_newer
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO document_versions (doc_id, chain_id, number)
         SELECT $1, chain_id, CASE WHEN $3::bool THEN number + 1 ELSE number - 1 END
         FROM document_versions WHERE doc_id = $2",
        id.0,
        of.0,
        is_newer
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a document out of its chain: it stands for itself again. Returns whether it was
/// in one; `None` where there is no such document.
pub async fn remove(tx: &mut Audited, id: DocumentId) -> sqlx::Result<Option<bool>> {
    changes::take_turn(tx).await?;
    let Some(document) = documents::get(&mut **tx, id).await? else {
        return Ok(None);
    };
    let gone = sqlx::query!("DELETE FROM document_versions WHERE doc_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(Some(false));
    }
    let rest = document.versions.iter().filter(|one| **one != id);
    let rest: Vec<_> = rest.collect();
    let before = facts([("versions", json!(document.versions))]);
    let after = facts([("versions", json!(rest))]);
    tx.write("document.version_remove", &document, before, after)
        .await?;
    Ok(Some(true))
}
