//! Words that the archive does not know, read as words that it knows.
//!
//! A name that was misspelt finds nothing otherwise. Words are compared as they are written, not
//! by their stems: a wrong letter can make the stemmer take away more, or less. Only words that
//! stand nowhere are read anew; for one that is rare beside a word that is nearly the same and
//! far more usual, that is proposed, as is the nearest form of one that is known by others alone.
//!
//! Of the words within reach the likeliest is taken: how usual it is, times how likely the slips
//! are that lead to what was typed (the noisy channel of Kernighan, Church and Gale, "A spelling
//! correction program based on a noisy channel model", 1990, with one likelihood for all slips).

use crate::dictionary;
use crate::language::Language;
use crate::lexical::Lexical;
use crate::query::QueryTerm;
use crate::spellings::Spellings;
use crate::synonyms::Synonyms;
use crate::text::{self, Word};
use crate::typed;

/// What a word counts that differs in one letter from the one typed, against 1 for that; one
/// that differs in two counts half of it.
const NEAR_WEIGHT: f32 = 0.6;
/// Shorter words are near too many others.
const MIN_CHARS: usize = 4;
/// From so many letters on, two may be wrong.
const LONG_CHARS: usize = 8;
/// So many words of a search are compared with the archive's, of those that it does not know and of
/// those that it knows in other forms or hardly: a text in another language is no slip.
const MOST_WORDS: usize = 8;
/// As many readings of a word at most.
const READINGS: usize = 3;

/// How likely a slip is, against none.
const SLIP: f32 = 0.02;
/// How likely it is that the first letter is among those that are wrong.
const FIRST: f32 = 0.2;
/// How likely it is that a word was meant that has another ending.
const OTHER_FORM: f32 = 0.1;
/// Readings that are so much less likely than the best are none.
const LIKELY: f32 = 0.25;

/// A known word may be a slip that stands in so many passages at most, where another that is so
/// much more usual is one slip away.
const RARE: usize = 2;
const MORE_USUAL: f32 = 10.0;

/// A word as it was typed and one of the archive that it may stand for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) typed: String,
    /// As the archive has it, in small letters.
    pub(crate) spelling: String,
    /// What is looked for in its place; nothing where what was typed finds it, too.
    pub(crate) terms: Vec<QueryTerm>,
}

/// What the words of a search may stand for that the archive does not know, or hardly. Of each
/// word the likeliest comes first.
pub(crate) fn readings(
    lexical: &Lexical,
    synonyms: &Synonyms,
    text: &str,
    languages: &[Language],
) -> Vec<Reading> {
    let mut seen: Vec<Word> = Vec::new();
    let mut readings = Vec::new();
    let (mut unknown_words, mut known_words) = (0, 0);
    let spellings = lexical.spellings();
    for word in text::words(text, languages) {
        let is_new = seen.iter().all(|other| other.stems != word.stems);
        let typed = &text[word.range.clone()];
        let holders = holders(lexical, &word);
        let is_synonym = word.stems.iter().any(|stem| synonyms.have_word(&stem.term));
        let folded = text::fold(typed);
        let is_usual = holders > RARE && spellings.holders(&folded) > 0;
        let lacks_accents = spellings.accented(&folded).next().is_some();
        let is_doubtful = is_new
            && !is_usual
            && !lacks_accents
            && !is_synonym
            && may_be_wrong(typed)
            && says_something(typed, languages)
            && !dictionary::is_english(&folded);
        if is_doubtful && holders == 0 && unknown_words < MOST_WORDS {
            unknown_words += 1;
            readings.extend(unknown(spellings, typed, languages));
        } else if is_doubtful && holders > 0 && known_words < MOST_WORDS {
            known_words += 1;
            readings.extend(known(lexical, typed, (&word, holders), languages));
        }
        seen.push(word);
    }
    readings
}

/// How many passages have a word, in whatever form.
fn holders(lexical: &Lexical, word: &Word) -> usize {
    let stems = word.stems.iter();
    let holders = stems.map(|stem| lexical.holders(&stem.term));
    holders.max().unwrap_or_default()
}

/// Years, amounts and codes are what they are.
fn may_be_wrong(typed: &str) -> bool {
    typed.chars().count() >= MIN_CHARS && typed.chars().all(char::is_alphabetic)
}

/// Whether a word says something in each of the languages: what does not in one of them is no
/// misspelt word of another.
fn says_something(typed: &str, languages: &[Language]) -> bool {
    let tokens = |language: &Language| text::tokens(typed, *language);
    languages
        .iter()
        .all(|language| !tokens(language).is_empty())
}

