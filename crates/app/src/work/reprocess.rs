//! Reading a stored file again and putting what was read in the place of what was.

use std::collections::HashSet;

use anyhow::Result;
use archivist_domain::{DocumentId, PassageId};
use archivist_ingest::passages::{Diff, diff};
use archivist_ingest::{Given, IngestError, Parsed, Passage, Recognised};
use archivist_store::audit::{Audited, Origin};
use archivist_store::documents::{self, Difference, Document, Reading};
use archivist_store::entities::{self as stored_entities, PassageEntities};
use archivist_store::holds;
use archivist_store::passages::{self as stored, NewPassage};
use archivist_store::programs;
use archivist_store::recognised;
use archivist_store::reviews::{self, Proposal};
use archivist_store::sources;

use archivist_web::secret::Secret;

use crate::site::Site;
use crate::work::{entities, findings, fingerprints, passages, proposals};

/// What reading a document again did, or would do.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Its passages are as they were. What was found in them may be more than before.
    Unchanged {
        passages: usize,
        /// It is held from now on: it may hold personal data.
        held: bool,
    },
    /// Its passages are others.
    Changed(Changes),
    /// It cannot be read (again): all stays as it was.
    Skipped { reason: String },
}

/// How the passages of a document changed.
#[derive(Debug)]
pub(crate) struct Changes {
    /// In numbers.
    pub(crate) counts: Difference,
    /// Passages whose text is now in another one.
    pub(crate) changed: Vec<Change>,
    /// Passages that are new.
    pub(crate) added: Vec<Place>,
    /// Passages that are gone.
    pub(crate) removed: Vec<Lost>,
    /// It is held from now on: it may hold personal data.
    pub(crate) held: bool,
}

impl Changes {
    /// How many passages there are now.
    pub(crate) fn passages(&self) -> usize {
        self.counts.kept + self.counts.changed + self.counts.added
    }
}

/// A passage, to be told to a person.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) id: PassageId,
    pub(crate) page: Option<i32>,
    pub(crate) text: String,
}

/// A passage and the one that holds its words now.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) before: Place,
    pub(crate) after: Place,
    /// An output cites it: the citation follows.
    pub(crate) cited: bool,
}

/// A passage whose words are nowhere.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) passage: Place,
    /// An output cites it: the citation keeps what it cited.
    pub(crate) cited: bool,
}

/// How a document is read again.
#[derive(Clone)]
pub(crate) struct How<'a> {
    /// Who does it, from where.
    pub(crate) origin: Origin,
    /// How the audit log calls it.
    pub(crate) action: &'static str,
    /// What opens the file.
    pub(crate) password: Option<&'a Secret>,
}

/// A document read again, not yet committed; or why it was left as it was.
pub(crate) enum Reread {
    Done { tx: Audited, outcome: Outcome },
    Left { reason: String },
}

/// Reads a document's file again. With `dry_run` nothing is written.
pub(crate) async fn reprocess(site: &Site, document: &Document, dry_run: bool) -> Result<Outcome> {
    let how = How {
        origin: Origin::command_line(),
        action: "document.reprocess",
        password: None,
    };
    match read_again(site, document, how).await? {
        Reread::Left { reason } => Ok(Outcome::Skipped { reason }),
        Reread::Done { tx, outcome } => {
            // A transaction that is left behind undoes all of it.
            if !dry_run {
                tx.commit().await?;
            }
            Ok(outcome)
        }
    }
}

/// Reads a document's file again, with what was recognised on its pages, and puts what was
/// read in the place of what was, in a transaction that the caller commits.
pub(crate) async fn read_again(site: &Site, document: &Document, how: How<'_>) -> Result<Reread> {
    let parsed = match parse(site, document, how.password).await? {
        Ok(parsed) => parsed,
        Err(reason) => return Ok(Reread::Left { reason }),
    };
    let id = document.doc_id;
    let mut tx = Audited::begin(&site.state.pool, how.origin).await?;
    let Some(old) = documents::passages_to_replace(&mut tx, id).await? else {
        let reason = "It was deleted meanwhile.".to_owned();
        return Ok(Reread::Left { reason });
    };
    let comparison = Comparison::of(id, &old, &parsed.passages);
    let programs = programs::active_names(&mut *tx).await?;
    let found = Found::of(&parsed, &comparison.new, &programs);
    let held = holds::calls_for_hold(&mut tx, id, &found.findings).await?;
    let outcome = if comparison.is_same() {
        let passages = old.len();
        Outcome::Unchanged { passages, held }
    } else {
        let ids: Vec<PassageId> = old.iter().map(|passage| passage.passage_id).collect();
        let cited = sources::cited_among(&mut *tx, &ids).await?;
        Outcome::Changed(comparison.tell(&cited.into_iter().collect(), held))
    };
    let pages_without_text = numbers(&parsed.pictures);
    let reading = Reading {
        action: how.action,
        page_count: parsed
            .page_count
            .and_then(|pages| i32::try_from(pages).ok()),
        pages_without_text: &pages_without_text,
        new: &comparison.new,
        moved: &comparison.moved(),
        counts: comparison.counts(),
    };
    let is_other = matches!(outcome, Outcome::Changed(_));
    if is_other || document.pages_without_text != pages_without_text {
        documents::replace_passages(&mut tx, id, &reading).await?;
        let print = fingerprints::of_new(site, reading.new).await;
        fingerprints::keep(&mut tx, id, &print).await?;
    }
    found.write(&mut tx, id).await?;
    Ok(Reread::Done { tx, outcome })
}

