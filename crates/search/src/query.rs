//! What a person typed, as weighted terms.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::amounts::{self, Amount};
use crate::dictionary;
use crate::fiscal;
use crate::language::{Language, Languages};
use crate::lexical::Lexical;
use crate::prefix;
use crate::spelling::{self, Reading};
use crate::synonyms::{Expansion, Synonyms};
use crate::text::{self, Stem, Word};

/// What an expansion counts, against 1 for a word that was typed.
const EXPANSION_WEIGHT: f32 = 0.4;

/// What a word counts that stands for several, against 1 for all of these together: LOI, where *letter
/// of intent* was typed.
const ABBREVIATION_WEIGHT: f32 = 0.8;

/// What another spelling of an amount counts: it is the same amount, as likely as not.
const AMOUNT_WEIGHT: f32 = 0.8;

/// Words beside an amount that say little of it, as terms, and what is left of their weight.
const CURRENCIES: [&str; 4] = ["dollar", "usd", "euro", "eur"];
const CURRENCY_WEIGHT: f32 = 0.2;

/// What is left of the weight of a letter or a digit beside words: the *c* of a formula says little,
/// the *B* of Schedule B stands beside that.
const LETTER_WEIGHT: f32 = 0.3;

/// With so many different words a query is as broad as it gets.
const BROAD: f32 = 12.0;

/// A term with the weight it has in a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryTerm {
    pub(crate) term: String,
    pub(crate) weight: f32,
    /// Of which documents it speaks: a language may know another word by the same term.
    pub(crate) languages: Languages,
    /// Where there are any, it counts only in passages that have the terms of one of these in a row:
    /// words of a wording that say little each alone ([`crate::wordings`]).
    pub(crate) beside: Vec<Vec<String>>,
    /// Which of the words that were typed it is. Languages know a word by several terms.
    word: Option<usize>,
}

impl QueryTerm {
    /// One of whatever language, beside the words that were typed.
    pub(crate) fn new(term: impl Into<String>, weight: f32) -> Self {
        Self {
            term: term.into(),
            weight,
            languages: Languages::ALL,
            beside: Vec::new(),
            word: None,
        }
    }

    /// What some languages know a word by that was not typed.
    pub(crate) fn of_stem(stem: Stem, weight: f32) -> Self {
        Self {
            languages: stem.languages,
            ..Self::new(stem.term, weight)
        }
    }

    /// Has it count beside these, too; wherever it is, where there are none.
    fn allow(&mut self, beside: &[Vec<String>]) {
        if beside.is_empty() || self.beside.is_empty() {
            self.beside.clear();
        } else {
            self.beside.extend_from_slice(beside);
        }
    }
}

/// A wording that stands for one that was typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Synonym {
    pub(crate) typed: String,
    pub(crate) wording: String,
    pub(crate) terms: Vec<String>,
}

/// One word that stands for several which were typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Abbreviation {
    pub(crate) term: String,
    /// What it stands for.
    pub(crate) typed: Vec<String>,
}

impl Abbreviation {
    /// None where it is several words, or may be a word by itself, for in the index all letters are
    /// small: Ed is a person, and sow what gardeners do.
    fn of(expansion: &Expansion<'_>) -> Option<Self> {
        let ([term], [_, _, ..]) = (expansion.terms, expansion.typed_terms) else {
            return None;
        };
        let written = text::without_plural(expansion.wording);
        let capitals = written.chars().filter(|c| c.is_uppercase()).count();
        if capitals > 1 && dictionary::may_be_english(&text::fold(written)) {
            return None;
        }
        Some(Self {
            term: term.clone(),
            typed: expansion.typed_terms.to_vec(),
        })
    }
}

/// A query that can be scored.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Query {
    /// Each term once, typed ones first, in the order typed.
    pub(crate) terms: Vec<QueryTerm>,
    /// How many different words were typed.
    words: usize,
    /// How many of the terms are theirs: a word may be several terms, one for each language.
    typed: usize,
    /// Passages have added their words.
    is_broadened: bool,
    /// Words that nothing has, or hardly anything, and those that may have been meant.
    pub(crate) readings: Vec<Reading>,
    /// What may stand in place of wordings that were typed.
    pub(crate) synonyms: Vec<Synonym>,
    /// Those of them that are one word for several.
    pub(crate) abbreviations: Vec<Abbreviation>,
}

