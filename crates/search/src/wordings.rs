//! Words that count beside each other: those of a wording that stands for what was typed, and parts
//! of what was typed that say nothing alone (501(c)(3), 1.2 million). In a row they say what it says;
//! scattered over a passage they say little.

use std::collections::HashMap;

use memchr::memchr2_iter;

use crate::archive::Passage;
use crate::index::Index;
use crate::language::Language;
use crate::query::QueryTerm;
use crate::rank;
use crate::text;

/// What the words of a wording count in a passage that has them, but not in a row.
const SCATTERED: f32 = 0.25;

/// Where the words of a wording stand is looked up in so many of the passages that have them all.
const LOOKED_AT: usize = 1000;

/// The words of a wording, as terms.
type Wording = Vec<String>;

/// The BM25 score of every slot, 0 where nothing matches or where `admitted` is 0.
pub(crate) fn score(index: &Index, query: &[QueryTerm], admitted: &[f32]) -> Vec<f32> {
    let lexical = &index.lexical;
    let beside = || query.iter().filter(|term| !term.beside.is_empty());
    let mut scores = lexical.score(query, admitted);
    let mut holders: HashMap<&Wording, Vec<u32>> = HashMap::new();
    for wording in beside().flat_map(|term| &term.beside) {
        let holders = holders.entry(wording);
        holders.or_insert_with(|| lexical.holders_of_all(wording));
    }
    for term in beside() {
        let slots = union(term.beside.iter().map(|wording| &holders[wording]));
        lexical.count(term, SCATTERED, &slots, admitted, &mut scores);
    }
    let mut in_a_row = holders;
    for (wording, slots) in &mut in_a_row {
        slots.retain(|&slot| scores[slot as usize] > 0.0);
        keep_best(index, slots, &scores);
        slots.retain(|&slot| stands_in(index.archive.passage(slot), wording));
    }
    for term in beside() {
        let slots = union(term.beside.iter().map(|wording| &in_a_row[wording]));
        lexical.count(term, 1.0 - SCATTERED, &slots, admitted, &mut scores);
    }
    scores
}

/// Leaves no more than are looked at, by their scores.
fn keep_best(index: &Index, slots: &mut Vec<u32>, scores: &[f32]) {
    if slots.len() > LOOKED_AT {
        let candidates = slots.iter().map(|&slot| (slot, scores[slot as usize]));
        let best = rank::best_of(&index.archive, candidates, LOOKED_AT).into_iter();
        *slots = best.map(|(slot, _)| slot).collect();
    }
}

