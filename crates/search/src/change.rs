//! Changes of documents, read beside the index, so that searches wait only for what has to be
//! done under its lock.

use std::collections::HashMap;
use std::sync::Arc;

use archivist_domain::DocumentId;

use crate::archive::{Parts, Passage};
use crate::embed::Embedder;
use crate::embed::lsa::Lsa;
use crate::index::Index;
use crate::lexical::Counts;
use crate::packed::Alphabet;
use crate::records::DocumentRecord;

/// What reading changes needs of an index: cheap to take, and good without its lock.
#[derive(Debug)]
pub struct Preparer {
    ids: Vec<DocumentId>,
    /// The passages that are there, by document.
    there: HashMap<DocumentId, Vec<Arc<Passage>>>,
    reader: Reader,
}

/// What passages that come are read with.
#[derive(Debug)]
struct Reader {
    model: Option<Arc<Lsa>>,
    alphabet: Option<Arc<Alphabet>>,
}

/// A document that comes, goes or is replaced.
#[derive(Debug)]
pub struct Change {
    id: DocumentId,
    /// What goes, with the words it was put in with.
    gone: Vec<(Arc<Passage>, Counts)>,
    new: Option<New>,
}

/// What comes.
#[derive(Debug)]
struct New {
    parts: Parts,
    /// By passage: its words, and its vector by the model.
    read: Vec<(Counts, Option<Vec<f32>>)>,
    model: Option<Arc<Lsa>>,
}

impl Change {
    /// The document.
    pub fn document(&self) -> DocumentId {
        self.id
    }
}

impl Preparer {
    /// Reads what these documents are now; those without a record go. One change for each
    /// document, in their order.
    pub fn prepare(self, records: Vec<DocumentRecord>) -> Vec<Change> {
        let Self {
            ids,
            mut there,
            reader,
        } = self;
        let records = records.into_iter().map(|record| (record.id, record));
        let mut records: HashMap<DocumentId, DocumentRecord> = records.collect();
        let change = |id| {
            let gone = there.remove(&id).unwrap_or_default().into_iter();
            let counted = |passage: Arc<Passage>| {
                let counts = Counts::of(&passage.fields());
                (passage, counts)
            };
            Change {
                id,
                gone: gone.map(counted).collect(),
                new: records.remove(&id).map(|record| reader.read(record)),
            }
        };
        ids.into_iter().map(change).collect()
    }
}

impl Reader {
    fn read(&self, record: DocumentRecord) -> New {
        let mut parts = Parts::of(record);
        let read = |passage: &Passage| {
            let counts = Counts::of(&passage.fields());
            let vector = self.model.as_ref().and_then(|m| m.passage(&counts));
            (counts, vector)
        };
        let read = parts.passages.iter().map(read).collect();
        if let Some(alphabet) = &self.alphabet {
            parts.pack(alphabet);
        }
        New {
            read,
            parts,
            model: self.model.clone(),
        }
    }
}

impl Index {
    /// What it takes to read changes of these documents beside the index.
    pub fn preparer(&self, ids: &[DocumentId]) -> Preparer {
        let there = ids.iter().filter_map(|id| {
            let document = self.archive.documents.get(id)?;
            let slots = document.slots.iter();
            let passages = slots.map(|&slot| Arc::clone(self.archive.passage(slot)));
            Some((*id, passages.collect()))
        });
        Preparer {
            ids: ids.to_vec(),
            there: there.collect(),
            reader: Reader {
                model: self.dense.as_ref().map(|dense| Arc::clone(&dense.model)),
                alphabet: self.archive.alphabet().cloned(),
            },
        }
    }

    /// Makes a change. Whatever else has changed meanwhile, the index is as if the change had
    /// been read now.
    pub fn apply(&mut self, change: Change) {
        self.take_out(change.id, &change.gone);
        let Some(New { parts, read, model }) = change.new else {
            return;
        };
        let slots = self.archive.insert(change.id, parts);
        for (slot, (counts, vector)) in slots.into_iter().zip(read) {
            self.lexical.add(slot, &counts);
            let Some(dense) = &mut self.dense else {
                continue;
            };
            dense.changes += 1;
            let is_of_this = model.as_ref().is_some_and(|m| Arc::ptr_eq(m, &dense.model));
            let vector = if is_of_this {
                vector
            } else {
                dense.model.passage(&counts)
            };
            dense.vectors.set_or_clear(slot as usize, vector);
        }
        self.archive.learn_alphabet();
    }

    /// Takes a document out. False if it was not there. `known` are words of its passages, as far
    /// as somebody has counted them.
    fn take_out(&mut self, id: DocumentId, known: &[(Arc<Passage>, Counts)]) -> bool {
        let Some(gone) = self.archive.remove(id) else {
            return false;
        };
        for (at, (slot, passage)) in gone.into_iter().enumerate() {
            match known.get(at) {
                Some((same, counts)) if Arc::ptr_eq(same, &passage) => {
                    self.lexical.remove(slot, counts);
                }
                _ => self.lexical.remove(slot, &Counts::of(&passage.fields())),
            }
            if let Some(dense) = &mut self.dense {
                dense.changes += 1;
                dense.vectors.clear(slot as usize);
            }
            for given in &mut self.given {
                given.vectors.clear(slot as usize);
            }
        }
        true
    }

    /// Puts a document in, in place of the one with the same id.
    pub fn upsert(&mut self, record: DocumentRecord) {
        for change in self.preparer(&[record.id]).prepare(vec![record]) {
            self.apply(change);
        }
    }

    /// Takes a document out. False if it was not there.
    pub fn remove(&mut self, id: DocumentId) -> bool {
        self.take_out(id, &[])
    }
}
