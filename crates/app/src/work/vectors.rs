//! The vectors of embedding models: the one that is wanted reads what it has not read, and the
//! index of every process takes over what was read.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use archivist_domain::{DocumentId, PassageId};
use archivist_embed::{EmbedError, Purpose};
use archivist_search::{PassageVector, Unread};
use archivist_store::embeddings::{self, Turn, Vector};
use archivist_web::models::{Voice, Voices};
use archivist_web::record;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::sleep;

use super::follower::Follower;
use super::reindex;
use crate::models;
use crate::site::Site;

/// How many vectors are taken over at a time.
const TAKEN_AT_ONCE: i64 = 1000;

/// How many passages a model reads at a time: what is lost when a process dies.
pub(super) const READ_AT_ONCE: usize = 64;

/// How often is looked whether there is something to read.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait where another process reads, or where the model fails.
const WAIT: Duration = Duration::from_secs(5);
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// How often the database is told that a model is wanted.
const STILL_WANTED: Duration = Duration::from_mins(10);

/// A text that is read wherever anything is.
const PLAIN: &str = "A garden.";

/// How long vectors that nobody wants are kept: somebody may want the model back.
const UNWANTED: TimeDelta = TimeDelta::days(1);

/// Takes over what a model has read since number `seen` of its sequence.
pub(super) async fn take_since(site: &Site, voice: &Voice, seen: &mut i64) -> Result<()> {
    loop {
        let pool = &site.state.pool;
        let kept = embeddings::since(pool, voice.model_id, *seen, TAKEN_AT_ONCE).await?;
        let Some(last) = kept.last() else {
            return Ok(());
        };
        let last = last.seq;
        let vectors: Vec<_> = kept
            .into_iter()
            .map(|kept| record::vector(kept.vector))
            .collect();
        let (index, identity) = (site.state.index.clone(), voice.identity.clone());
        let set = move || index.blocking_write().set_vectors(&identity, &vectors);
        site.state.cpu.run(set).await;
        *seen = last;
    }
}

/// What each model has read of these documents, by its name in the index.
pub(super) async fn of_documents(
    site: &Site,
    ids: &[DocumentId],
) -> Result<Vec<(Arc<str>, Vec<PassageVector>)>> {
    let mut read = Vec::new();
    for voice in site.state.models.voices().iter() {
        let vectors = embeddings::of_documents(&site.state.pool, voice.model_id, ids).await?;
        let vectors = vectors.into_iter().map(record::vector).collect();
        read.push((voice.identity.clone(), vectors));
    }
    Ok(read)
}

/// Forgets the vectors of models that nobody has wanted for a while.
pub(super) async fn forget_unwanted(site: &Site, now: DateTime<Utc>) -> Result<()> {
    let gone = embeddings::forget_unwanted(&site.state.pool, now - UNWANTED).await?;
    if gone > 0 {
        tracing::info!(
            models = gone,
            "vectors that nobody wants any more were removed"
        );
    }
    Ok(())
}

