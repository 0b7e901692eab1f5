//! From text to terms: words with their places, folded and stemmed.

use std::ops::Range;

use memchr::memchr2_iter;
use snowball_stemmers_rs::Stemmer;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

use crate::language::{Language, Languages};

/// Longer "words" are encoded data or broken extraction, never searched for.
const MAX_WORD_BYTES: usize = 64;

/// A word of a text that can be searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The folded stem: what the index knows the word by.
    pub(crate) term: String,
    /// The word as it is written, in small letters.
    pub(crate) spelling: String,
    /// Where the word stands, in bytes of the text.
    pub(crate) range: Range<usize>,
}

/// The searchable words of a text in this language, in order.
pub(crate) fn tokens(text: &str, language: Language) -> Vec<Token> {
    each_token(text, language).collect()
}

/// The same, read no further than they are asked for.
pub(crate) fn each_token(text: &str, language: Language) -> impl Iterator<Item = Token> {
    each_token_of(text, language, |_| true)
}

/// The same of such words alone; what is not looked at is not stemmed, which takes the most time.
pub(crate) fn each_token_of(
    text: &str,
    language: Language,
    is_such: impl Fn(&str) -> bool,
) -> impl Iterator<Item = Token> {
    let stemmer = Stemmer::create(language.algorithm());
    let words = split(text).filter(move |(_, word)| word.len() <= MAX_WORD_BYTES && is_such(word));
    words.filter_map(move |(start, word)| {
        let (spelling, term) = read(word, language, &stemmer)?;
        let range = start..start + word.len();
        Some(Token {
            term,
            spelling,
            range,
        })
    })
}

/// What joins words to one by Unicode's rules, and for people does not: `Funder:Maple`,
/// `annual_report`.
const JOINTS: [char; 2] = [':', '_'];

/// The words of a text as they are written, each with its place.
pub(crate) fn split(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let words = text.unicode_word_indices();
    words.flat_map(|(start, word)| {
        let parts = word.split(JOINTS).filter(|part| !part.is_empty());
        // A part borrows from the word.
        parts.map(move |part| (start + part.as_ptr().addr() - word.as_ptr().addr(), part))
    })
}

/// How a word is spelt and what it is known by, unless it says nothing. English is folded first, as
/// it is often typed without its few accents; the stemmers of other languages look at theirs.
fn read(word: &str, language: Language, stemmer: &Stemmer) -> Option<(String, String)> {
    let spelling = spelling(word, language);
    if language == Language::English {
        let says_something = !is_stop_word(&spelling);
        let term = stemmer.stem(&spelling).into_owned();
        return says_something.then_some((spelling, term));
    }
    if language.passes_over(&spelling) {
        return None;
    }
    let term = fold(&stemmer.stem(&spelling));
    Some((spelling, term))
}

/// A word as a language keeps it before it is stemmed.
pub(crate) fn spelling(word: &str, language: Language) -> String {
    if language == Language::English {
        fold(without_plural(word))
    } else {
        lowered(word)
    }
}

/// A word in small letters, with its accents. With a plain apostrophe stemmers know what is left out
/// before a vowel: *l’école*.
fn lowered(word: &str) -> String {
    let word = word.to_lowercase().replace(is_unseen, "");
    word.replace('\u{2019}', "'")
}

/// The words of a text in small letters, with their accents.
pub(crate) fn lowered_words(text: &str) -> impl Iterator<Item = String> {
    split(text).map(|(_, word)| lowered(word))
}

/// An abbreviation in capitals without the `s` of its plural, which stemmers do not know: `RFPs`.
pub(crate) fn without_plural(word: &str) -> &str {
    let single = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
    let single = single.or_else(|| word.strip_suffix('s'));
    let is_abbreviation =
        |single: &&str| single.len() > 1 && single.bytes().all(|byte| byte.is_ascii_uppercase());
    single.filter(is_abbreviation).unwrap_or(word)
}

