//! The fictional organization that `archivist serve --demo` shows.
//!
//! Lantern Ferry Family Learning, its people, places and funders are invented.
//! Its figures agree across the documents of one year and grow from year to
//! year, so that drafts and searches meet what real archives hold: the same
//! figure of several years, a declined proposal with its lesson, and a plan
//! that another has replaced.

mod documents;
mod outputs;

use archivist_domain::{DocType, Outcome, OutputStatus, OutputType};

pub(crate) use documents::DOCUMENTS;
pub(crate) use outputs::OUTPUTS;

/// The organization's name.
pub(crate) const ORGANIZATION: &str = "Lantern Ferry Family Learning";

/// The name of its writing style.
pub(crate) const STYLE_NAME: &str = "Lantern Ferry house style";

/// What its writing style is about.
pub(crate) const STYLE_DESCRIPTION: &str =
    "Plain, warm and exact: every figure with its year and what it is compared with.";

/// The guide itself.
pub(crate) const STYLE_PROMPT: &str = include_str!("writing-style.md").trim_ascii();

/// A document of the archive, with the metadata that a person would give it.
pub(crate) struct DemoDocument {
    /// Unique among the documents.
    pub filename: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// Its title.
    pub title: &'static str,
    /// What kind of document it is.
    pub doc_type: DocType,
    /// The year it belongs to.
    pub year: i32,
    /// The programs it speaks of, by name.
    pub programs: &'static [&'static str],
    /// Its tags.
    pub tags: &'static [&'static str],
    /// What became of it.
    pub outcome: Outcome,
    /// What a colleague should know about it.
    pub notes: Option<&'static str>,
}

/// A text that was written from the archive, and what became of it.
pub(crate) struct DemoOutput {
    /// What kind of text it is.
    pub output_type: OutputType,
    /// Its title.
    pub title: &'static str,
    /// The text, with markers.
    pub content: &'static str,
    /// Where it stands.
    pub status: OutputStatus,
    /// Who was or will be asked.
    pub funder_name: Option<&'static str>,
    /// What was asked for, in whole dollars.
    pub requested: Option<u32>,
    /// What was given, in whole dollars.
    pub awarded: Option<u32>,
    /// When it was sent in: year, month, day.
    pub submitted: Option<(i32, u32, u32)>,
    /// When the funder decided: year, month, day.
    pub decided: Option<(i32, u32, u32)>,
    /// What was learned.
    pub notes: Option<&'static str>,
    /// File names of [`DOCUMENTS`] in the order of the markers: `[1]` cites the
    /// first. All sentences of one marker follow from one passage; a file that
    /// is cited for two passages stands here twice.
    pub sources: &'static [&'static str],
}

#[cfg(test)]
mod tests;