impl Query {
    /// Reads a query to an archive of these languages. A word typed twice counts twice; one that
    /// several languages know by different terms counts as each.
    pub(crate) fn parse(text: &str, synonyms: &Synonyms, languages: &[Language]) -> Self {
        let typed = terms(text);
        let words = text::words(text, languages);
        let counted = counted(&words);
        let first_stems = words.iter().filter_map(|word| word.stems.first());
        let different: HashSet<&str> = first_stems.map(|stem| stem.term.as_str()).collect();
        let mut query = Self {
            words: different.len(),
            typed: counted.len(),
            terms: counted,
            is_broadened: false,
            readings: Vec::new(),
            synonyms: Vec::new(),
            abbreviations: Vec::new(),
        };
        query.weaken_letters();
        for terms in synonyms.typed(text, &typed) {
            query.keep_together(terms);
        }
        for expansion in synonyms.of(text, &typed) {
            query.expand(expansion);
        }
        for wording in fiscal::years(&typed) {
            query.add_spelling(&wording);
        }
        let amounts = amounts::amounts(text);
        for amount in &amounts {
            query.take_amount(amount, &typed);
        }
        if !amounts.is_empty() {
            query.weaken_currencies();
        }
        query
    }

    /// The query, which was read from this text, without what languages know a word by that their
    /// passages never have, where those of another language have it as it was typed: with an
    /// English *camp* there is no Spanish *campo*.
    pub(crate) fn without_strangers(
        mut self,
        text: &str,
        lexical: &Lexical,
        languages: &[Language],
    ) -> Self {
        if languages.len() < 2 {
            return self;
        }
        let mut writers: HashMap<String, Languages> = HashMap::new();
        for word in text::words(text, languages) {
            let of_word = lexical.spellings().writers(&text[word.range], languages);
            for stem in word.stems {
                let known = writers.entry(stem.term).or_insert(Languages::NONE);
                *known = known.with(of_word.common(stem.languages));
            }
        }
        let mut typed: Vec<QueryTerm> = self.terms.drain(..self.typed).collect();
        typed.retain_mut(|term| {
            let writers = writers.get(&term.term).copied();
            term.languages = term.languages.common(writers.unwrap_or(Languages::ALL));
            term.languages != Languages::NONE
        });
        self.typed = typed.len();
        self.terms.splice(..0, typed);
        self
    }

    /// The query, which was read from this text, with what an index makes of it: a word that the
    /// index does not know may be a known one, misspelt, and a word that ends in `*` stands for
    /// all that begin so.
    pub(crate) fn fitted(
        mut self,
        text: &str,
        lexical: &Lexical,
        synonyms: &Synonyms,
        languages: &[Language],
    ) -> Self {
        self.take_accented(text, lexical, languages);
        self.share_rarity(lexical);
        self.weigh_abbreviations(lexical);
        let (whole, beginnings) = prefix::split(text);
        for term in prefix::terms(lexical, &beginnings, languages) {
            self.add(term);
        }
        self.readings = spelling::readings(lexical, synonyms, &whole, languages);
        let readings = self.readings.clone().into_iter();
        for term in readings.flat_map(|reading| reading.terms) {
            self.add(term);
        }
        self
    }

    /// Has words count with the accents that they were typed without.
    fn take_accented(&mut self, text: &str, lexical: &Lexical, languages: &[Language]) {
        for (number, word) in text::words(text, languages).into_iter().enumerate() {
            let typed = text::fold(&text[word.range]);
            let accented = lexical.spellings().accented(&typed);
            let words = accented.flat_map(|spelling| text::words(spelling, languages));
            for stem in words.flat_map(|word| word.stems) {
                match self.terms.iter_mut().find(|known| known.term == stem.term) {
                    Some(known) => known.languages = known.languages.with(stem.languages),
                    None => self.terms.push(QueryTerm {
                        word: Some(number),
                        ..QueryTerm::of_stem(stem, 1.0)
                    }),
                }
            }
        }
    }

    /// Has parts of a wording that was typed count only beside its other words, where they say
    /// nothing alone: the letters and digits of 501(c)(3), and both halves of non-profit.
    fn keep_together(&mut self, terms: &[String]) {
        let is_negation = terms.first().is_some_and(|first| first == "non");
        let says_nothing = |term: &&mut QueryTerm| {
            (is_negation || term.term.len() == 1) && terms.contains(&term.term)
        };
        if terms.len() > 1 {
            for term in self.terms.iter_mut().filter(says_nothing) {
                term.beside.push(terms.to_vec());
            }
        }
    }

    /// Takes in a wording that stands for one that was typed.
    fn expand(&mut self, expansion: Expansion<'_>) {
        self.abbreviations.extend(Abbreviation::of(&expansion));
        let Expansion {
            typed,
            wording,
            terms,
            ..
        } = expansion;
        self.add_wording(terms, EXPANSION_WEIGHT);
        self.synonyms.push(Synonym {
            typed: typed.to_owned(),
            wording: wording.to_owned(),
            terms: terms.to_vec(),
        });
    }