/// What some of the languages know a word by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stem {
    pub(crate) term: String,
    pub(crate) languages: Languages,
}

/// A word of a search, which may be of several languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// What the languages know it by, each once; the first language's comes first.
    pub(crate) stems: Vec<Stem>,
    /// Where the word stands, in bytes of the text.
    pub(crate) range: Range<usize>,
}

impl Word {
    fn add(&mut self, stem: Stem) {
        match self.stems.iter_mut().find(|known| known.term == stem.term) {
            Some(known) => known.languages = known.languages.with(stem.languages),
            None => self.stems.push(stem),
        }
    }
}

/// The words of a search in an archive of these languages, in order: those that say something
/// in one of them and in the language that it is typed in, which is English where it is not told.
pub(crate) fn words(text: &str, languages: &[Language]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let typed = Language::typed(text, languages).unwrap_or_default();
    let says_nothing = |range: &Range<usize>| typed.passes_over(&lowered(&text[range.clone()]));
    for &language in languages {
        let languages = language.into();
        for Token { term, range, .. } in tokens(text, language) {
            let stem = Stem { term, languages };
            match words.iter_mut().find(|word| word.range == range) {
                Some(word) => word.add(stem),
                None if says_nothing(&range) => {}
                None => words.push(Word {
                    stems: vec![stem],
                    range,
                }),
            }
        }
    }
    words.sort_by_key(|word| word.range.start);
    words
}

/// Where words begin in a text with these ASCII letters, whatever their case.
pub(crate) fn beginnings<'a>(text: &'a str, letters: &'a str) -> impl Iterator<Item = usize> + 'a {
    let (bytes, letters) = (text.as_bytes(), letters.as_bytes());
    let first = letters.first().copied();
    let places = first.map(|first| {
        let [lower, upper] = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
        memchr2_iter(lower, upper, bytes)
    });
    let is_it = move |at: &usize| {
        let found = bytes.get(*at..at + letters.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(letters))
            && !text[..*at].ends_with(char::is_alphanumeric)
    };
    places.into_iter().flatten().filter(is_it)
}

/// What some folded words begin with, to pass over the many that begin otherwise.
#[derive(Debug)]
pub(crate) struct FirstBytes([bool; 256]);

impl FirstBytes {
    pub(crate) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut bytes = [false; 256];
        for byte in words.filter_map(|word| word.bytes().next()) {
            bytes[usize::from(byte)] = true;
            bytes[usize::from(byte.to_ascii_uppercase())] = true;
        }
        Self(bytes)
    }

    /// Whether a word begins like one of them that is folded, or has ASCII letters alone.
    pub(crate) fn may_begin(&self, word: &[u8]) -> bool {
        word.first().is_some_and(|&byte| self.0[usize::from(byte)])
    }
}

/// Every word of a text as it is written, folded but not stemmed, in order.
pub(crate) fn wording(text: &str) -> Vec<String> {
    split(text).map(|(_, word)| fold(word)).collect()
}

/// Words in a row, as a table of them has them.
pub(crate) type Wording = Vec<String>;

/// Says of which of the words a wording is, wherever it stands among them.
pub(crate) fn cover(words: &[String], wording: &[String], covered: &mut [bool]) {
    if wording.is_empty() {
        return;
    }
    for at in 0..(words.len() + 1).saturating_sub(wording.len()) {
        if words[at..].starts_with(wording) {
            covered[at..at + wording.len()].fill(true);
        }
    }
}

/// Whether one of the wordings stands among words.
pub(crate) fn stands_among(wordings: &[Wording], words: &[String]) -> bool {
    let stands = |wording: &Wording| words.windows(wording.len()).any(|row| row == *wording);
    wordings.iter().any(stands)
}

