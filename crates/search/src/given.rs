//! Vectors that come from outside of the archive, from embedding models.
//!
//! The vectors of several models can lie side by side: while a new model reads the archive, the
//! one before it goes on answering.

use sha2::{Digest, Sha256};

use crate::alike;
use crate::index::Index;
use crate::records::{PassagePlace, PassageText};
use crate::vectors::Vectors;

/// The vectors of one model, by slot.
#[derive(Debug)]
pub(crate) struct Given {
    /// Which model made them: vectors of another are never compared with these.
    pub(crate) identity: String,
    pub(crate) vectors: Vectors,
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
            });
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
                || digest(&to_read(self.archive.passage(slot).fields())) == vector.digest;
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
            .map(|(_, passage)| {
                let text = to_read(passage.fields());
                Unread {
                    place: PassagePlace {
                        document: passage.document,
                        passage: passage.id,
                    },
                    digest: digest(&text),
                    text,
                }
            })
            .collect()
    }

    /// How many passages a model has read.
    pub fn coverage(&self, identity: &str) -> Coverage {
        let given = self.given(identity);
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
fn to_read(fields: PassageText<'_>) -> String {
    let parts = [
        fields.title,
        fields.heading.unwrap_or_default(),
        fields.text,
    ];
    let said = parts.into_iter().filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join("\n")
}

/// The first eight bytes of SHA-256: it is kept beside vectors for years.
fn digest(text: &str) -> i64 {
    let digest = Sha256::digest(text.as_bytes());
    i64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}
