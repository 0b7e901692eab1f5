//! Blocks grouped under their headings, small neighbours together.

use std::mem;

use crate::extract::{Block, BlockKind};
use crate::passages::units::{self, Unit};
use crate::passages::{MIN_WORDS, PATH_SEPARATOR};

/// The text under one heading, or under several that are too small to stand alone.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Headings above it, outermost first; its own heading is the last.
    path: Vec<Title>,
    /// The level of its highest heading; 0 for text in front of all headings.
    level: u8,
    /// Its text, headings included.
    pub(super) units: Vec<Unit>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Title {
    level: u8,
    text: String,
}

/// Sections in document order. Cuts inside them are [`super::pack`]'s; between them a
/// passage always ends.
pub(super) fn grouped(blocks: &[Block]) -> Vec<Section> {
    let mut grouped: Vec<Section> = Vec::new();
    for section in split(blocks) {
        match grouped.last_mut() {
            Some(last) if last.takes(&section) => last.absorb(section),
            _ => grouped.push(section),
        }
    }
    grouped
}

fn split(blocks: &[Block]) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut current = Section::default();
    let mut before = None;
    for block in blocks {
        if let BlockKind::Heading { level } = block.kind {
            let next = current.under(level, &block.text);
            sections.push(mem::replace(&mut current, next));
        }
        units::append(&mut current.units, units::of_block(before, block));
        before = Some(block);
    }
    sections.push(current);
    sections.retain(|section| !section.units.is_empty());
    sections
}

impl Section {
    /// The heading path as it is shown.
    pub(super) fn heading(&self) -> Option<String> {
        let titles: Vec<&str> = self.path.iter().map(|title| title.text.as_str()).collect();
        (!titles.is_empty()).then(|| titles.join(PATH_SEPARATOR))
    }

    /// An empty section that begins with a heading after this one.
    fn under(&self, level: u8, text: &str) -> Self {
        let mut path = self.path.clone();
        path.retain(|title| title.level < level);
        path.push(Title {
            level,
            text: text.to_owned(),
        });
        Self {
            path,
            level,
            units: Vec::new(),
        }
    }

    fn words(&self) -> usize {
        self.units.iter().map(|unit| unit.words).sum()
    }

    fn has_body(&self) -> bool {
        self.units.iter().any(|unit| !unit.is_heading())
    }

    /// A heading goes with what follows it; two small sections go together unless the
    /// second begins a part above the first.
    fn takes(&self, next: &Self) -> bool {
        let small = self.words() < MIN_WORDS;
        small && (!self.has_body() || (next.words() < MIN_WORDS && next.level >= self.level))
    }

    fn absorb(&mut self, next: Self) {
        if self.has_body() {
            let shared = self
                .path
                .iter()
                .zip(&next.path)
                .take_while(|(a, b)| a == b)
                .count();
            // Sections without a common parent keep the first one's heading.
            self.path
                .truncate(if shared == 0 { self.path.len() } else { shared });
        } else {
            self.path = next.path;
        }
        self.level = self.level.min(next.level);
        units::append(&mut self.units, next.units);
    }
}
