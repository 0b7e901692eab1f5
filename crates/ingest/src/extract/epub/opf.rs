//! The package file of an e-book: its title, its files, and their order.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use crate::extract::xml::{self, Visitor, attribute};

/// Says which file the package file is.
#[derive(Default)]
pub(super) struct Container {
    pub(super) package_file: Option<String>,
}

impl Visitor for Container {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if name == "rootfile" && self.package_file.is_none() {
            self.package_file = attribute(tag, "full-path");
        }
    }

    fn close(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

/// The files that are encrypted.
#[derive(Default)]
pub(super) struct Locked {
    pub(super) uris: Vec<String>,
}

impl Visitor for Locked {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if name == "CipherReference" {
            self.uris.extend(attribute(tag, "URI"));
        }
    }

    fn close(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

#[derive(Default)]
pub(super) struct Opf {
    title: String,
    in_title: bool,
    /// Paths by id, of the files that hold text.
    pages: HashMap<String, String>,
    /// The ids of the chapters, in order.
    spine: Vec<String>,
}

impl Opf {
    /// What can be read of a package file, also of one that breaks off.
    pub(super) fn read(source: &str) -> Self {
        let mut opf = Self::default();
        let _ = xml::walk(source, &mut opf);
        opf
    }

    pub(super) fn title(&self) -> Option<&str> {
        Some(self.title.as_str()).filter(|title| !title.is_empty())
    }

    /// References to the chapters in reading order.
    pub(super) fn chapters(&self) -> impl Iterator<Item = &str> {
        self.spine
            .iter()
            .filter_map(|id| self.pages.get(id))
            .map(String::as_str)
    }

    fn item(&mut self, tag: &BytesStart<'_>) {
        let kind = attribute(tag, "media-type").unwrap_or_default();
        let is_text = kind.contains("html") || kind.is_empty() || kind.starts_with("text/");
        if let (true, Some(id), Some(href)) =
            (is_text, attribute(tag, "id"), attribute(tag, "href"))
        {
            self.pages.insert(id, href);
        }
    }
}

impl Visitor for Opf {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            // The first title is the main one.
            "title" => self.in_title = self.title.is_empty(),
            "item" => self.item(tag),
            "itemref" => self.spine.extend(attribute(tag, "idref")),
            _ => {}
        }
    }

    fn close(&mut self, _: &str) {
        self.in_title = false;
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text);
        }
    }
}
