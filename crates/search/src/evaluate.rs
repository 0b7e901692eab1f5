//! How good the search is, on judged collections in BEIR's form.
//!
//! Measures follow trec_eval: linear gain, every judged query counts, a query
//! without an answer counts 0.

mod bootstrap;
mod collection;
pub(crate) mod measures;
mod own;

use std::collections::HashMap;

use archivist_domain::{DocType, DocumentId, PassageId};
use uuid::Uuid;

pub use bootstrap::Interval;
pub use collection::{About, Collection, CollectionError, Entry};
pub use measures::Measures;
pub use own::{Judged, of_archive};

use crate::search;
use crate::{DocumentRecord, Facets, Index, PassageRecord, QueryVector, SearchRequest};

/// How deep the answers are looked at.
const DEPTH: usize = 1000;

/// How a search did on every judged query of a collection, in the collection's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    queries: Vec<Measures>,
}

impl Evaluation {
    /// What was measured, query by query.
    pub(crate) fn of(queries: Vec<Measures>) -> Self {
        Self { queries }
    }

    /// How many queries were asked.
    pub fn count(&self) -> usize {
        self.queries.len()
    }

    /// The means over all queries; 0 where none was asked.
    pub fn mean(&self) -> Measures {
        Measures::mean(&self.queries)
    }

    /// Where the means lie with 95 % confidence, by percentile bootstrap over the
    /// queries. The same seed gives the same interval.
    pub fn interval(&self, seed: u64) -> Interval {
        bootstrap::interval(&self.queries, seed)
    }

    /// How much better it did than `other` on the same queries, one by one.
    #[must_use]
    pub fn gain_over(&self, other: &Self) -> Self {
        let pairs = self.queries.iter().zip(&other.queries);
        Self {
            queries: pairs.map(|(ours, theirs)| ours.minus(*theirs)).collect(),
        }
    }
}

impl Collection {
    /// An index of the corpus, one passage a document, with vectors learned from
    /// it by the given seed.
    pub fn index(&self, seed: u64) -> Index {
        let mut index = Index::new();
        for record in self.records() {
            index.upsert(record);
        }
        if index.training_due() {
            let trained = index.training_set().train(seed);
            index.install(trained);
        }
        index
    }

    /// Asks every judged query that has at least one relevant document, in the way of
    /// `how`; what to look for and how many comes from here.
    pub fn evaluate(&self, index: &Index, how: &SearchRequest) -> Evaluation {
        self.evaluate_with(index, how, &HashMap::new())
    }

    /// The same with what an embedding model makes of the queries, by their texts.
    pub fn evaluate_with(
        &self,
        index: &Index,
        how: &SearchRequest,
        vectors: &HashMap<String, QueryVector>,
    ) -> Evaluation {
        let how = SearchRequest {
            limit: DEPTH,
            ..how.clone()
        };
        self.evaluate_by(&how, |mut request| {
            request.vector = vectors.get(&request.text).cloned();
            search::documents(index, &request, self.latest_year())
        })
    }

    /// The same by whatever answers a request with the best documents, best first.
    pub fn evaluate_by(
        &self,
        how: &SearchRequest,
        mut answer: impl FnMut(SearchRequest) -> Vec<DocumentId>,
    ) -> Evaluation {
        let queries = self.queries.iter().filter_map(|query| {
            let grades = self.judgements.get(&query.id)?;
            let is_judged = grades.values().any(|grade| *grade > 0);
            is_judged.then(|| {
                let found = answer(SearchRequest {
                    text: query.text.clone(),
                    ..how.clone()
                });
                let named = |document| self.corpus[number_of(document)].id.as_str();
                let named: Vec<&str> = found.into_iter().map(named).collect();
                measures::of_answer(&named, grades)
            })
        });
        Evaluation {
            queries: queries.collect(),
        }
    }

    /// The corpus as an index takes it in, one passage a document.
    pub fn records(&self) -> impl Iterator<Item = DocumentRecord> {
        let numbered = (0..).zip(&self.corpus);
        numbered.map(|(number, entry)| record(number, entry))
    }

    /// Whether any document has a year, and whether any has an outcome.
    pub fn signals(&self) -> (bool, bool) {
        let any = |has: fn(&About) -> bool| self.corpus.iter().any(|entry| has(&entry.metadata));
        (
            any(|about| about.year.is_some()),
            any(|about| about.outcome.is_some()),
        )
    }

    /// What age is reckoned from.
    fn latest_year(&self) -> i32 {
        let years = self.corpus.iter().filter_map(|entry| entry.metadata.year);
        years.max().unwrap_or_default()
    }
}

/// Documents are numbered; the number is the id.
fn record(number: u128, entry: &Entry) -> DocumentRecord {
    DocumentRecord {
        id: DocumentId(Uuid::from_u128(number)),
        title: entry.title.clone(),
        facets: Facets {
            doc_type: DocType::Other,
            year: entry.metadata.year,
            outcome: entry.metadata.outcome,
            programs: Vec::new(),
            tags: Vec::new(),
            funder: None,
            superseded: false,
        },
        language: None,
        passages: vec![PassageRecord {
            id: PassageId(Uuid::from_u128(number)),
            ordinal: 0,
            heading: None,
            text: entry.text.clone(),
        }],
    }
}

fn number_of(document: DocumentId) -> usize {
    usize::try_from(document.0.as_u128()).expect("ids are places in the corpus")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;
    use std::fs;

    #[test]
    fn a_collection_is_read_and_measured() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("qrels")).unwrap();
        write(
            "corpus.jsonl",
            "{\"_id\":\"d1\",\"title\":\"Garden\",\"text\":\"beans\"}\n{\"_id\":\"d2\",\"text\":\"reading\"}\n",
        );
        write(
            "queries.jsonl",
            "{\"_id\":\"1\",\"text\":\"bean\"}\n{\"_id\":\"2\",\"text\":\"x\"}\n",
        );
        write("qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\td1\t1\n");
        let collection = Collection::read(folder.path()).unwrap();
        let words = SearchRequest {
            mode: Mode::Lexical,
            ..SearchRequest::default()
        };
        let measured = collection.evaluate(&collection.index(1), &words).mean();
        assert!((measured.ndcg_at_10 - 1.0).abs() < 1e-12);
        write("queries.jsonl", "no json\n");
        let error = Collection::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
