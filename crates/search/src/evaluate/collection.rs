//! Judged collections, as they lie in folders.
//!
//! A folder holds `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl`
//! (`_id`, `text`) and `qrels/test.tsv` (query, document, grade; with a header).

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use archivist_domain::Outcome;

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
    /// What signals look at, where the collection has it.
    #[serde(default)]
    pub metadata: About,
}

/// What a collection may say about a document beside its text; other fields are passed over.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct About {
    /// The year it is of.
    pub year: Option<i32>,
    /// What became of it.
    pub outcome: Option<Outcome>,
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
}

fn read_entries(path: &Path) -> Result<Vec<Entry>, CollectionError> {
    let mut seen = HashSet::new();
    each_line(path, |line| {
        let entry: Entry = serde_json::from_str(line).map_err(|e| e.to_string())?;
        if !seen.insert(entry.id.clone()) {
            // Found twice, a document would count twice.
            return Err(format!("another line has the _id {:?}, too", entry.id));
        }
        Ok(entry)
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
    mut parse: impl FnMut(&str) -> Result<T, String>,
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

    #[test]
    fn an_id_stands_for_one_document() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.jsonl");
        let line = |id: &str| format!("{{\"_id\": \"{id}\", \"text\": \"Beans.\"}}\n");
        fs::write(&path, line("a") + &line("b")).unwrap();
        assert_eq!(read_entries(&path).unwrap().len(), 2);
        fs::write(&path, line("a") + &line("b") + &line("a")).unwrap();
        let said = read_entries(&path).unwrap_err().to_string();
        assert!(said.contains("line 3") && said.contains("\"a\""), "{said}");
    }

    #[test]
    fn titles_ask_for_documents_that_lost_them() {
        let entry = |id: &str, title: &str, text: &str| Entry {
            id: id.into(),
            title: title.into(),
            text: text.into(),
            metadata: About::default(),
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
}
