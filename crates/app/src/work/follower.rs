//! What a model has not read, where an engine outside of the process keeps the passages: the
//! documents are followed by their changes, from the first on, and their texts compared with
//! those that were read.

use std::collections::HashSet;

use anyhow::Result;
use archivist_domain::{DocumentId, PassageId};
use archivist_search::Unread;
use archivist_store::embeddings::Vector;
use archivist_store::{changes, embeddings};
use archivist_web::models::Voice;
use archivist_web::record;

use super::reindex::{BATCH, aside};
use super::vectors::READ_AT_ONCE;
use crate::site::Site;

/// Where in the change sequence one has come, and what waits there.
#[derive(Debug, Default)]
pub(super) struct Follower {
    position: i64,
    waiting: Vec<Unread>,
}

impl Follower {
    /// What to read next; the same until it has been read. Nothing at the end of the sequence.
    pub(super) async fn next(
        &mut self,
        site: &Site,
        voice: &Voice,
        refused: &HashSet<PassageId>,
    ) -> Result<Vec<Unread>> {
        loop {
            self.waiting
                .retain(|unread| !refused.contains(&unread.place.passage));
            if !self.waiting.is_empty() {
                let next = self.waiting.iter().take(READ_AT_ONCE);
                return Ok(next.cloned().collect());
            }
            if !self.go_on(site, voice).await? {
                return Ok(Vec::new());
            }
        }
    }

    /// Whether there were further documents.
    async fn go_on(&mut self, site: &Site, voice: &Voice) -> Result<bool> {
        let pool = &site.state.pool;
        let batch = changes::since(pool, self.position, BATCH).await?;
        let Some(last) = batch.last() else {
            return Ok(false);
        };
        let ids: Vec<DocumentId> = batch.iter().map(|change| change.doc_id).collect();
        let records = record::of_documents(pool, &ids).await?;
        let read = embeddings::digests(pool, voice.model_id, &ids).await?;
        self.waiting = aside(move || {
            let records = records.into_iter();
            let unread = records.flat_map(|record| Unread::of_document(record, &read));
            unread.collect()
        })
        .await;
        self.position = last.seq;
        Ok(true)
    }

    /// These need not be read any more.
    pub(super) fn has_read(&mut self, vectors: &[Vector]) {
        let read: HashSet<PassageId> = vectors.iter().map(|vector| vector.passage_id).collect();
        self.waiting
            .retain(|unread| !read.contains(&unread.place.passage));
    }
}
