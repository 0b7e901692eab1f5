//! The words of a whole archive, where the index holds only a part of it.

use std::collections::HashMap;

use crate::lexical::Counts;
use crate::spellings::Spellings;

/// How frequent words are: what BM25, misspelt words and beginnings of words ask for.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// In how many passages each term is.
    pub(crate) holders: HashMap<Box<str>, u32>,
    pub(crate) spellings: Spellings,
    /// How many passages there are.
    pub(crate) passages: usize,
    /// How long they are together, in units.
    pub(crate) total_length: u64,
}

impl Vocabulary {
    /// Counts one more passage, which has these words.
    pub(crate) fn count(&mut self, counts: &Counts) {
        for term in counts.units.keys() {
            match self.holders.get_mut(term.as_str()) {
                Some(holders) => *holders += 1,
                None => drop(self.holders.insert(term.as_str().into(), 1)),
            }
        }
        for spelling in &counts.spellings {
            self.spellings.add(spelling, counts.language);
        }
        self.passages += 1;
        self.total_length += u64::from(counts.length);
    }

    /// How many passages hold a term.
    pub(crate) fn holders(&self, term: &str) -> usize {
        self.holders
            .get(term)
            .map_or(0, |&holders| holders as usize)
    }
}
