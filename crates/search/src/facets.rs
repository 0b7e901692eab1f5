//! How the documents that a search finds are spread over what they can be filtered by.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use archivist_domain::{DocType, Outcome};

use crate::archive::Archive;
use crate::records::{FacetCounts, Facets};

/// Counts documents that have at least one passage above 0; `scores` by slot.
pub(crate) fn count(archive: &Archive, scores: &[f32]) -> FacetCounts {
    let mut tally = Tally::default();
    let (mut documents, mut passages) = (0, 0);
    for (document, found) in archive.found(scores) {
        documents += 1;
        passages += found;
        tally.add(&document.facets);
    }
    FacetCounts {
        documents,
        passages,
        ..tally.sorted()
    }
}

#[derive(Default)]
struct Tally<'a> {
    doc_types: HashMap<DocType, usize>,
    years: HashMap<i32, usize>,
    programs: HashMap<&'a str, usize>,
    outcomes: HashMap<Outcome, usize>,
    tags: HashMap<&'a str, usize>,
    funders: HashMap<&'a str, usize>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, facets: &'a Facets) {
        *self.doc_types.entry(facets.doc_type).or_default() += 1;
        if let Some(year) = facets.year {
            *self.years.entry(year).or_default() += 1;
        }
        if let Some(outcome) = facets.outcome {
            *self.outcomes.entry(outcome).or_default() += 1;
        }
        for program in &facets.programs {
            *self.programs.entry(program).or_default() += 1;
        }
        for tag in &facets.tags {
            *self.tags.entry(tag).or_default() += 1;
        }
        if let Some(funder) = &facets.funder {
            *self.funders.entry(funder).or_default() += 1;
        }
    }

    fn sorted(self) -> FacetCounts {
        let named = |counts: HashMap<&str, usize>| {
            let sorted = by_frequency(counts).into_iter();
            sorted.map(|(name, n)| (name.to_owned(), n)).collect()
        };
        let mut years: Vec<_> = self.years.into_iter().collect();
        years.sort_unstable_by_key(|(year, _)| Reverse(*year));
        FacetCounts {
            documents: 0,
            passages: 0,
            doc_types: by_frequency(self.doc_types),
            years,
            programs: named(self.programs),
            outcomes: by_frequency(self.outcomes),
            tags: named(self.tags),
            funders: named(self.funders),
        }
    }
}

fn by_frequency<T: Ord + Hash + Copy>(counts: HashMap<T, usize>) -> Vec<(T, usize)> {
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_unstable_by_key(|&(value, count)| (Reverse(count), value));
    sorted
}
