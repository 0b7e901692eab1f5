//! Word documents: an Office Open XML package read part by part.

mod body;
pub(super) mod package;
mod styles;
pub(super) mod xml;

use crate::error::IngestError;
use crate::extract::Extracted;
use crate::kind::FileKind;
use crate::tidy;
use body::{Body, Notes};
use package::Package;
use styles::Styles;

/// Reads the text of a Word document. Pages are those that Word wrote when it last
/// laid the document out; other programs write none.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    let main = package.main_document()?;
    let related = |kind: &str| main.related.get(kind).cloned();
    let styles = match related("styles") {
        Some(path) => Styles::read(&package.part(&path)?.unwrap_or_default()),
        None => Styles::default(),
    };
    let mut notes = Notes::default();
    for kind in ["footnotes", "endnotes"] {
        if let Some(part) = related(kind)
            .map(|path| package.part(&path))
            .transpose()?
            .flatten()
        {
            notes.read(&part, &styles);
        }
    }
    let xml = package
        .part(&main.path)?
        .ok_or_else(|| IngestError::damaged("its text is missing"))?;
    let body = Body::read(&xml, &styles, &notes);
    if body.broken && body.blocks.is_empty() {
        return Err(IngestError::damaged("its text is not well-formed"));
    }
    let title = body.title.or_else(|| package.core_title());
    let broken = body
        .broken
        .then(|| "The document is damaged; the text after the damage is missing.".to_owned());
    Ok(Extracted {
        kind: FileKind::Docx,
        title: title
            .map(|title| tidy::line(&title))
            .filter(|title| !title.is_empty()),
        page_count: body.page_count,
        blocks: body.blocks,
        pictures: Vec::new(),
        notes: broken.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests;
