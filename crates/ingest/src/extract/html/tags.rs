//! What tags mean for the text.

use html5ever::tokenizer::Tag;
use html5ever::tokenizer::states::RawKind;

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: it stands inside a line.
    Inline,
    /// A block of its own.
    Block,
    Heading(u8),
    List {
        ordered: bool,
    },
    Item,
    Term,
    Definition,
    Preformatted,
    Break,
    Table,
    Row,
    Cell {
        head: bool,
    },
    /// Parts of a table that hold its heads.
    TableHead,
    Title,
}

pub(super) fn role(name: &str) -> Role {
    match name {
        "h1" => Role::Heading(1),
        "h2" => Role::Heading(2),
        "h3" => Role::Heading(3),
        "h4" => Role::Heading(4),
        "h5" => Role::Heading(5),
        "h6" => Role::Heading(6),
        "ul" | "menu" | "dir" => Role::List { ordered: false },
        "ol" => Role::List { ordered: true },
        "li" => Role::Item,
        "dt" => Role::Term,
        "dd" => Role::Definition,
        "pre" | "listing" | "plaintext" | "xmp" => Role::Preformatted,
        "br" => Role::Break,
        "table" => Role::Table,
        "tr" => Role::Row,
        "td" => Role::Cell { head: false },
        "th" => Role::Cell { head: true },
        "thead" => Role::TableHead,
        "title" => Role::Title,
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center"
        | "details" | "dialog" | "div" | "dl" | "fieldset" | "figcaption" | "figure" | "footer"
        | "form" | "frameset" | "head" | "header" | "hgroup" | "hr" | "html" | "legend"
        | "main" | "nav" | "optgroup" | "option" | "p" | "search" | "section" | "summary"
        | "tbody" | "tfoot" => Role::Block,
        _ => Role::Inline,
    }
}

/// Elements that have no text for a reader, whatever is in them.
pub(super) fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "noscript"
            | "nav"
            | "svg"
            | "canvas"
            | "iframe"
            | "object"
            | "audio"
            | "video"
            | "map"
            | "select"
            | "datalist"
            | "textarea"
            | "button"
            | "noembed"
            | "noframes"
    )
}

/// Whether an element says of itself that nobody should see it, or that it leads
/// elsewhere.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| {
        let value = attribute.value.to_ascii_lowercase();
        match &*attribute.name.local {
            "hidden" => value != "false" && value != "until-found",
            "aria-hidden" => value == "true",
            "role" => value == "navigation",
            "style" => {
                let style: String = value.chars().filter(|c| !c.is_whitespace()).collect();
                style.contains("display:none") || style.contains("visibility:hidden")
            }
            _ => false,
        }
    })
}

/// Whether an element is a note to the text, as e-books mark them.
pub(super) fn is_note(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| {
        let marks = matches!(&*attribute.name.local, "epub:type" | "role");
        let note = |word: &str| {
            matches!(
                word,
                "footnote" | "endnote" | "rearnote" | "doc-footnote" | "doc-endnote"
            )
        };
        marks && attribute.value.split_whitespace().any(note)
    })
}

/// Elements without an end.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "frame"
            | "keygen"
            | "basefont"
    )
}

/// Elements whose end tag may be left out: they hide nothing beyond the next one.
pub(super) fn ends_by_itself(name: &str) -> bool {
    matches!(
        name,
        "p" | "li" | "dt" | "dd" | "td" | "th" | "tr" | "option"
    )
}

/// Elements in which tags mean nothing.
pub(super) fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "title" | "textarea" => Some(RawKind::Rcdata),
        "script" => Some(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        _ => None,
    }
}
