//! OpenDocument texts, presentations and spreadsheets.

mod body;
mod sheets;
mod styles;

use crate::error::IngestError;
use crate::extract::package::Package;
use crate::extract::{Extracted, Given, grid, xml};
use crate::kind::FileKind;
use crate::tidy;
use body::Body;
use styles::Styles;

/// Reads an OpenDocument file. Only presentations have pages: their slides.
pub(super) fn extract(
    kind: FileKind,
    bytes: &[u8],
    given: &Given<'_>,
) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    if is_locked(&mut package)? {
        return Err(locked(given));
    }
    let content = package
        .part("content.xml")?
        .ok_or_else(|| IngestError::damaged("its text is missing"))?;
    let named = package.part("styles.xml")?.unwrap_or_default();
    let styles = Styles::read([named.as_str(), &content]);
    let title = title(&mut package);
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

fn title(package: &mut Package<'_>) -> Option<String> {
    let part = package.part("meta.xml").ok()??;
    xml::first_text(&part, "title")
        .map(|title| tidy::line(&title))
        .filter(|title| !title.is_empty())
}

/// The manifest describes how each locked part is encrypted.
fn is_locked(package: &mut Package<'_>) -> Result<bool, IngestError> {
    let manifest = package.part("META-INF/manifest.xml")?.unwrap_or_default();
    Ok(manifest.contains("encryption-data"))
}

fn locked(given: &Given<'_>) -> IngestError {
    match given.password {
        None => IngestError::Encrypted,
        Some(_) => IngestError::UnknownType {
            found: "a locked OpenDocument file".into(),
        },
    }
}

#[cfg(test)]
mod tests;
