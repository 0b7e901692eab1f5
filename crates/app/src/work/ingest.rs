//! Taking a stored file into the library: read it in the sandbox, cut it into
//! passages, and commit document, passages and the job's end together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_domain::{DocType, DocumentId, JobId, JobKind, JobState};
use archivist_ingest::fingerprint::Fingerprint;
use archivist_ingest::{Given, IngestError, Parsed};
use archivist_store::audit::{Audited, Origin};
use archivist_store::documents::{self, NewDocument};
use archivist_store::entities::{self as stored_entities, PassageEntities};
use archivist_store::holds;
use archivist_store::jobs::{self, Claimed, MAX_ATTEMPTS, MAX_POSTPONED, Worker};
use archivist_store::passages::NewPassage;
use archivist_store::programs;
use archivist_store::reviews::{self, NewReview};
use archivist_store::{DatabaseError, PgConnection, constraint};
use archivist_web::intake::{self, Order, Queued, Receipt};
use archivist_web::secret::Secret;
use archivist_web::{recognition, similar};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::unpack::Unpacked;
use crate::site::Site;
use crate::work::reprocess::numbers;
use crate::work::{entities, findings, fingerprints, owned, passages, proposals};

/// How long to wait for work before looking for work that nobody announced.
const IDLE: Duration = Duration::from_secs(2);

/// How often is looked whether a job that somebody waits for can be claimed.
const GLANCE: Duration = Duration::from_millis(250);

/// How long a job is put off for the first time; each further time is four times as
/// long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// How often a job that somebody waits for is put off.
const MAX_POSTPONED_AWAITED: i32 = 2;

/// Does jobs as they come, for ever. Returns only with an error, upon which the
/// jobs of this worker are free for others.
pub(crate) async fn work(site: Arc<Site>) -> Result<()> {
    let worker = site.worker().await?;
    loop {
        match jobs::claim(&worker, JobKind::Ingest, None).await? {
            Some(job) => {
                do_job(&site, &worker, &job).await?;
            }
            None => {
                // Either rings; the time limit is the guarantee.
                let _ = timeout(IDLE, site.state.work.notified()).await;
            }
        }
    }
}

/// Rings for the workers and for who follows, when a job has changed in whichever
/// process. Returns only with an error.
pub(crate) async fn ring(site: Arc<Site>) -> Result<()> {
    let mut changes = jobs::Changes::listen(&site.state.pool).await?;
    loop {
        let job = changes.next().await?;
        site.state.jobs.ring(job);
        site.state.work.notify_one();
    }
}

/// Does a job to its end, however often it is put off and whoever does it then; says what
/// came of it.
pub(crate) async fn see_through(site: &Site, worker: &Worker, job: Claimed) -> Result<Receipt> {
    go_on(site, worker, job.job_id, Some(job)).await
}

/// The same for a job that is queued.
pub(crate) async fn see_queued_through(site: &Site, worker: &Worker, id: JobId) -> Result<Receipt> {
    go_on(
        site,
        worker,
        id,
        jobs::claim(worker, JobKind::Ingest, Some(id)).await?,
    )
    .await
}

async fn go_on(
    site: &Site,
    worker: &Worker,
    id: JobId,
    mut claimed: Option<Claimed>,
) -> Result<Receipt> {
    loop {
        if let Some(job) = claimed.take()
            && let Some(receipt) = do_job(site, worker, &job).await?
        {
            return Ok(receipt);
        }
        if let Some(receipt) = ended(site, id).await? {
            return Ok(receipt);
        }
        sleep(GLANCE).await;
        claimed = jobs::claim(worker, JobKind::Ingest, Some(id)).await?;
    }
}

/// What came of a job, where it has ended.
async fn ended(site: &Site, id: JobId) -> Result<Option<Receipt>> {
    let job = jobs::get(&site.state.pool, id).await?;
    let job = job.context("its job has gone")?;
    match job.state {
        JobState::Queued | JobState::Running => Ok(None),
        JobState::Cancelled => bail!("somebody cancelled it"),
        JobState::Done | JobState::Failed => {
            let receipt = serde_json::from_value(job.result.unwrap_or_default())?;
            Ok(Some(receipt))
        }
    }
}

