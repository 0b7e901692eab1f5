//! Looking into containers: of Office documents, of e-books, and plain archives.

use std::io::{Cursor, Read, Seek};

use super::{Content, FileKind, find};
use crate::compound::CompoundFile;

/// Takes the name's word for a document in a container; looks for anything else.
pub(super) fn taken_at_word(promised: Option<FileKind>, look: impl FnOnce() -> Content) -> Content {
    match promised {
        Some(FileKind::Zip) => match look() {
            // The list of contents is at the end, which is not here.
            Content::Other(DAMAGED_ZIP) => Content::Readable(FileKind::Zip),
            content => content,
        },
        Some(kind) if is_packed(kind) => Content::Readable(kind),
        _ => look(),
    }
}

const DAMAGED_ZIP: &str = "a damaged ZIP archive";

fn is_packed(kind: FileKind) -> bool {
    use FileKind::{Doc, Docx, Epub, Odp, Ods, Odt, Pptx, Xls, Xlsx};
    let packed = [Doc, Docx, Epub, Odp, Ods, Odt, Pptx, Xls, Xlsx];
    packed.contains(&kind)
}

/// The first member of an e-book, stored as it is.
const EPUB: &[u8] = b"mimetypeapplication/epub+zip";
/// An archive without members is nothing but its end.
pub(super) const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

/// What a ZIP archive with these members is.
pub(super) fn sniff_zip(bytes: &[u8], promised: Option<FileKind>, names: &[String]) -> Content {
    let has = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
    match () {
        () if has("word/") => Content::Readable(FileKind::Docx),
        () if has("xl/workbook.bin") => Content::Other("a binary Excel workbook (.xlsb)"),
        () if has("xl/") => Content::Readable(FileKind::Xlsx),
        () if has("ppt/") => Content::Readable(FileKind::Pptx),
        () if has("[content_types].xml") => Content::Readable(FileKind::Docx),
        () if has("meta-inf/container.xml") || find(bytes, EPUB).is_some() => {
            Content::Readable(FileKind::Epub)
        }
        // The whole of a locked document is one member since LibreOffice 24.2.
        () if has("content.xml") || has("encrypted-package") => open_document(bytes, promised),
        // The list of contents is broken; extraction will say how.
        () if names.is_empty() && find(bytes, b"word/document").is_some() => {
            Content::Readable(FileKind::Docx)
        }
        () if names.is_empty() && !bytes.starts_with(EMPTY_ZIP) => Content::Other(DAMAGED_ZIP),
        () => Content::Readable(FileKind::Zip),
    }
}

/// The first member of an OpenDocument package is its media type, not compressed.
/// Where a writer left it out, the name decides.
fn open_document(bytes: &[u8], promised: Option<FileKind>) -> Content {
    const PREFIX: &[u8] = b"application/vnd.oasis.opendocument.";
    let head = &bytes[..bytes.len().min(256)];
    let Some(at) = find(head, PREFIX) else {
        let odf = [FileKind::Odt, FileKind::Odp, FileKind::Ods];
        let kind = promised.filter(|kind| odf.contains(kind));
        return Content::Readable(kind.unwrap_or(FileKind::Odt));
    };
    match &head[at + PREFIX.len()..] {
        rest if rest.starts_with(b"text") => Content::Readable(FileKind::Odt),
        rest if rest.starts_with(b"presentation") => Content::Readable(FileKind::Odp),
        rest if rest.starts_with(b"spreadsheet") => Content::Readable(FileKind::Ods),
        _ => Content::Other("an OpenDocument file that is no text, table or presentation"),
    }
}

/// Member names in lower case, with `/`; empty when the list of contents is broken.
pub(super) fn zip_names(bytes: &[u8]) -> Vec<String> {
    names_in(Cursor::new(bytes))
}

pub(super) fn names_in(file: impl Read + Seek) -> Vec<String> {
    let Ok(archive) = zip::ZipArchive::new(file) else {
        return Vec::new();
    };
    archive.file_names_raw().map(plain_name).collect()
}

/// The names in the local headers at the beginning of an archive (APPNOTE 4.3.7:
/// the length of the name at byte 26, the name at byte 30).
pub(super) fn first_zip_names(head: &[u8]) -> Vec<String> {
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

/// The streams that tell one kind of Office file before 2007 from another, and an
/// encrypted one since.
const STREAMS: [(&str, Content); 7] = [
    ("EncryptedPackage", Content::LockedOffice),
    ("WordDocument", Content::Readable(FileKind::Doc)),
    ("Workbook", Content::Readable(FileKind::Xls)),
    ("Book", Content::Readable(FileKind::Xls)),
    (
        "PowerPoint Document",
        Content::Other("an older PowerPoint presentation (.ppt)"),
    ),
    (
        "__properties_version1.0",
        Content::Other("an Outlook message (.msg)"),
    ),
    ("Contents", Content::Other("a Publisher or Works document")),
];

/// What a compound file with these streams is.
pub(super) fn sniff_compound(names: &[String]) -> Content {
    let found = STREAMS
        .into_iter()
        .find(|(name, _)| names.iter().any(|found| found == name));
    found.map_or(Content::Other("an older Office file"), |(_, content)| {
        content
    })
}

/// The names in a compound file's root; where its structure is broken, those of its
/// well-known streams that can be found anywhere in it.
pub(super) fn compound_names(bytes: &[u8]) -> Vec<String> {
    match CompoundFile::open(bytes) {
        Some(file) if file.names().next().is_some() => file.names().map(str::to_owned).collect(),
        _ => first_compound_names(bytes),
    }
}

/// The well-known streams that a part of a compound file names, in UTF-16.
pub(super) fn first_compound_names(part: &[u8]) -> Vec<String> {
    let named = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        find(part, &wide).is_some()
    };
    STREAMS
        .iter()
        .filter(|(name, _)| named(name))
        .map(|(name, _)| (*name).to_owned())
        .collect()
}
