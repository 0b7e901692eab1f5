//! `numbering.xml`: what the lists of a Word document look like.

use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use crate::extract::numbering::{Counters, Format, Level, MAX_LEVELS};
use crate::extract::xml::{self, Visitor, attribute};

/// The lists of one document and their running numbers.
#[derive(Default)]
pub(super) struct Numbering {
    definitions: Definitions,
    counters: Counters,
    /// Lists that began with a number of their own.
    begun: HashSet<String>,
}

#[derive(Default)]
struct Definitions {
    /// Levels by the id of the abstract list.
    patterns: HashMap<String, Vec<Level>>,
    /// Lists by the id that paragraphs name.
    lists: HashMap<String, List>,
    open: Open,
    level: usize,
}

#[derive(Default, Clone)]
struct List {
    pattern: String,
    /// By level: the number to begin with.
    starts: HashMap<usize, u32>,
}

/// The definition that is being read.
#[derive(Default, Clone)]
enum Open {
    #[default]
    None,
    Pattern(String),
    List(String),
}

impl Numbering {
    /// Reads the part; of a broken one, what comes before the break.
    pub(super) fn read(xml: &str) -> Self {
        let mut definitions = Definitions::default();
        let _ = xml::walk(xml, &mut definitions);
        Self {
            definitions,
            ..Self::default()
        }
    }

    /// The label of the next item of list `id` at `depth` (from 0).
    pub(super) fn next(&mut self, id: &str, depth: usize) -> Option<String> {
        let list = self.definitions.lists.get(id)?;
        let levels = self.definitions.patterns.get(&list.pattern)?;
        if list.starts.is_empty() {
            return self.counters.next(&list.pattern, depth, levels);
        }
        let mut levels = levels.clone();
        for (at, start) in &list.starts {
            if let Some(level) = levels.get_mut(*at) {
                level.start = *start;
            }
        }
        if self.begun.insert(id.to_owned()) {
            self.counters.restart(&list.pattern, 0);
        }
        self.counters.next(&list.pattern, depth, &levels)
    }
}

impl Definitions {
    fn level(&mut self) -> Option<&mut Level> {
        let Open::Pattern(id) = &self.open else {
            return None;
        };
        self.patterns.get_mut(id)?.get_mut(self.level)
    }

    fn open_level(&mut self, tag: &BytesStart<'_>) {
        let level = attribute(tag, "ilvl").and_then(|level| level.parse().ok());
        self.level = level.unwrap_or(0).min(MAX_LEVELS - 1);
    }

    fn override_start(&mut self, tag: &BytesStart<'_>) {
        let start = attribute(tag, "val").and_then(|start| start.parse().ok());
        if let (Open::List(id), Some(start)) = (&self.open, start)
            && let Some(list) = self.lists.get_mut(id)
        {
            list.starts.insert(self.level, start);
        }
    }

    fn level_property(&mut self, name: &str, value: Option<String>) {
        let (Some(level), Some(value)) = (self.level(), value) else {
            return;
        };
        match name {
            "start" => level.start = value.parse().unwrap_or(1),
            "numFmt" => level.format = format_named(&value),
            _ => level.pattern = value,
        }
    }
}

fn format_named(name: &str) -> Format {
    match name {
        "bullet" | "none" => Format::Unnumbered,
        "lowerLetter" => Format::LowerLetter,
        "upperLetter" => Format::UpperLetter,
        "lowerRoman" => Format::LowerRoman,
        "upperRoman" => Format::UpperRoman,
        _ => Format::Decimal,
    }
}

impl Visitor for Definitions {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "abstractNum" => {
                let id = attribute(tag, "abstractNumId").unwrap_or_default();
                let blank = Level {
                    start: 1,
                    ..Level::default()
                };
                self.patterns.insert(id.clone(), vec![blank; MAX_LEVELS]);
                self.open = Open::Pattern(id);
            }
            "num" => {
                let id = attribute(tag, "numId").unwrap_or_default();
                self.lists.insert(id.clone(), List::default());
                self.open = Open::List(id);
            }
            "abstractNumId" => {
                if let (Open::List(id), Some(pattern)) = (&self.open, attribute(tag, "val"))
                    && let Some(list) = self.lists.get_mut(id)
                {
                    list.pattern = pattern;
                }
            }
            "lvl" | "lvlOverride" => self.open_level(tag),
            "startOverride" => self.override_start(tag),
            "start" | "numFmt" | "lvlText" => self.level_property(name, attribute(tag, "val")),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "abstractNum" || name == "num" {
            self.open = Open::None;
        }
    }
}
