//! What a file is: by its content first, by its name only where content cannot tell.

mod mail;
mod office;
mod table;

use std::io::{Read, Seek};

use crate::compound::is_compound;
use crate::error::IngestError;
pub use table::{ACCEPTED_TYPES, FileKind};

/// A recognised file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// What the content is.
    pub kind: FileKind,
    /// Said when the name promised something else.
    pub note: Option<String>,
}

/// Recognises a file by content, and lets the name's extension decide between the
/// kinds of text.
///
/// A PDF or Office document under another name is accepted with a note. A name that
/// promises one of them over other content is [`IngestError::Mismatch`]; everything
/// else is [`IngestError::UnknownType`], or [`IngestError::Encrypted`] for an Office
/// document whose container is locked.
pub fn detect(bytes: &[u8], file_name: &str) -> Result<Detected, IngestError> {
    recognise(bytes, file_name, &WHOLE)
}

/// A first judgement by the first [`HEAD_BYTES`] of a file and its name, which
/// opens no container: for the process that takes a file in.
///
/// The errors are those of [`detect`]; but what calls itself an Office document and
/// is a container of any kind passes, and so does a locked one, for the reader to
/// decide where it may open it.
pub fn glance(head: &[u8], file_name: &str) -> Result<FileKind, IngestError> {
    recognise(head, file_name, &HEAD).map(|detected| detected.kind)
}

fn recognise(bytes: &[u8], file_name: &str, look: &Look) -> Result<Detected, IngestError> {
    if bytes.is_empty() {
        return Err(IngestError::Empty);
    }
    let extension = extension_of(file_name);
    let promised = FileKind::of_name(file_name);
    match sniff(bytes, promised, look) {
        Content::Readable(kind) => Ok(Detected {
            kind,
            note: note(kind, extension.as_deref(), promised),
        }),
        Content::LockedOffice => Err(IngestError::Encrypted),
        Content::Text => text_kind(extension, promised),
        Content::Other(found) => Err(not_readable(found, extension, promised)),
    }
}

fn note(kind: FileKind, extension: Option<&str>, promised: Option<FileKind>) -> Option<String> {
    let extension = extension?;
    (promised != Some(kind)).then(|| {
        let what = kind.described();
        format!("The file is named .{extension} but the content is {what}; it was read as {what}.")
    })
}

/// Text has no magic bytes: the name says which text it is, and no name at all
/// (`README`) is plain text.
fn text_kind(
    extension: Option<String>,
    promised: Option<FileKind>,
) -> Result<Detected, IngestError> {
    let found = "plain text";
    match (promised, extension) {
        (Some(kind), _) if kind.is_written() => Ok(Detected { kind, note: None }),
        (None, None) => Ok(Detected {
            kind: FileKind::Text,
            note: None,
        }),
        (Some(_), extension) => Err(IngestError::Mismatch {
            extension: extension.unwrap_or_default(),
            found: found.into(),
        }),
        (None, Some(extension)) => Err(IngestError::UnknownType {
            found: format!("a text file of another kind (.{extension})"),
        }),
    }
}

fn not_readable(found: &str, extension: Option<String>, promised: Option<FileKind>) -> IngestError {
    match extension {
        Some(extension) if promised.is_some() => IngestError::Mismatch {
            extension,
            found: found.into(),
        },
        _ => IngestError::UnknownType {
            found: found.into(),
        },
    }
}

/// The extension in lower case, without its dot. A name that only begins with a dot has none.
fn extension_of(file_name: &str) -> Option<String> {
    let base = file_name.rsplit(['/', '\\']).next()?;
    let (stem, extension) = base.rsplit_once('.')?;
    let plausible = !stem.is_empty()
        && (1..=10).contains(&extension.len())
        && extension.chars().all(|c| c.is_ascii_alphanumeric());
    plausible.then(|| extension.to_ascii_lowercase())
}

enum Content {
    Readable(FileKind),
    /// An Office document inside an encrypted container.
    LockedOffice,
    Text,
    /// Known or not, in words with the article.
    Other(&'static str),
}

/// How containers are looked into.
struct Look {
    zip: fn(&[u8], Option<FileKind>) -> Content,
    compound: fn(&[u8], Option<FileKind>) -> Content,
}

const WHOLE: Look = Look {
    zip: |bytes, promised| office::sniff_zip(bytes, promised, &office::zip_names(bytes)),
    compound: |bytes, _| office::sniff_compound(&office::compound_names(bytes)),
};

const HEAD: Look = Look {
    zip: |head, promised| {
        office::taken_at_word(promised, || {
            office::sniff_zip(head, promised, &office::first_zip_names(head))
        })
    },
    compound: |head, promised| {
        office::taken_at_word(promised, || {
            match office::sniff_compound(&office::first_compound_names(head)) {
                Content::LockedOffice => Content::Readable(FileKind::Docx),
                content => content,
            }
        })
    },
};

fn sniff(bytes: &[u8], promised: Option<FileKind>, look: &Look) -> Content {
    if is_zip(bytes) {
        return (look.zip)(bytes, promised);
    }
    if is_compound(bytes) {
        return (look.compound)(bytes, promised);
    }
    if bytes.starts_with(b"{\\rt") {
        return Content::Readable(FileKind::Rtf);
    }
    if is_pdf(bytes, promised) {
        return Content::Readable(FileKind::Pdf);
    }
    match MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        Some((_, found)) => Content::Other(found),
        None if mail::is_mail(bytes, promised) => {
            let page = mail::is_page(bytes, promised);
            Content::Readable(if page { FileKind::Html } else { FileKind::Eml })
        }
        None if promised != Some(FileKind::Markdown) && looks_like_html(bytes) => {
            Content::Readable(FileKind::Html)
        }
        None if looks_like_text(bytes) => Content::Text,
        None => Content::Other("binary data of an unknown kind"),
    }
}