/// Does a job. `None` says that it has not ended here: it was put off, or it was taken
/// away, by another worker or by somebody who called it off.
async fn do_job(site: &Site, worker: &Worker, job: &Claimed) -> Result<Option<Receipt>> {
    let task = Task { site, worker, job };
    let queued: Queued = match serde_json::from_value(job.payload.clone()) {
        Ok(queued) => queued,
        Err(error) => {
            let reason = format!("The order for this file cannot be read: {error}.");
            return task.settle(Receipt::Broken { reason }, false).await;
        }
    };
    let ended = match task.read(&queued.order).await {
        Ok(Some(Ok(Found::Document(parsed, unpacked)))) => {
            task.add(&queued, *parsed, unpacked.as_ref()).await
        }
        Ok(Some(Ok(Found::Archive(unpacked)))) => task.take_apart(&queued, &unpacked).await,
        Ok(Some(Err(receipt))) => task.settle(receipt, !queued.order.is_awaited).await,
        Ok(None) => return Ok(None),
        Err(error) => Err(error),
    };
    match ended {
        Ok(receipt) => Ok(receipt),
        Err(error) => task.put_off(&queued.order, error).await,
    }
}

/// What was found in a file.
enum Found {
    /// A document; the files that it holds, where it holds others.
    Document(Box<Parsed>, Option<Unpacked>),
    /// Nothing but other files.
    Archive(Unpacked),
}

/// A claimed job. What ends it says `None` where the job was taken away meanwhile:
/// then nothing was done here. Errors are those that pass.
struct Task<'a> {
    site: &'a Site,
    worker: &'a Worker,
    job: &'a Claimed,
}

/// What becomes of a file that was read.
struct Kept<'a> {
    new: &'a NewDocument,
    passages: &'a [NewPassage],
    /// What may be personal in it.
    findings: &'a [holds::Finding],
    /// By what documents are found that have much in common with it.
    print: &'a Fingerprint,
    /// What a person should know about how it was read.
    notes: Vec<String>,
    /// What was found about it, and who said what stands.
    review: &'a NewReview,
    /// What its passages name.
    entities: &'a [PassageEntities],
}

