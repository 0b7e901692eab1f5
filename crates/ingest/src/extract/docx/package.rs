//! The ZIP container of a Word document, unpacked within limits.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use quick_xml::events::BytesStart;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::IngestError;
use crate::extract::decode::decode;
use crate::extract::docx::xml::{self, Visitor, attribute};

/// More members than any document has.
const MAX_MEMBERS: usize = 10_000;
/// The most that one part may unpack to, in bytes.
const MAX_PART: u64 = 64 << 20;
/// The most that all parts that are read may unpack to, in bytes.
const MAX_TOTAL: u64 = 160 << 20;
/// Text compresses to a tenth, monotonous tables to a hundredth; beyond this it is a
/// bomb. Small parts are let off.
const MAX_RATIO: u64 = 400;
const RATIO_FROM: u64 = 4 << 20;

/// An opened container.
pub(in crate::extract) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Members by lower-case path: writers disagree on case and leading slashes.
    members: HashMap<String, usize>,
    unpacked: u64,
}

/// The part that holds the text, and the parts it refers to.
pub(super) struct MainDocument {
    pub(super) path: String,
    /// Paths by the last word of the relationship's type (`styles`, `footnotes`).
    pub(super) related: HashMap<String, String>,
}

impl<'a> Package<'a> {
    pub(in crate::extract) fn open(bytes: &'a [u8]) -> Result<Self, IngestError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        if archive.len() > MAX_MEMBERS {
            return Err(bomb());
        }
        let members = archive
            .file_names_raw()
            .zip(0..)
            .map(|(name, index)| (normalized(&String::from_utf8_lossy(name)), index))
            .collect();
        Ok(Self {
            archive,
            members,
            unpacked: 0,
        })
    }

    /// The text of a part, or `None` when the package has no such part.
    pub(in crate::extract) fn part(&mut self, path: &str) -> Result<Option<String>, IngestError> {
        let Some(index) = self.members.get(&normalized(path)).copied() else {
            return Ok(None);
        };
        let mut file = self
            .archive
            .by_index(index)
            .map_err(|error| refusal(&error))?;
        let limit = MAX_PART
            .min(MAX_TOTAL - self.unpacked)
            .min(ratio_limit(file.compressed_size()));
        let mut bytes = Vec::new();
        // The declared size may lie: only what really comes out counts.
        let read = file.by_ref().take(limit + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > limit {
            return Err(bomb());
        }
        self.unpacked += bytes.len() as u64;
        if read.is_err() && bytes.is_empty() {
            return Err(IngestError::damaged("a part of it cannot be unpacked"));
        }
        // A part that breaks off gives what it has: the XML reader will say so.
        Ok(Some(decode(&bytes).text))
    }

    /// Finds the text by the package's relationships, or where Word puts it.
    pub(super) fn main_document(&mut self) -> Result<MainDocument, IngestError> {
        let path = self.relationships("")?.remove("officeDocument");
        let path = path.filter(|path| self.members.contains_key(&normalized(path)));
        let path = path.unwrap_or_else(|| "word/document.xml".to_owned());
        let related = self.relationships(&path)?;
        Ok(MainDocument { path, related })
    }

    /// The title in the document's properties. They are an ornament: where they are
    /// broken, there is none.
    pub(super) fn core_title(&mut self) -> Option<String> {
        let part = self.part("docProps/core.xml").ok()??;
        let mut title = Title::default();
        let whole = xml::walk(&part, &mut title);
        (whole && !title.text.trim().is_empty()).then_some(title.text)
    }

    /// What a part refers to inside the package; nothing outside is ever fetched.
    fn relationships(&mut self, source: &str) -> Result<HashMap<String, String>, IngestError> {
        let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
        let separator = if folder.is_empty() { "" } else { "/" };
        let Some(part) = self.part(&format!("{folder}{separator}_rels/{name}.rels"))? else {
            return Ok(HashMap::new());
        };
        let mut found = Relationships {
            folder,
            targets: HashMap::new(),
        };
        let _ = xml::walk(&part, &mut found);
        Ok(found.targets)
    }
}

fn ratio_limit(compressed: u64) -> u64 {
    compressed.saturating_mul(MAX_RATIO).max(RATIO_FROM)
}

fn refusal(error: &ZipError) -> IngestError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            IngestError::Encrypted
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            IngestError::damaged("its parts are packed in an unusual way")
        }
        _ => IngestError::damaged("its container is broken"),
    }
}

fn bomb() -> IngestError {
    IngestError::damaged("it unpacks to far more than a document holds")
}

fn normalized(path: &str) -> String {
    path.replace('\\', "/")
        .trim_start_matches('/')
        .to_lowercase()
}

/// Resolves a target against the folder of the part that refers to it.
pub(in crate::extract) fn resolve(folder: &str, target: &str) -> String {
    let folder = if target.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

struct Relationships<'a> {
    folder: &'a str,
    targets: HashMap<String, String>,
}

impl Visitor for Relationships<'_> {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        let external = attribute(tag, "TargetMode").is_some_and(|mode| mode == "External");
        if name != "Relationship" || external {
            return;
        }
        if let (Some(kind), Some(target)) = (attribute(tag, "Type"), attribute(tag, "Target")) {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            self.targets
                .entry(kind)
                .or_insert_with(|| resolve(self.folder, &target));
        }
    }

    fn close(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

#[derive(Default)]
struct Title {
    inside: bool,
    text: String,
}

impl Visitor for Title {
    fn open(&mut self, name: &str, _: &BytesStart<'_>) {
        self.inside = name == "title";
    }

    fn close(&mut self, _: &str) {
        self.inside = false;
    }

    fn text(&mut self, text: &str) {
        if self.inside {
            self.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_inside_the_package() {
        assert_eq!(resolve("word", "styles.xml"), "word/styles.xml");
        assert_eq!(resolve("word", "/word/styles.xml"), "word/styles.xml");
        assert_eq!(resolve("word", "../custom/item.xml"), "custom/item.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
    }

    #[test]
    fn paths_are_found_whatever_their_spelling() {
        assert_eq!(normalized("\\Word\\Document.xml"), "word/document.xml");
    }
}
