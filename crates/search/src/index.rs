//! The index: documents in, hits out.

use std::sync::Arc;

use archivist_domain::DocumentId;

use crate::archive::Archive;
use crate::embed::Embedder;
use crate::embed::lsa::{Lsa, MIN_PASSAGES};
use crate::given::Given;
use crate::lexical::{Counts, Lexical};
use crate::ranker::Ranker;
use crate::records::{Answer, Hit, SearchRequest};
use crate::search;
use crate::synonyms::Synonyms;
use crate::train::{Trained, TrainingSet};
use crate::vectors::Vectors;

/// Vectors are learned anew when one passage in this many has changed.
const RETRAIN_SHARE: usize = 10;

/// A model and the vectors it gave, by slot.
#[derive(Debug, Clone)]
pub(crate) struct Dense {
    pub(crate) model: Arc<Lsa>,
    pub(crate) vectors: Vectors,
    /// How many passages the model learned from.
    pub(crate) learned_from: usize,
    /// How many passages came or went since.
    pub(crate) changes: usize,
}

/// What stands behind the search by meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DenseState {
    /// Too few passages to learn vectors from: search is by words only.
    TooFewPassages {
        /// How many there are.
        passages: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Enough passages, but no vectors yet: [`Index::training_due`] is true.
    Untrained,
    /// Every passage has a vector.
    Ready {
        /// The width of the vectors.
        dims: usize,
        /// How many passages they were learned from.
        learned_from: usize,
        /// What likeness by them counts, 0.2 to 1: less where they find passages again by a piece of
        /// them much worse than words do.
        trust: f32,
    },
}

/// The search index of one archive, in memory.
///
/// Reads take `&self`; wrap it in a lock and train outside of it:
/// [`Index::training_set`], [`TrainingSet::train`], [`Index::install`].
#[derive(Debug, Default)]
pub struct Index {
    pub(crate) archive: Archive,
    pub(crate) lexical: Lexical,
    pub(crate) dense: Option<Dense>,
    /// Of each embedding model that has read here or is about to.
    pub(crate) given: Vec<Given>,
    /// Wordings that stand for each other. Not saved: who opens the index says them.
    pub(crate) synonyms: Synonyms,
    /// What was learned of the order; not saved either.
    pub(crate) ranker: Option<Ranker>,
    pub(crate) position: i64,
}

impl Index {
    /// An empty index at position 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many documents are in.
    pub fn document_count(&self) -> usize {
        self.archive.documents.len()
    }

    /// How many passages are in.
    pub fn passage_count(&self) -> usize {
        self.archive.passage_count()
    }

    /// Whether a document is in.
    pub fn contains(&self, id: DocumentId) -> bool {
        self.archive.documents.contains_key(&id)
    }

    /// The best passages for a request, best first; see [`Hit`]. `current_year`
    /// is what age is reckoned from. Equal scores stand in the order of
    /// documents and ordinals.
    pub fn search(&self, request: &SearchRequest, current_year: i32) -> Vec<Hit> {
        search::search(self, request, current_year)
    }

    /// The same with how the documents that were found are spread, and with what may have
    /// been meant.
    pub fn answer(&self, request: &SearchRequest, current_year: i32) -> Answer {
        search::answer(self, request, current_year)
    }

    /// What stands behind the search by meaning.
    pub fn dense_state(&self) -> DenseState {
        let passages = self.passage_count();
        match &self.dense {
            Some(dense) => DenseState::Ready {
                dims: dense.model.dims(),
                learned_from: dense.learned_from,
                trust: dense.model.trust(),
            },
            None if passages < MIN_PASSAGES => DenseState::TooFewPassages {
                passages,
                needed: MIN_PASSAGES,
            },
            None => DenseState::Untrained,
        }
    }

    /// Whether vectors should be learned: there are none yet, or a tenth of the
    /// passages has changed since.
    pub fn training_due(&self) -> bool {
        self.passage_count() >= MIN_PASSAGES
            && self
                .dense
                .as_ref()
                .is_none_or(|d| d.changes * RETRAIN_SHARE > d.learned_from)
    }

    /// A snapshot to learn from, cheap to take.
    pub fn training_set(&self) -> TrainingSet {
        let passages = self
            .archive
            .occupied()
            .map(|(slot, p)| (slot, Arc::clone(p)));
        TrainingSet::new(passages.collect())
    }

    /// Takes over what training gave. Passages that came or changed meanwhile
    /// are embedded here; those that went are left out.
    pub fn install(&mut self, trained: Trained) {
        self.dense = None;
        let Some(model) = trained.model else { return };
        let mut dense = Dense {
            vectors: Vectors::new(model.dims()),
            model: Arc::new(model),
            learned_from: trained.passages.len(),
            changes: 0,
        };
        let mut taken_over = vec![false; self.archive.passages.len()];
        for (row, (slot, passage)) in trained.passages.iter().enumerate() {
            if self.archive.is_still(*slot, passage) {
                dense.vectors.copy(*slot as usize, &trained.vectors, row);
                taken_over[*slot as usize] = true;
            } else {
                dense.changes += 1;
            }
        }
        for (slot, passage) in self.archive.occupied() {
            if !taken_over[slot as usize] {
                dense.changes += 1;
                dense.embed(slot, &Counts::of(&passage.fields()));
            }
        }
        self.dense = Some(dense);
    }

    /// Which wordings stand for each other; [`Synonyms::default`] until they are set.
    pub fn synonyms(&self) -> &Synonyms {
        &self.synonyms
    }

    /// Says which wordings stand for each other.
    pub fn set_synonyms(&mut self, synonyms: Synonyms) {
        self.synonyms = synonyms;
    }

    /// What was learned of the order of passages, where that has its say.
    pub fn ranker(&self) -> Option<&Ranker> {
        self.ranker.as_ref()
    }

    /// Says what was learned of the order of passages, or that nothing was.
    pub fn set_ranker(&mut self, ranker: Option<Ranker>) {
        self.ranker = ranker;
    }

    /// The number in the archive's change sequence that this index reflects.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Notes the number in the archive's change sequence that is now reflected.
    pub fn set_position(&mut self, position: i64) {
        self.position = position;
    }
}

impl Dense {
    fn embed(&mut self, slot: u32, counts: &Counts) {
        let vector = self.model.passage(counts);
        self.vectors.set_or_clear(slot as usize, vector);
    }
}

#[cfg(test)]
mod tests;
