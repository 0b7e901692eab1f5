//! What a paragraph's style says about it: heading level, list, title.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use crate::extract::xml::{self, Visitor, attribute};

/// Styles inherit from each other no deeper than this; a cycle ends here too.
const MAX_DEPTH: usize = 20;

/// The paragraph styles of one document, by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// The style whose definition is being read.
    current: Option<String>,
}

#[derive(Debug, Default)]
struct Style {
    /// The built-in name, which is English in every language of Word.
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    /// The list it puts its paragraphs in; empty for none.
    list: Option<String>,
    depth: Option<usize>,
}

impl Styles {
    /// Reads `styles.xml`; of a broken part, what comes before the break.
    pub(super) fn read(xml: &str) -> Self {
        let mut styles = Self::default();
        let _ = xml::walk(xml, &mut styles);
        styles
    }

    /// The heading level (from 1) of a style, its own or inherited.
    pub(super) fn heading(&self, id: &str) -> Option<u8> {
        self.chain(id)
            .find_map(|style| style.outline.or_else(|| level_in(&style.name)))
    }

    /// The list that the style puts its paragraphs in, its own or inherited.
    pub(super) fn list(&self, id: &str) -> Option<&str> {
        self.chain(id).find_map(|style| style.list.as_deref())
    }

    /// How deep in that list, from 0.
    pub(super) fn depth(&self, id: &str) -> Option<usize> {
        self.chain(id).find_map(|style| style.depth)
    }

    /// Whether the style marks the document's title.
    pub(super) fn is_title(&self, id: &str) -> bool {
        self.styles
            .get(id)
            .is_some_and(|style| style.name == "title")
    }

    fn chain<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Style> {
        let parent = |style: &&'a Style| style.based_on.as_ref().and_then(|id| self.styles.get(id));
        std::iter::successors(self.styles.get(id), parent).take(MAX_DEPTH)
    }

    fn current(&mut self) -> Option<&mut Style> {
        self.styles.get_mut(self.current.as_ref()?)
    }
}

/// `heading 2` → 2; the title counts as the highest heading.
fn level_in(name: &str) -> Option<u8> {
    if name == "title" {
        return Some(1);
    }
    name.strip_prefix("heading ")?
        .trim()
        .parse()
        .ok()
        .filter(|level| (1..=9).contains(level))
}

/// The outline level of a paragraph, from 1; 10 in Word's counting is running text.
pub(super) fn outline_level(tag: &BytesStart<'_>) -> Option<u8> {
    let level: u8 = attribute(tag, "val")?.parse().ok()?;
    (level < 9).then_some(level + 1)
}

/// The id of a list; empty for the one that means none.
pub(super) fn list_id(value: String) -> String {
    if value == "0" { String::new() } else { value }
}

/// How deep in its list a paragraph is, from 0.
pub(super) fn depth(tag: &BytesStart<'_>) -> Option<usize> {
    attribute(tag, "val")?.parse().ok()
}

impl Visitor for Styles {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        let value = || attribute(tag, "val");
        match name {
            "style" => {
                self.current = attribute(tag, "styleId");
                if let Some(id) = &self.current {
                    self.styles.insert(id.clone(), Style::default());
                }
            }
            "name" | "basedOn" | "outlineLvl" | "numId" | "ilvl" => {
                let Some(style) = self.current() else { return };
                match name {
                    "name" => style.name = value().unwrap_or_default().to_lowercase(),
                    "basedOn" => style.based_on = value(),
                    "outlineLvl" => style.outline = outline_level(tag),
                    "ilvl" => style.depth = depth(tag),
                    _ => style.list = value().map(list_id),
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "style" {
            self.current = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles() -> Styles {
        Styles::read(
            r#"<w:styles xmlns:w="x">
            <w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
            <w:style w:styleId="Own"><w:name w:val="Section"/><w:basedOn w:val="berschrift2"/></w:style>
            <w:style w:styleId="Deep"><w:name w:val="D"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>
            <w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
            <w:style w:styleId="Dot"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style>
            <w:style w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
            </w:styles>"#,
        )
    }

    #[test]
    fn levels_come_from_name_outline_or_parent() {
        let levels = ["berschrift2", "Own", "Deep", "Titel", "Dot", "Missing"]
            .map(|id| styles().heading(id));
        assert_eq!(levels, [Some(2), Some(2), Some(4), Some(1), None, None]);
    }

    #[test]
    fn lists_and_titles_are_known() {
        assert_eq!(styles().list("Dot"), Some("4"));
        assert_eq!(styles().list("Own"), None);
        assert!(styles().is_title("Titel") && !styles().is_title("Dot"));
    }

    #[test]
    fn a_style_based_on_itself_ends() {
        assert_eq!(styles().heading("Loop"), None);
    }
}
