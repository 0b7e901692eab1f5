//! Names and terms that a document shortens ("Reading for All (RfA)") and then goes on
//! using: what it speaks of most, for a document that has no title of its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::places::{Places, plain};
use super::votes::Vote;
use crate::entities::{EntityKind, entities};

/// How sure the name is that a document shortens and goes on using.
const NAME: f32 = 0.35;
/// The same for a term in small letters.
const TERM: f32 = 0.3;

/// Less often, and it is not what the document is about.
const FEWEST_USES: usize = 5;
/// A term of fewer words is no title, and one of more is half a sentence.
const TERM_WORDS: std::ops::RangeInclusive<usize> = 3..=8;

/// What a document shortens, and how often it uses the short form.
struct Shortened<'a> {
    long: &'a str,
    short: &'a str,
    uses: usize,
}

/// The name that is used most; without one, the term.
pub(super) fn shortened(places: &Places<'_>) -> Option<Vote<String>> {
    let text = places.text();
    let uses = Uses::of(&text);
    if let Some(name) = most_used(names(&text, &uses)) {
        let value = format!("{} ({})", name.long, name.short);
        return Some(vote(value, &name, NAME));
    }
    let term = most_used(terms(&text, &uses))?;
    let mut letters = term.long.chars();
    let first = letters.next()?.to_uppercase();
    let value = first.chain(letters).collect();
    Some(vote(value, &term, TERM))
}

fn vote(value: String, of: &Shortened<'_>, weight: f32) -> Vote<String> {
    Vote {
        evidence: format!(
            "shortened and used {} times: {} ({})",
            of.uses, of.long, of.short
        ),
        value,
        weight,
        page: None,
    }
}

/// The first of the most used.
fn most_used<'a>(all: impl Iterator<Item = Shortened<'a>>) -> Option<Shortened<'a>> {
    all.filter(|it| it.uses >= FEWEST_USES)
        .reduce(|best, next| if next.uses > best.uses { next } else { best })
}

/// How often each word stands in a text.
struct Uses<'a>(HashMap<&'a str, usize>);

impl<'a> Uses<'a> {
    fn of(text: &'a str) -> Self {
        let mut uses = HashMap::new();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            *uses.entry(word).or_default() += 1;
        }
        Self(uses)
    }

    fn count(&self, short: &str) -> usize {
        let first = short.split([' ', '-']).next().unwrap_or(short);
        self.0.get(first).copied().unwrap_or(0)
    }
}

static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"((?:[A-Z][\w’'-]*|[A-Z]{2,})(?: (?:of|and|for|the|in|to|[A-Z][\w’'-]*)){1,8}) \(([A-Z][\w ]{2,14})\)",
    )
    .expect("a valid pattern")
});

fn names<'a>(text: &'a str, uses: &Uses<'_>) -> impl Iterator<Item = Shortened<'a>> {
    NAMES.captures_iter(text).filter_map(|parts| {
        let (long, short) = (parts.get(1)?.as_str(), parts.get(2)?.as_str());
        let capitals = short.chars().filter(|c| c.is_uppercase()).count();
        let fits = capitals >= 2 && long.chars().next() == short.chars().next();
        let after = &text[parts.get(0)?.end()..];
        (fits && is_about(long, after)).then(|| Shortened {
            long,
            short,
            uses: uses.count(short),
        })
    })
}

static SHORT_FORMS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r" \(([A-Za-z][A-Za-z0-9-]{1,9})\)").expect("a valid pattern"));

fn terms<'a>(text: &'a str, uses: &Uses<'_>) -> impl Iterator<Item = Shortened<'a>> {
    SHORT_FORMS.captures_iter(text).filter_map(|parts| {
        let (whole, short) = (parts.get(0)?, parts.get(1)?.as_str());
        let capitals = short.chars().filter(|c| c.is_uppercase()).count();
        let long = long_form(&text[..whole.start()], short).filter(|_| capitals >= 2)?;
        let words = plain(long).split_whitespace().count();
        let fits = TERM_WORDS.contains(&words) && is_about(long, &text[whole.end()..]);
        fits.then(|| Shortened {
            long,
            short,
            // `SWPs` are spoken of as `SWP`, too.
            uses: uses.count(short) + uses.count(short.trim_end_matches('s')),
        })
    })
}

/// The end of a text that a short form stands for: its letters stand in it in their order,
/// the first at the beginning of a word.
fn long_form<'a>(before: &'a str, short: &str) -> Option<&'a str> {
    let mut at = before.len();
    let letters: Vec<char> = short
        .trim_end_matches('s')
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    for (number, letter) in letters.iter().enumerate().rev() {
        at = before[..at].char_indices().rev().find_map(|(i, c)| {
            let begins = before[..i].ends_with([' ', '-', '\n', '(']) || i == 0;
            let same = c.to_lowercase().eq(letter.to_lowercase());
            (same && (number > 0 || begins)).then_some(i)
        })?;
    }
    let long = &before[at..];
    let within = !long.contains(['\n', '.', '(', ';', ',']);
    // A part of a word with a hyphen is not the beginning.
    let whole = at == 0 || before[..at].ends_with([' ', '\n']);
    (within && whole).then_some(long)
}

static SOMEBODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^,? (?:Inc\b|LLC\b|Ltd\b|is an? (?:\S+ ){0,4}(?:organi[sz]ation|nonprofit|charity|foundation|association|company|institute|agency)\b)",
    )
    .expect("a valid pattern")
});

/// Whether a name could be what the document is about: no organization, no place.
fn is_about(name: &str, after: &str) -> bool {
    let named = entities(name);
    let somebody = named
        .iter()
        .any(|entity| matches!(entity.kind, EntityKind::Organization | EntityKind::Place));
    !somebody && !SOMEBODY.is_match(after)
}

#[cfg(test)]
mod tests {
    use super::long_form;

    #[test]
    fn the_letters_of_a_short_form_lead_to_its_beginning() {
        let before = "Many fail the shared reading-at-home";
        assert_eq!(long_form(before, "sRAH"), Some("shared reading-at-home"));
        let ponds = "services of stormwater wet ponds";
        assert_eq!(long_form(ponds, "SWPs"), Some("stormwater wet ponds"));
        assert_eq!(long_form("nothing of it", "XYZ"), None);
        assert_eq!(long_form("A sentence. Of two", "SOT"), None);
    }
}
