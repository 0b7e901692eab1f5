//! The figures of all files, by group.

use std::collections::BTreeMap;

use archivist_ingest::{FileKind, IngestError};
use serde::Serialize;

use super::compare::{Against, Likeness, is_decoded};
use super::manifest::Item;
use super::measure::Measured;
use super::words::share;

/// Longer than this is a hang, whatever came of it.
const HANG_SECONDS: f64 = 30.0;
/// How many of the least alike are named.
const WORST: usize = 10;
/// What counts as another reading order than pdftotext's, not as chance.
const ORDER_TOLERANCE: f64 = 0.01;

/// One file and everything that was measured of it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) item: Item,
    measured: Measured,
    opened_by_note: bool,
    likeness: Option<Likeness>,
    /// Of a text: whether its encoding was found out.
    decoded: Option<bool>,
    against: Option<Against>,
}

impl Row {
    /// Compares where there is something to compare with.
    pub(super) fn new(item: Item, measured: Measured, opened_by_note: bool) -> Self {
        let expected = item
            .expected_text
            .as_ref()
            .and_then(|path| std::fs::read(path).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let decoded = expected.as_deref().and_then(|expected| {
            let kind = match &measured.outcome {
                Ok(parsed) => parsed.kind,
                Err(_) => FileKind::of_name(&item.name)?,
            };
            is_decoded(kind, &std::fs::read(&item.path).ok()?, expected)
        });
        let likeness = expected.map(|expected| match &measured.outcome {
            Ok(parsed) => Likeness::of(parsed, &expected),
            Err(_) => Likeness::NONE,
        });
        let against = match (&measured.outcome, &measured.pdftotext) {
            (Ok(parsed), Some(reference)) => Against::of(parsed, measured.cpu_seconds, reference),
            _ => None,
        };
        Self {
            item,
            measured,
            opened_by_note,
            likeness,
            decoded,
            against,
        }
    }
}

/// All groups, and all files together.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    groups: Vec<Group>,
    total: Group,
}

/// The figures of one group.
#[derive(Debug, Serialize)]
struct Group {
    name: String,
    files: usize,
    read: usize,
    crashed: usize,
    hung: usize,
    /// How many were refused, by reason.
    refused: BTreeMap<String, usize>,
    /// How many were locked and opened with a word of their note.
    opened_by_note: usize,
    slowest: Option<Named>,
    /// The most memory of a child, in MiB.
    peak_memory: Option<Named>,
    expected: Option<Expected>,
    /// Texts whose bytes were decoded, and how many of them as expected.
    decoded: Option<Decoded>,
    pdftotext: Option<Comparison>,
}

/// A file with its figure.
#[derive(Debug, Serialize)]
struct Named {
    file: String,
    value: f64,
}

/// Likeness to the expected texts. Files that were not read count as nothing alike.
#[derive(Debug, Serialize)]
struct Expected {
    files: usize,
    median: f64,
    mean: f64,
    bag_f1_mean: f64,
    /// Share of the files that are the same but for white space.
    exact: f64,
    worst: Vec<Named>,
}

/// Encodings that were found out.
#[derive(Debug, Serialize)]
struct Decoded {
    files: usize,
    /// As a share.
    exact: f64,
    others: Vec<Named>,
}

/// Sums and means over the files that pdftotext reads too.
#[derive(Debug, Serialize)]
struct Comparison {
    files: usize,
    pages: u32,
    /// Means over files.
    found_plain: f64,
    found_layout: f64,
    found_with_running_lines: f64,
    order: f64,
    order_of_pdftotext: f64,
    /// Files whose order agrees less with pdftotext than its two ways with each other.
    order_worse: usize,
    /// Processor time of all pages over that of pdftotext.
    time_ratio: f64,
    /// The median over files.
    time_ratio_median: f64,
    /// The files in which the least was found.
    worst_found: Vec<Named>,
    /// The files with the worst order, by the difference.
    worst_order: Vec<Named>,
}

impl Report {
    /// Groups the rows by the names of their groups.
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut by_group: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            by_group.entry(&row.item.group).or_default().push(row);
        }
        let all: Vec<&Row> = rows.iter().collect();
        Self {
            groups: by_group
                .into_iter()
                .map(|(name, rows)| Group::of(name, &rows))
                .collect(),
            total: Group::of("all files", &all),
        }
    }

    /// Prints it for a person.
    pub(super) fn print(&self) {
        if self.groups.len() > 1 {
            self.groups.iter().for_each(Group::print);
        }
        self.total.print();
    }
}

