//! What the parts of an Office Open XML package say about each other.

use quick_xml::events::BytesStart;

use crate::error::IngestError;
use crate::extract::package::{Package, resolve};
use crate::extract::xml::{self, Visitor, attribute};
use crate::tidy;

/// The parts that one part refers to, inside the package; nothing outside is ever
/// fetched.
#[derive(Default)]
pub(super) struct Relationships {
    folder: String,
    found: Vec<Relationship>,
}

struct Relationship {
    id: String,
    /// The last word of the type (`styles`, `footnotes`).
    kind: String,
    path: String,
}

impl Relationships {
    /// Those of the part `source`, or of the package itself where it is empty.
    pub(super) fn of(package: &mut Package<'_>, source: &str) -> Result<Self, IngestError> {
        let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
        let separator = if folder.is_empty() { "" } else { "/" };
        let mut relationships = Self {
            folder: folder.to_owned(),
            found: Vec::new(),
        };
        if let Some(part) = package.part(&format!("{folder}{separator}_rels/{name}.rels"))? {
            let _ = xml::walk(&part, &mut relationships);
        }
        Ok(relationships)
    }

    /// The first part of a kind.
    pub(super) fn kind(&self, kind: &str) -> Option<&str> {
        let found = self.found.iter().find(|found| found.kind == kind)?;
        Some(&found.path)
    }

    /// The part that the source calls `id`.
    pub(super) fn id(&self, id: &str) -> Option<&str> {
        let found = self.found.iter().find(|found| found.id == id)?;
        Some(&found.path)
    }
}

impl Visitor for Relationships {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        let external = attribute(tag, "TargetMode").is_some_and(|mode| mode == "External");
        if name != "Relationship" || external {
            return;
        }
        let Some(target) = attribute(tag, "Target") else {
            return;
        };
        let kind = attribute(tag, "Type").unwrap_or_default();
        self.found.push(Relationship {
            id: attribute(tag, "Id").unwrap_or_default(),
            kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
            path: resolve(&self.folder, &target),
        });
    }
}

/// The path of the main part: by the package's relationships, or where Office puts it.
pub(super) fn main_part(package: &mut Package<'_>, usual: &str) -> Result<String, IngestError> {
    let relationships = Relationships::of(package, "")?;
    let named = relationships.kind("officeDocument");
    let path = named.filter(|path| package.has(path)).unwrap_or(usual);
    Ok(path.to_owned())
}

/// The title in the document's properties. They are an ornament: where they are
/// broken, there is none.
pub(super) fn core_title(package: &mut Package<'_>) -> Option<String> {
    let part = package.part("docProps/core.xml").ok()??;
    xml::first_text(&part, "title")
        .map(|title| tidy::line(&title))
        .filter(|title| !title.is_empty())
}
