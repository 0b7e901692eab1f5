//! How the documents that a search finds are spread over what they can be filtered by.

use std::cmp::Reverse;
use std::collections::HashMap;

use archivist_domain::{DocType, Outcome};

use crate::archive::Archive;
use crate::records::{FacetCounts, Facets};

/// Counts documents that have at least one passage above 0; `scores` by slot.
pub(crate) fn count(archive: &Archive, scores: &[f32]) -> FacetCounts {
    let mut by_number = vec![0_usize; archive.values.known.len()];
    let (mut documents, mut passages) = (0, 0);
    for (values, found) in archive.found(scores) {
        documents += 1;
        passages += found;
        for &value in values {
            by_number[value as usize] += 1;
        }
    }
    FacetCounts {
        documents,
        passages,
        ..archive.values.spread(&by_number)
    }
}

/// Something that documents can be filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Value {
    DocType(DocType),
    Year(i32),
    Program(String),
    Outcome(Outcome),
    Tag(String),
    Funder(String),
}

/// The values that documents have, each with a number: what is found is counted by numbers, which
/// takes a tenth of the time that names take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    numbers: HashMap<Value, u32>,
    /// By number, with how many documents have it.
    known: Vec<(Value, usize)>,
    /// Numbers of values that no document has any more.
    free: Vec<u32>,
}

impl Values {
    /// Takes a document in: the numbers of its values, ascending.
    pub(crate) fn add(&mut self, facets: &Facets) -> Box<[u32]> {
        let named = |names: &[String], value: fn(String) -> Value| -> Vec<Value> {
            names.iter().cloned().map(value).collect()
        };
        let values = [Value::DocType(facets.doc_type)]
            .into_iter()
            .chain(facets.year.map(Value::Year))
            .chain(facets.outcome.map(Value::Outcome))
            .chain(named(&facets.programs, Value::Program))
            .chain(named(&facets.tags, Value::Tag))
            .chain(facets.funder.clone().map(Value::Funder));
        let mut numbers: Vec<u32> = values.map(|value| self.number(value)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for &number in &numbers {
            self.known[number as usize].1 += 1;
        }
        numbers.into()
    }

    /// Takes a document out that has these values.
    pub(crate) fn remove(&mut self, numbers: &[u32]) {
        for &number in numbers {
            let (value, documents) = &mut self.known[number as usize];
            *documents -= 1;
            if *documents == 0 {
                self.numbers.remove(value);
                self.free.push(number);
            }
        }
    }

    fn number(&mut self, value: Value) -> u32 {
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        let entry = (value.clone(), 0);
        let number = if let Some(number) = self.free.pop() {
            self.known[number as usize] = entry;
            number
        } else {
            self.known.push(entry);
            u32::try_from(self.known.len() - 1).expect("fewer than 2^32 values")
        };
        self.numbers.insert(value, number);
        number
    }

    /// What was counted, by number, as lists in order.
    fn spread(&self, by_number: &[usize]) -> FacetCounts {
        let mut counts = FacetCounts::default();
        for ((value, _), &count) in self.known.iter().zip(by_number) {
            match value {
                _ if count == 0 => {}
                Value::DocType(doc_type) => counts.doc_types.push((*doc_type, count)),
                Value::Year(year) => counts.years.push((*year, count)),
                Value::Program(name) => counts.programs.push((name.clone(), count)),
                Value::Outcome(outcome) => counts.outcomes.push((*outcome, count)),
                Value::Tag(name) => counts.tags.push((name.clone(), count)),
                Value::Funder(name) => counts.funders.push((name.clone(), count)),
            }
        }
        counts
            .years
            .sort_unstable_by_key(|(year, _)| Reverse(*year));
        by_frequency(&mut counts.doc_types);
        by_frequency(&mut counts.programs);
        by_frequency(&mut counts.outcomes);
        by_frequency(&mut counts.tags);
        by_frequency(&mut counts.funders);
        counts
    }
}

fn by_frequency<T: Ord>(counts: &mut [(T, usize)]) {
    counts
        .sort_unstable_by(|(one, count), (two, other)| other.cmp(count).then_with(|| one.cmp(two)));
}