impl Group {
    fn of(name: &str, rows: &[&Row]) -> Self {
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        let (mut crashed, mut hung, mut read) = (0, 0, 0);
        for row in rows {
            match &row.measured.outcome {
                Err(IngestError::ReaderCrashed) => crashed += 1,
                Err(IngestError::TimedOut { .. }) => hung += 1,
                _ if row.measured.wall_seconds > HANG_SECONDS => hung += 1,
                Err(error) => *refused.entry(reason(error)).or_default() += 1,
                Ok(_) => read += 1,
            }
        }
        Self {
            name: name.to_owned(),
            files: rows.len(),
            read,
            crashed,
            hung,
            refused,
            opened_by_note: rows.iter().filter(|row| row.opened_by_note).count(),
            slowest: largest(rows, |row| row.measured.wall_seconds),
            peak_memory: largest(rows, |row| {
                row.measured.peak_bytes as f64 / f64::from(1 << 20)
            }),
            expected: Expected::of(rows),
            decoded: Decoded::of(rows),
            pdftotext: Comparison::of(rows),
        }
    }

    fn print(&self) {
        println!(
            "{}: {} files, {} read, {} crashed, {} hung",
            self.name, self.files, self.read, self.crashed, self.hung
        );
        for (reason, count) in &self.refused {
            println!("  {count} refused: {reason}");
        }
        if self.opened_by_note > 0 {
            println!(
                "  {} opened with a password of their note",
                self.opened_by_note
            );
        }
        if let (Some(slowest), Some(peak)) = (&self.slowest, &self.peak_memory) {
            println!("  slowest {:.2} s ({})", slowest.value, slowest.file);
            println!("  most memory {:.0} MiB ({})", peak.value, peak.file);
        }
        self.expected.iter().for_each(Expected::print);
        self.decoded.iter().for_each(Decoded::print);
        self.pdftotext.iter().for_each(Comparison::print);
        println!();
    }
}

impl Expected {
    fn of(rows: &[&Row]) -> Option<Self> {
        let scored: Vec<(&Row, Likeness)> = rows
            .iter()
            .filter_map(|row| Some((*row, row.likeness?)))
            .collect();
        let likeness = |value: fn(&Likeness) -> f64| -> Vec<f64> {
            scored.iter().map(|(_, likeness)| value(likeness)).collect()
        };
        let similarities = likeness(|likeness| likeness.similarity);
        let exact = scored.iter().filter(|(_, likeness)| likeness.exact).count();
        let named = scored
            .iter()
            .map(|(row, likeness)| (*row, likeness.similarity));
        (!scored.is_empty()).then(|| Self {
            files: scored.len(),
            median: median(&similarities),
            mean: mean(&similarities),
            bag_f1_mean: mean(&likeness(|likeness| likeness.bag_f1)),
            exact: share(exact, scored.len()),
            worst: smallest(named, 1.0),
        })
    }

    fn print(&self) {
        println!(
            "  {} with expected text: similarity {:.3} at the median, {:.3} at the mean; bag of words {:.3}; {:.1} % the same",
            self.files,
            self.median,
            self.mean,
            self.bag_f1_mean,
            self.exact * 100.0
        );
        print_named(&self.worst);
    }
}

impl Decoded {
    fn of(rows: &[&Row]) -> Option<Self> {
        let texts: Vec<(&Row, f64)> = rows
            .iter()
            .filter_map(|row| Some((*row, f64::from(u8::from(row.decoded?)))))
            .collect();
        let values: Vec<f64> = texts.iter().map(|(_, exact)| *exact).collect();
        (!texts.is_empty()).then(|| Self {
            files: texts.len(),
            exact: mean(&values),
            others: smallest(texts.into_iter(), 1.0),
        })
    }

    fn print(&self) {
        println!(
            "  {} texts with expected text: {:.1} % decoded exactly",
            self.files,
            self.exact * 100.0
        );
        print_named(&self.others);
    }
}

