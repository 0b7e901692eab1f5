//! Word documents: an Office Open XML package read part by part.

mod body;
mod numbering;
mod styles;

use crate::error::IngestError;
use crate::extract::ooxml::{self, Relationships};
use crate::extract::package::Package;
use crate::extract::{Extracted, xml};
use crate::kind::FileKind;
use body::{Body, Notes};
use numbering::Numbering;
use styles::Styles;

/// Reads the text of a Word document. Pages are those that Word wrote when it last
/// laid the document out; other programs write none.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    let main = ooxml::main_part(&mut package, "word/document.xml")?;
    let related = Relationships::of(&mut package, &main)?;
    let mut part = |kind: &str| match related.kind(kind) {
        Some(path) => package.part(path),
        None => Ok(None),
    };
    let styles = Styles::read(&part("styles")?.unwrap_or_default());
    let numbering = Numbering::read(&part("numbering")?.unwrap_or_default());
    let mut notes = Notes::default();
    for kind in ["footnotes", "endnotes"] {
        notes.read(&part(kind)?.unwrap_or_default(), &styles);
    }
    let xml = package
        .part(&main)?
        .ok_or_else(|| IngestError::damaged("its text is missing"))?;
    let body = Body::read(&xml, &styles, numbering, &notes);
    if body.broken && body.blocks.is_empty() {
        return Err(IngestError::damaged("its text is not well-formed"));
    }
    let title = body.title.or_else(|| ooxml::core_title(&mut package));
    Ok(Extracted {
        kind: FileKind::Docx,
        title,
        page_count: body.page_count,
        blocks: body.blocks,
        pictures: Vec::new(),
        notes: xml::broken_note(body.broken).into_iter().collect(),
    })
}

#[cfg(test)]
mod tests;
