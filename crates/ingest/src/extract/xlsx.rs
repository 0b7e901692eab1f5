//! Excel workbooks: each sheet a heading, its rows as a person sees them.

mod sheet;
mod styles;

use quick_xml::events::BytesStart;

use crate::error::IngestError;
use crate::extract::Extracted;
use crate::extract::grid::{self, Sheets};
use crate::extract::ooxml::{self, Relationships};
use crate::extract::package::Package;
use crate::extract::xml::{self, Visitor, attribute, prefixed};
use crate::kind::FileKind;
use crate::tidy;
use styles::Styles;

/// Reads every sheet of a workbook, hidden ones too, in the workbook's order.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    let main = ooxml::main_part(&mut package, "xl/workbook.xml")?;
    let xml = package
        .part(&main)?
        .ok_or_else(|| IngestError::damaged("its list of sheets is missing"))?;
    let related = Relationships::of(&mut package, &main)?;
    let mut workbook = Workbook::default();
    let mut whole = xml::walk(&xml, &mut workbook);
    let mut part = |kind: &str| match related.kind(kind) {
        Some(path) => package.part(path),
        None => Ok(None),
    };
    let strings = Strings::read(&part("sharedStrings")?.unwrap_or_default());
    let mut styles = Styles::read(&part("styles")?.unwrap_or_default(), workbook.from_1904);
    let mut sheets = Sheets::default();
    for (name, id) in &workbook.sheets {
        let Some(path) = related.id(id).filter(|_| !sheets.is_full()) else {
            continue;
        };
        if let Some(xml) = package.part(path)? {
            whole &= sheet::read(&xml, name, &strings, &mut styles, &mut sheets);
        }
    }
    let title = ooxml::core_title(&mut package);
    grid::extracted(FileKind::Xlsx, sheets, title, whole)
}

/// The sheets' names and ids.
#[derive(Default)]
struct Workbook {
    sheets: Vec<(String, String)>,
    /// Dates are counted from 1904, as on old Macintoshes.
    from_1904: bool,
}

impl Visitor for Workbook {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "sheet" => {
                let name = attribute(tag, "name").unwrap_or_default();
                self.sheets.extend(prefixed(tag, "id").map(|id| (name, id)));
            }
            "workbookPr" => {
                let from_1904 = attribute(tag, "date1904");
                self.from_1904 = matches!(from_1904.as_deref(), Some("1" | "true"));
            }
            _ => {}
        }
    }
}

/// The texts that cells refer to by number.
#[derive(Default)]
struct Strings {
    texts: Vec<String>,
    in_text: bool,
    /// Inside of reading aids.
    phonetic: bool,
    open: String,
}

impl Strings {
    fn read(xml: &str) -> Self {
        let mut strings = Self::default();
        let _ = xml::walk(xml, &mut strings);
        strings
    }

    fn get(&self, number: &str) -> &str {
        let number: Option<usize> = number.trim().parse().ok();
        let text = number.and_then(|number| self.texts.get(number));
        text.map_or("", String::as_str)
    }
}

impl Visitor for Strings {
    fn open(&mut self, name: &str, _: &BytesStart<'_>) {
        match name {
            "t" => self.in_text = true,
            "rPh" => self.phonetic = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "rPh" => self.phonetic = false,
            "si" => self.texts.push(tidy::line(&std::mem::take(&mut self.open))),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && !self.phonetic {
            self.open.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests;
