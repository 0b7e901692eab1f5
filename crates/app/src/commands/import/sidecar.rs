//! A list beside the files that says what they are: CSV or JSON, one entry a file.
//!
//! Everything in it is checked before anything happens, and told with its line and
//! column.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use csv::StringRecord;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Item;
use super::said::{Field, Known, Said};

/// How a list is called that nobody names.
const NAMES: [&str; 2] = ["metadata.csv", "metadata.json"];

/// How the column, or the field, may be called that names the file.
const FILE: [&str; 4] = ["file", "filename", "file_name", "path"];

/// More problems than these are only counted.
const MOST_TOLD: usize = 20;

/// What a list says, by the names of files.
#[derive(Debug, Default)]
pub(super) struct Sidecar {
    /// What people are told of it: where it lies.
    pub(super) shown: PathBuf,
    /// The folder in which it lies, by the way from the top; with `/` at its end.
    folder: String,
    entries: HashMap<String, Entry>,
}

/// Where a list may lie.
#[derive(Debug, Clone)]
pub(super) struct ListFile {
    /// Its bytes.
    pub(super) path: PathBuf,
    shown: PathBuf,
    folder: String,
}

#[derive(Debug)]
struct Entry {
    said: Said,
    line: usize,
}

/// Something wrong, and where.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    line: usize,
    column: usize,
    text: String,
}

/// Where a list may lie: where it is named, or else in the folder under a usual name.
pub(super) fn places(named: Option<&Path>, folder: &Path) -> impl Iterator<Item = ListFile> {
    let usual = NAMES.map(|name| folder.join(name));
    let paths = named.map_or_else(|| usual.to_vec(), |path| vec![path.to_owned()]);
    paths.into_iter().map(|path| ListFile {
        shown: path.clone(),
        path,
        folder: String::new(),
    })
}

/// Lists among the files of an archive: at its top, or in the only folder there.
pub(super) fn inside(files: &[Item]) -> impl Iterator<Item = ListFile> {
    let top = |item: &'_ Item| item.inside.split_once('/').map(|(top, _)| top.to_owned());
    let first = files.first().and_then(top);
    let only = first.filter(|first| files.iter().all(|item| top(item).as_ref() == Some(first)));
    let folder = only.map_or_else(String::new, |only| only + "/");
    NAMES.into_iter().filter_map(move |name| {
        let path = format!("{folder}{name}");
        let found = files.iter().find(|item| item.inside == path)?;
        Some(ListFile {
            path: found.path.clone(),
            shown: found.shown.clone(),
            folder: folder.clone(),
        })
    })
}

impl Sidecar {
    /// Reads a list. The error tells everything that is wrong with it.
    pub(super) fn read(list: &ListFile, known: &Known) -> Result<Self> {
        let name = list.shown.display();
        let text = fs::read_to_string(&list.path)
            .with_context(|| format!("{name} cannot be read as UTF-8 text"))?;
        let text = text.trim_start_matches('\u{feff}');
        let is_json = list
            .shown
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("json"));
        let mut problems = Vec::new();
        let entries = if is_json {
            json(text, known, &mut problems)
        } else {
            csv(text, known, &mut problems)
        };
        if problems.is_empty() {
            return Ok(Self {
                shown: list.shown.clone(),
                folder: list.folder.clone(),
                entries,
            });
        }
        let mut told: Vec<_> = problems
            .iter()
            .take(MOST_TOLD)
            .map(|it| format!("{name}:{}:{}: {}", it.line, it.column, it.text))
            .collect();
        if problems.len() > MOST_TOLD {
            told.push(format!("… and {} more", problems.len() - MOST_TOLD));
        }
        bail!(
            "nothing was done, mend this first:\n  {}",
            told.join("\n  ")
        )
    }

    /// What is said about a file: by its path from the list's folder, or else by its bare
    /// name.
    pub(super) fn about(&self, path: &str) -> Option<&Said> {
        let path = path.strip_prefix(&self.folder).unwrap_or(path);
        let name = path.rsplit('/').next().unwrap_or(path);
        let entry = self.entries.get(path).or_else(|| self.entries.get(name))?;
        Some(&entry.said)
    }

    /// Files that the list speaks of and that are not there, each with its line.
    pub(super) fn missing(&self, files: &[String]) -> Vec<(usize, String)> {
        let is_there = |wanted: &str| {
            files
                .iter()
                .map(|path| path.strip_prefix(&self.folder).unwrap_or(path))
                .any(|path| path == wanted || path.rsplit('/').next() == Some(wanted))
        };
        let missing = self.entries.iter().filter(|(name, _)| !is_there(name));
        let mut missing: Vec<_> = missing
            .map(|(name, entry)| (entry.line, name.clone()))
            .collect();
        missing.sort();
        missing
    }
}

type Entries = HashMap<String, Entry>;

fn keep(entries: &mut Entries, name: &str, entry: Entry) -> Result<(), String> {
    let name = name.trim().replace('\\', "/");
    let name = name.trim_start_matches("./");
    if name.is_empty() {
        return Err("the name of the file is missing".to_owned());
    }
    match entries.insert(name.to_owned(), entry) {
        None => Ok(()),
        Some(first) => Err(format!(
            "'{name}' stands here a second time, first in line {}",
            first.line
        )),
    }
}