/// One spelling for words that people take for the same: lower case, no
/// accents, a plain apostrophe, nothing unseen, no thousands separators and no cents in numbers.
pub(crate) fn fold(word: &str) -> String {
    let folded = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        word.to_lowercase()
            .nfkd()
            .filter(|c| !is_combining_mark(*c) && !is_unseen(*c))
            .map(|c| if c == '\u{2019}' { '\'' } else { c })
            .collect()
    };
    if folded.starts_with(|c: char| c.is_ascii_digit()) {
        return plain_number(folded);
    }
    folded
}

/// One spelling for names that people take for the same, as tags and funders have them: hyphens are
/// spaces.
pub(crate) fn fold_name(name: &str) -> String {
    let folded = fold(name.trim());
    if folded.contains(['-', '_']) {
        return folded.replace(['-', '_'], " ");
    }
    folded
}

/// A number without what stands between its thousands, and without cents where it has thousands:
/// `1,051,948.87` and `1.051.948,87` are `1051948`.
fn plain_number(word: String) -> String {
    let mut number = word;
    let has_cents = |rest: &str| rest.len() == 2 && rest.bytes().all(|b| b.is_ascii_digit());
    let is_grouped = |whole: &str, gap: char| {
        let mut groups = whole.split(gap);
        let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
        groups
            .next()
            .is_some_and(|first| (1..=3).contains(&first.len()) && digits(first))
            && groups.all(|group| group.len() == 3 && digits(group))
    };
    // As it is written where a comma stands before the cents.
    let (whole, cents) = number.split_once(',').unwrap_or((&number, ""));
    let by_points = whole.contains('.') && is_grouped(whole, '.');
    if by_points && (has_cents(cents) || cents.is_empty() && whole.matches('.').count() > 1) {
        return whole.replace('.', "");
    }
    number.retain(|c| c != ',');
    match number.split_once('.') {
        Some((whole, cents)) if whole.len() > 3 && has_cents(cents) => whole.to_owned(),
        _ => number,
    }
}

/// Soft hyphens, and what joins letters or keeps them apart without a mark: they come along when
/// text is copied from a page.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

/// Whether a term is a letter or a digit of ASCII alone: of a list, a formula, a grade.
pub(crate) const fn is_letter(term: &str) -> bool {
    term.len() == 1
}

/// Whether a folded word is too common in English to say what a text is about.
pub(crate) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