    /// Takes in the ways in which an amount may be written. Neither the `1.2` nor the `million` of
    /// 1.2 million says anything alone, even if they were typed.
    fn take_amount(&mut self, amount: &Amount, typed: &[String]) {
        let wordings = || amount.spellings.iter().filter(|terms| terms.len() > 1);
        let in_a_row = |terms: &&Vec<String>| typed.windows(terms.len()).any(|row| row == *terms);
        let written: Vec<&String> = wordings().filter(in_a_row).flatten().collect();
        for term in &mut self.terms[..self.typed] {
            if written.contains(&&term.term) {
                let with_it = wordings().filter(|terms| terms.contains(&term.term));
                term.beside.extend(with_it.cloned());
            }
        }
        for terms in &amount.spellings {
            self.add_spelling(terms);
        }
    }

    /// Takes in another spelling of an amount or a year: all of its words together are one.
    fn add_spelling(&mut self, terms: &[String]) {
        self.add_wording(terms, AMOUNT_WEIGHT / terms.len().max(1) as f32);
    }

    /// Beside words letters say little.
    fn weaken_letters(&mut self) {
        if self.terms.iter().any(|term| !text::is_letter(&term.term)) {
            let letters = self.terms.iter_mut();
            for letter in letters.filter(|term| text::is_letter(&term.term)) {
                letter.weight *= LETTER_WEIGHT;
            }
        }
    }

    /// Beside an amount *dollars* say little.
    fn weaken_currencies(&mut self) {
        let is_currency = |term: &&mut QueryTerm| CURRENCIES.contains(&term.term.as_str());
        for term in self.terms.iter_mut().filter(is_currency) {
            term.weight *= CURRENCY_WEIGHT;
        }
    }

    /// Takes in words that were not typed. They count where all of them are.
    fn add_wording(&mut self, terms: &[String], weight: f32) {
        let beside = if terms.len() > 1 {
            vec![terms.to_vec()]
        } else {
            Vec::new()
        };
        let typed = self.typed;
        for term in terms {
            let place = self.terms.iter().position(|known| known.term == *term);
            match place {
                Some(place) if place < typed => {}
                Some(place) => self.terms[place].allow(&beside),
                None => self.terms.push(QueryTerm {
                    beside: beside.clone(),
                    ..QueryTerm::new(term, weight)
                }),
            }
        }
    }

    /// Has all terms of a word count as if they were one: it is no rarer for being known by
    /// another term in a language that few documents are in.
    fn share_rarity(&mut self, lexical: &Lexical) {
        let mut holders: HashMap<usize, usize> = HashMap::new();
        for term in &self.terms {
            if let Some(word) = term.word {
                *holders.entry(word).or_default() += lexical.holders(&term.term);
            }
        }
        for term in &mut self.terms {
            if let Some(word) = term.word {
                let all = lexical.rarity_of(holders[&word]);
                term.weight *= all / lexical.rarity(&term.term);
            }
        }
    }

    /// Has a word that stands for several count nearly as much as all of them: else passages come
    /// before it that have one of them.
    fn weigh_abbreviations(&mut self, lexical: &Lexical) {
        let (typed, others) = self.terms.split_at_mut(self.typed);
        for Abbreviation { term, typed: words } in &self.abbreviations {
            // A word that nothing has counts as rare as there is: the abbreviation may be the only
            // way in which anybody says so.
            let worth = |word: &String| {
                let known = typed.iter().find(|known| known.term == *word);
                known.map_or(1.0, |known| known.weight.min(1.0)) * lexical.rarity(word)
            };
            let all: f32 = words.iter().map(worth).sum();
            let weight = ABBREVIATION_WEIGHT * all / lexical.rarity(term);
            for other in others.iter_mut().filter(|other| other.term == *term) {
                other.weight = other.weight.max(weight);
            }
        }
    }

    /// The terms with their weights, as one reads them who does not tell languages apart: of each
    /// word the first that is known, since others may be known for another word.
    pub(crate) fn known_terms(
        &self,
        is_known: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, f32)> {
        let mut words = HashSet::new();
        let terms = self.terms.iter().filter(move |term| {
            let is_first = |word| words.insert(word);
            let says_it_alone = term.beside.is_empty() || term.word.is_some();
            says_it_alone && is_known(&term.term) && term.word.is_none_or(is_first)
        });
        terms.map(|term| (term.term.as_str(), term.weight))
    }

    /// Takes a term in unless it is there already.
    fn add(&mut self, term: QueryTerm) {
        if self.terms.iter().all(|known| known.term != term.term) {
            self.terms.push(term);
        }
    }