/// Has the wanted model read what comes, for ever, while no other process does.
pub(super) async fn read_on(site: Arc<Site>) -> Result<()> {
    if site.wanted.is_none() {
        return std::future::pending().await;
    }
    loop {
        match models::open(&site, models::some_threads()).await? {
            Ok(()) => read_as(&site).await?,
            Err(error) => {
                tracing::warn!(%error, "the embedding model cannot be used");
                site.state.models.note(Err(&error), &site.state.clock);
                sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Reads while the models stay what they are.
async fn read_as(site: &Site) -> Result<()> {
    let mut reader: Option<Reader<'_>> = None;
    let mut told = Instant::now();
    loop {
        let Some(voice) = site.state.models.voices().wanted else {
            return Ok(());
        };
        if told.elapsed() > STILL_WANTED {
            let name = models::name(voice.embedder.identity());
            let model = embeddings::want(&site.state.pool, &name, site.state.clock.now()).await?;
            if model.model_id != voice.model_id {
                // Its vectors were removed while this process slept.
                site.state.models.set_voices(Voices::default());
                site.state.index.write().await.keep_vectors_of(&[]);
                return Ok(());
            }
            told = Instant::now();
        }
        if reader.is_none() {
            reader = Reader::begin(site, voice.clone()).await?;
        }
        let wait = match &mut reader {
            Some(reader) => reader.step().await?,
            None => Some(WAIT),
        };
        retire_others(site, &voice).await?;
        if let Some(wait) = wait {
            sleep(wait).await;
        }
    }
}

/// Once the wanted model has read everything, no other is asked any more.
async fn retire_others(site: &Site, voice: &Voice) -> Result<()> {
    if site.state.models.voices().before.is_none() || !has_taken_over(site, voice).await? {
        return Ok(());
    }
    let mut index = site.state.index.write().await;
    index.keep_vectors_of(&[&voice.identity]);
    site.state.models.set_voices(models::only(voice.clone()));
    tracing::info!(model = %voice.identity, "the search has changed to another model");
    Ok(())
}

/// Whether a model has read all that it can, and the search of this process can ask it.
async fn has_taken_over(site: &Site, voice: &Voice) -> Result<bool> {
    if let Some(outside) = &site.state.outside {
        return Ok(outside.model_id() == Some(voice.model_id));
    }
    let coverage = site.state.index.read().await.coverage(&voice.identity);
    if !coverage.is_enough() {
        return Ok(false);
    }
    let model = embeddings::model(&site.state.pool, voice.model_id).await?;
    Ok(model.is_some_and(|model| model.completed_at.is_some()))
}

/// The process whose turn it is to read for a model.
pub(crate) struct Reader<'a> {
    site: &'a Site,
    voice: Voice,
    turn: Turn,
    /// Passages that the model refuses.
    refused: HashSet<PassageId>,
    /// Finds what is unread where no index of this process knows it.
    follower: Option<Follower>,
    is_complete: bool,
}

impl<'a> Reader<'a> {
    /// Begins to read, unless another process does.
    pub(crate) async fn begin(site: &'a Site, voice: Voice) -> Result<Option<Self>> {
        let Some(turn) = Turn::take(&site.database.options, voice.model_id).await? else {
            return Ok(None);
        };
        let follower = site.state.outside.is_some().then(Follower::default);
        if follower.is_none() {
            // Whose turn it was before may have read what is not in the index yet.
            reindex::take_changes(site).await?;
        }
        Ok(Some(Self {
            site,
            voice,
            turn,
            refused: HashSet::new(),
            follower,
            is_complete: false,
        }))
    }

    /// Whether there was nothing left to read once.
    pub(crate) const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Reads some passages. Says how long to wait before the next step: not at all while there
    /// is more to read and the model does as it should.
    pub(crate) async fn step(&mut self) -> Result<Option<Duration>> {
        let unread = self.unread().await?;
        if unread.is_empty() {
            self.complete().await?;
            return Ok(Some(LOOK));
        }
        match self.read(unread).await? {
            Ok(()) => Ok(None),
            Err(error) => {
                tracing::warn!(%error, "passages could not be read for the search by meaning");
                self.site
                    .state
                    .models
                    .note(Err(&error), &self.site.state.clock);
                Ok(Some(AFTER_FAILURE))
            }
        }
    }

    /// What to read next; what is refused is no more asked for.
    async fn unread(&mut self) -> Result<Vec<Unread>> {
        if let Some(follower) = &mut self.follower {
            return follower.next(self.site, &self.voice, &self.refused).await;
        }
        let index = self.site.state.index.read().await;
        let limit = READ_AT_ONCE + self.refused.len();
        let mut unread = index.unread(&self.voice.identity, limit);
        unread.retain(|unread| !self.refused.contains(&unread.place.passage));
        unread.truncate(READ_AT_ONCE);
        Ok(unread)
    }

    async fn read(&mut self, unread: Vec<Unread>) -> Result<Result<(), EmbedError>> {
        match self.embed(&unread).await {
            Ok((vectors, tokens)) => self.keep(&vectors, tokens).await?,
            Err(EmbedError::Refused { .. }) if unread.len() > 1 => {
                return self.read_one_by_one(unread).await;
            }
            Err(error @ EmbedError::Refused { .. }) => {
                return self.give_up(&unread, error, false).await;
            }
            Err(error) => return Ok(Err(error)),
        }
        self.site.state.models.note(Ok(()), &self.site.state.clock);
        Ok(Ok(()))
    }

    /// Finds out which passages are refused.
    async fn read_one_by_one(&mut self, unread: Vec<Unread>) -> Result<Result<(), EmbedError>> {
        let mut refused = Vec::new();
        let mut last = None;
        let all = unread.len();
        for one in unread {
            match self.embed(std::slice::from_ref(&one)).await {
                Ok((vectors, tokens)) => self.keep(&vectors, tokens).await?,
                Err(error @ EmbedError::Refused { .. }) => {
                    refused.push(one);
                    last = Some(error);
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        match last {
            Some(error) => self.give_up(&refused, error, refused.len() < all).await,
            None => Ok(Ok(())),
        }
    }

    /// Gives passages up that were refused, unless the model refuses everything now.
    async fn give_up(
        &mut self,
        refused: &[Unread],
        error: EmbedError,
        others_were_read: bool,
    ) -> Result<Result<(), EmbedError>> {
        if !others_were_read && !self.reads_anything().await {
            return Ok(Err(error));
        }
        let passages = refused.len();
        tracing::warn!(%error, passages, "the embedding model refuses passages; they are found by their words only");
        let state = &self.site.state;
        state.models.note(Err(&error), &state.clock);
        self.refused.extend(refused.iter().map(|u| u.place.passage));
        Ok(Ok(()))
    }

    /// Whether the model reads a text that no model refuses.
    async fn reads_anything(&self) -> bool {
        let plain = [PLAIN.to_owned()];
        let embedded = self.voice.embedder.embed(&plain, Purpose::Passage);
        embedded.await.is_ok()
    }

    async fn embed(&self, unread: &[Unread]) -> Result<(Vec<Vector>, u64), EmbedError> {
        let texts: Vec<String> = unread.iter().map(|unread| unread.text.clone()).collect();
        let embedded = self.voice.embedder.embed(&texts, Purpose::Passage).await?;
        let read = unread.iter().zip(embedded.vectors);
        let vectors = read.map(|(unread, values)| Vector {
            passage_id: unread.place.passage,
            doc_id: unread.place.document,
            text_digest: unread.digest,
            values,
        });
        Ok((vectors.collect(), embedded.usage.tokens))
    }

    async fn keep(&mut self, vectors: &[Vector], tokens: u64) -> Result<()> {
        self.turn
            .keep(vectors, i64::try_from(tokens).unwrap_or(i64::MAX))
            .await?;
        match &mut self.follower {
            Some(follower) => follower.has_read(vectors),
            None => {
                reindex::take_changes(self.site).await?;
            }
        }
        Ok(())
    }

    async fn complete(&mut self) -> Result<()> {
        if !self.is_complete {
            let state = &self.site.state;
            embeddings::complete(&state.pool, self.turn.model_id(), state.clock.now()).await?;
            self.is_complete = true;
        }
        Ok(())
    }
}
