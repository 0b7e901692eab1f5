//! The search index follows the database: every change by its number, woken up by
//! notifications, with polling as the guarantee.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use archivist_search::Synonyms;
use archivist_store::{changes, synonyms};
use archivist_web::models::Voices;
use archivist_web::record;

use super::{order, outside, vectors};
use crate::models;
use crate::site::Site;

/// How long to wait for a notification before asking all the same. Half of the second in
/// which a change has to be found.
pub(super) const POLL: Duration = Duration::from_millis(500);

/// How long nothing may have changed before vectors are learned and the index is saved.
const QUIET: Duration = Duration::from_secs(1);

/// After so long it is done although the archive goes on changing.
const BUSY: Duration = Duration::from_mins(1);

/// How many documents are taken over at a time.
pub(super) const BATCH: i64 = 100;

/// Vectors are learned with this seed, so that the same archive gives the same.
pub(super) const SEED: u64 = 1;

/// Follows for ever; returns only with an error. Nothing long is done here, so that what
/// is committed can be found.
pub(crate) async fn follow(site: Arc<Site>) -> Result<()> {
    let mut listener = changes::listen(&site.state.pool).await?;
    loop {
        take_changes(&site).await?;
        // Ending without a notification is the normal case.
        let _ = tokio::time::timeout(POLL, listener.recv()).await;
    }
}

/// Learns and saves, for ever, beside the one who follows.
pub(crate) async fn keep(site: Arc<Site>) -> Result<()> {
    let mut saved = position(&site).await;
    loop {
        let reached = rest(&site).await;
        if reached != saved {
            save(&site).await?;
        }
        if learn_if_due(&site).await {
            save(&site).await?;
        }
        saved = reached;
    }
}

/// Waits for a quiet moment, or long enough; says where in the change sequence the index was
/// then.
pub(super) async fn rest(site: &Site) -> i64 {
    let mut reached = position(site).await;
    let mut waited = Duration::ZERO;
    loop {
        tokio::time::sleep(QUIET).await;
        waited += QUIET;
        let before = std::mem::replace(&mut reached, position(site).await);
        if before == reached || waited >= BUSY {
            return reached;
        }
    }
}

async fn position(site: &Site) -> i64 {
    site.state.index.read().await.position()
}

/// Brings the index wholly up to date, learns vectors where that is due, and
/// saves it if anything changed. For commands, which do not follow.
pub(crate) async fn catch_up(site: &Site) -> Result<()> {
    order::take_over(site).await?;
    if let Err(error) = models::open(site, models::all_threads()).await? {
        tracing::warn!(%error, "the embedding model is not asked");
    }
    if site.state.outside.is_some() {
        return outside::catch_up(site).await;
    }
    let changed = take_changes(site).await?;
    let learned = learn_if_due(site).await;
    if changed || learned {
        save(site).await?;
    }
    Ok(())
}

/// Takes over all changes there are, and what embedding models have read; says whether there
/// were any changes.
pub(crate) async fn take_changes(site: &Site) -> Result<bool> {
    // One at a time: what a model has read of a document must not be passed over while the
    // document itself is on its way.
    let mut seen = site.vectors_seen.lock().await;
    start_over_if_ahead(site, &mut seen).await?;
    take_synonyms(site).await?;
    let mut changed = false;
    while take_batch(site).await? {
        changed = true;
    }
    for voice in site.state.models.voices().iter() {
        let seen = seen.entry(voice.model_id).or_default();
        vectors::take_since(site, voice, seen).await?;
    }
    Ok(changed)
}

/// A database that was put back to an earlier state knows fewer changes than the
/// saved index: then the index begins anew.
async fn start_over_if_ahead(site: &Site, seen: &mut HashMap<i32, i64>) -> Result<()> {
    let latest = changes::latest(&site.state.pool).await?;
    let mut index = site.state.index.write().await;
    if index.position() > latest {
        *index = archivist_search::Index::new();
        // The models there are now have other numbers.
        site.state.models.set_voices(Voices::default());
        seen.clear();
    }
    Ok(())
}

/// Whole, since there are few: a group that was deleted leaves no trace.
pub(super) async fn take_synonyms(site: &Site) -> Result<()> {
    let groups = synonyms::list(&site.state.pool).await?;
    let current = Synonyms::new(groups.into_iter().map(|group| group.wordings));
    if *site.state.index.read().await.synonyms() != current {
        site.state.index.write().await.set_synonyms(current);
    }
    Ok(())
}

async fn take_batch(site: &Site) -> Result<bool> {
    let position = site.state.index.read().await.position();
    let batch = changes::since(&site.state.pool, position, BATCH).await?;
    let Some(last) = batch.last() else {
        return Ok(false);
    };
    let ids: Vec<_> = batch.iter().map(|change| change.doc_id).collect();
    let records = record::of_documents(&site.state.pool, &ids).await?;
    let read = vectors::of_documents(site, &ids).await?;
    let (index, last) = (site.state.index.clone(), last.seq);
    site.state
        .cpu
        .run(move || {
            let preparer = index.blocking_read().preparer(&ids);
            let changes = preparer.prepare(records);
            // One at a time, so that searches go on in between.
            for change in changes {
                let id = change.document();
                let mut index = index.blocking_write();
                index.apply(change);
                for (identity, vectors) in &read {
                    let of_it = vectors.iter().filter(|vector| vector.place.document == id);
                    index.set_vectors(identity, of_it);
                }
            }
            index.blocking_write().set_position(last);
        })
        .await;
    Ok(true)
}

/// Learns in the background: searches go on with the old vectors meanwhile.
async fn learn_if_due(site: &Site) -> bool {
    let set = {
        let index = site.state.index.read().await;
        if !index.training_due() {
            return false;
        }
        index.training_set()
    };
    // Beside the pool, whose places are for people who wait.
    let index = site.state.index.clone();
    aside(move || {
        let trained = set.train(SEED);
        index.blocking_write().install(trained);
    })
    .await;
    true
}

async fn save(site: &Site) -> Result<()> {
    let (index, file) = (site.state.index.clone(), site.index_file.clone());
    aside(move || {
        // Encoded under the lock, written without it.
        let snapshot = index.blocking_read().snapshot();
        snapshot.write(&file)
    })
    .await?;
    Ok(())
}

/// Runs long work on a thread of its own.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