    /// How much of a description the query is: 0 for no word, 1 for a dozen
    /// different ones and more, or for a passage.
    pub(crate) fn breadth(&self) -> f32 {
        if self.is_broadened {
            return 1.0;
        }
        (self.words as f32 / BROAD).min(1.0)
    }

    /// The terms that were typed, which come first.
    pub(crate) fn typed(&self) -> &[QueryTerm] {
        &self.terms[..self.typed]
    }

    /// Takes further terms in. They are no words that were typed, but make the query broad.
    pub(crate) fn broaden(&mut self, terms: Vec<QueryTerm>) {
        for term in terms {
            match self.terms.iter_mut().find(|known| known.term == term.term) {
                Some(known) => known.weight += term.weight,
                None => self.terms.push(term),
            }
        }
        self.is_broadened = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// Each term of the words once for the same languages, in the order typed, weighing as much as it
/// was typed times.
fn counted(words: &[Word]) -> Vec<QueryTerm> {
    let mut places: HashMap<(&str, Languages), usize> = HashMap::new();
    let mut counted: Vec<QueryTerm> = Vec::new();
    for (word, stem) in words.iter().enumerate().flat_map(numbered) {
        match places.entry((&stem.term, stem.languages)) {
            Entry::Occupied(place) => counted[*place.get()].weight += 1.0,
            Entry::Vacant(place) => {
                place.insert(counted.len());
                counted.push(QueryTerm {
                    word: Some(word),
                    languages: stem.languages,
                    ..QueryTerm::new(&stem.term, 1.0)
                });
            }
        }
    }
    counted
}

/// The stems of a word, each with the word's number.
fn numbered((number, word): (usize, &Word)) -> impl Iterator<Item = (usize, &Stem)> {
    word.stems.iter().map(move |stem| (number, stem))
}

fn terms(text: &str) -> Vec<String> {
    let tokens = text::tokens(text, Language::English).into_iter();
    tokens.map(|token| token.term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(text: &str) -> Vec<(String, f32)> {
        Query::parse(text, &Synonyms::default(), &[Language::English])
            .terms
            .into_iter()
            .map(|t| (t.term, t.weight))
            .collect()
    }

    fn weight_of(text: &str, term: &str) -> Option<f32> {
        weights(text)
            .into_iter()
            .find(|(t, _)| t == term)
            .map(|(_, w)| w)
    }

    #[test]
    fn a_word_typed_twice_counts_twice() {
        assert_eq!(
            weights("Reading  coaches, reading\nplans"),
            [
                ("read".into(), 2.0),
                ("coach".into(), 1.0),
                ("plan".into(), 1.0)
            ]
        );
    }

    #[test]
    fn letters_say_little_beside_words() {
        assert_eq!(weight_of("Schedule B", "b"), Some(LETTER_WEIGHT));
        assert_eq!(weight_of("Schedule B", "schedul"), Some(1.0));
        assert_eq!(weight_of("B", "b"), Some(1.0), "there is nothing else");
    }

    #[test]
    fn abbreviations_bring_their_words_at_less_weight() {
        assert_eq!(
            weight_of("our loi to the Maple Fund", "letter"),
            Some(EXPANSION_WEIGHT)
        );
        assert_eq!(weight_of("MOU letters", "letter"), Some(1.0));
        assert_eq!(
            weight_of("MOU letters", "memorandum"),
            Some(EXPANSION_WEIGHT)
        );
    }

    #[test]
    fn breadth_counts_different_typed_words() {
        let breadth =
            |text| Query::parse(text, &Synonyms::default(), &[Language::English]).breadth();
        assert!((breadth("LOI") - 1.0 / BROAD).abs() < 1e-6);
        assert!((breadth("reading reads books") - 2.0 / BROAD).abs() < 1e-6);
        assert!(
            (breadth(&"abcdefghijklmnop".split("").collect::<Vec<_>>().join(" ")) - 1.0).abs()
                < 1e-6
        );
    }

    #[test]
    fn typed_terms_are_told_from_those_that_stand_for_them() {
        let languages = [Language::English, Language::Spanish];
        let query = Query::parse("LOI niños $45k", &Synonyms::default(), &languages);
        let typed: Vec<&str> = query.typed().iter().map(|t| t.term.as_str()).collect();
        assert_eq!(typed, ["loi", "nino", "nin", "45k"]);
        assert!(query.terms.len() > typed.len());
    }

    #[test]
    fn nothing_to_look_for() {
        assert!(
            Query::parse("  what is it? ", &Synonyms::default(), &[Language::English]).is_empty()
        );
    }
}