impl Comparison {
    fn of(rows: &[&Row]) -> Option<Self> {
        let compared: Vec<(&Row, Against)> = rows
            .iter()
            .filter_map(|row| Some((*row, row.against?)))
            .collect();
        if compared.is_empty() {
            return None;
        }
        let values = |value: fn(&Against) -> f64| -> Vec<f64> {
            compared.iter().map(|(_, against)| value(against)).collect()
        };
        let total = |value: fn(&Against) -> f64| values(value).iter().sum::<f64>();
        let lead = |against: &Against| against.order - against.order_of_pdftotext;
        Some(Self {
            files: compared.len(),
            pages: compared.iter().map(|(_, against)| against.pages).sum(),
            found_plain: mean(&values(|against| against.found_plain)),
            found_layout: mean(&values(|against| against.found_layout)),
            found_with_running_lines: mean(&values(|against| against.found_with_running_lines)),
            order: mean(&values(|against| against.order)),
            order_of_pdftotext: mean(&values(|against| against.order_of_pdftotext)),
            order_worse: compared
                .iter()
                .filter(|(_, against)| lead(against) < -ORDER_TOLERANCE)
                .count(),
            time_ratio: total(|against| against.seconds_per_page * f64::from(against.pages))
                / total(|against| against.pdftotext_seconds_per_page * f64::from(against.pages)),
            time_ratio_median: median(&values(|against| {
                against.seconds_per_page / against.pdftotext_seconds_per_page.max(1e-6)
            })),
            worst_found: smallest(
                compared
                    .iter()
                    .map(|(row, against)| (*row, against.found_plain)),
                0.98,
            ),
            worst_order: smallest(
                compared.iter().map(|(row, against)| (*row, lead(against))),
                -ORDER_TOLERANCE,
            ),
        })
    }

    fn print(&self) {
        println!(
            "  against pdftotext, {} files of {} pages:",
            self.files, self.pages
        );
        println!(
            "    words found: {:.2} % of pdftotext's, {:.2} % of pdftotext -layout's ({:.2} % with running lines)",
            self.found_plain * 100.0,
            self.found_layout * 100.0,
            self.found_with_running_lines * 100.0
        );
        print_named(&self.worst_found);
        println!(
            "    order: {:.4}; between pdftotext's two ways {:.4}; worse in {} files",
            self.order, self.order_of_pdftotext, self.order_worse
        );
        print_named(&self.worst_order);
        println!(
            "    processor time: {:.2} times pdftotext's over all pages, {:.2} times at the median file",
            self.time_ratio, self.time_ratio_median
        );
    }
}

fn print_named(files: &[Named]) {
    for named in files {
        println!("      {:.3}  {}", named.value, named.file);
    }
}

/// One line for one file.
pub(super) fn print_row(row: &Row) {
    let outcome = match &row.measured.outcome {
        Ok(parsed) => format!(
            "{} pages, {} words, {} passages",
            parsed.page_count.unwrap_or(0),
            parsed.word_count,
            parsed.passages.len()
        ),
        Err(error) => format!("refused: {}", reason(error)),
    };
    let likeness = row
        .likeness
        .map(|likeness| format!(", similarity {:.3}", likeness.similarity))
        .unwrap_or_default();
    let against = row.against.map(|against| {
        format!(
            ", found {:.3} {:.3}, order {:.3} ({:.3}), time {:.2}",
            against.found_plain,
            against.found_layout,
            against.order,
            against.order_of_pdftotext,
            against.seconds_per_page / against.pdftotext_seconds_per_page.max(1e-6)
        )
    });
    println!(
        "{:.2} s\t{outcome}{likeness}{}\t{}",
        row.measured.wall_seconds,
        against.unwrap_or_default(),
        row.item.name
    );
}

/// What kind of refusal it is, without what differs from file to file.
fn reason(error: &IngestError) -> String {
    let value = serde_json::to_value(error).unwrap_or_default();
    let kind = value["error"].as_str().unwrap_or("other").replace('_', " ");
    match value["detail"].as_str() {
        Some(detail) => format!("{kind} ({detail})"),
        None => kind,
    }
}

fn largest(rows: &[&Row], value: impl Fn(&Row) -> f64) -> Option<Named> {
    rows.iter()
        .max_by(|a, b| value(a).total_cmp(&value(b)))
        .map(|row| Named {
            file: row.item.name.clone(),
            value: value(row),
        })
}

/// The files with the smallest figures, of those below `limit`.
fn smallest<'r>(rows: impl Iterator<Item = (&'r Row, f64)>, limit: f64) -> Vec<Named> {
    let mut rows: Vec<Named> = rows
        .filter(|(_, value)| *value < limit)
        .map(|(row, value)| Named {
            file: row.item.name.clone(),
            value,
        })
        .collect();
    rows.sort_by(|a, b| a.value.total_cmp(&b.value));
    rows.truncate(WORST);
    rows
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[length / 2],
        length => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn reasons_are_kinds_and_not_files() {
        assert_eq!(reason(&IngestError::NoText { pages: Some(3) }), "no text");
        let damaged = IngestError::Damaged {
            detail: "it has no pages".into(),
        };
        assert_eq!(reason(&damaged), "damaged (it has no pages)");
    }
}
