//! The names that documents have of one kind: their funders, their programs.

use std::collections::HashMap;

use crate::records::Facets;
use crate::text;

/// A name of a single word may be meant otherwise: Target, Reading.
const MIN_WORDS: usize = 2;

/// Names, with how many documents have each.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    known: HashMap<String, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    documents: usize,
    /// Without an article before them.
    words: Vec<String>,
}

/// All names of an archive's documents that a search may name.
#[derive(Debug, Default, Clone)]
pub(crate) struct NamesOfFacets {
    /// Who is asked for money.
    pub(crate) funders: Names,
    pub(crate) programs: Names,
}

impl NamesOfFacets {
    /// Adds or removes what a document has.
    pub(crate) fn note(&mut self, facets: &Facets, note: fn(&mut Names, &str)) {
        for program in &facets.programs {
            note(&mut self.programs, program);
        }
        if let Some(funder) = &facets.funder {
            note(&mut self.funders, funder);
        }
    }
}

impl Names {
    /// One more document has this name.
    pub(crate) fn add(&mut self, name: &str) {
        if let Some(known) = self.known.get_mut(name) {
            known.documents += 1;
            return;
        }
        let mut words = text::wording(name);
        if words.first().is_some_and(|word| word == "the") {
            words.remove(0);
        }
        let documents = 1;
        self.known
            .insert(name.to_owned(), Known { documents, words });
    }

    /// One document less has this name.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(known) = self.known.get_mut(name) {
            known.documents -= 1;
            if known.documents == 0 {
                self.known.remove(name);
            }
        }
    }

    /// Says of which words these names are.
    pub(crate) fn cover(&self, names: &[String], words: &[String], covered: &mut [bool]) {
        for known in names.iter().filter_map(|name| self.known.get(name)) {
            text::cover(words, &known.words, covered);
        }
    }

    /// All names with their words.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        let known = self.known.iter();
        known.map(|(name, known)| (name.as_str(), known.words.as_slice()))
    }

    /// The names that stand among these words, ascending.
    pub(crate) fn among(&self, words: &[String]) -> Vec<String> {
        let stands = |known: &Known| {
            let length = known.words.len();
            length >= MIN_WORDS && words.windows(length).any(|row| row == known.words)
        };
        let named = self.known.iter().filter(|(_, known)| stands(known));
        let mut named: Vec<String> = named.map(|(name, _)| name.clone()).collect();
        named.sort_unstable();
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_among_words_while_a_document_has_them() {
        let mut names = Names::default();
        for name in [
            "The Harbor County Trust",
            "The Harbor County Trust",
            "Target",
        ] {
            names.add(name);
        }
        let among = |names: &Names, text: &str| names.among(&text::wording(text));
        let trust = ["The Harbor County Trust"];
        assert_eq!(among(&names, "proposals to hárbor county TRUST"), trust);
        assert!(among(&names, "county trust of harbor").is_empty());
        assert!(among(&names, "target population").is_empty());
        names.remove("The Harbor County Trust");
        assert_eq!(among(&names, "Harbor County Trust"), trust);
        names.remove("The Harbor County Trust");
        names.remove("nobody");
        assert!(among(&names, "Harbor County Trust").is_empty());
    }
}