fn csv(text: &str, known: &Known, problems: &mut Vec<Problem>) -> Entries {
    let mut entries = Entries::new();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            problems.push(of_csv(&error));
            return entries;
        }
    };
    let Some(columns) = Columns::read(&header, problems) else {
        return entries;
    };
    for record in reader.records() {
        match record {
            Ok(record) => columns.take(&record, known, &mut entries, problems),
            Err(error) => problems.push(of_csv(&error)),
        }
    }
    entries
}

/// Spreadsheets of many countries write `;`, and some write tabs.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |it: &&u8| header.bytes().filter(|byte| byte == *it).count();
    *[b',', b';', b'\t']
        .iter()
        .rev()
        .max_by_key(count)
        .unwrap_or(&b',')
}

fn of_csv(error: &csv::Error) -> Problem {
    let line = error.position().map_or(1, csv::Position::line);
    Problem {
        line: usize::try_from(line).unwrap_or(usize::MAX),
        column: 1,
        text: error.to_string(),
    }
}

/// Which column says what.
struct Columns {
    file: usize,
    fields: Vec<Option<Field>>,
}

impl Columns {
    fn read(header: &StringRecord, problems: &mut Vec<Problem>) -> Option<Self> {
        let is_file = |name: &str| FILE.contains(&name.trim().to_lowercase().as_str());
        let file = header.iter().position(is_file);
        let before = problems.len();
        let mut problem = |column: usize, text: String| {
            problems.push(Problem {
                line: 1,
                column: column + 1,
                text,
            });
        };
        if file.is_none() {
            problem(
                0,
                "no column is called 'file': it has to name the files".to_owned(),
            );
        }
        let mut fields = Vec::new();
        for (column, name) in header.iter().enumerate() {
            let field = Field::of_name(name);
            if field.is_none() && Some(column) != file {
                problem(
                    column,
                    format!(
                        "the column '{name}' is not known: use file, {}",
                        Field::NAMES
                    ),
                );
            }
            fields.push(field);
        }
        let file = file?;
        (problems.len() == before).then_some(Self { file, fields })
    }

    fn take(
        &self,
        record: &StringRecord,
        known: &Known,
        entries: &mut Entries,
        problems: &mut Vec<Problem>,
    ) {
        if record.iter().all(|value| value.trim().is_empty()) {
            return;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        let mut problem = |column: usize, text| {
            problems.push(Problem {
                line,
                column: column + 1,
                text,
            });
        };
        if record.len() > self.fields.len() {
            let text = format!(
                "{} values for {} columns: put a value that holds the separator in \"quotes\"",
                record.len(),
                self.fields.len()
            );
            problem(self.fields.len(), text);
            return;
        }
        let mut said = Said::default();
        for (column, (field, value)) in self.fields.iter().zip(record).enumerate() {
            if let Some(field) = field
                && let Err(text) = known.say(&mut said, *field, value)
            {
                problem(column, text);
            }
        }
        let name = record.get(self.file).unwrap_or_default();
        if let Err(text) = keep(entries, name, Entry { said, line }) {
            problem(self.file, text);
        }
    }
}

/// Either an object with an entry for each file, or a list of entries that name theirs.
fn json(text: &str, known: &Known, problems: &mut Vec<Problem>) -> Entries {
    let mut reader = Json {
        text,
        known,
        problems,
        entries: Entries::new(),
    };
    if let Err(error) = reader.read() {
        let problem = Problem {
            line: error.line(),
            column: error.column(),
            text: format!("this is not JSON of the right form: {error}"),
        };
        reader.problems.push(problem);
    }
    reader.entries
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

struct Json<'a> {
    text: &'a str,
    known: &'a Known,
    problems: &'a mut Vec<Problem>,
    entries: Entries,
}

impl<'a> Json<'a> {
    fn read(&mut self) -> serde_json::Result<()> {
        if self.text.trim_start().starts_with('[') {
            let list: Vec<&RawValue> = serde_json::from_str(self.text)?;
            for raw in list {
                self.entry(None, raw);
            }
        } else {
            let files: BTreeMap<String, &RawValue> = serde_json::from_str(self.text)?;
            for (name, raw) in files {
                self.entry(Some(name), raw);
            }
        }
        Ok(())
    }

    fn entry(&mut self, name: Option<String>, raw: &'a RawValue) {
        let Ok(fields) = serde_json::from_str::<Fields<'a>>(raw.get()) else {
            return self.problem(
                raw,
                "an object with what is said about the file belongs here".to_owned(),
            );
        };
        let mut said = Said::default();
        let mut own_name = None;
        for (key, value) in fields {
            if FILE.contains(&key.to_lowercase().as_str()) {
                own_name = serde_json::from_str::<String>(value.get()).ok();
                continue;
            }
            let Some(field) = Field::of_name(&key) else {
                let text = format!("'{key}' is not known: use file, {}", Field::NAMES);
                self.problem(value, text);
                continue;
            };
            let told = texts(value, field).and_then(|text| self.known.say(&mut said, field, &text));
            if let Err(text) = told {
                self.problem(value, text);
            }
        }
        let (line, _) = self.place(raw);
        let name = name.or(own_name).unwrap_or_default();
        if let Err(text) = keep(&mut self.entries, &name, Entry { said, line }) {
            self.problem(raw, text);
        }
    }