/// The slots of any of these lists, each once.
fn union<'a>(lists: impl Iterator<Item = &'a Vec<u32>>) -> Vec<u32> {
    let mut slots: Vec<u32> = lists.flatten().copied().collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Whether these terms stand in a row in a field of the passage, but for words that say nothing.
fn stands_in(passage: &Passage, wording: &[String]) -> bool {
    let text = passage.text.text();
    let heading = passage.heading.as_deref().unwrap_or_default();
    let mut fields = [&*text, heading, &passage.title, &passage.tags].into_iter();
    fields.any(|field| has_in_a_row(field, wording, passage.language))
}

fn has_in_a_row(field: &str, wording: &[String], language: Language) -> bool {
    let Some(first) = wording.first() else {
        return false;
    };
    // Stemmers of other languages may take letters from the beginning, too.
    let Some(letters) = kept_letters(first).filter(|_| language == Language::English) else {
        let tokens = text::each_token(field, language);
        let terms: Vec<String> = tokens.map(|token| token.term).collect();
        return terms.windows(wording.len()).any(|row| row == wording);
    };
    let reads_on = |at: usize| {
        let found = text::each_token(&field[at..], language).map(|token| token.term);
        found.take(wording.len()).eq(wording.iter().cloned())
    };
    beginnings(field, letters).any(reads_on) || folded(field, letters.len()).any(reads_on)
}

/// What an English word has in common with its term, as far as it is written without accents: a
/// stem's last letter may be another (*agencies* is `agenc`, *community* `communiti`), and a number
/// may be written with gaps. `None` for terms in other letters.
fn kept_letters(term: &str) -> Option<&str> {
    let is_number = term.starts_with(|c: char| c.is_ascii_digit());
    let kept = if is_number { 1 } else { term.len().max(2) - 1 };
    term.get(..kept).filter(|letters| letters.is_ascii())
}

/// Where words begin in a text with these letters.
fn beginnings<'a>(field: &'a str, letters: &'a str) -> impl Iterator<Item = usize> + 'a {
    let (bytes, letters) = (field.as_bytes(), letters.as_bytes());
    let first = letters[0];
    let is_it = move |at: &usize| {
        let found = bytes.get(*at..at + letters.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(letters))
            && field.is_char_boundary(*at)
            && !field[..*at].ends_with(char::is_alphanumeric)
    };
    memchr2_iter(first, first.to_ascii_uppercase(), bytes).filter(is_it)
}

/// Where words begin in a text that have others than ASCII letters among so many first bytes, and
/// may be read as something else: *É* as an `e`, a curly apostrophe as a plain one.
fn folded(field: &str, bytes: usize) -> impl Iterator<Item = usize> + '_ {
    let mut begin = None;
    field.char_indices().filter_map(move |(at, c)| {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            begin = None;
            return None;
        }
        let start = *begin.get_or_insert(at);
        (!c.is_ascii() && at < start + bytes).then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use archivist_domain::{DocumentId, PassageId};
    use uuid::Uuid;

    use super::*;
    use crate::records::{DocumentRecord, Facets, PassageRecord};
    use archivist_domain::DocType;

    fn index(texts: &[&str]) -> Index {
        let mut index = Index::new();
        for (number, text) in (1..).zip(texts) {
            index.upsert(DocumentRecord {
                id: DocumentId(Uuid::from_u128(number)),
                title: String::new(),
                facets: Facets {
                    doc_type: DocType::Other,
                    year: None,
                    outcome: None,
                    programs: Vec::new(),
                    tags: Vec::new(),
                    funder: None,
                    superseded: false,
                },
                language: Some(Language::English),
                passages: vec![PassageRecord {
                    id: PassageId(Uuid::from_u128(number)),
                    ordinal: 0,
                    heading: None,
                    text: (*text).to_owned(),
                }],
            });
        }
        index
    }

    fn scores(texts: &[&str], word: &str, wordings: &[&str]) -> Vec<f32> {
        let words = |wording: &&str| wording.split(' ').map(str::to_owned).collect();
        let mut term = QueryTerm::new(word, 1.0);
        term.beside = wordings.iter().map(words).collect();
        score(&index(texts), &[term], &vec![1.0; texts.len()])
    }

    #[test]
    fn a_word_of_a_wording_counts_beside_the_others() {
        let texts = ["tax exempt", "tax", "exempt rent", "tax rent exempt"];
        let found = |wordings: &[&str]| -> Vec<bool> {
            let scores = scores(&texts, "tax", wordings).into_iter();
            scores.map(|score| score > 0.0).collect()
        };
        assert_eq!(found(&[]), [true, true, false, true]);
        assert_eq!(found(&["tax exempt"]), [true, false, false, true]);
        assert_eq!(found(&["tax exempt rent"]), [false, false, false, true]);
        assert_eq!(found(&["tax soil"]), [false; 4]);
        let either = found(&["tax soil", "exempt tax"]);
        assert_eq!(either, [true, false, false, true]);
    }

    #[test]
    fn words_that_are_scattered_count_less_than_in_a_row() {
        let texts = [
            "key performance indicators here",
            "key indicators performance here",
        ];
        let found = scores(&texts, "key", &["key perform indic"]);
        assert!((found[1] / found[0] - SCATTERED).abs() < 1e-5, "{found:?}");
        let in_both = scores(&texts, "key", &["key perform indic", "key indic perform"]);
        assert!((in_both[0] - in_both[1]).abs() < 1e-6, "{in_both:?}");
    }

    #[test]
    fn words_stand_in_a_row_but_for_those_that_say_nothing() {
        let has = |field: &str, wording: &str| {
            let wording: Vec<String> = wording.split(' ').map(str::to_owned).collect();
            has_in_a_row(field, &wording, Language::English)
        };
        for (field, wording) in [
            ("Our request for a proposal", "request propos"),
            ("REQUESTS FOR PROPOSALS", "request propos"),
            ("A “request” – for proposals", "request propos"),
            ("low- to moderate-income", "low moder incom"),
            ("Communities of practice", "communiti practic"),
            ("a community’s practice", "communiti practic"),
            ("501(c)(3)", "501 c 3"),
            ("for 1,200 days", "1200 day"),
            ("regular request; request for proposals", "request propos"),
            ("our Éducation plan", "educ plan"),
            ("the O’Brien Fund", "o'brien fund"),
            ("Peña Center", "pena center"),
            ("Запрос на ремонт", "запрос на ремонт"),
        ] {
            assert!(has(field, wording), "{wording} in {field}");
        }
        let row = ["ecol", "maternel"].map(str::to_owned);
        assert!(has_in_a_row("L’école maternelle", &row, Language::French));
        assert!(!has_in_a_row("Maternelle, école", &row, Language::French));
        for (field, wording) in [
            ("proposals at our request", "request propos"),
            ("request by letter for proposals", "request propos"),
            ("my prerequest proposals", "request propos"),
            ("a request", "request propos"),
            ("", "request propos"),
            ("requested", "request propos"),
        ] {
            assert!(!has(field, wording), "{wording} in {field}");
        }
    }
}