/// What a word may stand for that the archive does not have.
fn unknown(spellings: &Spellings, typed: &str, languages: &[Language]) -> Vec<Reading> {
    let most = most_slips(typed);
    let word = text::fold(typed);
    let mut near = near(spellings, &word, most);
    // Not in English, accents are part of a spelling.
    let as_typed = typed.to_lowercase();
    if as_typed != word {
        near.extend(self::near(spellings, &as_typed, most));
    }
    for form in other_forms(&word) {
        let others = self::near(spellings, &form, most).into_iter();
        near.extend(others.map(|near| Near {
            likelihood: near.likelihood * OTHER_FORM,
            ..near
        }));
    }
    near.sort_by(Near::by_likelihood);
    let least = near.first().map_or(0.0, |best| best.likelihood * LIKELY);
    near.retain(|near| near.likelihood >= least);
    let mut readings: Vec<Reading> = Vec::new();
    for near in near {
        let is_new = readings.iter().all(|known| known.spelling != near.spelling);
        if is_new && readings.len() < READINGS {
            readings.push(near.as_reading(typed, languages));
        }
    }
    readings
}

/// How many letters of a word may be wrong.
fn most_slips(typed: &str) -> usize {
    if typed.chars().count() < LONG_CHARS {
        1
    } else {
        2
    }
}

/// What a word may have been meant to be that so many passages have, in whatever form.
fn known(
    lexical: &Lexical,
    typed: &str,
    (word, holders): (&Word, usize),
    languages: &[Language],
) -> Option<Reading> {
    let spellings = lexical.spellings();
    let in_other_number = other_forms(&text::fold(typed));
    if in_other_number
        .iter()
        .any(|form| spellings.holders(form) > 0)
    {
        return None;
    }
    if holders <= RARE
        && let Some(usual) = rare(spellings, typed, holders, languages)
    {
        return Some(usual);
    }
    other_form(lexical, typed, word, languages)
}

/// The form of an English word that was meant, where nothing has the one that was typed, but others
/// that are stemmed alike: *governance* for governence, which government is found by, too.
fn other_form(
    lexical: &Lexical,
    typed: &str,
    word: &Word,
    languages: &[Language],
) -> Option<Reading> {
    let spellings = lexical.spellings();
    let english = Language::English.into();
    let folded = text::fold(typed);
    let mut stems = word.stems.iter();
    let stem = stems.find(|stem| stem.languages.meet(english))?;
    if spellings.holders(&folded) > 0 || lexical.holders(&stem.term) == 0 {
        return None;
    }
    let mut near = near(spellings, &folded, most_slips(typed));
    near.retain(|near| {
        let tokens = text::tokens(near.spelling, Language::English);
        spellings.languages(near.spelling).meet(english)
            && tokens.iter().any(|token| token.term == stem.term)
    });
    near.sort_by(Near::by_likelihood);
    let reading = near.first()?.as_reading(typed, languages);
    // It is found by what all of them are stemmed to.
    Some(Reading {
        terms: Vec::new(),
        ..reading
    })
}

/// What a rare word may have been meant to be that so many passages have.
fn rare(
    spellings: &Spellings,
    typed: &str,
    holders: usize,
    languages: &[Language],
) -> Option<Reading> {
    let word = text::fold(typed);
    let mut near = near(spellings, &word, 1);
    near.retain(|near| near.distance == 1);
    near.sort_by(Near::by_likelihood);
    let usual = near.first()?;
    let is_likelier = usual.likelihood >= SLIP * MORE_USUAL * holders as f32;
    if !is_likelier {
        return None;
    }
    let reading = usual.as_reading(typed, languages);
    // Others that are stemmed alike do not say that it is right.
    let is_written = spellings.holders(&word) > 0;
    let terms = if is_written {
        Vec::new()
    } else {
        reading.terms
    };
    Some(Reading { terms, ..reading })
}

/// The singular of a word that may be a plural, and the plural of one that may not.
fn other_forms(word: &str) -> Vec<String> {
    if let Some(stem) = word.strip_suffix("ies") {
        return vec![format!("{stem}y")];
    }
    if let Some(single) = word.strip_suffix('s') {
        return vec![single.to_owned()];
    }
    let plural = match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{word}s"),
    };
    vec![plural]
}

/// A word of the archive within reach of one that was typed.
struct Near<'a> {
    spelling: &'a str,
    distance: usize,
    likelihood: f32,
}

