//! Fingerprints of documents: each gets one as it comes in, and those that came in under
//! an older release get theirs in the background.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use archivist_domain::DocumentId;
use archivist_ingest::fingerprint::Fingerprint;
use archivist_store::passages::NewPassage;
use archivist_store::{PgConnection, fingerprints, passages};
use archivist_web::similar;

use crate::site::Site;

/// How often is looked whether a server of an older release has taken documents in.
const LOOK: Duration = Duration::from_hours(1);

/// How many documents are asked for at a time.
const BATCH: i64 = 100;

/// The fingerprint of a document that comes in or was read again.
pub(super) async fn of_new(site: &Site, passages: &[NewPassage]) -> Fingerprint {
    let texts = passages.iter().map(|passage| passage.content.clone());
    similar::fingerprint(&site.state.cpu, texts.collect()).await
}

/// Keeps it, in the transaction that keeps the passages.
pub(super) async fn keep(
    conn: &mut PgConnection,
    id: DocumentId,
    print: &Fingerprint,
) -> Result<()> {
    let stored = similar::to_store(id, print);
    Ok(fingerprints::keep(conn, &stored, &print.bands()).await?)
}

/// Catches up for ever; returns only with an error.
pub(super) async fn follow(site: Arc<Site>) -> Result<()> {
    loop {
        catch_up(&site).await?;
        tokio::time::sleep(LOOK).await;
    }
}

/// Gives every document a fingerprint that has none.
pub(crate) async fn catch_up(site: &Site) -> Result<()> {
    loop {
        let missing = fingerprints::missing(&site.state.pool, BATCH).await?;
        if missing.is_empty() {
            return Ok(());
        }
        for id in missing {
            give(site, id).await?;
        }
    }
}

async fn give(site: &Site, id: DocumentId) -> Result<()> {
    let state = &site.state;
    let passages = passages::of_documents(&state.pool, &[id]).await?;
    let texts = passages.into_iter().map(|passage| passage.content);
    let print = similar::fingerprint(&state.cpu, texts.collect()).await;
    let stored = similar::to_store(id, &print);
    let mut tx = state.pool.begin().await?;
    fingerprints::keep_first(&mut tx, &stored, &print.bands()).await?;
    Ok(tx.commit().await?)
}
