//! Saving and loading the index.
//!
//! The file is a convenience: whoever deletes it loses only the time to build
//! the index anew. Layout: magic, version, CRC-32 of the rest, the rest.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};

use crate::archive::{Archive, Document, Passage, joined};
use crate::codec::{Malformed, Reader, Writer};
use crate::embed::lsa::{Lsa, TermRow};
use crate::index::{Dense, Index};
use crate::language::Language;
use crate::lexical::{Lexical, Postings};
use crate::records::Facets;
use crate::shapes::Shapes;
use crate::synonyms::Synonyms;
use crate::vectors::Vectors;

const MAGIC: &[u8; 8] = b"ARCHSIDX";
/// Raised whenever the layout, the analysis of text or the weights of fields
/// change: an older file is then built anew.
const VERSION: u32 = 5;
const HEADER_BYTES: usize = MAGIC.len() + 4 + 4;

/// Why a saved index cannot be used. Whatever it is, the index can be built anew.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("the search index could not be read")]
    Io(#[from] io::Error),
    /// The file is something else.
    #[error("this is not a search index")]
    NotAnIndex,
    /// The file was written by another version of the program.
    #[error("the search index has layout {found}, this program reads {VERSION}")]
    OtherVersion {
        /// The version in the file.
        found: u32,
    },
    /// The file was damaged.
    #[error("the search index is damaged: {0}")]
    Corrupt(&'static str),
}

impl From<Malformed> for LoadError {
    fn from(malformed: Malformed) -> Self {
        Self::Corrupt(malformed.0)
    }
}

impl Index {
    /// Writes the index to a file, see [`Snapshot::write`].
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.snapshot().write(path)
    }

    /// The index as it is now, to be written without holding it up.
    pub fn snapshot(&self) -> Snapshot {
        let mut body = Writer::default();
        write_index(&mut body, self);
        Snapshot(body.bytes)
    }

    /// Reads an index that [`Index::save`] wrote.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let bytes = fs::read(path)?;
        if bytes.len() < HEADER_BYTES || !bytes.starts_with(MAGIC) {
            return Err(LoadError::NotAnIndex);
        }
        let mut header = Reader::new(&bytes[MAGIC.len()..HEADER_BYTES]);
        let found: u32 = header.number()?;
        if found != VERSION {
            return Err(LoadError::OtherVersion { found });
        }
        let body = &bytes[HEADER_BYTES..];
        if header.number::<u32>()? != crc32fast::hash(body) {
            return Err(LoadError::Corrupt("its checksum does not match"));
        }
        let mut reader = Reader::new(body);
        let index = read_index(&mut reader)?;
        if !reader.is_at_end() {
            return Err(LoadError::Corrupt("there are bytes after its end"));
        }
        Ok(index)
    }
}

/// What an index held at one moment, ready to be written.
#[derive(Debug)]
pub struct Snapshot(Vec<u8>);

impl Snapshot {
    /// Writes it to a file, which is either the old or the new one whatever
    /// happens in between.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let mut header = Writer {
            bytes: MAGIC.to_vec(),
        };
        header.number(VERSION);
        header.number(crc32fast::hash(&self.0));
        let temporary = beside(path);
        let written = write_files(&temporary, &[&header.bytes, &self.0])
            .and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

/// A name in the same folder, of this process alone.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn write_files(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

fn write_index(to: &mut Writer, index: &Index) {
    to.number(index.position);
    to.all(index.archive.documents.iter(), |to, (id, document)| {
        to.id(id.0);
        to.count(document.language.number());
        to.text(&document.title);
        write_facets(to, &document.facets);
        to.all(document.slots.iter(), |to, &slot| {
            to.number(slot);
            write_passage(to, index.archive.passage(slot));
        });
    });
    to.count(index.archive.passages.len());
    write_lexical(to, &index.lexical);
    to.option(index.dense.as_ref(), write_dense);
}