/// The words within reach, by letters put in, left out, exchanged or swapped with the next
/// (optimal string alignment).
fn near<'a>(spellings: &'a Spellings, word: &str, most: usize) -> Vec<Near<'a>> {
    let first = word.chars().next();
    let like = spellings.like(word, most);
    let like = like.filter(|(spelling, _)| may_be_wrong(spelling));
    let near = like.map(|(spelling, holders)| {
        let distance = strsim::osa_distance(word, spelling);
        let slips = (0..distance).fold(1.0, |all, _| all * SLIP);
        let begins_so = spelling.chars().next() == first;
        Near {
            spelling,
            distance,
            likelihood: holders as f32 * slips * if begins_so { 1.0 } else { FIRST },
        }
    });
    near.filter(|near| near.distance <= most).collect()
}

impl Near<'_> {
    /// The likeliest first.
    fn by_likelihood(&self, other: &Self) -> std::cmp::Ordering {
        let by_likelihood = other.likelihood.total_cmp(&self.likelihood);
        by_likelihood.then_with(|| self.spelling.cmp(other.spelling))
    }

    fn as_reading(&self, typed: &str, languages: &[Language]) -> Reading {
        let weight = NEAR_WEIGHT / self.distance.max(1) as f32;
        let words = text::words(self.spelling, languages).into_iter();
        let stems = words.flat_map(|word| word.stems);
        let terms = stems.map(|stem| QueryTerm::of_stem(stem, weight));
        Reading {
            typed: typed.to_owned(),
            spelling: self.spelling.to_owned(),
            terms: terms.collect(),
        }
    }
}

/// The search with each of its words that was misspelt as the archive has it. `None` where there
/// is nothing to correct.
pub(crate) fn corrected(
    text: &str,
    readings: &[Reading],
    languages: &[Language],
) -> Option<String> {
    let mut corrected = String::new();
    let mut end = 0;
    let conditions = typed::conditions(text);
    for Word { range, .. } in text::words(text, languages) {
        if conditions.iter().any(|part| part.contains(&range.start)) {
            continue;
        }
        let typed = &text[range.clone()];
        if let Some(reading) = reading_of(readings, typed) {
            corrected.push_str(&text[end..range.start]);
            corrected.push_str(&in_letters_of(typed, &reading.spelling));
            end = range.end;
        }
    }
    corrected.push_str(&text[end..]);
    (end > 0).then_some(corrected)
}

/// How a word was read.
pub(crate) fn reading_of<'a>(readings: &'a [Reading], typed: &str) -> Option<&'a Reading> {
    let word = text::fold(typed);
    let is_same = |reading: &&Reading| text::fold(&reading.typed) == word;
    readings.iter().find(is_same)
}