impl Task<'_> {
    /// Reads the file, unless there is a reason not to.
    async fn read(&self, order: &Order) -> Result<Option<Result<Found, Receipt>>> {
        let state = &self.site.state;
        if self.job.attempts > MAX_ATTEMPTS {
            let reason = format!(
                "The server stopped {MAX_ATTEMPTS} times while reading this file, so it was given up."
            );
            return Ok(Some(Err(Receipt::Broken { reason })));
        }
        if let Some(doc_id) = documents::find_by_file(&state.pool, &order.sha256).await? {
            return Ok(Some(Err(Receipt::Duplicate { doc_id })));
        }
        jobs::progress(&state.pool, self.job.job_id, "reading").await?;
        // Dropping what reads kills its process.
        tokio::select! {
            found = self.parse(order) => match found? {
                Ok(found) => Ok(Some(Ok(found))),
                Err(error @ IngestError::Io { .. }) => Err(error.into()),
                Err(error) => Ok(Some(Err(unreadable(&error)))),
            },
            taken = owned::taken_away(&self.site.state, self.worker, self.job.job_id) => taken.map(|()| None),
        }
    }

    /// Reads the file in the sandbox. The outer error is that of the store of files.
    async fn parse(&self, order: &Order) -> Result<Result<Found, IngestError>> {
        let file = self.site.state.blobs.fetch(&order.sha256).await?;
        Ok(self.parse_file(order, file.path()).await)
    }

    async fn parse_file(&self, order: &Order, path: &Path) -> Result<Found, IngestError> {
        let year = self.site.state.clock.year();
        let password = self.password(order);
        let given = Given {
            password: password.as_ref().map(Secret::reveal),
            ..Given::default()
        };
        let sandbox = &self.site.sandbox;
        match sandbox.process(path, &order.filename, year, &given).await {
            // What came out of another file was taken apart with it.
            Ok(parsed) if parsed.kind.is_container() && order.inside.is_none() => {
                let unpacked = Unpacked::of(self.site, order, path, &given).await?;
                Ok(Found::Document(Box::new(parsed), Some(unpacked)))
            }
            Ok(parsed) => Ok(Found::Document(Box::new(parsed), None)),
            Err(IngestError::Archive) if order.inside.is_none() => Ok(Found::Archive(
                Unpacked::of(self.site, order, path, &given).await?,
            )),
            Err(error) => Err(error),
        }
    }

    /// What opens the file. One that another secret has sealed is as good as none: the
    /// person is asked again.
    fn password(&self, order: &Order) -> Option<Secret> {
        let sealed = self.job.sealed_password.as_deref()?;
        let password = self.site.state.keys.unseal(sealed, &order.sha256);
        password.and_then(Secret::new)
    }

    /// Lets an error pass: the job is done again later, unless that was tried often
    /// enough.
    async fn put_off(&self, order: &Order, error: anyhow::Error) -> Result<Option<Receipt>> {
        tracing::warn!(job = %self.job.job_id, error = format!("{error:#}"), "a file could not be taken in");
        let reason = match error.downcast_ref::<IngestError>() {
            Some(error) => error.to_string(),
            None => "The database or the store of files did not answer as expected.".to_owned(),
        };
        let most = if order.is_awaited {
            MAX_POSTPONED_AWAITED
        } else {
            MAX_POSTPONED
        };
        if self.job.postponed >= most {
            return self
                .settle(Receipt::Broken { reason }, !order.is_awaited)
                .await;
        }
        let exponent = u32::try_from(self.job.postponed).unwrap_or_default();
        let wait = FIRST_WAIT * 4_u32.pow(exponent);
        let (pool, id) = (&self.site.state.pool, self.job.job_id);
        jobs::postpone(pool, self.worker, id, &reason, wait).await?;
        Ok(None)
    }

    /// Puts the document in. Should the same bytes have come in meanwhile, the
    /// database refuses the second, and the first is the answer.
    async fn add(
        &self,
        queued: &Queued,
        parsed: Parsed,
        unpacked: Option<&Unpacked>,
    ) -> Result<Option<Receipt>> {
        let new = new_document(queued, &parsed);
        let (parsed, review) = self.review(&queued.order, parsed).await?;
        let passages = passages::new(new.doc_id, &parsed.passages);
        let print = fingerprints::of_new(self.site, &passages).await;
        let held = findings::note(&parsed.findings);
        let findings = findings::to_store(&parsed.findings);
        let entities = entities::to_store(&passages, &parsed.entities);
        let kept = Kept {
            new: &new,
            passages: &passages,
            findings: &findings,
            print: &print,
            notes: held.into_iter().chain(parsed.notes).collect(),
            review: &review,
            entities: &entities,
        };
        match self.commit(queued, kept, unpacked).await {
            Ok(done) => Ok(done),
            Err(error) => {
                let error = error.downcast::<DatabaseError>()?;
                let instead = self.instead_of_adding(&queued.order, error).await?;
                self.settle(instead, !queued.order.is_awaited).await
            }
        }
    }

    /// What was found about the document. Looking for the programs goes through all of
    /// its text.
    async fn review(&self, order: &Order, parsed: Parsed) -> Result<(Parsed, NewReview)> {
        let state = &self.site.state;
        let programs = programs::active_names(&state.pool).await?;
        let said = order.metadata.clone();
        let look = move || {
            let review = proposals::review(&said, &parsed, &programs);
            (parsed, review)
        };
        Ok(state.cpu.run(look).await)
    }

    /// Ends the job of a file that is no document, with the jobs of the files in it.
    async fn take_apart(&self, queued: &Queued, unpacked: &Unpacked) -> Result<Option<Receipt>> {
        if unpacked.len() == 0 {
            let reason = "There are no files in this archive.".to_owned();
            return self
                .settle(Receipt::Refused { reason }, !queued.order.is_awaited)
                .await;
        }
        let mut tx = self.site.state.pool.begin().await?;
        self.queue_members(&mut tx, queued, Some(unpacked)).await?;
        let receipt = Receipt::Unpacked {
            members: unpacked.len(),
        };
        let result = serde_json::to_value(&receipt)?;
        if !jobs::finish(&mut tx, self.worker, self.job.job_id, &result).await? {
            return Ok(None);
        }
        let (blobs, sha256) = (&self.site.state.blobs, &queued.order.sha256);
        intake::drop_unused(&mut tx, blobs, sha256).await?;
        tx.commit().await?;
        self.site.state.work.notify_one();
        Ok(Some(receipt))
    }

    async fn queue_members(
        &self,
        conn: &mut PgConnection,
        queued: &Queued,
        unpacked: Option<&Unpacked>,
    ) -> Result<()> {
        let Some(unpacked) = unpacked else {
            return Ok(());
        };
        let password = self.password(&queued.order);
        unpacked
            .queue(self.site, conn, self.job, queued, password.as_ref())
            .await
    }

    /// What to answer where the database does not take the document. An error that
    /// may pass is handed on.
    async fn instead_of_adding(&self, order: &Order, error: DatabaseError) -> Result<Receipt> {
        if is_duplicate(&error) {
            let doc_id = documents::find_by_file(&self.site.state.pool, &order.sha256).await?;
            let doc_id = doc_id.ok_or(error)?;
            return Ok(Receipt::Duplicate { doc_id });
        }
        if constraint::is_lasting(&error) {
            let reason = format!("The database does not take this document: {error}.");
            return Ok(Receipt::Broken { reason });
        }
        Err(error.into())
    }

    /// Document, passages, audit log and the job's end, together or not at all.
    async fn commit(
        &self,
        queued: &Queued,
        kept: Kept<'_>,
        unpacked: Option<&Unpacked>,
    ) -> Result<Option<Receipt>> {
        let state = &self.site.state;
        let request = queued.order.request.clone();
        let origin = Origin::request(self.job.requested_by, request);
        let mut tx = Audited::begin(&state.pool, origin).await?;
        // Before the turn to change documents is taken: it may last.
        self.queue_members(&mut tx, queued, unpacked).await?;
        let doc_id = kept.new.doc_id;
        documents::insert(&mut tx, kept.new, kept.passages).await?;
        reviews::keep(&mut tx, doc_id, kept.review).await?;
        stored_entities::keep(&mut tx, kept.entities).await?;
        holds::hold(&mut tx, doc_id, kept.findings).await?;
        fingerprints::keep(&mut tx, doc_id, kept.print).await?;
        // It is this document's turn: of two that come in at the same time the second
        // finds the first.
        let similar = similar::find(&mut tx, &state.cpu, doc_id).await?;
        self.queue_recognition(&mut tx, queued, kept.new).await?;
        let receipt = Receipt::Added {
            doc_id,
            passages: kept.passages.len(),
            notes: kept.notes,
            similar: similar::told(similar),
            proposals: proposals::told(kept.review),
        };
        let result = serde_json::to_value(&receipt)?;
        if !jobs::finish(&mut tx, self.worker, self.job.job_id, &result).await? {
            // A transaction that is left behind undoes all of it.
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(receipt))
    }

    /// Has the pictures among its pages read, where this site does that.
    async fn queue_recognition(
        &self,
        conn: &mut PgConnection,
        queued: &Queued,
        new: &NewDocument,
    ) -> Result<()> {
        let Some(setting) = &self.site.state.settings.recognition else {
            return Ok(());
        };
        if new.pages_without_text.is_empty() {
            return Ok(());
        }
        let order = recognition::Order {
            doc_id: new.doc_id,
            sha256: queued.order.sha256.clone(),
            filename: new.filename.clone(),
            languages: setting.languages.clone(),
            again: false,
            request: queued.order.request.clone(),
        };
        let sealed = self.job.sealed_password.as_deref();
        recognition::enqueue(conn, &order, self.job.requested_by, sealed).await?;
        Ok(())
    }

    /// Ends the job without a new document; a file that nobody needs then goes. With
    /// `keeps_file` one that was not taken in stays for a while.
    async fn settle(&self, receipt: Receipt, keeps_file: bool) -> Result<Option<Receipt>> {
        let mut tx = self.site.state.pool.begin().await?;
        let (worker, id) = (self.worker, self.job.job_id);
        let result = serde_json::to_value(&receipt)?;
        let ours = match receipt {
            Receipt::Refused { .. } | Receipt::Locked { .. } | Receipt::Broken { .. } => {
                jobs::fail(&mut tx, worker, id, &result, keeps_file).await?
            }
            Receipt::Added { .. } | Receipt::Unpacked { .. } | Receipt::Duplicate { .. } => {
                jobs::finish(&mut tx, worker, id, &result).await?
            }
        };
        if !ours {
            return Ok(None);
        }
        if let Some(sha256) = self.job.payload["sha256"].as_str() {
            intake::drop_unused(&mut tx, &self.site.state.blobs, sha256).await?;
        }
        tx.commit().await?;
        Ok(Some(receipt))
    }
}