/// Function words only, ascending. No nouns, no verbs of content, no numbers:
/// in an archive of one organization those may be what is looked for.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "between", "both", "but", "by", "can", "could", "did",
    "do", "does", "doing", "during", "each", "either", "for", "from", "further", "had", "has",
    "have", "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into",
    "is", "it", "it's", "its", "itself", "may", "me", "might", "more", "most", "must", "my",
    "neither", "nor", "not", "of", "on", "only", "or", "other", "our", "ours", "out", "over",
    "own", "same", "shall", "she", "should", "so", "some", "such", "than", "that", "the", "their",
    "theirs", "them", "then", "there", "these", "they", "this", "those", "through", "thus", "to",
    "too", "under", "until", "up", "upon", "us", "very", "was", "we", "were", "what", "when",
    "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with", "within",
    "would", "you", "your", "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        tokens(text, Language::English)
            .into_iter()
            .map(|t| t.term)
            .collect()
    }

    #[test]
    fn words_are_folded_and_stemmed() {
        assert_eq!(terms("Coaches COACHING the coach's"), ["coach"; 3]);
        assert_eq!(terms("Peña’s café"), ["pena", "cafe"]);
        assert_eq!(terms("$45,000 in 2024"), ["45000", "2024"]);
        assert_eq!(terms("full-time"), ["full", "time"]);
    }

    #[test]
    fn a_colon_and_a_low_line_join_no_words() {
        assert_eq!(terms("author:Rivera"), ["author", "rivera"]);
        assert_eq!(
            terms("annual_report_2023.pdf"),
            ["annual", "report", "2023", "pdf"]
        );
        assert_eq!(terms("at 10:30: __"), ["10", "30"]);
        let text = "see Fund:Maple_Trust";
        let words = tokens(text, Language::English);
        let written: Vec<_> = words.iter().map(|t| &text[t.range.clone()]).collect();
        assert_eq!(written, ["see", "Fund", "Maple", "Trust"]);
        assert_eq!(wording("Fund:Maple_Trust"), ["fund", "maple", "trust"]);
    }

    #[test]
    fn amounts_are_the_same_with_cents_and_however_they_are_grouped() {
        for (written, term) in [
            ("$1,051,948.87", "1051948"),
            ("1.051.948,87", "1051948"),
            ("1.051.948", "1051948"),
            ("7000.00", "7000"),
            ("7,000.00", "7000"),
            ("1.051,50", "1051"),
            ("45.000", "45.000"),
            ("3.14", "3.14"),
            ("1234.5678", "1234.5678"),
            ("1.2.1", "1.2.1"),
            ("192.168.100.200", "192168100200"),
        ] {
            assert_eq!(terms(written), [term], "{written}");
        }
    }

    #[test]
    fn plurals_of_abbreviations_are_known_by_their_singular() {
        for (plural, single) in [
            ("RFPs", "rfp"),
            ("PIs", "pi"),
            ("FTE's", "fte"),
            ("NGOs", "ngo"),
        ] {
            assert_eq!(terms(plural), [single], "{plural}");
        }
        assert_eq!(terms("As US bus Is"), ["bus"]);
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_a_word() {
        assert_eq!(
            terms("commu\u{ad}nity \u{feff}gar\u{2060}dens"),
            ["communiti", "garden"]
        );
        let niño = tokens("ni\u{200d}\u{ad}ños", Language::Spanish);
        assert_eq!(niño[0].spelling, "niños");
    }

    #[test]
    fn ranges_cut_the_word_out_of_the_text() {
        let text = "Über 12 Café-Besuche";
        let words: Vec<_> = tokens(text, Language::English)
            .iter()
            .map(|t| &text[t.range.clone()])
            .collect();
        assert_eq!(words, ["Über", "12", "Café", "Besuche"]);
    }

    #[test]
    fn a_word_of_a_search_is_what_each_language_knows_it_by() {
        let found = |text: &str| {
            let words = words(text, &[Language::English, Language::Spanish]);
            let terms = words.iter().map(|word| {
                let stems = word.stems.iter().map(|stem| stem.term.as_str());
                stems.collect::<Vec<_>>().join(" ")
            });
            terms.collect::<Vec<_>>()
        };
        assert_eq!(found("niños"), ["nino nin"]);
        assert_eq!(found("los niños"), ["nino nin"], "it is Spanish");
        assert_eq!(found("care para niños"), ["care car", "para", "nino nin"]);
        let niño = tokens("El niño", Language::Spanish);
        assert_eq!(niño.len(), 1, "an article says nothing");
        assert_eq!(niño[0].term, "nin");
    }

    #[test]
    fn what_is_left_out_before_a_vowel_is_no_part_of_a_word() {
        for text in ["l'école", "L’école", "école"] {
            assert_eq!(tokens(text, Language::French)[0].term, "ecol", "{text}");
        }
    }

    #[test]
    fn words_begin_where_no_letter_stands_before_them() {
        let places = |text: &str, letters: &str| beginnings(text, letters).collect::<Vec<_>>();
        assert_eq!(places("Rent, rental; parents (RENTS)", "rent"), [0, 6, 23]);
        assert_eq!(places("érent “rent” 9rent", "rent"), [10]);
        assert_eq!(places("rent", ""), [0; 0]);
    }

    #[test]
    fn stop_words_are_sorted_and_left_out() {
        assert!(STOP_WORDS.is_sorted());
        assert_eq!(
            terms("What is it that we do with the children?"),
            ["children"]
        );
    }

    #[test]
    fn encoded_data_is_no_word() {
        assert_eq!(terms(&"x".repeat(65)), Vec::<String>::new());
    }
}
