//! Words whose full stop need not end a sentence.

/// What a full stop after a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The word is ordinary: the stop ends the sentence.
    Sentence,
    /// The word is never the last of a sentence.
    Abbreviation,
    /// An abbreviation in front of a number ("No. 5"), a word elsewhere ("No.").
    BeforeNumber,
    /// It may end a sentence ("… in the U.S."): the next word decides.
    Either,
}

/// Never the last word of a sentence: titles, and words that introduce something.
const INTRODUCING: &[&str] = &[
    "al", "approx", "asst", "capt", "cf", "col", "dept", "dr", "e.g", "eg", "gen", "gov", "hon",
    "i.e", "ie", "incl", "lt", "messrs", "mr", "mrs", "ms", "mt", "mx", "prof", "rep", "rev",
    "sen", "sgt", "supt", "viz", "vs",
];

/// Followed by a number when they are abbreviations. Single letters ("p. 5", "v. Board")
/// are initials.
const BEFORE_NUMBER: &[&str] = &[
    "app", "art", "ca", "ch", "chap", "cl", "ed", "eq", "exh", "ext", "fig", "figs", "no", "nos",
    "par", "para", "pp", "pt", "ref", "sec", "sect", "tab", "tel", "vol", "vols",
];

/// May stand at the end of a sentence or inside it.
const ANYWHERE: &[&str] = &[
    "apr", "assn", "assoc", "aug", "ave", "avg", "bldg", "blvd", "bros", "co", "corp", "dec",
    "dist", "div", "esq", "est", "etc", "feb", "fri", "ft", "hrs", "inc", "jan", "jr", "jul",
    "jun", "ln", "ltd", "mar", "max", "min", "mon", "nov", "oct", "ph.d", "phd", "rd", "sat",
    "sep", "sept", "sr", "st", "ste", "sun", "thu", "thurs", "tue", "tues", "univ", "wed",
];

/// Words that begin sentences far more often than they follow an abbreviation.
const STARTERS: &[&str] = &[
    "a",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "as",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "children",
    "during",
    "each",
    "every",
    "families",
    "finally",
    "first",
    "for",
    "from",
    "he",
    "her",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "it",
    "its",
    "many",
    "more",
    "most",
    "my",
    "no",
    "not",
    "of",
    "on",
    "once",
    "one",
    "or",
    "other",
    "our",
    "over",
    "participants",
    "please",
    "several",
    "she",
    "since",
    "so",
    "some",
    "staff",
    "students",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "thus",
    "to",
    "today",
    "two",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "while",
    "who",
    "with",
    "without",
    "you",
    "your",
];

/// What the full stop after `word` (given without it) means.
pub(super) fn stop_after(word: &str) -> Stop {
    let lower = word.to_lowercase();
    let is_in = |list: &[&str]| list.binary_search(&lower.as_str()).is_ok();
    match () {
        () if is_in(INTRODUCING) => Stop::Abbreviation,
        () if is_in(BEFORE_NUMBER) => Stop::BeforeNumber,
        () if is_in(ANYWHERE) || is_initials(word) => Stop::Either,
        () => Stop::Sentence,
    }
}

/// Whether a word is a common beginning of sentences. Only a capital tells: "inc. the"
/// never gets here.
pub(super) fn starts_sentences(word: &str) -> bool {
    let lower = word
        .trim_matches(|c: char| !c.is_alphabetic())
        .to_lowercase();
    STARTERS.binary_search(&lower.as_str()).is_ok()
}

/// `J`, `U.S`, `a.m`, `J.R.R`: single letters between stops.
fn is_initials(word: &str) -> bool {
    !word.is_empty()
        && word.split('.').all(|part| {
            let mut chars = part.chars();
            chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        for list in [INTRODUCING, BEFORE_NUMBER, ANYWHERE, STARTERS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn initials_are_single_letters() {
        assert!(is_initials("U.S") && is_initials("J") && is_initials("a.m"));
        assert!(!is_initials("e.coli") && !is_initials("") && !is_initials("2.0"));
    }
}
