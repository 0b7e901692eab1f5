//! The kinds of files that are read: one row each.

use serde::{Deserialize, Serialize};

/// The types that are read, as a person would list them.
pub const ACCEPTED_TYPES: &str = "PDF, Word (.docx, .doc), Rich Text (.rtf), PowerPoint (.pptx), Excel (.xlsx, .xls), OpenDocument (.odt, .odp, .ods), tables as text (.csv, .tsv), plain text (.txt, .xml, .json, .log), Markdown (.md), web pages (.html), e-books (.epub), e-mail (.eml) and ZIP archives of these";

/// A type of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Portable Document Format.
    Pdf,
    /// Office Open XML text document.
    Docx,
    /// Word 97 to 2003 binary document.
    Doc,
    /// Rich Text Format.
    Rtf,
    /// Office Open XML presentation.
    Pptx,
    /// Office Open XML workbook.
    Xlsx,
    /// Excel 97 to 2003 binary workbook.
    Xls,
    /// OpenDocument text document.
    Odt,
    /// OpenDocument presentation.
    Odp,
    /// OpenDocument spreadsheet.
    Ods,
    /// A table as text: cells apart by commas, semicolons or tabs.
    Csv,
    /// Plain text in any encoding.
    Text,
    /// Markdown in any encoding.
    Markdown,
    /// A web page, alone or in one file with its pictures (MHTML).
    Html,
    /// An e-book.
    Epub,
    /// One e-mail message (RFC 5322), with its attachments.
    Eml,
    /// An archive of files.
    Zip,
}

/// What is known of a kind.
struct Row {
    kind: FileKind,
    media_type: &'static str,
    /// Lower case, without the dot, the canonical one first.
    extensions: &'static [&'static str],
    /// In words, with the article.
    described: &'static str,
}

/// In the order of [`FileKind`]'s variants.
const TABLE: [Row; FileKind::ALL.len()] = [
    Row {
        kind: FileKind::Pdf,
        media_type: "application/pdf",
        extensions: &["pdf"],
        described: "a PDF",
    },
    Row {
        kind: FileKind::Docx,
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        extensions: &["docx", "docm", "dotx", "dotm"],
        described: "a Word document",
    },
    Row {
        kind: FileKind::Doc,
        media_type: "application/msword",
        extensions: &["doc", "dot"],
        described: "an older Word document (.doc)",
    },
    Row {
        kind: FileKind::Rtf,
        media_type: "application/rtf",
        extensions: &["rtf"],
        described: "a Rich Text document (.rtf)",
    },
    Row {
        kind: FileKind::Pptx,
        media_type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        extensions: &["pptx", "pptm", "ppsx", "ppsm", "potx", "potm"],
        described: "a PowerPoint presentation",
    },
    Row {
        kind: FileKind::Xlsx,
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        extensions: &["xlsx", "xlsm", "xltx", "xltm"],
        described: "an Excel workbook",
    },
    Row {
        kind: FileKind::Xls,
        media_type: "application/vnd.ms-excel",
        extensions: &["xls", "xlt"],
        described: "an older Excel workbook (.xls)",
    },
    Row {
        kind: FileKind::Odt,
        media_type: "application/vnd.oasis.opendocument.text",
        extensions: &["odt", "ott", "odm"],
        described: "an OpenDocument text",
    },
    Row {
        kind: FileKind::Odp,
        media_type: "application/vnd.oasis.opendocument.presentation",
        extensions: &["odp", "otp"],
        described: "an OpenDocument presentation",
    },
    Row {
        kind: FileKind::Ods,
        media_type: "application/vnd.oasis.opendocument.spreadsheet",
        extensions: &["ods", "ots"],
        described: "an OpenDocument spreadsheet",
    },
    Row {
        kind: FileKind::Csv,
        media_type: "text/csv",
        extensions: &["csv", "tsv", "tab"],
        described: "a table as text",
    },
    Row {
        kind: FileKind::Text,
        media_type: "text/plain",
        // The last ones are read as they are written, with all their signs.
        extensions: &[
            "txt", "text", "rst", "asc", "adoc", "org", "log", "srt", "xml", "json",
        ],
        described: "plain text",
    },
    Row {
        kind: FileKind::Markdown,
        media_type: "text/markdown",
        extensions: &["md", "markdown", "mdown", "mkd"],
        described: "Markdown text",
    },
    Row {
        kind: FileKind::Html,
        media_type: "text/html",
        extensions: &["html", "htm", "xhtml", "xht", "mhtml", "mht"],
        described: "a web page (HTML)",
    },
    Row {
        kind: FileKind::Epub,
        media_type: "application/epub+zip",
        extensions: &["epub"],
        described: "an e-book (EPUB)",
    },
    Row {
        kind: FileKind::Eml,
        media_type: "message/rfc822",
        extensions: &["eml"],
        described: "an e-mail message",
    },
    Row {
        kind: FileKind::Zip,
        media_type: "application/zip",
        extensions: &["zip"],
        described: "a ZIP archive",
    },
];

impl FileKind {
    /// Every kind, in the order in which messages list them.
    pub const ALL: [Self; 17] = [
        Self::Pdf,
        Self::Docx,
        Self::Doc,
        Self::Rtf,
        Self::Pptx,
        Self::Xlsx,
        Self::Xls,
        Self::Odt,
        Self::Odp,
        Self::Ods,
        Self::Csv,
        Self::Text,
        Self::Markdown,
        Self::Html,
        Self::Epub,
        Self::Eml,
        Self::Zip,
    ];

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Whether files are inside it that are documents of their own
    /// ([`crate::Sandbox::unpack`]). An e-mail is a document besides; an archive is not.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Eml | Self::Zip)
    }

    /// Whether files of this kind have a text of their own. What has none is read
    /// through its members alone.
    pub fn has_text(self) -> bool {
        self != Self::Zip
    }

    /// Whether it is text that has no mark of its own: its name alone tells it.
    pub(super) fn is_written(self) -> bool {
        matches!(self, Self::Csv | Self::Text | Self::Markdown | Self::Html)
    }

    /// The media type under which the original is served.
    pub fn media_type(self) -> &'static str {
        self.row().media_type
    }

    /// The extension a file of this kind should have, without its dot.
    pub fn extension(self) -> &'static str {
        self.extensions()[0]
    }

    /// Every extension that names this kind, lower case, the canonical one first.
    pub fn extensions(self) -> &'static [&'static str] {
        self.row().extensions
    }

    /// The kind that a file name promises, whatever the case of its extension.
    pub fn of_name(file_name: &str) -> Option<Self> {
        let extension = super::extension_of(file_name)?;
        let row = TABLE
            .iter()
            .find(|row| row.extensions.contains(&extension.as_str()));
        row.map(|row| row.kind)
    }

    /// Every extension of every kind, as a form's list of accepted files writes them:
    /// `.pdf,.docx,…`.
    pub fn accepted_extensions() -> String {
        let dotted = |extension: &&str| format!(".{extension}");
        let extensions = TABLE.iter().flat_map(|row| row.extensions);
        extensions.map(dotted).collect::<Vec<_>>().join(",")
    }

    /// In words, with the article.
    pub(crate) fn described(self) -> &'static str {
        self.row().described
    }
}

#[cfg(test)]
mod tests {
    use super::{FileKind, TABLE};

    #[test]
    fn each_kind_has_its_own_row() {
        for (at, kind) in FileKind::ALL.into_iter().enumerate() {
            assert_eq!((kind as usize, TABLE[at].kind), (at, kind));
        }
    }
}
