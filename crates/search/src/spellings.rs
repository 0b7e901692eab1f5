//! The words of an archive as they are written.

use std::collections::HashMap;
use std::sync::Arc;

use crate::language::{Language, Languages};
use crate::shapes::Shapes;
use crate::text;

/// Words as they are written, in small letters, with in how many passages each stands.
#[derive(Debug, Default, Clone)]
pub(crate) struct Spellings {
    numbers: HashMap<Arc<str>, u32>,
    shapes: Shapes,
    /// By number.
    holders: Vec<u32>,
    /// By number: of which languages there have been passages with it since there were any.
    languages: Vec<Languages>,
    /// By what is left of them without accents: the numbers of words that have some.
    accented: HashMap<String, Vec<u32>>,
}

impl Spellings {
    /// A passage with this word came, which is in this language.
    pub(crate) fn add(&mut self, spelling: &str, language: Language) {
        let number = self.number(spelling);
        let known = &mut self.languages[number];
        *known = known.with(language.into());
        self.holders[number] += 1;
    }

    /// A passage with this word went.
    pub(crate) fn remove(&mut self, spelling: &str) {
        if let Some(&number) = self.numbers.get(spelling) {
            let number = number as usize;
            self.holders[number] -= 1;
            if self.holders[number] == 0 {
                self.languages[number] = Languages::NONE;
            }
        }
    }

    /// Takes in a word that so many passages of these languages have.
    pub(crate) fn insert(&mut self, spelling: &str, holders: u32, languages: Languages) {
        let number = self.number(spelling);
        self.holders[number] = holders;
        self.languages[number] = languages;
    }

    /// How many passages have a word as it is written.
    pub(crate) fn holders(&self, spelling: &str) -> u32 {
        let number = self.numbers.get(spelling);
        number.map_or(0, |&number| self.holders[number as usize])
    }

    /// Of which languages passages have a word as it is written.
    pub(crate) fn languages(&self, spelling: &str) -> Languages {
        let number = self.numbers.get(spelling);
        number.map_or(Languages::NONE, |&number| self.languages[number as usize])
    }

    /// Of these languages those whose passages have a word as it was typed, in singular or plural;
    /// all where none has.
    pub(crate) fn writers(&self, typed: &str, languages: &[Language]) -> Languages {
        let has = |language: &&Language| {
            let spelling = text::spelling(typed, **language);
            let single = spelling.strip_suffix('s').unwrap_or(&spelling);
            let forms = [&spelling, single, &format!("{spelling}s")];
            let here = (**language).into();
            forms.iter().any(|form| self.languages(form).meet(here))
        };
        let writers = languages.iter().filter(has);
        let writers = writers.fold(Languages::NONE, |all, &one| all.with(one.into()));
        if writers == Languages::NONE {
            return Languages::ALL;
        }
        writers
    }

    /// The words that passages have, each with how many do and their languages.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32, Languages)> {
        let known = self.numbers.iter();
        let known = known.map(|(spelling, &number)| (&**spelling, number as usize));
        known
            .map(|(spelling, at)| (spelling, self.holders[at], self.languages[at]))
            .filter(|(_, holders, _)| *holders > 0)
    }

    /// Words that may be within `most` changed letters of this one, each with how many passages
    /// have it.
    pub(crate) fn like(&self, word: &str, most: usize) -> impl Iterator<Item = (&str, u32)> {
        self.held(self.shapes.like(word, most))
    }

    /// Words that begin so, each with how many passages have it.
    pub(crate) fn from(&self, beginning: &str) -> impl Iterator<Item = (&str, u32)> {
        self.held(self.shapes.beginning(beginning))
    }

    /// The words with accents that are this one without them.
    pub(crate) fn accented(&self, folded: &str) -> impl Iterator<Item = &str> {
        let numbers = self.accented.get(folded).into_iter().flatten();
        let words = numbers.map(|&number| (number as usize, self.shapes.word(number as usize)));
        self.held(words).map(|(word, _)| word)
    }

    fn held<'a>(
        &'a self,
        words: impl Iterator<Item = (usize, &'a str)>,
    ) -> impl Iterator<Item = (&'a str, u32)> {
        words
            .map(|(number, word)| (word, self.holders[number]))
            .filter(|(_, holders)| *holders > 0)
    }

    fn number(&mut self, spelling: &str) -> usize {
        if let Some(&number) = self.numbers.get(spelling) {
            return number as usize;
        }
        let number = self.holders.len();
        let spelling: Arc<str> = spelling.into();
        self.shapes.push(Arc::clone(&spelling));
        let key = u32::try_from(number).expect("fewer than 2^32 words");
        if !spelling.is_ascii() {
            self.accented
                .entry(text::fold(&spelling))
                .or_default()
                .push(key);
        }
        self.numbers.insert(spelling, key);
        self.holders.push(0);
        self.languages.push(Languages::NONE);
        number
    }
}