fn read_index(from: &mut Reader<'_>) -> Result<Index, Malformed> {
    let position = from.number()?;
    let mut passages = Vec::new();
    let documents = from.all(|from| read_document(from, &mut passages))?;
    let slots = from.count()?;
    let archive = Archive::restore(documents.into_iter().collect(), in_slots(passages, slots)?);
    let lexical = read_lexical(from, &archive)?;
    let dense = from.option(|from| read_dense(from, slots))?;
    Ok(Index {
        archive,
        lexical,
        dense,
        position,
        // The database has these.
        given: Vec::new(),
        synonyms: Synonyms::default(),
        ranker: None,
    })
}

type Placed = (u32, Arc<Passage>);

fn read_document(
    from: &mut Reader<'_>,
    passages: &mut Vec<Placed>,
) -> Result<(DocumentId, Document), Malformed> {
    let id = DocumentId(from.id()?);
    let language = Language::at(from.count()?).ok_or(Malformed("a language is unknown"))?;
    let title: Arc<str> = from.text()?.into();
    let facets = read_facets(from)?;
    let tags = joined(&facets.tags);
    let above = Above {
        language,
        title: Arc::clone(&title),
        tags,
    };
    let slots = from.all(|from| {
        let slot = from.number()?;
        passages.push((slot, Arc::new(read_passage(from, id, &above)?)));
        Ok(slot)
    })?;
    Ok((
        id,
        Document {
            // Given when the archive is put together.
            number: 0,
            language,
            title,
            facets,
            slots,
        },
    ))
}

/// Every passage in its own slot.
fn in_slots(passages: Vec<Placed>, slots: usize) -> Result<Vec<Option<Arc<Passage>>>, Malformed> {
    let mut table = vec![None; slots];
    for (slot, passage) in passages {
        let place = table
            .get_mut(slot as usize)
            .ok_or(Malformed("a slot is out of range"))?;
        if place.replace(passage).is_some() {
            return Err(Malformed("two passages share a slot"));
        }
    }
    Ok(table)
}

fn write_passage(to: &mut Writer, passage: &Passage) {
    to.id(passage.id.0);
    to.number(passage.ordinal);
    to.option(passage.heading.as_deref(), Writer::text);
    to.text(&passage.text);
}

/// What a passage has of its document.
struct Above {
    language: Language,
    title: Arc<str>,
    tags: Arc<str>,
}

fn read_passage(
    from: &mut Reader<'_>,
    document: DocumentId,
    above: &Above,
) -> Result<Passage, Malformed> {
    Ok(Passage {
        id: PassageId(from.id()?),
        document,
        ordinal: from.number()?,
        language: above.language,
        title: Arc::clone(&above.title),
        tags: Arc::clone(&above.tags),
        heading: from.option(Reader::text)?.map(Into::into),
        text: from.text()?.into(),
    })
}

fn write_facets(to: &mut Writer, facets: &Facets) {
    to.text(facets.doc_type.as_str());
    to.option(facets.year, Writer::number);
    to.option(facets.outcome.map(Outcome::as_str), Writer::text);
    to.all(facets.programs.iter(), |to, program| to.text(program));
    to.all(facets.tags.iter(), |to, tag| to.text(tag));
    to.option(facets.funder.as_deref(), Writer::text);
    to.number(u8::from(facets.superseded));
}

fn read_facets(from: &mut Reader<'_>) -> Result<Facets, Malformed> {
    let unknown = Malformed("a label is unknown");
    let doc_type: DocType = from.text()?.parse().map_err(|_| unknown)?;
    let year = from.option(Reader::number)?;
    let outcome = from
        .option(Reader::text)?
        .map(str::parse)
        .transpose()
        .map_err(|_| unknown)?;
    let programs = from.all(|from| from.text().map(str::to_owned))?;
    let tags = from.all(|from| from.text().map(str::to_owned))?;
    let funder = from.option(Reader::text)?.map(str::to_owned);
    let superseded = from.number::<u8>()? != 0;
    Ok(Facets {
        doc_type,
        year,
        outcome,
        programs,
        tags,
        funder,
        superseded,
    })
}

