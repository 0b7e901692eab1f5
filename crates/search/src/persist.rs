//! Saving and loading the index.
//!
//! The file is a convenience: whoever deletes it loses only the time to build
//! the index anew. Layout: magic, version, CRC-32 of the rest, the rest.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};

use crate::archive::{Archive, Document, Passage, labels};
use crate::codec::{Reader, Unreadable, Writer};
use crate::embed::lsa::{Lsa, TermRow};
use crate::index::{Dense, Index};
use crate::language::{
    self, {Language, Languages},
};
use crate::lexical::{Lexical, Postings};
use crate::packed::{Alphabet, Packed};
use crate::records::Facets;
use crate::spellings::Spellings;
use crate::synonyms::Synonyms;
use crate::vectors::Vectors;

const MAGIC: &[u8; 8] = b"ARCHSIDX";
/// Raised whenever the layout, the analysis of text or the weights of fields
/// change: an older file is then built anew.
const VERSION: u32 = 14;
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

impl From<Unreadable> for LoadError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Malformed(what) => Self::Corrupt(what),
            Unreadable::Io(error) => Self::Io(error),
        }
    }
}

impl Index {
    /// Writes the index to a file, see [`Snapshot::write`].
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.snapshot().write(path)
    }

    /// The index as it is now, to be written without holding it up. It shares what it can with
    /// the index: it costs a pointer for each passage and term, not their bytes.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            position: self.position,
            archive: self.archive.clone(),
            lexical: self.lexical.clone(),
            dense: self.dense.clone(),
        }
    }

    /// Reads an index that [`Index::save`] wrote.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut header = [0; HEADER_BYTES];
        if length < header.len() as u64 {
            return Err(LoadError::NotAnIndex);
        }
        file.read_exact(&mut header)?;
        let Some(numbers) = header.strip_prefix(MAGIC) else {
            return Err(LoadError::NotAnIndex);
        };
        let mut numbers = Reader::of_bytes(numbers);
        let found: u32 = numbers.number()?;
        if found != VERSION {
            return Err(LoadError::OtherVersion { found });
        }
        let checksum: u32 = numbers.number()?;
        let mut body = Reader::new(file, length - header.len() as u64);
        let index = read_index(&mut body)?;
        if !body.is_at_end() {
            return Err(LoadError::Corrupt("there are bytes after its end"));
        }
        if body.checksum() != checksum {
            return Err(LoadError::Corrupt("its checksum does not match"));
        }
        Ok(index)
    }
}

/// What an index held at one moment, ready to be written.
#[derive(Debug)]
pub struct Snapshot {
    position: i64,
    archive: Archive,
    lexical: Lexical,
    dense: Option<Dense>,
}

impl Snapshot {
    /// Writes it to a file, which is either the old or the new one whatever
    /// happens in between.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let temporary = beside(path);
        let written = self
            .write_anew(&temporary)
            .and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn write_anew(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        write_header(&mut file, 0)?;
        let mut body = Writer::new(&mut file);
        self.write_body(&mut body);
        let checksum = body.finish()?;
        file.seek(SeekFrom::Start(0))?;
        write_header(&mut file, checksum)?;
        file.sync_all()
    }

    fn write_body(&self, to: &mut Writer<'_>) {
        to.number(self.position);
        to.option(self.archive.alphabet(), |to, alphabet| alphabet.write(to));
        to.all(self.archive.documents.iter(), |to, (id, document)| {
            to.id(id.0);
            to.count(document.language.number());
            to.text(&document.title);
            write_facets(to, &document.facets);
            to.all(document.slots.iter(), |to, &slot| {
                to.number(slot);
                write_passage(to, self.archive.passage(slot));
            });
        });
        to.count(self.archive.passages.len());
        write_lexical(to, &self.lexical);
        to.option(self.dense.as_ref(), write_dense);
    }
}

/// The checksum is that of all that follows.
fn write_header(file: &mut File, checksum: u32) -> io::Result<()> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&checksum.to_le_bytes());
    file.write_all(&header)
}

/// A name in the same folder, of this process alone.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn read_index(from: &mut Reader<'_>) -> Result<Index, Unreadable> {
    let position = from.number()?;
    let alphabet = from.option(Alphabet::read)?.map(Arc::new);
    let mut passages = Vec::new();
    let documents = from.all(|from| read_document(from, alphabet.as_ref(), &mut passages))?;
    let slots = from.count()?;
    let passages = in_slots(passages, slots)?;
    let archive = Archive::restore(documents.into_iter().collect(), passages, alphabet);
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
    alphabet: Option<&Arc<Alphabet>>,
    passages: &mut Vec<Placed>,
) -> Result<(DocumentId, Arc<Document>), Unreadable> {
    let id = DocumentId(from.id()?);
    let language =
        Language::at(from.size()?).ok_or(Unreadable::Malformed("a language is unknown"))?;
    let title: Arc<str> = from.text()?.into();
    let facets = read_facets(from)?;
    let tags = labels(&facets);
    let above = Above {
        document: id,
        language,
        title: Arc::clone(&title),
        tags,
    };
    let slots = from.all(|from| {
        let slot = from.number()?;
        passages.push((slot, Arc::new(read_passage(from, alphabet, &above)?)));
        Ok(slot)
    })?;
    let document = Document {
        // Given when the archive is put together.
        number: 0,
        language,
        title,
        facets,
        slots,
    };
    Ok((id, Arc::new(document)))
}

