//! BM25 over an inverted index with weighted fields.
//!
//! Scores follow Robertson and Zaragoza, "The Probabilistic Relevance Framework:
//! BM25 and Beyond" (2009), in the form that stays positive:
//! `idf(t) × tf × (k1 + 1) / (tf + k1 × (1 − b + b × length / average))` with
//! `idf(t) = ln(1 + (N − n + 0.5) / (n + 0.5))`. The frequency of a term is the
//! weighted sum over the fields, and so is the length (BM25F with one `b`).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::language::{Language, Languages};
use crate::query::QueryTerm;
use crate::records::PassageText;
use crate::spellings::Spellings;
use crate::text;
use crate::vocabulary::Vocabulary;

const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Frequencies and lengths are counted in quarters of a word, so that sums are
/// exact whatever the order in which passages come and go.
const UNITS_PER_WORD: f32 = 4.0;
const TITLE_UNITS: u32 = 4;
const HEADING_UNITS: u32 = 4;
const TAG_UNITS: u32 = 4;
const TEXT_UNITS: u32 = 4;

/// How often each term occurs in a passage, in units, the sum of all, and how words are spelt.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) units: HashMap<String, u32>,
    pub(crate) length: u32,
    pub(crate) spellings: HashSet<String>,
    /// As which its words are known.
    pub(crate) language: Language,
}

impl Counts {
    /// Counts the terms of all fields, each by its weight.
    pub(crate) fn of(fields: &PassageText<'_>) -> Self {
        let mut counts = Self {
            language: fields.language,
            ..Self::default()
        };
        let heading = fields.heading.unwrap_or_default();
        for (field, units) in [
            (fields.title, TITLE_UNITS),
            (fields.tags, TAG_UNITS),
            (heading, HEADING_UNITS),
            (&*fields.text, TEXT_UNITS),
        ] {
            counts.add(field, units, fields.language);
        }
        counts
    }

    /// The terms with their frequencies in words.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, f32)> {
        self.units
            .iter()
            .map(|(term, &units)| (term.as_str(), units as f32 / UNITS_PER_WORD))
    }

    fn add(&mut self, field: &str, units: u32, language: Language) {
        for token in text::tokens(field, language) {
            // A list of symbols is no long text.
            if !text::is_letter(&token.term) {
                self.length += units;
            }
            *self.units.entry(token.term).or_default() += units;
            self.spellings.insert(token.spelling);
        }
    }
}

/// The passages that hold one term: slots, ascending, and frequencies side by side.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Postings {
    pub(crate) slots: Vec<u32>,
    /// In units; 255 stands for "at least", where BM25 has long been flat.
    pub(crate) units: Vec<u8>,
}

impl Postings {
    fn insert(&mut self, slot: u32, units: u32) {
        let units = u8::try_from(units).unwrap_or(u8::MAX);
        // Passages mostly come in the order of their slots, and long lists lie far apart in memory.
        let at = match self.slots.last() {
            Some(last) if *last > slot => self.slots.partition_point(|&s| s < slot),
            _ => self.slots.len(),
        };
        // Little room to spare: these lists are most of what an index is.
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact(self.slots.len() / 8 + 1);
            self.units.reserve_exact(self.units.len() / 8 + 1);
        }
        self.slots.insert(at, slot);
        self.units.insert(at, units);
    }

    fn remove(&mut self, slot: u32) {
        if let Ok(at) = self.slots.binary_search(&slot) {
            self.slots.remove(at);
            self.units.remove(at);
        }
    }
}

/// The inverted index. Passages are known by their slot. A copy shares terms and postings.
#[derive(Debug, Default, Clone)]
pub(crate) struct Lexical {
    pub(crate) terms: HashMap<Arc<str>, u32>,
    pub(crate) postings: Vec<Arc<Postings>>,
    /// Of the words of all passages here, unless the whole archive's are known.
    pub(crate) spellings: Spellings,
    /// By slot, in units; 0 for an empty slot.
    pub(crate) lengths: Vec<u32>,
    /// By slot.
    pub(crate) languages: Vec<Languages>,
    pub(crate) passages: usize,
    pub(crate) total_length: u64,
    /// Of the whole archive, where these are only some of its passages.
    pub(crate) whole: Option<Arc<Vocabulary>>,
}

/// What a frequency is worth to a term of this gain: `gain × tf / (tf + norm)`.
fn worth(gain: f32, units: f32, norm: f32) -> f32 {
    let tf = units / UNITS_PER_WORD;
    gain * tf / (tf + norm)
}

/// What a term of this gain adds to the score of a passage that holds so many units of it and is
/// so many times as long as the average.
pub(crate) fn share(gain: f32, units: u32, length: f32) -> f32 {
    let most = u32::from(u8::MAX);
    let norm = K1 * (1.0 - B + B * length);
    worth(gain * (K1 + 1.0), units.min(most) as f32, norm)
}

impl Lexical {
    /// For some passages of an archive with these words.
    pub(crate) fn of_part(whole: Arc<Vocabulary>) -> Self {
        Self {
            whole: Some(whole),
            ..Self::default()
        }
    }