fn unreadable(error: &IngestError) -> Receipt {
    let reason = error.to_string();
    match error {
        IngestError::Encrypted | IngestError::WrongPassword => Receipt::Locked { reason },
        _ => Receipt::Refused { reason },
    }
}

fn is_duplicate(error: &DatabaseError) -> bool {
    let constraint = error.as_database_error().and_then(|e| e.constraint());
    constraint == Some("documents_file_once")
}

/// What the person said, completed with what was found in the document.
fn new_document(queued: &Queued, parsed: &Parsed) -> NewDocument {
    let order = &queued.order;
    let said = &order.metadata;
    NewDocument {
        doc_id: DocumentId(Uuid::new_v4()),
        filename: order.filename.chars().take(MAX_FILENAME_CHARS).collect(),
        title: said
            .title
            .clone()
            .or_else(|| Some(parsed.proposal.title.value.clone())),
        doc_type: said
            .doc_type
            .or(parsed.proposal.doc_type.as_ref().map(|found| found.value))
            .unwrap_or(DocType::Other),
        year: said
            .year
            .or(parsed.proposal.year.as_ref().map(|found| found.value)),
        outcome: said.outcome,
        funder: said.funder.clone(),
        notes: said.notes.clone(),
        file_size: i32::try_from(order.size).unwrap_or(i32::MAX),
        page_count: parsed
            .page_count
            .and_then(|pages| i32::try_from(pages).ok()),
        pages_without_text: numbers(&parsed.pictures),
        file_sha256: order.sha256.clone(),
        created_by: order.submitted_by.clone(),
        confirmed_at: order.confirmed_at,
        programs: queued.program_ids.clone(),
        tags: said.tags.clone(),
    }
}
