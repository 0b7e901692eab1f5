//! The style sheet: which styles are headings.

use crate::bytes::u16_at;

/// Styles inherit from each other no deeper than this; a cycle ends here too.
const MAX_DEPTH: usize = 20;
/// A style that is based on none.
const NONE: u16 = 0x0fff;

/// The styles of one document, by their numbers.
pub(super) struct Styles {
    styles: Vec<Option<Style>>,
}

#[derive(Clone, Copy)]
struct Style {
    /// Which of the styles that Word knows from the start it is.
    built_in: u16,
    based_on: u16,
}

impl Styles {
    pub(super) fn read(sheet: &[u8]) -> Self {
        Self {
            styles: parse(sheet).unwrap_or_default(),
        }
    }

    /// The heading level of a style, from 1.
    pub(super) fn heading(&self, style: u16) -> Option<u8> {
        self.chain(style).find_map(|built_in| match built_in {
            1..=9 => u8::try_from(built_in).ok(),
            62 => Some(1),
            _ => None,
        })
    }

    /// Whether the style marks the document's title.
    pub(super) fn is_title(&self, style: u16) -> bool {
        self.chain(style).any(|built_in| built_in == 62)
    }

    /// Whether it is one of Word's styles for lists.
    pub(super) fn is_list(&self, style: u16) -> bool {
        self.chain(style)
            .any(|built_in| (47..=61).contains(&built_in))
    }

    fn chain(&self, style: u16) -> impl Iterator<Item = u16> {
        let get = |style: u16| self.styles.get(usize::from(style)).copied().flatten();
        let parent = move |style: &Style| get(style.based_on);
        std::iter::successors(get(style), parent)
            .take(MAX_DEPTH)
            .map(|style| style.built_in)
    }
}

fn parse(sheet: &[u8]) -> Option<Vec<Option<Style>>> {
    let header = usize::from(u16_at(sheet, 0)?);
    let count = u16_at(sheet, 2)?;
    let mut at = 2 + header;
    let mut styles = Vec::new();
    for _ in 0..count {
        let Some(size) = u16_at(sheet, at) else { break };
        let definition = sheet.get(at + 2..).unwrap_or_default();
        let read = |at: usize| u16_at(definition, at).filter(|_| size >= 4);
        styles.push(read(0).zip(read(2)).map(|(first, second)| Style {
            built_in: first & 0x0fff,
            based_on: match second >> 4 {
                NONE => u16::MAX,
                number => number,
            },
        }));
        at += 2 + usize::from(size);
    }
    Some(styles)
}
