//! What an engine outside of this process keeps of passages, what it is asked, and what it
//! answers.
//!
//! It finds candidates; how they rank is decided here. So it needs no texts, and may find a
//! little too much.

use std::collections::BTreeMap;
use std::sync::Arc;

use archivist_domain::{DocumentId, PassageId};

use crate::index::Index;
use crate::language::Language;
use crate::query::QueryTerm;
use crate::records::{Facets, Filters, Mode, SearchRequest};
use crate::search;
use crate::text::fold_name;

/// Candidates by words, at least: ten hits stand before many more that may change places.
const BY_WORDS: usize = 100;
/// Candidates by meaning, at least.
const BY_MEANING: usize = 50;
/// Wordings are looked for among so many candidates that have their words.
const WITH_PHRASES: usize = 1000;

/// A word as engines know it: CRC-32 of the term. Two words that share a number bring a
/// candidate too many at worst.
pub type Word = u32;

/// A passage as an engine keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The document it is of.
    pub document: DocumentId,
    /// The passage.
    pub passage: PassageId,
    /// What its words are stemmed as.
    pub language: Language,
    /// Its words, ascending, each with its share in a BM25 score before the word's rarity. The
    /// score is the dot product with [`Look::words`].
    pub words: Vec<(Word, f32)>,
    /// Its learned vector, of length 1, where it has one.
    pub meaning: Option<Vec<f32>>,
    /// The vector that an embedding model gave it, of length 1, where it has read it.
    pub given: Option<Vec<f32>>,
    /// What it can be filtered by; names are in lower case, without accents and spaces around
    /// them.
    pub facets: Arc<Facets>,
}

/// What an engine is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Words, ascending, each with its weight in the query times its rarity. Empty where words
    /// are not asked for.
    pub words: Vec<(Word, f32)>,
    /// The query's learned vector, of length 1, where meaning is asked for.
    pub meaning: Option<Vec<f32>>,
    /// The query's vector by the embedding model, of length 1, where that is asked.
    pub given: Option<Vec<f32>>,
    /// Of which all must hold; names as in [`Entry::facets`].
    pub filters: Vec<Filters>,
    /// How many candidates by words at most.
    pub by_words: usize,
    /// How many by each kind of meaning at most.
    pub by_meaning: usize,
}

/// A passage that may be what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The document it is of.
    pub document: DocumentId,
    /// The passage.
    pub passage: PassageId,
    /// What its words are stemmed as.
    pub language: Language,
}

impl Index {
    /// What to ask an engine for. This is an index of [`crate::Survey::index`] that holds the
    /// passages that are liked.
    pub fn look(&self, request: &SearchRequest) -> Look {
        let (typed, query) = search::read(self, request);
        let with_phrases = !request.phrases.is_empty();
        // Of what is found by words that count beside others alone, or has what is unwanted, much
        // falls away.
        let falls_away = with_phrases
            || !request.unwanted.is_empty()
            || query.terms.iter().any(|term| !term.beside.is_empty());
        let wanted = 2 * (request.offset + request.limit);
        let gain = |term: &QueryTerm| term.weight * self.lexical.rarity(&term.term);
        let words = query.terms.iter();
        let words = words.filter(|_| request.mode != Mode::Dense || with_phrases);
        let by_meaning = request.mode != Mode::Lexical && !with_phrases;
        let given = request.vector.as_ref().filter(|_| by_meaning);
        let given = given.and_then(|vector| search::asked_of_model(self, request, vector));
        // As where the passages are in memory: a model speaks for the meaning alone.
        let is_learned_asked = by_meaning && (request.mode != Mode::Dense || given.is_none());
        let dense = self.dense.as_ref().filter(|_| is_learned_asked);
        let filters = std::iter::once(&request.filters).chain(&request.conditions);
        Look {
            words: summed(words.map(|term| (term.term.as_str(), gain(term)))),
            meaning: dense.and_then(|dense| search::asked(self, request, dense, &typed)),
            given,
            filters: filters.map(folded_filters).collect(),
            by_words: wanted.max(if falls_away { WITH_PHRASES } else { BY_WORDS }),
            by_meaning: wanted.max(BY_MEANING),
        }
    }
}

/// Terms by their numbers, ascending; those that share one are added up.
pub(crate) fn summed<'a>(terms: impl Iterator<Item = (&'a str, f32)>) -> Vec<(Word, f32)> {
    let mut summed: BTreeMap<Word, f32> = BTreeMap::new();
    for (term, weight) in terms {
        *summed.entry(crc32fast::hash(term.as_bytes())).or_default() += weight;
    }
    summed.into_iter().collect()
}

pub(crate) fn folded_facets(facets: &Facets) -> Facets {
    Facets {
        programs: folded(&facets.programs),
        tags: folded(&facets.tags),
        funder: facets.funder.as_deref().map(fold_name),
        ..facets.clone()
    }
}

fn folded_filters(filters: &Filters) -> Filters {
    Filters {
        programs: folded(&filters.programs),
        tags: folded(&filters.tags),
        funders: folded(&filters.funders),
        ..filters.clone()
    }
}

fn folded(names: &[String]) -> Vec<String> {
    names.iter().map(|name| fold_name(name)).collect()
}