    /// Takes a passage in. The slot must be empty.
    pub(crate) fn add(&mut self, slot: u32, counts: &Counts) {
        for (term, &units) in &counts.units {
            let id = self.term_id(term);
            Arc::make_mut(&mut self.postings[id]).insert(slot, units);
        }
        if self.whole.is_none() {
            for spelling in &counts.spellings {
                self.spellings.add(spelling, counts.language);
            }
        }
        let at = slot as usize;
        if self.lengths.len() <= at {
            self.lengths.resize(at + 1, 0);
            self.languages.resize(at + 1, Languages::ALL);
        }
        self.lengths[at] = counts.length;
        self.languages[at] = counts.language.into();
        self.passages += 1;
        self.total_length += u64::from(counts.length);
    }

    /// Takes a passage out again; `counts` must be those it came with.
    pub(crate) fn remove(&mut self, slot: u32, counts: &Counts) {
        for term in counts.units.keys() {
            if let Some(&id) = self.terms.get(term.as_str()) {
                Arc::make_mut(&mut self.postings[id as usize]).remove(slot);
            }
        }
        for spelling in &counts.spellings {
            self.spellings.remove(spelling);
        }
        self.lengths[slot as usize] = 0;
        self.passages -= 1;
        self.total_length -= u64::from(counts.length);
    }

    /// The BM25 score of every slot, 0 where nothing matches or where `admitted`
    /// is 0. Of the terms that count wherever they are; the others are left to [`Self::count`].
    pub(crate) fn score(&self, query: &[QueryTerm], admitted: &[f32]) -> Vec<f32> {
        let mut scores = vec![0.0; admitted.len()];
        for term in query.iter().filter(|term| term.beside.is_empty()) {
            if let Some(postings) = self.find(&term.term) {
                let count = self.counting(term, admitted, &mut scores);
                let found = postings.slots.iter().zip(&postings.units);
                found.for_each(count);
            }
        }
        scores
    }

    /// Adds what a term counts to the scores of those of the slots that hold it.
    pub(crate) fn count(
        &self,
        term: &QueryTerm,
        slots: &[u32],
        admitted: &[f32],
        scores: &mut [f32],
    ) {
        if let Some(postings) = self.find(&term.term) {
            let count = self.counting(term, admitted, scores);
            let places = slots.iter().filter_map(|slot| {
                let place = postings.slots.binary_search(slot).ok()?;
                Some((slot, &postings.units[place]))
            });
            places.for_each(count);
        }
    }

    /// Adds what a term counts to the score of a slot with so many units of it.
    fn counting(
        &self,
        term: &QueryTerm,
        admitted: &[f32],
        scores: &mut [f32],
    ) -> impl FnMut((&u32, &u8)) {
        let gain = term.weight * self.rarity(&term.term) * (K1 + 1.0);
        let per_unit = self.length_factor();
        move |(&slot, &units)| {
            let at = slot as usize;
            if admitted[at] > 0.0 && term.languages.meet(self.languages[at]) {
                let norm = K1 * (1.0 - B) + per_unit * self.lengths[at] as f32;
                scores[at] += worth(gain, f32::from(units), norm);
            }
        }
    }

    /// The slots of the passages that hold each of these terms, ascending; none where there are
    /// no terms.
    pub(crate) fn holders_of_all(&self, terms: &[String]) -> Vec<u32> {
        let postings: Option<Vec<&Postings>> = terms.iter().map(|term| self.find(term)).collect();
        let mut postings = postings.unwrap_or_default();
        postings.sort_by_key(|postings| postings.slots.len());
        let Some((rarest, others)) = postings.split_first() else {
            return Vec::new();
        };
        let mut slots = rarest.slots.clone();
        for other in others {
            slots.retain(|slot| other.slots.binary_search(slot).is_ok());
        }
        slots
    }