/// What is in the document's file; the inner error is why that cannot be told.
async fn parse(
    site: &Site,
    document: &Document,
    password: Option<&Secret>,
) -> Result<Result<Parsed, String>> {
    let state = &site.state;
    let Some(sha256) = &document.file_sha256 else {
        let reason = "Its file was not kept when this site was taken over.";
        return Ok(Err(reason.to_owned()));
    };
    let (file, year) = (state.blobs.fetch(sha256).await?, state.clock.year());
    let recognised = recognised(site, sha256).await?;
    let given = Given {
        password: password.map(Secret::reveal),
        recognised: &recognised,
    };
    let name = &document.filename;
    match site.sandbox.process(file.path(), name, year, &given).await {
        // It is this machine, not the file: it may pass.
        Err(error @ IngestError::Io { .. }) => Err(error.into()),
        read => Ok(read.map_err(|error| error.to_string())),
    }
}

/// What was recognised on the pages of a file.
async fn recognised(site: &Site, sha256: &str) -> Result<Vec<Recognised>> {
    let pages = recognised::of_file(&site.state.pool, sha256).await?;
    let known = pages.into_iter().filter_map(|read| {
        Some(Recognised {
            page: u32::try_from(read.page).ok()?,
            paragraphs: read.paragraphs,
        })
    });
    Ok(known.collect())
}

/// Numbers of pages, as the database has them.
pub(crate) fn numbers(pages: &[u32]) -> Vec<i32> {
    let numbers = pages.iter();
    numbers
        .filter_map(|page| i32::try_from(*page).ok())
        .collect()
}

/// What was found in the passages of another reading.
struct Found {
    findings: Vec<holds::Finding>,
    entities: Vec<PassageEntities>,
    proposals: Vec<Proposal>,
}

impl Found {
    fn of(parsed: &Parsed, passages: &[NewPassage], programs: &[String]) -> Self {
        Self {
            findings: findings::to_store(&parsed.findings),
            entities: entities::to_store(passages, &parsed.entities),
            proposals: proposals::proposals(parsed, programs),
        }
    }

    /// Writes what differs from what is there.
    async fn write(&self, tx: &mut Audited, id: DocumentId) -> Result<()> {
        if stored_entities::of_document(&mut **tx, id).await? != self.entities {
            stored_entities::replace(tx, id, &self.entities).await?;
        }
        if reviews::proposals(&mut **tx, id).await? != self.proposals {
            reviews::replace(tx, id, &self.proposals).await?;
        }
        if holds::of_document(&mut **tx, id).await? != self.findings {
            holds::replace_findings(tx, id, &self.findings).await?;
        }
        Ok(())
    }
}

/// The stored passages and those of another reading, with their ids.
struct Comparison<'a> {
    old: &'a [stored::Passage],
    new: Vec<NewPassage>,
    diff: Diff,
}

impl<'a> Comparison<'a> {
    fn of(document: DocumentId, old: &'a [stored::Passage], read: &[Passage]) -> Self {
        let texts: Vec<&str> = old.iter().map(|passage| passage.content.as_str()).collect();
        let read_texts: Vec<&str> = read.iter().map(|passage| passage.text.as_str()).collect();
        let diff = diff(&texts, &read_texts);
        let mut ids: Vec<PassageId> = read
            .iter()
            .map(|passage| passages::id(document, passage))
            .collect();
        // Whatever made its id at the time: a passage that stays keeps it.
        for (was, is) in &diff.kept {
            ids[*is] = old[*was].passage_id;
        }
        let new = ids
            .into_iter()
            .zip(read)
            .map(|(id, passage)| passages::with_id(id, passage))
            .collect();
        Self { old, new, diff }
    }

    /// Whether there is nothing to write.
    fn is_same(&self) -> bool {
        self.old.len() == self.new.len() && self.old.iter().zip(&self.new).all(|(a, b)| is(a, b))
    }

    fn moved(&self) -> Vec<(PassageId, PassageId)> {
        let ids =
            |(was, is): &(usize, usize)| (self.old[*was].passage_id, self.new[*is].passage_id);
        self.diff.changed.iter().map(ids).collect()
    }

    fn counts(&self) -> Difference {
        Difference {
            kept: self.diff.kept.len(),
            changed: self.diff.changed.len(),
            added: self.diff.added.len(),
            removed: self.diff.removed.len(),
        }
    }

    fn tell(&self, cited: &HashSet<PassageId>, held: bool) -> Changes {
        let was = |at: usize| Place {
            id: self.old[at].passage_id,
            page: self.old[at].page_first,
            text: self.old[at].content.clone(),
        };
        let is = |at: usize| Place {
            id: self.new[at].passage_id,
            page: self.new[at].page_first,
            text: self.new[at].content.clone(),
        };
        let is_cited = |at: usize| cited.contains(&self.old[at].passage_id);
        let change = |&(before, after): &(usize, usize)| Change {
            before: was(before),
            after: is(after),
            cited: is_cited(before),
        };
        let lost = |&at: &usize| Lost {
            passage: was(at),
            cited: is_cited(at),
        };
        Changes {
            counts: self.counts(),
            changed: self.diff.changed.iter().map(change).collect(),
            added: self.diff.added.iter().map(|at| is(*at)).collect(),
            removed: self.diff.removed.iter().map(lost).collect(),
            held,
        }
    }
}

/// Whether a stored passage is already as it was read now.
fn is(old: &stored::Passage, new: &NewPassage) -> bool {
    old.passage_id == new.passage_id
        && old.content == new.content
        && old.lead == new.lead
        && old.heading == new.heading
        && (old.page_first, old.page_last) == (new.page_first, new.page_last)
        && old.word_count == new.word_count
}
