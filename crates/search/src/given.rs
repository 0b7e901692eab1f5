//! Vectors that come from outside of the archive, from an embedding model.

use archivist_domain::{DocumentId, PassageId};

use crate::index::Index;
use crate::records::PassageText;
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
    /// The document it stands in.
    pub document: DocumentId,
    /// The passage.
    pub passage: PassageId,
    /// Its title, headings and text, as one text.
    pub text: String,
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
    /// Makes room for the vectors of a model, in place of those of another.
    pub fn expect_vectors(&mut self, identity: &str, dims: usize) {
        if self
            .given
            .as_ref()
            .is_none_or(|given| given.identity != identity)
        {
            self.given = Some(Given {
                identity: identity.to_owned(),
                vectors: Vectors::new(dims),
            });
        }
    }

    /// Forgets the vectors of whatever model.
    pub fn forget_vectors(&mut self) {
        self.given = None;
    }

    /// Takes over a passage's vector, of length 1 and as wide as was said. Unknown passages
    /// are ignored.
    pub fn set_vector(&mut self, document: DocumentId, passage: PassageId, vector: &[f32]) {
        let Some(given) = &mut self.given else { return };
        let Some(document) = self.archive.documents.get(&document) else {
            return;
        };
        let is_it = |slot: &&u32| self.archive.passage(**slot).id == passage;
        if let Some(slot) = document.slots.iter().find(is_it) {
            given.vectors.set(*slot as usize, vector);
        }
    }

    /// Passages without a vector, `limit` at most.
    pub fn unread(&self, limit: usize) -> Vec<Unread> {
        let Some(given) = &self.given else {
            return Vec::new();
        };
        let is_unread = |slot: u32| given.vectors.get(slot as usize).is_none();
        let unread = self.archive.occupied().filter(|(slot, _)| is_unread(*slot));
        unread
            .take(limit)
            .map(|(_, passage)| Unread {
                document: passage.document,
                passage: passage.id,
                text: to_read(passage.fields()),
            })
            .collect()
    }

    /// How many passages the model has read.
    pub fn coverage(&self) -> Coverage {
        let read = self.given.as_ref().map_or(0, |given| given.vectors.count());
        Coverage {
            read,
            passages: self.passage_count(),
        }
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