    /// By term, what a passage with these counts scores for it when a query's weight and the
    /// term's rarity are 1.
    pub(crate) fn shares<'a>(
        &self,
        counts: &'a Counts,
    ) -> impl Iterator<Item = (&'a str, f32)> + use<'a> {
        let length = self.length_factor() * counts.length as f32 / (K1 * B);
        let units = counts.units.iter();
        units.map(move |(term, &units)| (term.as_str(), share(1.0, units, length)))
    }

    /// How many passages hold a term.
    pub(crate) fn holders(&self, term: &str) -> usize {
        let here = self.find(term).map_or(0, |postings| postings.slots.len());
        let whole = self.whole.as_ref().map_or(0, |whole| whole.holders(term));
        // The archive may have grown since its words were counted.
        here.max(whole)
    }

    /// How words are spelt: in the whole archive where it is known, else here.
    pub(crate) fn spellings(&self) -> &Spellings {
        self.whole
            .as_ref()
            .map_or(&self.spellings, |w| &w.spellings)
    }

    /// Whether a passage holds a term.
    pub(crate) fn holds(&self, term: &str, slot: u32) -> bool {
        let postings = self.find(term);
        postings.is_some_and(|postings| postings.slots.binary_search(&slot).is_ok())
    }

    /// How many words a passage has.
    pub(crate) fn length(&self, slot: u32) -> f32 {
        self.lengths.get(slot as usize).copied().unwrap_or_default() as f32 / UNITS_PER_WORD
    }

    /// How rare a term is: BM25's `idf`.
    pub(crate) fn rarity(&self, term: &str) -> f32 {
        self.rarity_of(self.holders(term))
    }

    /// How rare a word is that so many passages hold.
    pub(crate) fn rarity_of(&self, holders: usize) -> f32 {
        let (passages, _) = self.size();
        let (all, holders) = (passages.max(holders) as f32, holders as f32);
        ((all - holders + 0.5) / (holders + 0.5)).ln_1p()
    }

    /// How many passages there are, and their length together: of the whole archive where it
    /// is known.
    fn size(&self) -> (usize, u64) {
        match &self.whole {
            Some(whole) if whole.passages > 0 => (whole.passages, whole.total_length),
            _ => (self.passages, self.total_length),
        }
    }

    /// `k1 × b / average length`, per unit of length.
    fn length_factor(&self) -> f32 {
        let (passages, length) = self.size();
        K1 * B * passages as f32 / length.max(1) as f32
    }

    fn find(&self, term: &str) -> Option<&Postings> {
        let id = *self.terms.get(term)?;
        Some(&*self.postings[id as usize]).filter(|p| !p.slots.is_empty())
    }

    fn term_id(&mut self, term: &str) -> usize {
        if let Some(&id) = self.terms.get(term) {
            return id as usize;
        }
        let id = self.postings.len();
        let term: Arc<str> = term.into();
        let number = u32::try_from(id).expect("fewer than 2^32 terms");
        self.terms.insert(term, number);
        self.postings.push(Arc::default());
        id
    }
}

#[cfg(test)]
impl Lexical {
    /// The words of passages with these texts, without titles and headings.
    pub(crate) fn of_texts(language: Language, texts: &[&str]) -> Self {
        let mut lexical = Self::default();
        for (slot, text) in (0..).zip(texts) {
            lexical.add(slot, &Counts::of_text(language, text));
        }
        lexical
    }
}

#[cfg(test)]
impl Counts {
    pub(crate) fn of_text(language: Language, text: &str) -> Self {
        Self::of(&PassageText {
            language,
            title: "",
            tags: "",
            heading: None,
            text: text.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(title: &str, heading: Option<&str>, text: &str) -> Counts {
        Counts::of(&PassageText {
            language: Language::English,
            title,
            tags: "",
            heading,
            text: text.into(),
        })
    }

    fn lexical(texts: &[&str]) -> Lexical {
        Lexical::of_texts(Language::English, texts)
    }

    fn query(term: &str) -> Vec<QueryTerm> {
        vec![QueryTerm::new(term, 1.0)]
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() < 1e-4, "{found:?} for {expected:?}");
        }
    }

    #[test]
    fn scores_are_those_of_the_formula() {
        // Worked by hand: idf = ln(1 + 0.5 / 2.5), average length 2.5.
        let lexical = lexical(&["beans soil", "soil soil rent"]);
        assert_close(
            &lexical.score(&query("soil"), &[1.0, 1.0]),
            &[0.198_57, 0.237_34],
        );
        // idf = ln(1 + 1.5 / 1.5)
        assert_close(
            &lexical.score(&query("rent"), &[1.0, 1.0]),
            &[0.0, 0.640_70],
        );
    }

    #[test]
    fn a_query_term_counts_by_its_weight_and_refused_slots_not_at_all() {
        let lexical = lexical(&["beans soil", "soil soil rent"]);
        let half = [QueryTerm::new("soil", 0.5)];
        assert_close(&lexical.score(&half, &[1.0, 0.0]), &[0.099_28, 0.0]);
        assert_close(&lexical.score(&query("unknown"), &[1.0, 1.0]), &[0.0, 0.0]);
    }

    #[test]
    fn all_fields_count() {
        let counts = counts("Garden plan", Some("Budget"), "Beans in the garden.");
        let garden = counts.words().find(|(term, _)| *term == "garden");
        assert_eq!(garden, Some(("garden", 2.0)));
        assert_eq!(counts.length, 5 * TEXT_UNITS);
    }

    #[test]
    fn what_was_removed_leaves_no_trace_in_scores() {
        let mut used = lexical(&["beans soil", "soil soil rent", "rent rent rent beans"]);
        used.remove(2, &counts("", None, "rent rent rent beans"));
        let fresh = lexical(&["beans soil", "soil soil rent"]);
        for term in ["beans", "bean", "soil", "rent"] {
            let scores = used.score(&query(term), &[1.0; 3]);
            assert_eq!(scores[..2], fresh.score(&query(term), &[1.0; 2]), "{term}");
            assert_close(&scores[2..], &[0.0]);
        }
    }

    #[test]
    fn very_frequent_words_are_counted_up_to_a_bound() {
        let lexical = lexical(&[&"beans ".repeat(1000), "beans"]);
        let scores = lexical.score(&query("bean"), &[1.0, 1.0]);
        assert!(
            scores.iter().all(|s| s.is_finite() && *s > 0.0),
            "{scores:?}"
        );
    }
}