    fn problem(&mut self, at: &RawValue, text: String) {
        let (line, column) = self.place(at);
        self.problems.push(Problem { line, column, text });
    }

    /// Where a value of the text begins: raw values are parts of it.
    fn place(&self, value: &RawValue) -> (usize, usize) {
        let offset = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// A field's value as the text that a column would hold.
fn texts(value: &RawValue, field: Field) -> Result<String, String> {
    let wrong = || {
        let list = if field.is_list() {
            ", a number or a list of texts"
        } else {
            " or a number"
        };
        format!("a text{list} belongs here")
    };
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(wrong()),
    };
    match serde_json::from_str(value.get()).map_err(|error| error.to_string())? {
        // The last separator says that there are several, even where a name has a comma.
        Value::Array(items) if field.is_list() => {
            let items = items.iter().map(one).collect::<Result<Vec<_>, _>>()?;
            Ok(items.join(";") + ";")
        }
        other => one(&other),
    }
}

#[cfg(test)]
mod tests {
    use archivist_domain::{DocType, Outcome};

    use super::super::said::known;
    use super::*;

    fn read(name: &str, text: &str) -> Result<Sidecar, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let list = places(Some(&path), folder.path()).next().unwrap();
        let told = Sidecar::read(&list, &known());
        told.map_err(|error| error.to_string().replace(path.to_str().unwrap(), name))
    }

    #[test]
    fn a_table_says_what_files_are() {
        let list = read(
            "metadata.csv",
            "\u{feff}File;Title;Type;Year;Programs;Tags;Outcome;Notes\n\
             2024/a.pdf;\"A; plan\";Strategic Plan;2024;\"Health;Early Childhood\";rural;funded;Sent\n\
             ;;;;;;;\nb.pdf;;;;;;;\n",
        )
        .unwrap();
        let said = list.about("2024/a.pdf").unwrap();
        assert_eq!(said.title.as_deref(), Some("A; plan"));
        assert_eq!(said.doc_type, Some(DocType::StrategicPlan));
        assert_eq!(said.programs.as_ref().unwrap().len(), 2);
        assert_eq!(said.outcome, Some(Outcome::Funded));
        // By the bare name, wherever it lies.
        assert_eq!(list.about("deep/b.pdf"), Some(&Said::default()));
        assert!(list.about("c.pdf").is_none());
        let files = ["x/b.pdf".to_owned()];
        assert_eq!(list.missing(&files), [(2, "2024/a.pdf".to_owned())]);
    }

    #[test]
    fn json_may_be_an_object_or_a_list() {
        for text in [
            r#"{"a.pdf": {"year": 2024, "tags": ["rural", "a, b"], "title": null}}"#,
            r#"[{"file": "a.pdf", "year": "2024", "tags": ["rural", "a, b"]}]"#,
        ] {
            let list = read("metadata.json", text).unwrap();
            let said = list.about("a.pdf").unwrap();
            assert_eq!(said.year, Some(2024));
            assert_eq!(said.tags.as_ref().unwrap(), &["rural", "a, b"]);
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_line_and_column() {
        let told = read(
            "list.csv",
            "file,year,program\na.pdf,1999,Health\nb.pdf,2024,Moon Base\na.pdf,,\nc.pdf,1,2,3\n",
        )
        .unwrap_err();
        for part in [
            "list.csv:2:2: year must be between 2000 and",
            "list.csv:3:3: there is no active program 'Moon Base'",
            "list.csv:4:1: 'a.pdf' stands here a second time, first in line 2",
            "list.csv:5:4: 4 values for 3 columns",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        let told = read("list.csv", "name,jear\na,1\n").unwrap_err();
        assert!(
            told.contains("list.csv:1:2: the column 'jear' is not known"),
            "{told}"
        );
        assert!(told.contains("no column is called 'file'"), "{told}");
        let told = read(
            "list.json",
            "{\n  \"a.pdf\": {\"year\": 1999},\n  \"b.pdf\": {\"jear\": 1}, \"c.pdf\": 7\n}",
        )
        .unwrap_err();
        for part in [
            "list.json:2:21: year must",
            "list.json:3:21: 'jear'",
            "list.json:3:34: an object",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        let told = read(
            "list.json",
            r#"{"a.pdf": {"funder": ["A Trust", "B Fund"]}}"#,
        );
        let told = told.unwrap_err();
        assert!(told.contains("a text or a number belongs here"), "{told}");
        let told = read("list.json", "{\n  \"a.pdf\": ").unwrap_err();
        assert!(told.contains("list.json:2:"), "{told}");
    }
}
