//! Excel workbooks before 2007, read by calamine.

mod bounds;
mod locked;
mod records;

use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};

use calamine::{Data, Range, Reader as _, Xls, XlsError};

use crate::compound::CompoundFile;
use crate::error::IngestError;
use crate::extract::grid::{self, Cell, Sheet, Sheets};
use crate::extract::{Extracted, Given};
use crate::kind::FileKind;
use crate::tidy;

/// Reads every sheet of an older workbook. How numbers are shown is not known: dates
/// are written as `2024-07-01`, amounts with all their figures.
pub(super) fn extract(bytes: &[u8], given: &Given<'_>) -> Result<Extracted, IngestError> {
    let bytes = locked::unlock(bytes, given)?;
    check_container(&bytes)?;
    let bytes = bounds::keep(bytes)?;
    // The reader panics on many a damaged workbook (found by fuzzing). It holds nothing that
    // anybody looks at afterwards.
    let read = AssertUnwindSafe(|| sheets(&bytes, given));
    let sheets = panic::catch_unwind(read).unwrap_or_else(|_| Err(damaged()))?;
    grid::extracted(FileKind::Xls, sheets, None, true)
}

fn sheets(bytes: &[u8], given: &Given<'_>) -> Result<Sheets, IngestError> {
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| refusal(&error, given))?;
    let mut sheets = Sheets::default();
    for (name, range) in workbook.worksheets() {
        let mut sheet = Sheet::named(&name);
        put_rows(&mut sheets, &mut sheet, &range);
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// The reader follows chains of sectors to their end, and fails where there is no directory.
fn check_container(bytes: &[u8]) -> Result<(), IngestError> {
    match CompoundFile::open(bytes) {
        Some(file) if !file.leads_in_a_circle() => Ok(()),
        _ => Err(damaged()),
    }
}

fn damaged() -> IngestError {
    IngestError::damaged("its container is broken")
}

fn refusal(error: &XlsError, given: &Given<'_>) -> IngestError {
    match error {
        XlsError::Password => IngestError::locked(given),
        _ => damaged(),
    }
}

fn put_rows(sheets: &mut Sheets, sheet: &mut Sheet, range: &Range<Data>) {
    for row in range.rows() {
        if sheets.is_full() {
            return;
        }
        let cells = row.iter().enumerate().filter_map(|(column, data)| {
            let (text, is_text) = shown(data)?;
            (!text.is_empty()).then_some(Cell {
                column,
                text,
                is_text,
            })
        });
        sheets.put_row(sheet, cells.collect());
    }
}

/// A cell's text, and whether it is text and not a number or a date.
fn shown(data: &Data) -> Option<(String, bool)> {
    Some(match data {
        Data::String(text) => (tidy::line(text), true),
        Data::Int(number) => (number.to_string(), false),
        Data::Float(number) => (number.to_string(), false),
        Data::Bool(value) => (value.to_string().to_uppercase(), false),
        Data::DateTime(moment) => (date(*moment), false),
        Data::DateTimeIso(text) | Data::DurationIso(text) => (tidy::line(text), false),
        Data::Error(_) | Data::Empty => return None,
    })
}

/// A date, with its time where it has one.
fn date(moment: calamine::ExcelDateTime) -> String {
    if moment.is_duration() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests;
