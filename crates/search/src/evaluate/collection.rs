//! Judged collections, as they lie in folders.
//!
//! A folder holds `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl`
//! (`_id`, `text`) and `qrels/test.tsv` (query, document, grade; with a header or without).
//! Collections differ in what they leave out, so fields may be `null`, and names may be numbers.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use archivist_domain::Outcome;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

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
    #[serde(rename = "_id", deserialize_with = "name")]
    pub id: String,
    /// Its title; empty for queries.
    #[serde(default, deserialize_with = "words")]
    pub title: String,
    /// Its text.
    #[serde(deserialize_with = "words")]
    pub text: String,
    /// What signals look at, where the collection has it.
    #[serde(default, deserialize_with = "about")]
    pub metadata: About,
}

/// What a collection may say about a document beside its text; other fields and other values are
/// passed over.
#[derive(Debug, Clone, Default, PartialEq)]
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

/// A text or a number.
fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(name) => Ok(name),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(serde::de::Error::custom("an _id is a text or a number")),
    }
}

/// A text that may be `null`.
fn words<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    Ok(text.unwrap_or_default())
}

/// What is known of it, whatever else there is.
fn about<'de, D: Deserializer<'de>>(from: D) -> Result<About, D::Error> {
    let metadata = Value::deserialize(from)?;
    let year = match &metadata["year"] {
        Value::Number(year) => year.as_i64().and_then(|year| year.try_into().ok()),
        Value::String(year) => year.trim().parse().ok(),
        _ => None,
    };
    Ok(About {
        year,
        outcome: Outcome::deserialize(&metadata["outcome"]).ok(),
    })
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
    let mut is_first = true;
    let rows = each_line(path, |line| {
        let may_be_header = std::mem::take(&mut is_first);
        let mut columns = line.split('\t').map(str::trim);
        let (Some(query), Some(document), Some(grade)) =
            (columns.next(), columns.next(), columns.next())
        else {
            return Err("three columns are needed".to_owned());
        };
        let judged = |grade| Some((query.to_owned(), document.to_owned(), grade));
        match grade.parse::<f64>() {
            Ok(grade) => Ok(judged(grade)),
            Err(_) if may_be_header => Ok(None),
            Err(_) => Err(format!("the grade is a number, not {grade:?}")),
        }
    })?;
    let mut judgements: HashMap<String, HashMap<String, u32>> = HashMap::new();
    for (query, document, grade) in rows.into_iter().flatten() {
        // trec_eval takes negative grades for "judged, not relevant" as well.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what is below 0 becomes 0"
        )]
        let grade = grade.round() as u32;
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
        .zip(text.trim_start_matches('\u{feff}').lines())
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
    fn collections_are_read_whatever_they_leave_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.jsonl");
        let lines = [
            r#"{"_id": "a", "text": "Beans.", "metadata": {"year": "2024", "outcome": "Funded"}}"#,
            r#"{"_id": 7, "title": null, "text": null, "metadata": null}"#,
            r#"{"_id": "c", "title": "T", "text": "Soil.", "metadata": {"year": "soon", "outcome": 1}}"#,
            r#"{"_id": "d", "text": "Soil.", "metadata": "https://example.org", "more": [1]}"#,
        ];
        fs::write(&path, format!("\u{feff}{}\r\n", lines.join("\r\n"))).unwrap();
        let entries = read_entries(&path).unwrap();
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["a", "7", "c", "d"]);
        let about = About {
            year: Some(2024),
            outcome: Some(Outcome::Funded),
        };
        assert_eq!(entries[0].metadata, about);
        let others = entries[1..].iter().map(|entry| &entry.metadata);
        assert!(others.clone().all(|about| *about == About::default()));
        fs::write(&path, r#"{"_id": "a", "title": "No text"}"#).unwrap();
        assert!(read_entries(&path).is_err());
    }

    #[test]
    fn judgements_are_read_with_and_without_a_header_and_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.tsv");
        let judged = |text: &str| {
            fs::write(&path, text).unwrap();
            read_judgements(&path)
        };
        for header in ["", "query-id\tcorpus-id\tscore\n"] {
            let read = judged(&format!("{header}q\ta\t2\nq\tb\t1.0\nq\tc\t-1\n")).unwrap();
            let grades = ["a", "b", "c"].map(|document| read["q"][document]);
            assert_eq!(grades, [2, 1, 0], "{header:?}");
        }
        let said = judged("q\ta\t2\nq\tb\tyes\n").unwrap_err().to_string();
        assert!(said.contains("line 2") && said.contains("yes"), "{said}");
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
