//! The whole road of one document, from bytes to passages and proposed metadata.

use serde::{Deserialize, Serialize};

use crate::describe::{self, Proposal};
use crate::entities::{Entity, entities};
use crate::error::IngestError;
use crate::extract::{self, Given};
use crate::kind::{self, FileKind};
use crate::passages::{self, Passage};
use crate::sensitive::{self, Finding};
use crate::unlock::unlock;

/// A file read: what the store keeps of it besides its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// What the content is.
    pub kind: FileKind,
    /// Title from the document's own metadata or its title line, if it has one.
    pub title: Option<String>,
    /// Pages, where the format or its writer counts them.
    pub page_count: Option<u32>,
    /// The text, cut; together they hold every word of the document once.
    pub passages: Vec<Passage>,
    /// Pages that are pictures without text, ascending: they need text recognition.
    pub pictures: Vec<u32>,
    /// What a person should know about the reading, as sentences.
    pub notes: Vec<String>,
    /// Words of the whole document, separated by white space.
    pub word_count: u32,
    /// Metadata proposed from name and content, each with its evidence.
    pub proposal: Proposal,
    /// What each passage names.
    pub entities: Vec<Vec<Entity>>,
    /// Personal data that is likely in it: for an editor to judge.
    pub findings: Vec<Finding>,
}

/// Reads a file in this process, without limits: for the sandbox's child, tests
/// and tools. A server goes through [`crate::Sandbox`].
///
/// `current_year` bounds the years that are proposed.
pub fn parse(
    bytes: &[u8],
    file_name: &str,
    current_year: i32,
    given: &Given<'_>,
) -> Result<Parsed, IngestError> {
    let bytes = unlock(bytes, given)?;
    let detected = kind::detect(&bytes, file_name)?;
    let mut extracted = extract::extract(detected.kind, &bytes, given)?;
    extracted.recognise(given.recognised);
    let passages = passages::cut(&extracted.blocks);
    let proposal = describe::propose(file_name, &extracted, current_year);
    let findings = sensitive::findings(&passages);
    Ok(Parsed {
        findings,
        entities: passages
            .iter()
            .map(|passage| entities(&passage.text))
            .collect(),
        kind: detected.kind,
        title: extracted.title,
        page_count: extracted.page_count,
        word_count: passages.iter().map(|passage| passage.words).sum(),
        passages,
        pictures: extracted.pictures,
        notes: detected.note.into_iter().chain(extracted.notes).collect(),
        proposal,
    })
}
