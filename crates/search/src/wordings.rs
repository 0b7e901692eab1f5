//! Words that count beside each other: those of a wording that stands for what was typed, and parts
//! of what was typed that say nothing alone (501(c)(3), 1.2 million). In a row they say what it says;
//! scattered over a passage they say nothing.

use std::collections::HashMap;

use crate::archive::Passage;
use crate::index::Index;
use crate::language::Language;
use crate::query::QueryTerm;
use crate::rank;
use crate::text::{self, Token, Wording};

/// Where the words of a wording stand is looked up in so many of the passages that have them all.
const LOOKED_AT: usize = 1000;

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
    if holders.is_empty() {
        return scores;
    }
    let count = |holders: &HashMap<&Wording, Vec<u32>>, scores: &mut [f32]| {
        for term in beside() {
            let slots = union(term.beside.iter().map(|wording| &holders[wording]));
            lexical.count(term, &slots, admitted, scores);
        }
    };
    let mut at_best = scores.clone();
    count(&holders, &mut at_best);
    for (wording, slots) in &mut holders {
        slots.retain(|&slot| at_best[slot as usize] > 0.0);
        keep_best(index, slots, &at_best);
        slots.retain(|&slot| stands_in(index.archive.passage(slot), wording));
    }
    count(&holders, &mut scores);
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

/// Whether these terms are those of a wording. Those of a list may come in another order: *equity,
/// diversity and inclusion*; two words say something else then.
pub(crate) fn are_those(found: &[&str], wording: &[String]) -> bool {
    let in_order = found.iter().eq(wording);
    let are_same = || {
        let mut wanted = wording.iter();
        let mut had = found.iter();
        wanted.all(|term| found.contains(&term.as_str()))
            && had.all(|term| wording.iter().any(|wanted| wanted == term))
    };
    in_order || found.len() == wording.len() && wording.len() > 2 && are_same()
}

/// Whether these terms stand in a row in a field of the passage, but for words that say nothing.
fn stands_in(passage: &Passage, wording: &[String]) -> bool {
    let text = passage.text.text();
    let heading = passage.heading.as_deref().unwrap_or_default();
    let mut fields = [&*text, heading, &passage.title, &passage.tags].into_iter();
    fields.any(|field| has_in_a_row(field, wording, passage.language))
}

fn has_in_a_row(field: &str, wording: &[String], language: Language) -> bool {
    let is_row = |terms: &[Token]| {
        let terms: Vec<&str> = terms.iter().map(|token| token.term.as_str()).collect();
        are_those(&terms, wording)
    };
    // Stemmers of other languages may take letters from the beginning, too.
    let letters: Option<Vec<&str>> = wording.iter().map(|term| kept_letters(term)).collect();
    let Some(letters) = letters.filter(|_| language == Language::English) else {
        let tokens = text::tokens(field, language);
        return tokens.windows(wording.len().max(1)).any(is_row);
    };
    let reads_on = |at: usize| {
        let tokens = text::each_token(&field[at..], language);
        is_row(&tokens.take(wording.len()).collect::<Vec<_>>())
    };
    let starts = if letters.len() > 2 { letters.len() } else { 1 };
    letters.into_iter().take(starts).any(|letters| {
        text::beginnings(field, letters).any(reads_on) || folded(field, letters.len()).any(reads_on)
    })
}

/// What an English word has in common with its term, as far as it is written without accents: a
/// stem's last letter may be another (*agencies* is `agenc`, *community* `communiti`), and a number
/// may be written with gaps. `None` for terms in other letters.
fn kept_letters(term: &str) -> Option<&str> {
    let is_number = term.starts_with(|c: char| c.is_ascii_digit());
    let kept = if is_number { 1 } else { term.len().max(2) - 1 };
    term.get(..kept).filter(|letters| letters.is_ascii())
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
pub(crate) mod tests {
    use archivist_domain::{DocumentId, PassageId};
    use uuid::Uuid;

    use super::*;
    use crate::records::{DocumentRecord, Facets, PassageRecord};
    use archivist_domain::DocType;

    /// English documents of a passage each, in this order.
    pub(crate) fn index(texts: &[&str]) -> Index {
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
        let texts = ["tax exempt", "tax", "exempt rent", "rent tax exempt"];
        let found = |wordings: &[&str]| -> Vec<bool> {
            let scores = scores(&texts, "tax", wordings).into_iter();
            scores.map(|score| score > 0.0).collect()
        };
        assert_eq!(found(&[]), [true, true, false, true]);
        assert_eq!(found(&["tax exempt"]), [true, false, false, true]);
        assert_eq!(found(&["tax exempt rent"]), [false, false, false, true]);
        assert_eq!(found(&["exempt tax"]), [false; 4]);
        assert_eq!(found(&["tax soil"]), [false; 4]);
        let either = found(&["tax soil", "tax exempt"]);
        assert_eq!(either, [true, false, false, true]);
    }

    #[test]
    fn words_that_are_scattered_count_nothing() {
        let texts = [
            "Key performance indicators",
            "The key indicates our performance",
        ];
        let found = scores(&texts, "key", &["key perform indic"]);
        assert!(found[0] > 0.0 && found[1] > 0.0, "three in another order");
        let texts = [
            "Key performance indicators",
            "The key performance of Hamlet indicates",
        ];
        let found = scores(&texts, "key", &["key perform indic"]);
        assert!(found[0] > 0.0 && found[1] <= 0.0, "{found:?}");
    }

    #[test]
    fn the_best_of_very_many_are_looked_at() {
        let mut texts = vec!["tax and rent and the exempt, and much else of soil"; LOOKED_AT];
        texts.push("tax exempt");
        let found = scores(&texts, "tax", &["tax exempt"]);
        assert_eq!(found.iter().filter(|score| **score > 0.0).count(), 1);
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
            ("equity, diversity, and inclusion", "divers equiti inclus"),
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
            ("request by letter for proposals", "request propos"),
            ("my prerequest proposals", "request propos"),
            ("proposals at our request", "request propos"),
            ("a request", "request propos"),
            ("", "request propos"),
            ("requested", "request propos"),
        ] {
            assert!(!has(field, wording), "{wording} in {field}");
        }
    }
}
