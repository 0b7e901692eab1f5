//! What can be wrong with a file, in words for the person who added it.

use serde::{Deserialize, Serialize};

use crate::extract::Given;
use crate::kind::ACCEPTED_TYPES;

/// Why a file did not become a document.
///
/// Every text says what is wrong and what to do; none of them names a path or
/// quotes the document. The type crosses the border between the sandbox's
/// processes, hence serde.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum IngestError {
    /// Not a single byte.
    #[error("This file is empty. Check that it was saved completely, then add it again.")]
    Empty,

    /// More bytes than the limit.
    #[error(
        "This file has {}, the limit is {}. Split it or save it with smaller pictures, then add the parts.",
        size(*bytes), size(*limit_bytes)
    )]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// The most that is accepted.
        limit_bytes: u64,
    },

    /// A type that is not read; `found` names it where it is known.
    #[error(
        "This file is {found}, which cannot be read here. Accepted are {ACCEPTED_TYPES}: save it as one of them if you can."
    )]
    UnknownType {
        /// What the content is, with its article ("a PNG picture").
        found: String,
    },

    /// The name promises one type, the content is of another.
    #[error(
        "This file is named .{extension} but the content is {found}. Accepted are {ACCEPTED_TYPES}: give it the right name, or save it again as one of them."
    )]
    Mismatch {
        /// The extension, without its dot, lower case.
        extension: String,
        /// What the content is, with its article.
        found: String,
    },

    /// An archive, which has no text of its own.
    #[error(
        "This file is an archive. The files in it are documents of their own: unpack it, then add them."
    )]
    Archive,

    /// A password is needed to read it.
    #[error(
        "This file is protected with a password. Give the password, or save an unprotected copy and add that."
    )]
    Encrypted,

    /// A password was given, and is not the one.
    #[error("This password does not open the file. Check it, then give it again.")]
    WrongPassword,

    /// Readable, but without any text.
    #[error("{}", no_text(*pages))]
    NoText {
        /// How many pages were found, where the format has pages.
        pages: Option<u32>,
    },

    /// The structure is broken, or unpacks to something it should not.
    #[error(
        "This file is damaged and could not be read ({detail}). Open it in the program that made it, save it again, then add the new copy."
    )]
    Damaged {
        /// What is broken, in a few words.
        detail: String,
    },

    /// Reading took longer than allowed.
    #[error(
        "This file could not be read: the reader was stopped after {seconds} seconds. Split it, or save it again in the program that made it, then add the new copy."
    )]
    TimedOut {
        /// The limit that was reached.
        seconds: u64,
    },

    /// Reading needed more memory than allowed.
    #[error(
        "This file could not be read: the reader needed more than {} of memory. Split it, or save it again in the program that made it, then add the new copy.",
        size(*limit_bytes)
    )]
    OutOfMemory {
        /// The limit that was reached.
        limit_bytes: u64,
    },

    /// The text in it is larger than allowed.
    #[error(
        "This file holds more text than can be taken in at once (over {}). Split it, then add the parts.",
        size(*limit_bytes)
    )]
    TooMuchOutput {
        /// The limit that was reached.
        limit_bytes: u64,
    },

    /// The reader itself failed.
    #[error(
        "This file could not be read: the reader failed on it. Save it again in the program that made it, or as a PDF, then add the new copy."
    )]
    ReaderCrashed,

    /// The machine, not the file, is at fault.
    #[error(
        "This file could not be read because of a problem on the server ({detail}). Try again."
    )]
    Io {
        /// The system's words.
        detail: String,
    },
}

impl IngestError {
    /// A file that what was given does not open.
    pub(crate) fn locked(given: &Given<'_>) -> Self {
        match given.password {
            None => Self::Encrypted,
            Some(_) => Self::WrongPassword,
        }
    }

    /// A broken structure, described by a few words or by another error.
    pub(crate) fn damaged(detail: impl std::fmt::Display) -> Self {
        Self::Damaged {
            detail: detail.to_string(),
        }
    }
}

impl From<std::io::Error> for IngestError {
    fn from(error: std::io::Error) -> Self {
        // The kind alone: the full text of an I/O error may hold a path.
        Self::Io {
            detail: error.kind().to_string(),
        }
    }
}

fn no_text(pages: Option<u32>) -> String {
    let found = match pages {
        None => {
            return "This file holds no text. If it shows pictures of text, run them through text recognition (OCR), then add the result.".into();
        }
        Some(1) => "1 page without any text: it seems to be a scan or a picture".to_owned(),
        Some(n) => format!("{n} pages without any text: they seem to be scans or pictures"),
    };
    format!(
        "This file has {found}. Run it through text recognition (OCR) or export it with its text, then add the new copy."
    )
}

/// A size in words: `1 GiB`, `50 MiB`, `3.5 MiB`, `12 KiB`, `7 bytes`.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let Some((unit_size, unit)) = UNITS.into_iter().find(|(unit_size, _)| bytes >= *unit_size)
    else {
        return format!("{bytes} bytes");
    };
    let tenths = bytes.saturating_mul(10) / unit_size;
    match tenths % 10 {
        0 => format!("{} {unit}", tenths / 10),
        rest => format!("{}.{rest} {unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_what_is_wrong_and_what_to_do() {
        let error = IngestError::TooLarge {
            bytes: 62_914_560,
            limit_bytes: 52_428_800,
        };
        assert_eq!(
            error.to_string(),
            "This file has 60 MiB, the limit is 50 MiB. Split it or save it with smaller pictures, then add the parts."
        );
        let error = IngestError::UnknownType {
            found: "a PNG picture".into(),
        };
        assert!(
            error
                .to_string()
                .starts_with("This file is a PNG picture, which cannot be read here.")
        );
        assert!(error.to_string().contains(".docx"));
    }

    #[test]
    fn a_scan_is_told_with_its_pages() {
        assert!(
            IngestError::NoText { pages: Some(12) }
                .to_string()
                .contains("12 pages without any text")
        );
        assert!(
            IngestError::NoText { pages: Some(1) }
                .to_string()
                .contains("1 page without any text")
        );
        assert!(
            IngestError::NoText { pages: None }
                .to_string()
                .starts_with("This file holds no text.")
        );
    }

    #[test]
    fn sizes_are_readable() {
        let sizes = [7, 12 << 10, (3 << 20) + (1 << 19), 1 << 30].map(size);
        assert_eq!(sizes, ["7 bytes", "12 KiB", "3.5 MiB", "1 GiB"]);
    }

    #[test]
    fn errors_cross_the_process_border_unchanged() {
        let error = IngestError::Damaged {
            detail: "no end of file".into(),
        };
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<IngestError>(&json).unwrap(), error);
    }
}
