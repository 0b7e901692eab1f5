//! What has to be known of a whole archive to search it where it lies outside of this process.
//!
//! A survey is made in one pass over all documents and counts their words and learns vectors
//! from a sample; so it grows with the words that the archive uses, not with its passages. It
//! says how passages are kept by an engine outside ([`Survey::entries`]), and makes a small
//! [`Index`] of what the engine finds, in which the very code that ranks archives in memory
//! has the last word.

mod saved;

use std::collections::HashMap;
use std::sync::Arc;

use archivist_domain::PassageId;

use crate::archive::{Archive, Parts, Passage};
use crate::embed::Embedder;
use crate::embed::lsa::Lsa;
use crate::entry::{self, Entry};
use crate::given::{self, PassageVector};
use crate::index::{Dense, Index};
use crate::language;
use crate::lexical::{Counts, Lexical};
use crate::random::SplitMix;
use crate::records::DocumentRecord;
use crate::synonyms::Synonyms;
use crate::train::{self, LEARNED};
use crate::vectors::Vectors;
use crate::vocabulary::Vocabulary;

/// The words of a whole archive and what was learned from it.
#[derive(Debug, Default)]
pub struct Survey {
    words: Arc<Vocabulary>,
    model: Option<Arc<Lsa>>,
    /// How many documents are of each language.
    by_language: [usize; language::COUNT],
}

impl Survey {
    /// How many passages there were.
    pub fn passages(&self) -> usize {
        self.words.passages
    }

    /// The width of the learned vectors; 0 where there was too little to learn from.
    pub fn dims(&self) -> usize {
        self.model.as_ref().map_or(0, |model| model.dims())
    }

    /// An empty index for some documents of the archive, which judges them as if it held all.
    pub fn index(&self, synonyms: &Synonyms) -> Index {
        let dense = self.model.as_ref().map(|model| Dense {
            vectors: Vectors::new(model.dims()),
            model: Arc::clone(model),
            learned_from: self.words.passages,
            changes: 0,
        });
        Index {
            archive: Archive::of_part(self.by_language),
            lexical: Lexical::of_part(Arc::clone(&self.words)),
            dense,
            synonyms: synonyms.clone(),
            ..Index::new()
        }
    }

    /// A document's passages as an engine keeps them.
    pub fn entries(&self, record: DocumentRecord) -> Vec<Entry> {
        self.entries_read(record, &HashMap::new())
    }

    /// The same with what an embedding model made of them. Vectors of other texts than those
    /// that stand here now are passed over.
    pub fn entries_read(
        &self,
        record: DocumentRecord,
        read: &HashMap<PassageId, PassageVector>,
    ) -> Vec<Entry> {
        let parts = Parts::of(record);
        let facets = Arc::new(entry::folded_facets(&parts.facets));
        let lexical = Lexical::of_part(Arc::clone(&self.words));
        let entry = |passage: &Passage| {
            let counts = Counts::of(&passage.fields());
            Entry {
                document: passage.document,
                passage: passage.id,
                language: parts.language,
                words: entry::summed(lexical.shares(&counts)),
                meaning: self.model.as_ref().and_then(|m| m.passage(&counts)),
                given: given::of_text(passage, read.get(&passage.id)),
                facets: Arc::clone(&facets),
            }
        };
        parts.passages.iter().map(entry).collect()
    }
}

/// Makes a [`Survey`], document by document.
#[derive(Debug)]
pub struct Surveyor {
    words: Vocabulary,
    by_language: [usize; language::COUNT],
    /// What vectors are learned from: each passage is as likely to be among these as any other
    /// (Vitter's algorithm R).
    sample: Vec<Passage>,
    sample_size: usize,
    random: SplitMix,
    seed: u64,
}

impl Surveyor {
    /// Nothing seen yet. The same documents in the same order and the same seed give the same
    /// survey.
    pub fn new(seed: u64) -> Self {
        Self {
            words: Vocabulary::default(),
            by_language: [0; language::COUNT],
            sample: Vec::new(),
            sample_size: LEARNED,
            random: SplitMix(seed),
            seed,
        }
    }

    /// Takes a document in.
    pub fn add(&mut self, record: DocumentRecord) {
        let parts = Parts::of(record);
        self.by_language[parts.language.number()] += 1;
        for passage in parts.passages {
            let counts = Counts::of(&passage.fields());
            self.words.count(&counts);
            self.draw(passage);
        }
    }

    fn draw(&mut self, passage: Passage) {
        if self.sample.len() < self.sample_size {
            self.sample.push(passage);
            return;
        }
        let at = self.random.below(self.words.passages);
        if let Some(place) = self.sample.get_mut(at) {
            *place = passage;
        }
    }

    /// Learns from what was seen: seconds of work for ten thousand passages.
    pub fn finish(self) -> Survey {
        let sample: Vec<&Passage> = self.sample.iter().collect();
        // Passages get their vectors when they are put in.
        let model = train::learn(&sample, self.seed).map(|(model, _)| Arc::new(model));
        Survey {
            words: Arc::new(self.words),
            model,
            by_language: self.by_language,
        }
    }
}

#[cfg(test)]
mod tests;
