//! The words of a whole archive, where the index holds only a part of it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::shapes::Shapes;

/// How frequent words are: what BM25, misspelt words and beginnings of words ask for.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    terms: HashMap<Arc<str>, u32>,
    pub(crate) shapes: Shapes,
    /// By term: in how many passages.
    holders: Vec<u32>,
    /// How many passages there are.
    pub(crate) passages: usize,
    /// How long they are together, in units.
    pub(crate) total_length: u64,
}

impl Vocabulary {
    /// Counts one more passage, which has these terms.
    pub(crate) fn count<'a>(&mut self, terms: impl Iterator<Item = &'a str>, length: u32) {
        for term in terms {
            let id = self.id(term);
            self.holders[id] += 1;
        }
        self.passages += 1;
        self.total_length += u64::from(length);
    }

    /// Takes in a term that so many passages hold.
    pub(crate) fn insert(&mut self, term: &str, holders: u32) {
        let id = self.id(term);
        self.holders[id] = holders;
    }

    /// How many passages hold a term.
    pub(crate) fn holders(&self, term: &str) -> usize {
        self.terms
            .get(term)
            .map_or(0, |&id| self.holders_of(id as usize))
    }

    /// The same for a term by its number in the shapes.
    pub(crate) fn holders_of(&self, id: usize) -> usize {
        self.holders[id] as usize
    }

    /// All terms, each with how many passages hold it.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, u32)> {
        let terms = self.terms.iter();
        terms.map(|(term, &id)| (&**term, self.holders[id as usize]))
    }

    fn id(&mut self, term: &str) -> usize {
        if let Some(&id) = self.terms.get(term) {
            return id as usize;
        }
        let id = self.holders.len();
        let number = u32::try_from(id).expect("fewer than 2^32 terms");
        let term: Arc<str> = term.into();
        self.shapes.push(Arc::clone(&term));
        self.terms.insert(term, number);
        self.holders.push(0);
        id
    }
}
