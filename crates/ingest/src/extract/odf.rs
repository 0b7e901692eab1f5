//! OpenDocument texts, presentations and spreadsheets.

mod body;
mod locked;
mod sheets;
mod styles;

use crate::error::IngestError;
use crate::extract::package::Package;
use crate::extract::{Extracted, Given, grid, xml};
use crate::kind::FileKind;
use crate::tidy;
use body::Body;
use locked::Locks;
use styles::Styles;

/// Reads an OpenDocument file. Only presentations have pages: their slides.
pub(super) fn extract(
    kind: FileKind,
    bytes: &[u8],
    given: &Given<'_>,
) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    let locks = Locks::read(&mut package)?;
    if package.has(locked::WHOLE) {
        let inner = locks.whole(&mut package, given)?;
        return read(kind, Package::open(&inner)?, &Locks::default(), given);
    }
    read(kind, package, &locks, given)
}

fn read(
    kind: FileKind,
    mut package: Package<'_>,
    locks: &Locks,
    given: &Given<'_>,
) -> Result<Extracted, IngestError> {
    let mut part = |path: &str| locks.part(&mut package, path, given);
    let content =
        part("content.xml")?.ok_or_else(|| IngestError::damaged("its text is missing"))?;
    let named = part("styles.xml")?.unwrap_or_default();
    let styles = Styles::read([named.as_str(), &content]);
    let title = part("meta.xml")
        .ok()
        .flatten()
        .and_then(|meta| title(&meta));
    if kind == FileKind::Ods {
        let (sheets, whole) = sheets::read(&content);
        return grid::extracted(kind, sheets, title, whole);
    }
    let body = Body::read(&content, &styles);
    if body.broken && body.blocks.is_empty() {
        return Err(IngestError::damaged("its text is not well-formed"));
    }
    Ok(Extracted {
        kind,
        title: body.title.or(title),
        page_count: (kind == FileKind::Odp).then_some(body.pages),
        blocks: body.blocks,
        pictures: Vec::new(),
        notes: xml::broken_note(body.broken).into_iter().collect(),
    })
}

fn title(meta: &str) -> Option<String> {
    xml::first_text(meta, "title")
        .map(|title| tidy::line(&title))
        .filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests;
