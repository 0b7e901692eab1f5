//! Values in the words that people read.

use archivist_domain::{Outcome, OutputStatus, SearchOrder};
use chrono::{NaiveDate, NaiveDateTime};
use url::form_urlencoded::byte_serialize;

/// A small label: its meaning stands in a sign and words, never in colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chip {
    /// The class that colours it.
    pub(super) tone: &'static str,
    /// A sign before the words.
    pub(super) sign: &'static str,
    pub(super) words: &'static str,
}

const fn chip(tone: &'static str, sign: &'static str, words: &'static str) -> Chip {
    Chip { tone, sign, words }
}

/// What became of a document; nothing where that is no question.
pub(super) fn outcome(outcome: Option<Outcome>) -> Option<Chip> {
    match outcome? {
        Outcome::NotApplicable => None,
        Outcome::Funded => Some(chip("good", "✓", "Funded")),
        Outcome::NotFunded => Some(chip("bad", "×", "Not funded")),
        Outcome::Pending => Some(chip("warn", "◷", "Pending")),
        Outcome::FinalReport => Some(chip("", "▤", "Final report")),
    }
}

/// A document of which there is a newer version.
pub(super) const SUPERSEDED: Chip = chip("", "↻", "Superseded");

/// A document that is not found by all that it says.
pub(super) const NEEDS_OCR: Chip = chip("warn", "▨", "Needs OCR");

/// A document that only editors see, until one of them has decided.
pub(super) const HELD: Chip = chip("bad", "⊘", "Held");

/// A document in which something was found that nobody has confirmed.
pub(super) const TO_CONFIRM: Chip = chip("", "?", "To confirm");

/// Numbers of pages as people write them: `Page 3`, `Pages 3, 5–8`.
pub(super) fn page_list(pages: &[i32]) -> String {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for &page in pages {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == page => *last = page,
            _ => runs.push((page, page)),
        }
    }
    let run = |(first, last): &(i32, i32)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        }
    };
    let runs: Vec<_> = runs.iter().map(run).collect();
    let s = if pages.len() == 1 { "" } else { "s" };
    format!("Page{s} {}", runs.join(", "))
}

/// Where an output stands.
pub(super) fn status(status: OutputStatus) -> Chip {
    match status {
        OutputStatus::Draft => chip("", "✎", "Draft"),
        OutputStatus::Submitted => chip("on", "→", "Submitted"),
        OutputStatus::Pending => chip("warn", "◷", "Pending"),
        OutputStatus::Awarded => chip("good", "✓", "Awarded"),
        OutputStatus::NotAwarded => chip("bad", "×", "Not awarded"),
    }
}

/// `12 Oct 2026`.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// `12 Oct 2026, 14:05 UTC`.
pub(super) fn moment(time: NaiveDateTime) -> String {
    time.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// `1 passage`, `12 passages`, `1,234 passages`.
pub(super) fn count(n: i64, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {one}{s}", grouped(n))
}

/// The same for the length of a list.
pub(super) fn counted(number: usize, one: &str) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX), one)
}

/// An order of passages, for people.
pub(super) fn order(label: &str) -> &'static str {
    match label.parse() {
        Ok(SearchOrder::Newest) => "Newest first",
        Ok(SearchOrder::Oldest) => "Oldest first",
        Ok(SearchOrder::Title) => "By title",
        Ok(SearchOrder::Relevance) | Err(_) => "Best first",
    }
}

/// What a weight may be set to: the usual steps, and what is chosen now.
pub(super) fn weights(chosen: &str) -> Vec<&str> {
    let mut weights = vec!["", "0", "1"];
    if !weights.contains(&chosen) {
        weights.push(chosen);
    }
    weights
}

/// How much something counts that may count nothing, 0, or wholly, 1.
pub(super) fn weight(weight: &str) -> &str {
    match weight {
        "" => "as usual",
        "0" => "not at all",
        "1" => "fully",
        between => between,
    }
}

/// `1,234,567`.
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes as `640 bytes`, `12 KB`, `3.4 MB`.
pub(super) fn size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    match bytes {
        0..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} KB", bytes / KB),
        _ => format!("{:.1} MB", bytes as f64 / MB as f64),
    }
}

/// `page 4` or `pages 4–5`; nothing where the format has no pages.
pub(super) fn pages(first: Option<i32>, last: Option<i32>) -> Option<String> {
    let first = first?;
    match last.filter(|last| *last > first) {
        Some(last) => Some(format!("pages {first}–{last}")),
        None => Some(format!("page {first}")),
    }
}

/// The address of an original file; a PDF opens at the page.
pub(super) fn file_address(
    id: archivist_domain::DocumentId,
    filename: &str,
    page: Option<i32>,
) -> String {
    at_page(format!("/api/documents/{id}/file"), filename, page)
}

/// The address of the original file that a cited passage is in, also when its document has
/// been deleted.
pub(super) fn cited_file_address(
    passage: archivist_domain::PassageId,
    filename: &str,
    page: Option<i32>,
) -> String {
    at_page(format!("/api/citations/{passage}/file"), filename, page)
}

fn at_page(address: String, filename: &str, page: Option<i32>) -> String {
    let is_pdf = filename.to_ascii_lowercase().ends_with(".pdf");
    match page.filter(|_| is_pdf) {
        Some(page) => format!("{address}#page={page}"),
        None => address,
    }
}

/// The address of a cited passage, also when its document has been deleted.
pub(super) fn citation_address(passage: archivist_domain::PassageId) -> String {
    format!("/cited/{passage}")
}

/// The address of a passage, shown in its document.
pub(super) fn passage_address(
    document: archivist_domain::DocumentId,
    passage: archivist_domain::PassageId,
) -> String {
    format!("/library/{document}?passage={passage}#p-{passage}")
}

/// The same for a passage that a search found: who follows it chooses the passage.
pub(super) fn found_address(
    document: archivist_domain::DocumentId,
    passage: archivist_domain::PassageId,
    query: &str,
) -> String {
    let query: String = byte_serialize(query.as_bytes()).collect();
    format!("/library/{document}?passage={passage}&found_by={query}#p-{passage}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1, "passage"), "1 passage");
        assert_eq!(count(1_234_567, "passage"), "1,234,567 passages");
        assert_eq!(grouped(-100), "-100");
        assert_eq!(page_list(&[3]), "Page 3");
        assert_eq!(page_list(&[1, 3, 4, 5, 9]), "Pages 1, 3–5, 9");
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(1024 * 1024 * 7 / 2), "3.5 MB");
    }

    #[test]
    fn times_read_well() {
        let time: NaiveDateTime = "2026-10-02T04:05:06".parse().unwrap();
        assert_eq!(moment(time), "2 Oct 2026, 04:05 UTC");
        assert_eq!(day(time.date()), "2 Oct 2026");
    }

    #[test]
    fn a_range_of_pages_is_told_once() {
        assert_eq!(pages(Some(4), Some(4)).unwrap(), "page 4");
        assert_eq!(pages(Some(4), Some(6)).unwrap(), "pages 4–6");
        assert_eq!(pages(None, None), None);
    }

    #[test]
    fn every_status_has_its_own_sign() {
        let mut signs: Vec<_> = OutputStatus::ALL.iter().map(|s| status(*s).sign).collect();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), OutputStatus::ALL.len());
    }
}
