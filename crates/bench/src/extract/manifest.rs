//! Which files are measured, and what is known of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

const MANIFEST: &str = "manifest.jsonl";

/// A file to measure.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Its path below the folder that was asked for.
    pub(super) name: String,
    /// The group in which it is reported.
    pub(super) group: String,
    /// The file that holds the text that reading it should give.
    pub(super) expected_text: Option<PathBuf>,
    /// What its manifest says about it.
    pub(super) note: String,
}

/// A line of a manifest; it may say more.
#[derive(Debug, Deserialize)]
struct Line {
    path: PathBuf,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    expected_text: Option<PathBuf>,
    /// Whether the expected text is too uncertain to be scored, or why it is.
    #[serde(default)]
    expected_weak: Value,
    #[serde(default)]
    note: String,
}

impl Item {
    /// The words of the note, without punctuation, each once.
    pub(super) fn possible_passwords(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        self.note
            .split(|c: char| c.is_whitespace() || ",;:()/".contains(c))
            .filter(|word| !word.is_empty() && seen.insert(*word))
            .map(str::to_owned)
            .collect()
    }
}

/// The files of the manifests in `dir` and in its folders, or all files below `dir`
/// where there is no manifest.
pub(super) fn items(dir: &Path) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for folder in std::iter::once(dir.to_owned()).chain(folders_in(dir)?) {
        let manifest = folder.join(MANIFEST);
        if manifest.is_file() {
            items.extend(
                of_manifest(dir, &folder, &manifest)
                    .with_context(|| format!("{}", manifest.display()))?,
            );
        }
    }
    if items.is_empty() {
        items = files_below(dir)?
            .into_iter()
            .map(|path| plain(dir, path))
            .collect();
    }
    Ok(items)
}

fn of_manifest(dir: &Path, folder: &Path, manifest: &Path) -> Result<Vec<Item>> {
    std::fs::read_to_string(manifest)?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let line: Line = serde_json::from_str(line)?;
            let path = folder.join(&line.path);
            Ok(Item {
                name: name_below(dir, &path),
                group: line.group.or(line.kind).unwrap_or_else(|| "all".into()),
                expected_text: line
                    .expected_text
                    .filter(|_| matches!(line.expected_weak, Value::Null | Value::Bool(false)))
                    .map(|text| folder.join(text)),
                note: line.note,
                path,
            })
        })
        .collect()
}

fn plain(dir: &Path, path: PathBuf) -> Item {
    Item {
        name: name_below(dir, &path),
        group: "all".into(),
        expected_text: None,
        note: String::new(),
        path,
    }
}

fn name_below(dir: &Path, path: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).display().to_string()
}

fn folders_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("{}", dir.display()))?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    Ok(folders)
}

/// Every file below a folder, by path.
pub(crate) fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_of_the_folder_and_its_folders_are_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("pdf")).unwrap();
        let lines = concat!(
            r#"{"path": "a.pdf", "group": "g", "expected_text": "a.txt", "note": "password foo (or bar)"}"#,
            "\n\n",
            r#"{"path": "b.pdf", "kind": "report", "expected_text": "b.txt", "expected_weak": true}"#,
            "\n",
            r#"{"path": "c.pdf", "expected_text": "c.txt", "expected_weak": "drop caps"}"#,
        );
        std::fs::write(dir.path().join("pdf/manifest.jsonl"), lines).unwrap();
        let items = items(dir.path()).unwrap();
        assert_eq!(items[0].name, "pdf/a.pdf");
        assert_eq!(items[0].expected_text, Some(dir.path().join("pdf/a.txt")));
        assert_eq!(
            items[0].possible_passwords(),
            ["password", "foo", "or", "bar"]
        );
        assert_eq!(
            (items[1].group.as_str(), &items[1].expected_text),
            ("report", &None)
        );
        assert_eq!(items[2].expected_text, None);
    }

    #[test]
    fn without_a_manifest_all_files_are_measured() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("x/y")).unwrap();
        std::fs::write(dir.path().join("x/y/a.txt"), "a").unwrap();
        let items = items(dir.path()).unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].name, "x/y/a.txt");
    }
}