/// A word in capitals where the typed one was.
fn in_letters_of(typed: &str, spelling: &str) -> String {
    let mut letters = typed.chars();
    let mut spelt = spelling.chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    match spelt.next() {
        Some(_) if is_capital && letters.all(char::is_uppercase) => spelling.to_uppercase(),
        Some(first) if is_capital => first.to_uppercase().chain(spelt).collect(),
        _ => spelling.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexical::Counts;

    fn lexical(texts: &[&str]) -> Lexical {
        Lexical::of_texts(Language::English, texts)
    }

    fn readings_of(lexical: &Lexical, text: &str) -> Vec<Reading> {
        super::readings(lexical, &Synonyms::default(), text, &[Language::English])
    }

    fn read(lexical: &Lexical, text: &str) -> Vec<(String, String)> {
        let readings = readings_of(lexical, text).into_iter();
        readings.map(|r| (r.typed, r.spelling)).collect()
    }

    #[test]
    fn a_misspelt_word_is_read_as_the_nearest_known_one() {
        let lexical = lexical(&[
            "Henderson teaches literacy",
            "Sanderson reads",
            "boats",
            "families",
        ]);
        for (typed, meant) in [
            ("litercy", "literacy"),
            ("litreacy", "literacy"),
            ("Hendersen", "henderson"),
            ("bosts", "boats"),
            ("Benderson", "henderson"),
            ("iteracy", "literacy"),
            ("famlies", "families"),
            ("famly", "families"),
            ("baots", "boats"),
        ] {
            let expected = [(typed.to_owned(), meant.to_owned())];
            assert_eq!(read(&lexical, typed), expected);
        }
    }

    #[test]
    fn a_word_is_read_once_however_often_it_is_typed() {
        let lexical = lexical(&["literacy"]);
        assert_eq!(read(&lexical, "litercy Litercy").len(), 1);
    }

    #[test]
    fn known_short_and_numbered_words_are_what_they_are() {
        let lexical = lexical(&["boats bolts homes 2024 fte 45000 abc12"]);
        for typed in [
            "boats",
            "2023",
            "fta",
            "45001",
            "abc13",
            "xylophone",
            "bolt",
            "Homeless",
            "BOATS",
        ] {
            assert_eq!(read(&lexical, typed), [], "{typed}");
        }
    }

    #[test]
    fn of_words_as_near_the_more_usual_come_first() {
        let texts = ["gardens", "harden", "wardens", "gardens", "garners"];
        let lexical = lexical(&texts);
        let found = |text| -> Vec<String> {
            let readings = readings_of(&lexical, text).into_iter();
            readings.map(|reading| reading.spelling).collect()
        };
        assert_eq!(
            found("garderns gardfen garderns"),
            ["gardens", "gardens"],
            "not of another first letter where one is as near"
        );
        let readings = readings_of(&lexical, "gardans");
        assert!((readings[0].terms[0].weight - NEAR_WEIGHT).abs() < f32::EPSILON);
    }

    #[test]
    fn words_are_compared_as_they_are_written() {
        let lexical = lexical(&[
            "Education and a proposal of sustainability for the government",
            "training, evaluation and a committee",
        ]);
        for (typed, meant) in [
            ("educaton", "education"),
            ("propsal", "proposal"),
            ("sustainabilty", "sustainability"),
            ("goverment", "government"),
            ("traning", "training"),
            ("evalution", "evaluation"),
            ("commitee", "committee"),
        ] {
            let expected = [(typed.to_owned(), meant.to_owned())];
            assert_eq!(read(&lexical, typed), expected);
        }
    }

    #[test]
    fn a_rare_word_beside_a_usual_one_is_proposed_and_stays_what_is_looked_for() {
        let texts: Vec<&str> = ["traning"].into_iter().chain(["training"; 10]).collect();
        let lexical = lexical(&texts);
        let readings = readings_of(&lexical, "traning");
        assert_eq!(readings.len(), 1);
        assert_eq!(readings[0].spelling, "training");
        assert_eq!(readings[0].terms, []);
        assert_eq!(read(&self::lexical(&texts[..10]), "traning"), []);
        // Known by the stem of another slip alone, it stands nowhere.
        assert_eq!(readings_of(&lexical, "traned"), [], "two slips");
        assert_eq!(readings_of(&lexical, "traininge")[0].terms.len(), 1);
    }

    #[test]
    fn a_form_that_nothing_has_is_read_as_the_nearest_that_is_stemmed_alike() {
        let lexical = lexical(&["governance", "government", "government", "governments"]);
        let readings = readings_of(&lexical, "governence");
        assert_eq!(readings.len(), 1);
        assert_eq!(readings[0].spelling, "governance");
        assert_eq!(readings[0].terms, [], "the stem is looked for as it is");
        for right in ["governed", "governances", "Governments"] {
            assert_eq!(read(&lexical, right), [], "{right}");
        }
    }

    #[test]
    fn a_rare_word_whose_plural_is_known_is_right() {
        let mut texts = vec!["Gemma"; 20];
        texts.extend(["Gomma", "Gommas"]);
        assert_eq!(read(&lexical(&texts), "Gommas"), []);
        texts.retain(|text| *text != "Gomma");
        assert_eq!(read(&lexical(&texts), "Gomma"), []);
    }

    #[test]
    fn corrections_are_written_as_the_word_was() {
        let lexical = lexical(&["Henderson teaches literacy"]);
        let corrected = |text: &str| {
            let readings = readings_of(&lexical, text);
            super::corrected(text, &readings, &[Language::English])
        };
        for (typed, expected) in [
            ("Hendersen, and litercy!", "Henderson, and literacy!"),
            ("hendersen \"LITERCY\"", "henderson \"LITERACY\""),
        ] {
            assert_eq!(corrected(typed).as_deref(), Some(expected));
        }
        assert_eq!(corrected("literacy"), None);
    }

    #[test]
    fn a_word_without_its_accents_is_no_slip() {
        let lexical = Lexical::of_texts(Language::Spanish, &["Una pedagogía de los niños"]);
        let languages = [Language::English, Language::Spanish];
        let readings = |typed| super::readings(&lexical, &Synonyms::default(), typed, &languages);
        for typed in ["pedagogia", "pedagogìa", "PEDAGOGIA"] {
            assert_eq!(readings(typed), [], "{typed}");
        }
        assert_eq!(readings("pedagogja")[0].spelling, "pedagogía");
    }

    #[test]
    fn a_word_that_has_gone_is_no_reading() {
        let mut lexical = lexical(&["boats"]);
        lexical.remove(0, &Counts::of_text(Language::English, "boats"));
        assert_eq!(read(&lexical, "baots"), []);
    }
}
