//! The style sheet: which styles are headings.

use std::collections::HashMap;

/// The paragraph styles of one document, by their numbers.
#[derive(Default)]
pub(super) struct Styles {
    levels: HashMap<i32, u8>,
    titles: Vec<i32>,
    open: Open,
}

/// The definition that is being read.
#[derive(Default)]
struct Open {
    number: i32,
    outline: Option<u8>,
    name: String,
}

impl Styles {
    /// Takes a control word of a definition.
    pub(super) fn word(&mut self, word: &str, value: Option<i32>) {
        match word {
            "s" => self.open.number = value.unwrap_or(0),
            "outlinelevel" => self.open.outline = outline_level(value),
            _ => {}
        }
    }

    /// Takes a part of a definition's name, which ends with a semicolon.
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                ';' => self.end(),
                _ => self.open.name.push(c),
            }
        }
    }

    /// The heading level of a style, from 1.
    pub(super) fn heading(&self, style: i32) -> Option<u8> {
        self.levels.get(&style).copied()
    }

    /// Whether the style marks the document's title.
    pub(super) fn is_title(&self, style: i32) -> bool {
        self.titles.contains(&style)
    }

    fn end(&mut self) {
        let style = std::mem::take(&mut self.open);
        let name = style.name.trim().to_lowercase();
        if name == "title" {
            self.titles.push(style.number);
        }
        let named = name.strip_prefix("heading ");
        let level = style
            .outline
            .or_else(|| named?.parse().ok().filter(|level| (1..=9).contains(level)))
            .or((name == "title").then_some(1));
        self.levels.extend(level.map(|level| (style.number, level)));
    }
}

/// The level of an outline, from 1; 9 in the file's counting is running text.
pub(super) fn outline_level(value: Option<i32>) -> Option<u8> {
    let level = u8::try_from(value?).ok()?;
    (level < 9).then_some(level + 1)
}
