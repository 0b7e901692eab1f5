//! What a file is: by its content first, by its name only where content cannot tell.

mod mail;
mod table;

use std::io::{Cursor, Read, Seek};

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
/// A PDF or Word document under another name is accepted with a note. A name that
/// promises one of them over other content is [`IngestError::Mismatch`]; everything
/// else is [`IngestError::UnknownType`], or [`IngestError::Encrypted`] for an Office
/// document whose container is locked.
pub fn detect(bytes: &[u8], file_name: &str) -> Result<Detected, IngestError> {
    recognise(bytes, file_name, &WHOLE)
}

/// A first judgement by the first [`HEAD_BYTES`] of a file and its name, which
/// opens no container: for the process that takes a file in.
///
/// The errors are those of [`detect`]; but what calls itself a Word document and is
/// a container of any kind passes, for [`detect`] to decide where it may open it.
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
        (Some(kind @ (FileKind::Text | FileKind::Markdown | FileKind::Html)), _) => {
            Ok(Detected { kind, note: None })
        }
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
    zip: |bytes, _| sniff_zip(bytes, &zip_names(bytes)),
    compound: |bytes, _| sniff_compound(bytes),
};

const HEAD: Look = Look {
    zip: |head, promised| word_or(promised, || sniff_zip(head, &first_zip_names(head))),
    compound: |head, promised| word_or(promised, || sniff_compound(head)),
};

/// Takes the name's word for a Word document or an e-book; looks for anything else.
fn word_or(promised: Option<FileKind>, look: impl FnOnce() -> Content) -> Content {
    match promised {
        Some(kind @ (FileKind::Docx | FileKind::Epub)) => Content::Readable(kind),
        Some(FileKind::Zip) => match look() {
            // The list of contents is at the end, which is not here.
            Content::Other("a damaged ZIP archive") => Content::Readable(FileKind::Zip),
            content => content,
        },
        _ => look(),
    }
}

fn sniff(bytes: &[u8], promised: Option<FileKind>, look: &Look) -> Content {
    if is_pdf(bytes, promised) {
        return Content::Readable(FileKind::Pdf);
    }
    if is_zip(bytes) {
        return (look.zip)(bytes, promised);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return (look.compound)(bytes, promised);
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
    (b"{\\rtf", "a Rich Text document (.rtf)"),
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

/// The header may follow junk (mail headers, a byte-order mark) in the first KiB.
/// A text that merely speaks of `%PDF-` is told apart by its name.
fn is_pdf(bytes: &[u8], promised: Option<FileKind>) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let at = find(head, b"%PDF-");
    at == Some(0) || (at.is_some() && (promised == Some(FileKind::Pdf) || !looks_like_text(bytes)))
}

fn sniff_zip(bytes: &[u8], names: &[String]) -> Content {
    let has = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
    if has("word/") || (has("[content_types].xml") && !has("xl/") && !has("ppt/")) {
        return Content::Readable(FileKind::Docx);
    }
    Content::Other(match () {
        () if has("xl/") => "an Excel workbook",
        () if has("ppt/") => "a PowerPoint presentation",
        () if has("meta-inf/container.xml") || find(bytes, EPUB).is_some() => {
            return Content::Readable(FileKind::Epub);
        }
        () if has("content.xml") => "an OpenDocument file",
        () if names.is_empty() && find(bytes, b"word/document").is_some() => {
            // The list of contents is broken; extraction will say how.
            return Content::Readable(FileKind::Docx);
        }
        () if names.is_empty() && !bytes.starts_with(EMPTY_ZIP) => "a damaged ZIP archive",
        () => return Content::Readable(FileKind::Zip),
    })
}

/// The first member of an e-book, stored as it is.
const EPUB: &[u8] = b"mimetypeapplication/epub+zip";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

/// Whether it is packed as ZIP: an archive, or a document of one of many formats.
pub(crate) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(EMPTY_ZIP)
}

/// Whether what [`is_zip`] is an archive of files, and not one document.
pub(crate) fn is_plain_archive(file: impl Read + Seek) -> bool {
    let names = names_in(file);
    matches!(sniff_zip(b"", &names), Content::Readable(FileKind::Zip))
}

/// Member names in lower case, with `/`; empty when the list of contents is broken.
fn zip_names(bytes: &[u8]) -> Vec<String> {
    names_in(Cursor::new(bytes))
}

fn names_in(file: impl Read + Seek) -> Vec<String> {
    let Ok(archive) = zip::ZipArchive::new(file) else {
        return Vec::new();
    };
    archive.file_names_raw().map(plain_name).collect()
}

/// The names in the local headers at the beginning of an archive (APPNOTE 4.3.7:
/// the length of the name at byte 26, the name at byte 30).
fn first_zip_names(head: &[u8]) -> Vec<String> {
    let headers = head.windows(30).enumerate();
    headers
        .filter(|(_, header)| header.starts_with(b"PK\x03\x04"))
        .filter_map(|(at, header)| {
            let length = usize::from(u16::from_le_bytes([header[26], header[27]]));
            head.get(at + 30..at + 30 + length).map(plain_name)
        })
        .collect()
}

fn plain_name(raw: &[u8]) -> String {
    let name = String::from_utf8_lossy(raw).replace('\\', "/");
    name.trim_start_matches('/').to_lowercase()
}

/// The container of Office files before 2007, and of encrypted ones since. Its
/// directory names the streams in UTF-16.
fn sniff_compound(bytes: &[u8]) -> Content {
    let has_stream = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        find(bytes, &wide).is_some()
    };
    match () {
        () if has_stream("EncryptedPackage") => Content::LockedOffice,
        () if has_stream("WordDocument") => Content::Other("an older Word document (.doc)"),
        () if has_stream("Workbook") => Content::Other("an older Excel workbook (.xls)"),
        () if has_stream("PowerPoint Document") => {
            Content::Other("an older PowerPoint presentation (.ppt)")
        }
        () => Content::Other("an older Office file"),
    }
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
