//! How numbers are shown: `styles.xml` and the formats in it.

use std::collections::HashMap;

use quick_xml::events::BytesStart;
use ssfmt::{DateSystem, FormatOptions, NumberFormat};

use crate::extract::xml::{self, Visitor, attribute};
use crate::tidy;

/// The number formats of a workbook's cells.
pub(super) struct Styles {
    /// The id of the format, by the number of the cell's style.
    formats_of_cells: Vec<u32>,
    codes: HashMap<u32, String>,
    /// Formats that were needed; none where the code cannot be read.
    parsed: HashMap<u32, Option<NumberFormat>>,
    options: FormatOptions,
}

impl Styles {
    /// Reads `styles.xml`; of a broken part, what comes before the break.
    pub(super) fn read(xml: &str, from_1904: bool) -> Self {
        let mut found = Found::default();
        let _ = xml::walk(xml, &mut found);
        let mut options = FormatOptions::default();
        if from_1904 {
            options.date_system = DateSystem::Date1904;
        }
        Self {
            formats_of_cells: found.cells,
            codes: found.codes,
            parsed: HashMap::new(),
            options,
        }
    }

    /// A number as a cell of this style shows it.
    pub(super) fn shown(&mut self, value: &str, style: usize) -> String {
        let Ok(number) = value.trim().parse::<f64>() else {
            return tidy::line(value);
        };
        let id = self.formats_of_cells.get(style).copied().unwrap_or(0);
        let codes = &self.codes;
        let format = self.parsed.entry(id).or_insert_with(|| parse(id, codes));
        let shown = format
            .as_ref()
            .map(|format| tidy::line(&format.format(number, &self.options)));
        // A format may show nothing at all, or fill a column that is too narrow.
        match shown {
            Some(shown) if shown.chars().any(char::is_alphanumeric) || number == 0.0 => shown,
            _ => number.to_string(),
        }
    }
}

fn parse(id: u32, codes: &HashMap<u32, String>) -> Option<NumberFormat> {
    let code = codes.get(&id).map(String::as_str);
    NumberFormat::parse(code.or_else(|| ssfmt::format_code_from_id(id))?).ok()
}

#[derive(Default)]
struct Found {
    cells: Vec<u32>,
    codes: HashMap<u32, String>,
    in_cells: bool,
}

impl Visitor for Found {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        let id = || attribute(tag, "numFmtId").and_then(|id| id.parse().ok());
        match name {
            "numFmt" => {
                let code = attribute(tag, "formatCode");
                self.codes.extend(id().zip(code));
            }
            "cellXfs" => self.in_cells = true,
            "xf" if self.in_cells => self.cells.push(id().unwrap_or(0)),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "cellXfs" {
            self.in_cells = false;
        }
    }
}
