//! Rich Text Format, as Word and its kin write it.

mod body;
mod destinations;
mod encodings;
mod styles;
mod tokens;

use crate::error::IngestError;
use crate::extract::Extracted;
use crate::kind::FileKind;
use body::Reader;

/// Reads the text that is shown; pictures, embedded objects, and what is deleted or
/// hidden, are left out. Pages are not known.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let body = Reader::read(bytes)?;
    let torn = body
        .torn
        .then(|| "The document breaks off; its last part is missing.".to_owned());
    Ok(Extracted {
        kind: FileKind::Rtf,
        title: body.title,
        page_count: None,
        blocks: body.blocks,
        pictures: Vec::new(),
        notes: torn.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests;