/// Terms whose passages are all gone are left out.
fn write_lexical(to: &mut Writer, lexical: &Lexical) {
    let held = |id: u32| &lexical.postings[id as usize];
    let live: Vec<_> = lexical
        .terms
        .iter()
        .filter(|(_, id)| !held(**id).slots.is_empty())
        .collect();
    to.all(live.into_iter(), |to, (term, &id)| {
        to.text(term);
        to.numbers(&held(id).slots);
        to.numbers(&held(id).units);
    });
    to.numbers(&lexical.lengths);
}

fn read_lexical(from: &mut Reader<'_>, archive: &Archive) -> Result<Lexical, Malformed> {
    let slots = archive.passages.len();
    let terms = from.all(|from| {
        let term: Box<str> = from.text()?.into();
        let postings = Postings {
            slots: from.numbers()?,
            units: from.numbers()?,
        };
        let fits = postings.slots.len() == postings.units.len()
            && postings.slots.is_sorted_by(|a, b| a < b)
            && postings
                .slots
                .last()
                .is_none_or(|&slot| (slot as usize) < slots);
        if fits {
            Ok((term, postings))
        } else {
            Err(Malformed("postings do not fit"))
        }
    })?;
    let lengths: Vec<u32> = from.numbers()?;
    if lengths.len() > slots {
        return Err(Malformed("lengths do not fit"));
    }
    let total_length = lengths.iter().map(|&length| u64::from(length)).sum();
    let mut shapes = Shapes::default();
    for (term, _) in &terms {
        shapes.push(term);
    }
    let (names, postings): (Vec<_>, Vec<_>) = terms.into_iter().unzip();
    let terms: HashMap<_, _> = names.into_iter().zip(0..).collect();
    Ok(Lexical {
        terms,
        shapes,
        postings,
        lengths,
        passages: archive.passage_count(),
        total_length,
        whole: None,
    })
}

fn write_dense(to: &mut Writer, dense: &Dense) {
    to.count(dense.learned_from);
    to.count(dense.changes);
    write_model(to, &dense.model);
    write_vectors(to, &dense.vectors);
}

pub(crate) fn write_model(to: &mut Writer, model: &Lsa) {
    to.number(model.floor);
    to.all(model.terms.iter(), |to, (term, known)| {
        to.text(term);
        to.number(known.row);
        to.number(known.idf);
    });
    write_vectors(to, &model.directions);
}

fn read_dense(from: &mut Reader<'_>, slots: usize) -> Result<Dense, Malformed> {
    let learned_from = from.size()?;
    let changes = from.size()?;
    let model = read_model(from)?;
    let vectors = read_vectors(from)?;
    if vectors.dims != model.directions.dims || vectors.scales.len() > slots {
        return Err(Malformed("vectors do not fit"));
    }
    Ok(Dense {
        model: Arc::new(model),
        vectors,
        learned_from,
        changes,
    })
}

pub(crate) fn read_model(from: &mut Reader<'_>) -> Result<Lsa, Malformed> {
    let floor = from.number()?;
    let terms = from.all(|from| {
        let term: Box<str> = from.text()?.into();
        Ok((
            term,
            TermRow {
                row: from.number()?,
                idf: from.number()?,
            },
        ))
    })?;
    Ok(Lsa {
        terms: terms.into_iter().collect(),
        directions: read_vectors(from)?,
        floor,
    })
}

fn write_vectors(to: &mut Writer, vectors: &Vectors) {
    to.count(vectors.dims);
    to.numbers(&vectors.bytes);
    to.numbers(&vectors.scales);
}

fn read_vectors(from: &mut Reader<'_>) -> Result<Vectors, Malformed> {
    let vectors = Vectors {
        dims: from.size()?,
        bytes: from.numbers()?,
        scales: from.numbers()?,
    };
    if Some(vectors.bytes.len()) != vectors.scales.len().checked_mul(vectors.dims) {
        return Err(Malformed("a table of vectors has another shape"));
    }
    Ok(vectors)
}
