//! How good the search is, on judged collections in BEIR's form.
//!
//! A folder holds `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl`
//! (`_id`, `text`) and `qrels/test.tsv` (query, document, grade; with a header).
//! Measures follow trec_eval: linear gain, every judged query counts, a query
//! without an answer counts 0.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use archivist_domain::{DocType, DocumentId, PassageId};
use uuid::Uuid;

use crate::search;
use crate::{DocumentRecord, Facets, Index, Mode, PassageRecord, SearchRequest};

/// How deep the answers are looked at.
const DEPTH: usize = 1000;

/// Why a collection cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// A file could not be read.
    #[error("{path} could not be read")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// A judged collection.
#[derive(Debug, Default)]
pub struct Collection {
    /// The documents.
    pub corpus: Vec<Entry>,
    /// The questions; those without judgements are not asked.
    pub queries: Vec<Entry>,
    /// By query, the grade of each judged document.
    pub judgements: HashMap<String, HashMap<String, u32>>,
}

/// A document or a query of a collection.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Entry {
    /// Its name within the collection.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its title; empty for queries.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

/// Mean measures over all judged queries, each 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Measures {
    /// Normalised discounted cumulative gain of the first ten.
    #[serde(rename = "ndcg@10")]
    pub ndcg_at_10: f64,
    /// Mean average precision of the first thousand.
    pub map: f64,
    /// Mean reciprocal rank of the first relevant answer.
    pub mrr: f64,
    /// The share of relevant documents among the first ten.
    #[serde(rename = "recall@10")]
    pub recall_at_10: f64,
    /// The share of relevant documents among the first hundred.
    #[serde(rename = "recall@100")]
    pub recall_at_100: f64,
}

impl Collection {
    /// Reads a folder in BEIR's form.
    pub fn read(folder: &Path) -> Result<Self, CollectionError> {
        Ok(Self {
            corpus: read_entries(&folder.join("corpus.jsonl"))?,
            queries: read_entries(&folder.join("queries.jsonl"))?,
            judgements: read_judgements(&folder.join("qrels/test.tsv"))?,
        })
    }

    /// The same corpus, asked for what it is called: every title becomes a query
    /// whose one answer is its document, which loses the title. Guards against
    /// weights that suit long questions only.
    #[must_use]
    pub fn by_title(&self) -> Self {
        let mut by_title = Self::default();
        for entry in &self.corpus {
            let text = entry.text.strip_prefix(&entry.title).unwrap_or(&entry.text);
            by_title.corpus.push(Entry {
                title: String::new(),
                text: text.to_owned(),
                ..entry.clone()
            });
            if !entry.title.is_empty() {
                by_title.queries.push(Entry {
                    text: entry.title.clone(),
                    ..entry.clone()
                });
                by_title
                    .judgements
                    .insert(entry.id.clone(), [(entry.id.clone(), 1)].into());
            }
        }
        by_title
    }

    /// An index of the corpus, one passage a document, with vectors learned from
    /// it by the given seed.
    pub fn index(&self, seed: u64) -> Index {
        let mut index = Index::new();
        for (number, entry) in (0..).zip(&self.corpus) {
            index.upsert(record(number, entry));
        }
        if index.training_due() {
            let trained = index.training_set().train(seed);
            index.install(trained);
        }
        index
    }

    /// The means over all judged queries with at least one relevant document.
    pub fn measure(&self, index: &Index, mode: Mode) -> Measures {
        let mut sum = Measures::default();
        let mut count = 0.0;
        for query in &self.queries {
            let Some(grades) = self.judgements.get(&query.id) else {
                continue;
            };
            if grades.values().any(|grade| *grade > 0) {
                let answer = self.answer(index, mode, &query.text);
                sum.add(measures(&answer, grades));
                count += 1.0;
            }
        }
        sum.divided_by(f64::max(count, 1.0))
    }

    fn answer(&self, index: &Index, mode: Mode, text: &str) -> Vec<&str> {
        let request = SearchRequest {
            limit: DEPTH,
            mode,
            ..SearchRequest::new(text)
        };
        let found = search::documents(index, &request, 0);
        found
            .into_iter()
            .map(|document| self.corpus[number_of(document)].id.as_str())
            .collect()
    }
}

impl Measures {
    fn add(&mut self, other: Self) {
        self.ndcg_at_10 += other.ndcg_at_10;
        self.map += other.map;
        self.mrr += other.mrr;
        self.recall_at_10 += other.recall_at_10;
        self.recall_at_100 += other.recall_at_100;
    }

    fn divided_by(self, count: f64) -> Self {
        Self {
            ndcg_at_10: self.ndcg_at_10 / count,
            map: self.map / count,
            mrr: self.mrr / count,
            recall_at_10: self.recall_at_10 / count,
            recall_at_100: self.recall_at_100 / count,
        }
    }
}

