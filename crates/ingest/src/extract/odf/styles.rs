//! What the styles of an OpenDocument file say about its paragraphs and lists.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use crate::extract::numbering::{Format, Level, MAX_LEVELS};
use crate::extract::xml::{self, Visitor, attribute};

/// Styles inherit from each other no deeper than this; a cycle ends here too.
const MAX_DEPTH: usize = 20;

/// The styles of one document: those with names, and those the program made.
#[derive(Default)]
pub(super) struct Styles {
    named: HashMap<Key, Style>,
    lists: HashMap<String, Vec<Level>>,
    open_style: Option<Key>,
    open_list: Option<String>,
}

/// Family (`paragraph`, `text`) and name.
type Key = (String, String);

#[derive(Default)]
struct Style {
    parent: Option<String>,
    outline: Option<u8>,
    bold: Option<bool>,
    hidden: bool,
}

impl Styles {
    /// Reads the parts in which styles are defined.
    pub(super) fn read<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut styles = Self::default();
        for part in parts {
            let _ = xml::walk(part, &mut styles);
        }
        styles
    }

    /// The heading level (from 1) of a paragraph's style, its own or inherited.
    pub(super) fn heading(&self, name: &str) -> Option<u8> {
        self.chain("paragraph", name)
            .find_map(|(name, style)| style.outline.or((name == "Title").then_some(1)))
    }

    /// Whether the style marks the document's title.
    pub(super) fn is_title(&self, name: &str) -> bool {
        name == "Title"
            || self
                .chain("paragraph", name)
                .any(|(name, _)| name == "Title")
    }

    /// Whether the style of a `paragraph` or `text` says that its type is bold.
    pub(super) fn is_bold(&self, family: &str, name: &str) -> Option<bool> {
        self.chain(family, name).find_map(|(_, style)| style.bold)
    }

    /// Whether text in this style is not shown.
    pub(super) fn is_hidden(&self, family: &str, name: &str) -> bool {
        self.chain(family, name).any(|(_, style)| style.hidden)
    }

    /// The levels of a list style; none for an unknown one.
    pub(super) fn list(&self, name: &str) -> &[Level] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    fn chain<'a>(
        &'a self,
        family: &'a str,
        name: &str,
    ) -> impl Iterator<Item = (&'a str, &'a Style)> {
        let get = move |name: &str| {
            let (key, style) = self
                .named
                .get_key_value(&(family.to_owned(), name.to_owned()))?;
            Some((key.1.as_str(), style))
        };
        let parent = move |(_, style): &(&'a str, &'a Style)| get(style.parent.as_deref()?);
        std::iter::successors(get(name), parent).take(MAX_DEPTH)
    }

    fn begin_style(&mut self, tag: &BytesStart<'_>) {
        let (Some(family), Some(name)) = (attribute(tag, "family"), attribute(tag, "name")) else {
            return;
        };
        let outline = attribute(tag, "default-outline-level").and_then(|level| level.parse().ok());
        let style = Style {
            parent: attribute(tag, "parent-style-name"),
            outline: outline.filter(|level| (1..=9).contains(level)),
            ..Style::default()
        };
        self.open_style = Some((family, name));
        self.named
            .extend(self.open_style.clone().map(|key| (key, style)));
    }

    fn text_properties(&mut self, tag: &BytesStart<'_>) {
        let open = self.open_style.as_ref();
        let Some(style) = open.and_then(|key| self.named.get_mut(key)) else {
            return;
        };
        style.bold = attribute(tag, "font-weight").map(|weight| weight != "normal");
        style.hidden = attribute(tag, "display").is_some_and(|display| display == "none");
    }

    fn list_level(&mut self, tag: &BytesStart<'_>) {
        let open = self.open_list.as_ref();
        let Some(levels) = open.and_then(|name| self.lists.get_mut(name)) else {
            return;
        };
        let number = |name: &str| attribute(tag, name).and_then(|value| value.parse().ok());
        let at: usize = number("level").unwrap_or(1).clamp(1, MAX_LEVELS);
        let shown: usize = number("display-levels").unwrap_or(1).clamp(1, at);
        let numbers: Vec<String> = (at + 1 - shown..=at).map(|at| format!("%{at}")).collect();
        let prefix = attribute(tag, "num-prefix").unwrap_or_default();
        let suffix = attribute(tag, "num-suffix").unwrap_or_default();
        levels[at - 1] = Level {
            format: format_named(&attribute(tag, "num-format").unwrap_or_default()),
            pattern: format!("{prefix}{}{suffix}", numbers.join(".")),
            start: number("start-value").map_or(1, |start| u32::try_from(start).unwrap_or(1)),
        };
    }
}

fn format_named(name: &str) -> Format {
    match name {
        "" => Format::Unnumbered,
        "a" => Format::LowerLetter,
        "A" => Format::UpperLetter,
        "i" => Format::LowerRoman,
        "I" => Format::UpperRoman,
        _ => Format::Decimal,
    }
}

impl Visitor for Styles {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "style" => self.begin_style(tag),
            "text-properties" => self.text_properties(tag),
            "list-style" => {
                self.open_list = attribute(tag, "name");
                let levels = vec![Level::default(); MAX_LEVELS];
                self.lists
                    .extend(self.open_list.clone().map(|name| (name, levels)));
            }
            "list-level-style-number" => self.list_level(tag),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "style" => self.open_style = None,
            "list-style" => self.open_list = None,
            _ => {}
        }
    }
}
