//! Vectors that come from outside of the archive, from embedding models.
//!
//! The vectors of several models can lie side by side: while a new model reads the archive, the
//! one before it goes on answering.

use std::collections::HashMap;

use archivist_domain::PassageId;
use sha2::{Digest, Sha256};

use crate::alike;
use crate::archive::{Parts, Passage};
use crate::index::Index;
use crate::records::{DocumentRecord, PassagePlace, PassageText};
use crate::vectors::Vectors;

/// The vectors of one model, by slot.
#[derive(Debug)]
pub(crate) struct Given {
    /// Which model made them: vectors of another are never compared with these.
    pub(crate) identity: String,
    pub(crate) vectors: Vectors,
    /// Vectors of other passages, where these are only some of the archive's: what chance gives
    /// is told by them.
    pub(crate) elsewhere: Vectors,
}

/// Vectors of some passages of an archive, drawn by chance. A copy shares them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    identity: String,
    vectors: Vectors,
}

impl Sample {
    /// Of a model's vectors. Those of another width are passed over.
    pub fn new(identity: &str, dims: usize, vectors: impl IntoIterator<Item = Vec<f32>>) -> Self {
        let mut sample = Vectors::new(dims);
        let fitting = vectors.into_iter().filter(|vector| vector.len() == dims);
        for (row, vector) in fitting.enumerate() {
            sample.set(row, &vector);
        }
        Self {
            identity: identity.to_owned(),
            vectors: sample,
        }
    }
}

/// A passage that a model has to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The passage.
    pub place: PassagePlace,
    /// Its title, headings and text, as one text.
    pub text: String,
    /// Tells this text from others.
    pub digest: i64,
}

impl Unread {
    fn of(passage: &Passage) -> Self {
        let text = to_read(&passage.fields());
        Self {
            place: PassagePlace {
                document: passage.document,
                passage: passage.id,
            },
            digest: digest(&text),
            text,
        }
    }

    /// The passages of a document of which a model has not read this text: `read` says which it
    /// has, by their digests.
    pub fn of_document(record: DocumentRecord, read: &HashMap<PassageId, i64>) -> Vec<Self> {
        let passages = Parts::of(record).passages;
        let all = passages.iter().map(Self::of);
        all.filter(|one| read.get(&one.place.passage) != Some(&one.digest))
            .collect()
    }
}

/// What a model made of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageVector {
    /// The passage.
    pub place: PassagePlace,
    /// [`Unread::digest`] of the text that was read.
    pub digest: i64,
    /// Of length 1, and as wide as was said.
    pub values: Vec<f32>,
}

/// How many passages a model has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Passages that have a vector.
    pub read: usize,
    /// All passages.
    pub passages: usize,
}

impl Coverage {
    /// Whether searches ask the model: with many passages unread it would keep them down.
    pub fn is_enough(self) -> bool {
        self.read > 0 && self.read * 100 >= self.passages * 98
    }
}

impl Index {
    /// Makes room for the vectors of a model.
    pub fn expect_vectors(&mut self, identity: &str, dims: usize) {
        if self.given(identity).is_none() {
            self.given.push(Given {
                identity: identity.to_owned(),
                vectors: Vectors::new(dims),
                elsewhere: Vectors::new(dims),
            });
        }
    }

    /// Makes room for the vectors of a model that has read the whole archive, of which only some
    /// passages are here.
    pub fn expect_vectors_of_part(&mut self, sample: &Sample) {
        self.expect_vectors(&sample.identity, sample.vectors.dims());
        let given = self.given.iter_mut();
        for given in given.filter(|given| given.identity == sample.identity) {
            given.elsewhere = sample.vectors.clone();
        }
    }

    /// Forgets the vectors of all other models.
    pub fn keep_vectors_of(&mut self, identities: &[&str]) {
        self.given
            .retain(|given| identities.contains(&given.identity.as_str()));
    }

    /// Takes vectors over. Those of unknown passages, of other texts than those that stand here
    /// now, and of another width are passed over.
    pub fn set_vectors<'a>(
        &mut self,
        identity: &str,
        vectors: impl IntoIterator<Item = &'a PassageVector>,
    ) {
        let Some(at) = self.given.iter().position(|g| g.identity == identity) else {
            return;
        };
        for vector in vectors {
            let Some(slot) = alike::slot(&self.archive, &vector.place) else {
                continue;
            };
            let given = &mut self.given[at];
            let is_of_this_text =
                || digest(&to_read(&self.archive.passage(slot).fields())) == vector.digest;
            if vector.values.len() == given.vectors.dims() && is_of_this_text() {
                given.vectors.set(slot as usize, &vector.values);
            }
        }
    }

    /// Passages that a model has not read, `limit` at most.
    pub fn unread(&self, identity: &str, limit: usize) -> Vec<Unread> {
        let Some(given) = self.given(identity) else {
            return Vec::new();
        };
        let is_unread = |slot: u32| given.vectors.get(slot as usize).is_none();
        let unread = self.archive.occupied().filter(|(slot, _)| is_unread(*slot));
        unread
            .take(limit)
            .map(|(_, passage)| Unread::of(passage))
            .collect()
    }

    /// How many passages a model has read.
    pub fn coverage(&self, identity: &str) -> Coverage {
        let given = self.given(identity);
        if self.lexical.whole.is_some() {
            // What finds passages for this index knows the archive; here are those it found.
            let expected = given.map_or(0, |given| given.elsewhere.rows());
            return Coverage {
                read: expected,
                passages: expected,
            };
        }
        Coverage {
            read: given.map_or(0, |given| given.vectors.count()),
            passages: self.passage_count(),
        }
    }

    pub(crate) fn given(&self, identity: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.identity == identity)
    }
}

/// What a model reads of a passage: what tells it apart comes with its title and headings.
fn to_read(fields: &PassageText<'_>) -> String {
    let parts = [
        fields.title,
        fields.heading.unwrap_or_default(),
        &*fields.text,
    ];
    let said = parts.into_iter().filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join("\n")
}

/// What a model made of a passage, if it is of the text that stands there now.
pub(crate) fn of_text(passage: &Passage, vector: Option<&PassageVector>) -> Option<Vec<f32>> {
    let vector = vector?;
    let is_of_this_text = digest(&to_read(&passage.fields())) == vector.digest;
    is_of_this_text.then(|| vector.values.clone())
}

/// The first eight bytes of SHA-256: it is kept beside vectors for years.
fn digest(text: &str) -> i64 {
    let digest = Sha256::digest(text.as_bytes());
    i64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}