/// The measures of one answer, best document first, against its grades.
fn measures(answer: &[&str], grades: &HashMap<String, u32>) -> Measures {
    let gains: Vec<u32> = answer
        .iter()
        .map(|id| grades.get(*id).copied().unwrap_or_default())
        .collect();
    let mut ideal: Vec<u32> = grades
        .values()
        .copied()
        .filter(|grade| *grade > 0)
        .collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let relevant = ideal.len() as f64;
    let found = |depth: usize| gains.iter().take(depth).filter(|gain| **gain > 0).count() as f64;
    let first = gains.iter().position(|gain| *gain > 0);
    Measures {
        ndcg_at_10: discounted(&gains) / discounted(&ideal),
        map: summed_precision(&gains) / relevant,
        mrr: first.map_or(0.0, |at| 1.0 / (at + 1) as f64),
        recall_at_10: found(10) / relevant,
        recall_at_100: found(100) / relevant,
    }
}

/// Discounted cumulative gain of the first ten.
fn discounted(gains: &[u32]) -> f64 {
    let at = gains.iter().take(10).enumerate();
    at.map(|(rank, &gain)| f64::from(gain) / (rank as f64 + 2.0).log2())
        .sum()
}

/// The precision at each relevant place, summed up.
fn summed_precision(gains: &[u32]) -> f64 {
    let places = gains.iter().enumerate().filter(|(_, gain)| **gain > 0);
    (1..)
        .zip(places)
        .map(|(found, (at, _))| f64::from(found) / (at + 1) as f64)
        .sum()
}

/// Documents are numbered; the number is the id.
fn record(number: u128, entry: &Entry) -> DocumentRecord {
    DocumentRecord {
        id: DocumentId(Uuid::from_u128(number)),
        title: entry.title.clone(),
        facets: Facets {
            doc_type: DocType::Other,
            year: None,
            outcome: None,
            programs: Vec::new(),
            tags: Vec::new(),
            superseded: false,
        },
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

fn read_entries(path: &Path) -> Result<Vec<Entry>, CollectionError> {
    each_line(path, |line| {
        serde_json::from_str(line).map_err(|e| e.to_string())
    })
}

fn read_judgements(path: &Path) -> Result<HashMap<String, HashMap<String, u32>>, CollectionError> {
    let rows = each_line(path, |line| {
        let mut columns = line.split('\t').map(str::trim);
        let (Some(query), Some(document), Some(grade)) =
            (columns.next(), columns.next(), columns.next())
        else {
            return Err("three columns are needed".to_owned());
        };
        // The header's grade is a word; no judgement is lost by that.
        Ok(grade
            .parse::<i64>()
            .ok()
            .map(|g| (query.to_owned(), document.to_owned(), g)))
    })?;
    let mut judgements: HashMap<String, HashMap<String, u32>> = HashMap::new();
    for (query, document, grade) in rows.into_iter().flatten() {
        // trec_eval takes negative grades for "judged, not relevant" as well.
        let grade = u32::try_from(grade).unwrap_or_default();
        judgements.entry(query).or_default().insert(document, grade);
    }
    Ok(judgements)
}

fn each_line<T>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, CollectionError> {
    let text = fs::read_to_string(path).map_err(|source| CollectionError::Io {
        path: path.to_owned(),
        source,
    })?;
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line, content)| {
            parse(content).map_err(|what| CollectionError::Line {
                path: path.to_owned(),
                line,
                what,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grades(pairs: &[(&str, u32)]) -> HashMap<String, u32> {
        pairs
            .iter()
            .map(|(id, grade)| ((*id).to_owned(), *grade))
            .collect()
    }

    #[test]
    fn measures_of_a_known_answer() {
        let found = measures(
            &["x", "a", "b"],
            &grades(&[("a", 1), ("b", 1), ("c", 1), ("x", 0)]),
        );
        let dcg = 1.0 / 3_f64.log2() + 0.5;
        let ideal = 1.0 + 1.0 / 3_f64.log2() + 0.5;
        assert!((found.ndcg_at_10 - dcg / ideal).abs() < 1e-12);
        assert!((found.map - (0.5 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((found.mrr - 0.5).abs() < 1e-12);
        assert!((found.recall_at_10 - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_ideal_answer_scores_one_with_grades() {
        let found = measures(&["best", "good"], &grades(&[("good", 1), ("best", 3)]));
        assert!((found.ndcg_at_10 - 1.0).abs() < 1e-12);
        let swapped = measures(&["good", "best"], &grades(&[("good", 1), ("best", 3)]));
        assert!(swapped.ndcg_at_10 < 0.85);
    }

    #[test]
    fn titles_ask_for_documents_that_lost_them() {
        let entry = |id: &str, title: &str, text: &str| Entry {
            id: id.into(),
            title: title.into(),
            text: text.into(),
        };
        let collection = Collection {
            corpus: vec![
                entry("a", "Beans", "Beans grow."),
                entry("b", "", "Untitled."),
            ],
            ..Collection::default()
        };
        let by_title = collection.by_title();
        assert_eq!(by_title.corpus[0].text, " grow.");
        assert_eq!(
            (by_title.queries.len(), by_title.queries[0].text.as_str()),
            (1, "Beans")
        );
        assert_eq!(by_title.judgements["a"]["a"], 1);
    }

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
        let measured = collection.measure(&collection.index(1), Mode::Lexical);
        assert!((measured.ndcg_at_10 - 1.0).abs() < 1e-12);
        write("queries.jsonl", "no json\n");
        let error = Collection::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
