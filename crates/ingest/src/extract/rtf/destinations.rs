//! What a group of a Rich Text document is for.

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// To the document, or to the note that is open.
    Body,
    /// Nowhere.
    Nowhere,
    /// It names a font.
    FontTable,
    /// It names a style.
    StyleSheet,
    /// It is the title among the document's properties.
    Title,
    /// It is the number or bullet of a paragraph.
    Label,
    /// It is a footnote or endnote.
    Note,
}

/// The destination that a control word begins, if it does. `starred` groups are meant
/// to be passed over by readers that do not know them.
pub(super) fn of(word: &str, starred: bool) -> Option<Destination> {
    Some(match word {
        "fonttbl" => Destination::FontTable,
        "stylesheet" => Destination::StyleSheet,
        "title" => Destination::Title,
        "listtext" | "pntext" => Destination::Label,
        "footnote" => Destination::Note,
        // The text of drawn boxes is in the midst of their measures.
        "shptxt" | "dptxbxtext" => Destination::Body,
        "shpinst" | "do" | "nesttableprops" => return None,
        "colortbl" | "info" | "pict" | "nonshppict" | "shprslt" | "objdata" | "objclass"
        | "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
        | "footerf" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep" | "aftnsepc" | "aftncn"
        | "fldinst" | "annotation" | "atnid" | "atnauthor" | "listtable" | "listoverridetable"
        | "revtbl" | "rsidtbl" | "generator" | "themedata" | "colorschememapping"
        | "latentstyles" | "datastore" | "xmlnstbl" | "filetbl" | "tc" | "xe" | "bkmkstart"
        | "bkmkend" | "sp" | "pgptbl" | "falt" | "panose" | "nonesttables" | "template" => {
            Destination::Nowhere
        }
        _ if starred => Destination::Nowhere,
        _ => return None,
    })
}
