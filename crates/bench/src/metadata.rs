//! `archivist-bench metadata`: proposed metadata against what people wrote down.
//!
//! A year is right when it is equal. A title is right when, as sets of words without case
//! and punctuation, nine in ten words of the shorter one (three at least) stand in the
//! other; a funder likewise.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;
use archivist_ingest::{Given, Proposal, parse};
use serde::Deserialize;

use crate::{CURRENT_YEAR, MetadataArgs};

/// The share of the shorter title's words.
const SAME_TITLE_FROM: f64 = 0.9;

/// What a person said of a file.
#[derive(Debug, Deserialize)]
struct Record {
    /// Below the folder.
    file: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    funder: String,
}

/// What was right.
#[derive(Debug, Default)]
struct Counts {
    files: usize,
    missing: usize,
    years: usize,
    titles: usize,
    funders: usize,
    with_funder: usize,
}

/// Reads the files of `DIR/metadata.jsonl` in this process, and prints what is proposed.
pub(crate) fn measure(args: &MetadataArgs) -> Result<()> {
    let records = fs::read_to_string(args.dir.join("metadata.jsonl"))?;
    let mut counts = Counts::default();
    for line in records.lines().filter(|line| !line.trim().is_empty()) {
        let record: Record = serde_json::from_str(line)?;
        let path = args.dir.join(&record.file);
        let Ok(bytes) = fs::read(&path) else {
            counts.missing += 1;
            continue;
        };
        counts.files += 1;
        let name = name_of(&path, !args.without_names);
        match parse(&bytes, &name, CURRENT_YEAR, &Given::default()) {
            Ok(parsed) => counts.take(&record, &parsed.proposal),
            Err(error) => println!("✗ {}: {error}", record.file),
        }
    }
    counts.print();
    Ok(())
}

/// What the rules are told a file is called.
fn name_of(path: &Path, with_name: bool) -> String {
    if with_name {
        let name = path.file_name().unwrap_or_default();
        return name.to_string_lossy().into_owned();
    }
    let extension = path.extension().unwrap_or_default();
    format!("file.{}", extension.to_string_lossy())
}

impl Counts {
    fn take(&mut self, record: &Record, proposal: &Proposal) {
        let year = proposal.year.as_ref().map(|year| year.value.to_string());
        let year_right = year.as_ref() == Some(&record.year);
        let title_right = same(&proposal.title.value, &record.title);
        let funder = proposal.funder.as_ref().map(|funder| funder.value.as_str());
        self.years += usize::from(year_right);
        self.titles += usize::from(title_right);
        self.with_funder += usize::from(funder.is_some());
        self.funders += usize::from(funder.is_some_and(|funder| same(funder, &record.funder)));
        let mark = |right| if right { '✓' } else { '✗' };
        println!("{} {} {}", mark(year_right), mark(title_right), record.file);
        print_proposal(record, proposal);
    }

    fn print(&self) {
        let share = |right: usize| 100.0 * right as f64 / self.files.max(1) as f64;
        println!(
            "\n{} files ({} records without their file): years right {} ({:.0} %), titles right {} ({:.0} %), both {:.0} %; funders proposed {}, right {}",
            self.files,
            self.missing,
            self.years,
            share(self.years),
            self.titles,
            share(self.titles),
            share(self.years + self.titles) / 2.0,
            self.with_funder,
            self.funders,
        );
    }
}

fn print_proposal(record: &Record, proposal: &Proposal) {
    let (title, funder) = (&proposal.title, proposal.funder.as_ref());
    let year = proposal.year.as_ref();
    let doc_type = proposal.doc_type.as_ref();
    println!(
        "    said:     {} | {}\n    proposed: {} ({:.2}, {})\n    year:     {:?}\n    funder:   {:?} / {}\n    amounts:  {:?} {:?}\n    type:     {:?}",
        record.year,
        record.title,
        title.value,
        title.confidence,
        title.evidence,
        year.map(|year| (year.value, year.confidence, &year.evidence)),
        funder.map(|funder| (&funder.value, funder.confidence)),
        record.funder,
        proposal
            .requested
            .as_ref()
            .map(|it| (it.value, &it.evidence)),
        proposal.awarded.as_ref().map(|it| (it.value, &it.evidence)),
        doc_type.map(|it| (it.value, it.confidence, &it.evidence)),
    );
}

fn same(proposed: &str, said: &str) -> bool {
    let (proposed, said) = (words(proposed), words(said));
    let smaller = proposed.len().min(said.len());
    let shared = proposed.intersection(&said).count();
    smaller >= 3 && shared as f64 >= SAME_TITLE_FROM * smaller as f64 || proposed == said
}

/// The words of a title. A hyphen before a blank is a line end's.
fn words(text: &str) -> BTreeSet<String> {
    text.replace("- ", "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_the_same_by_nine_words_in_ten() {
        let said = "Reading for All: A Plan for Rural Schools";
        assert!(same("READING FOR ALL – a plan for rural schools", said));
        assert!(same("A Plan for Rural Schools", said));
        assert!(!same("A Plan for Urban Libraries", said));
        assert!(!same("Reading", said));
    }
}