/// Beginnings of well-known files that are not read.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"MZ", "a Windows program"),
    (b"\x7FELF", "a program"),
    (b"\x1F\x8B", "a compressed file (gzip)"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"ID3", "a sound file"),
    (b"%!PS", "a PostScript file"),
    (b"SQLite format 3\0", "a database file"),
    (b"\xDB\xA5\x2D\x00", "a very old Word document (.doc)"),
    (b"\xFEbplist", "an Apple property list"),
];

/// The header may follow junk (mail headers, a byte-order mark) in the first KiB, or be
/// damaged or lost; then the objects tell. A text that merely speaks of these is told
/// apart by its name.
fn is_pdf(bytes: &[u8], promised: Option<FileKind>) -> bool {
    if bytes.starts_with(PDF_HEADER) {
        return true;
    }
    let head = &bytes[..bytes.len().min(1024)];
    let told = find(head, PDF_HEADER).is_some() || has_pdf_object(bytes);
    told && (promised == Some(FileKind::Pdf) || !looks_like_text(bytes))
}

const PDF_HEADER: &[u8] = b"%PDF-";

/// Whether an object of a PDF begins near the beginning: `12 0 obj <<`.
fn has_pdf_object(bytes: &[u8]) -> bool {
    const OBJECT: &[u8] = b" obj";
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let objects = head.windows(OBJECT.len()).enumerate();
    objects
        .filter(|(_, window)| *window == OBJECT)
        .any(|(at, _)| {
            let numbers = head[..at].rsplit(|byte| !byte.is_ascii_digit()).take(2);
            let opens = head[at + OBJECT.len()..].trim_ascii_start();
            numbers.into_iter().all(|number| !number.is_empty()) && opens.starts_with(b"<<")
        })
}

/// Whether it is packed as ZIP: an archive, or a document of one of many formats.
pub(crate) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(office::EMPTY_ZIP)
}

/// Whether what [`is_zip`] is an archive of files, and not one document.
pub(crate) fn is_plain_archive(file: impl Read + Seek) -> bool {
    let names = office::names_in(file);
    let content = office::sniff_zip(b"", None, &names);
    matches!(content, Content::Readable(FileKind::Zip))
}

/// Whether it begins as web pages do, in any encoding, after comments and an XML
/// declaration.
fn looks_like_html(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    if !head.contains(&b'<') {
        return false;
    }
    let head = crate::extract::decode::decode(head).text.to_lowercase();
    let mut rest = head.trim_start();
    loop {
        let end = match () {
            () if rest.starts_with("<!--") => "-->",
            () if rest.starts_with("<?xml") => "?>",
            () => break,
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
    let begins = |tag: &str| {
        let after = rest
            .strip_prefix(tag)
            .and_then(|after| after.chars().next());
        after.is_some_and(|c| c == '>' || c.is_whitespace())
    };
    ["<!doctype html", "<html", "<head", "<body"]
        .into_iter()
        .any(begins)
}

/// Whether it is an e-mail by its beginning and name, and no page that a browser
/// saved. Quicker than [`glance`], for thousands of members of an archive.
pub(crate) fn is_plain_mail(head: &[u8], file_name: &str) -> bool {
    let promised = FileKind::of_name(file_name);
    mail::is_mail(head, promised) && !mail::is_page(head, promised)
}

/// Whether it is an e-mail, or a page that a browser saved as one.
pub(crate) fn is_mail(bytes: &[u8]) -> bool {
    mail::is_mail(bytes, Some(FileKind::Eml))
}

/// How much of a file tells text from binary data, and is enough for [`glance`].
pub const HEAD_BYTES: usize = 64 * 1024;

/// Text has next to no control characters. UTF-16 and UTF-32 are full of NULs, but
/// decode to text: they are judged after decoding.
fn looks_like_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(HEAD_BYTES)];
    let text = crate::extract::decode::decode(sample).text;
    let (mut all, mut controls) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        let common = matches!(
            c,
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1b}' | '\u{85}'
        );
        // C1 controls are what binary data turns into when read as a single-byte encoding.
        controls += usize::from((c.is_control() && !common) || c == '\u{fffd}');
    }
    all > 0 && controls * 50 <= all
}

/// Where `needle` first occurs.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests;