/// Every passage in its own slot.
fn in_slots(passages: Vec<Placed>, slots: usize) -> Result<Vec<Option<Arc<Passage>>>, Unreadable> {
    let mut table = vec![None; slots];
    for (slot, passage) in passages {
        let place = table
            .get_mut(slot as usize)
            .ok_or(Unreadable::Malformed("a slot is out of range"))?;
        if place.replace(passage).is_some() {
            return Err(Unreadable::Malformed("two passages share a slot"));
        }
    }
    Ok(table)
}

fn write_passage(to: &mut Writer, passage: &Passage) {
    to.id(passage.id.0);
    to.number(passage.ordinal);
    to.option(passage.heading.as_deref(), Writer::text);
    passage.text.write(to);
}

/// What a passage has of its document.
struct Above {
    document: DocumentId,
    language: Language,
    title: Arc<str>,
    tags: Arc<str>,
}

fn read_passage(
    from: &mut Reader<'_>,
    alphabet: Option<&Arc<Alphabet>>,
    above: &Above,
) -> Result<Passage, Unreadable> {
    Ok(Passage {
        id: PassageId(from.id()?),
        document: above.document,
        ordinal: from.number()?,
        language: above.language,
        title: Arc::clone(&above.title),
        tags: Arc::clone(&above.tags),
        heading: from.option(Reader::text)?.map(Into::into),
        text: Packed::read(from, alphabet)?,
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

fn read_facets(from: &mut Reader<'_>) -> Result<Facets, Unreadable> {
    let unknown = || Unreadable::Malformed("a label is unknown");
    let doc_type: DocType = from.text()?.parse().map_err(|_| unknown())?;
    let year = from.option(Reader::number)?;
    let outcome = from
        .option(Reader::text)?
        .map(|label| label.parse())
        .transpose()
        .map_err(|_| unknown())?;
    let programs = from.all(Reader::text)?;
    let tags = from.all(Reader::text)?;
    let funder = from.option(Reader::text)?;
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
    write_spellings(to, &lexical.spellings);
}

pub(crate) fn write_spellings(to: &mut Writer, spellings: &Spellings) {
    let held: Vec<_> = spellings.iter().collect();
    to.all(held.into_iter(), |to, (spelling, holders, languages)| {
        to.text(spelling);
        to.number(holders);
        to.number(languages.bits());
    });
}

pub(crate) fn read_spellings(from: &mut Reader<'_>) -> Result<Spellings, Unreadable> {
    let mut spellings = Spellings::default();
    let words = from.all(|from| Ok((from.text()?, from.number()?, from.number()?)))?;
    for (spelling, holders, languages) in words {
        spellings.insert(&spelling, holders, Languages::of_bits(languages));
    }
    Ok(spellings)
}

fn read_lexical(from: &mut Reader<'_>, archive: &Archive) -> Result<Lexical, Unreadable> {
    let slots = archive.passages.len();
    let terms = from.all(|from| {
        let term: Arc<str> = from.text()?.into();
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
            Ok((term, Arc::new(postings)))
        } else {
            Err(Unreadable::Malformed("postings do not fit"))
        }
    })?;
    let lengths: Vec<u32> = from.numbers()?;
    if lengths.len() > slots {
        return Err(Unreadable::Malformed("lengths do not fit"));
    }
    let mut languages = vec![Languages::ALL; lengths.len()];
    for (slot, passage) in archive.occupied() {
        if let Some(known) = languages.get_mut(slot as usize) {
            *known = passage.language.into();
        }
    }
    let total_length = lengths.iter().map(|&length| u64::from(length)).sum();
    let (names, postings): (Vec<_>, Vec<_>) = terms.into_iter().unzip();
    let terms: HashMap<_, _> = names.into_iter().zip(0..).collect();
    Ok(Lexical {
        terms,
        spellings: read_spellings(from)?,
        postings,
        lengths,
        languages,
        passages: archive.passage_count(),
        total_length,
        whole: None,
    })
}

fn write_dense(to: &mut Writer, dense: &Dense) {
    to.count(dense.learned_from);
    to.count(dense.changes);
    write_model(to, &dense.model);
    dense.vectors.write(to);
}

pub(crate) fn write_model(to: &mut Writer, model: &Lsa) {
    for floor in model.floors {
        to.number(floor);
    }
    to.number(model.trust);
    to.all(model.terms.iter(), |to, (term, known)| {
        to.text(term);
        to.number(known.row);
        to.number(known.idf);
    });
    model.directions.write(to);
}

fn read_dense(from: &mut Reader<'_>, slots: usize) -> Result<Dense, Unreadable> {
    let learned_from = from.size()?;
    let changes = from.size()?;
    let model = read_model(from)?;
    let vectors = Vectors::read(from)?;
    if vectors.dims() != model.directions.dims() || vectors.rows() > slots {
        return Err(Unreadable::Malformed("vectors do not fit"));
    }
    Ok(Dense {
        model: Arc::new(model),
        vectors,
        learned_from,
        changes,
    })
}

pub(crate) fn read_model(from: &mut Reader<'_>) -> Result<Lsa, Unreadable> {
    let mut floors = [1.0; language::COUNT];
    for floor in &mut floors {
        *floor = from.number()?;
    }
    let trust = from.number()?;
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
        directions: Vectors::read(from)?,
        floors,
        trust,
    })
}
