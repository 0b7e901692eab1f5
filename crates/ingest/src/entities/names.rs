//! Runs of capitalised words, and what they name.

use std::ops::Range;

use super::EntityKind;
use super::lists::{
    AFTER_PERSONS, GIVEN_NAMES, ORGANIZATION_WORDS, PLACE_WORDS, PLACES, STARTERS, TITLES,
};

/// A longer run is a title in capitals, not a name.
const MOST_WORDS: usize = 9;

/// The names of a text with what they are.
pub(super) fn names(text: &str) -> Vec<(Range<usize>, EntityKind)> {
    runs(text)
        .into_iter()
        .flat_map(|run| run.named(text))
        .collect()
}

/// Words of a text that follow each other as a name does.
struct Run {
    words: Vec<Range<usize>>,
    /// A title stands in front: "Dr.".
    has_title: bool,
}

impl Run {
    /// What the run names. "Maria Quill of the Harlan Foundation" are two names.
    fn named(&self, text: &str) -> Vec<(Range<usize>, EntityKind)> {
        let is_small_at = |at: &usize| is_small(&text[self.words[*at].clone()]);
        let small = (0..self.words.len()).find(is_small_at);
        let person = small.and_then(|at| one(text, &self.words[..at], self.has_title));
        let (Some(small), Some((range, EntityKind::Person))) = (small, person) else {
            return one(text, &self.words, self.has_title).into_iter().collect();
        };
        let rest = (small..self.words.len()).find(|at| !is_small_at(at));
        let rest = rest.map(|at| &self.words[at..]).unwrap_or_default();
        let rest = one(text, rest, false);
        std::iter::once((range, EntityKind::Person))
            .chain(rest)
            .collect()
    }
}

/// What these words name together.
fn one(text: &str, words: &[Range<usize>], has_title: bool) -> Option<(Range<usize>, EntityKind)> {
    let (first, last) = (words.first()?, words.last()?);
    if words.len() > MOST_WORDS {
        return None;
    }
    let written: Vec<&str> = words.iter().map(|word| &text[word.clone()]).collect();
    let kind = kind(&written, has_title, &text[last.end..])?;
    Some((first.start..last.end, kind))
}

fn kind(words: &[&str], has_title: bool, after: &str) -> Option<EntityKind> {
    let whole = words.join(" ");
    let known = |list: &[&str], word: &str| list.binary_search(&word.trim_end_matches('.')).is_ok();
    let holds = |list: &[&str]| {
        words
            .iter()
            .any(|word| known(list, word.trim_end_matches(',')))
    };
    let person_length = (2..=4).contains(&words.len()) && !words.iter().any(|word| is_small(word));
    if words.len() > 1 && holds(ORGANIZATION_WORDS) {
        Some(EntityKind::Organization)
    } else if has_title && words.len() <= 4 {
        Some(EntityKind::Person)
    } else if PLACES.binary_search(&whole.as_str()).is_ok()
        || (words.len() > 1 && words.last().is_some_and(|last| known(PLACE_WORDS, last)))
    {
        Some(EntityKind::Place)
    } else if person_length && (known(GIVEN_NAMES, words[0]) || says_person(after)) {
        Some(EntityKind::Person)
    } else {
        None
    }
}

/// `, PhD`, `, Executive Director`: what stands after people.
fn says_person(after: &str) -> bool {
    let after = after.trim_start_matches([',', ' ', '(']);
    AFTER_PERSONS.iter().any(|known| after.starts_with(known))
}

/// All runs of a text, titles and first words of sentences left out.
fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut has_title = false;
    let mut close = |open: &mut Vec<Range<usize>>, has_title: &mut bool| {
        while open
            .last()
            .is_some_and(|last| is_small(&text[last.clone()]))
        {
            open.pop();
        }
        if !open.is_empty() {
            runs.push(Run {
                words: std::mem::take(open),
                has_title: *has_title,
            });
        }
        *has_title = false;
    };
    for word in spoken(text) {
        let gap = open.last().map_or("", |last| &text[last.end..word.start]);
        if !open.is_empty()
            && !joins(
                &text[open[open.len() - 1].clone()],
                gap,
                &text[word.clone()],
            )
        {
            close(&mut open, &mut has_title);
        }
        let written = &text[word.clone()];
        if TITLES.contains(&written.trim_end_matches('.')) {
            close(&mut open, &mut has_title);
            has_title = true;
        } else if may_stand_in_name(written, open.is_empty()) {
            open.push(word);
        } else {
            close(&mut open, &mut has_title);
        }
    }
    close(&mut open, &mut has_title);
    runs
}

/// The words of a text: letters, with the hyphens, apostrophes and stops inside them,
/// and the stop after an initial or a title.
fn spoken(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().filter_map(move |piece| {
        let start = piece.as_ptr() as usize - text.as_ptr() as usize;
        let opened = piece.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '&');
        let start = start + (piece.len() - opened.len());
        let bare = opened.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '&');
        let bare = bare
            .strip_suffix("'s")
            .or(bare.strip_suffix("’s"))
            .unwrap_or(bare);
        (!bare.is_empty()).then_some(start..start + bare.len())
    })
}

/// Whether a word goes on the name that the one before is in.
fn joins(before: &str, gap: &str, word: &str) -> bool {
    let initial = before.chars().count() == 1 && before.starts_with(char::is_uppercase);
    let suffix = matches!(
        word.trim_end_matches('.'),
        "Inc" | "LLC" | "Ltd" | "Jr" | "Sr"
    );
    gap == " " || (gap == ". " && initial) || (gap == ", " && suffix)
}

/// Whether a word begins a name or goes on with one.
fn may_stand_in_name(word: &str, begins: bool) -> bool {
    if begins {
        let starter = STARTERS.binary_search(&word.to_lowercase().as_str());
        return word.starts_with(char::is_uppercase) && starter.is_err();
    }
    is_small(word) || word.starts_with(char::is_uppercase)
}

/// Words that stand inside names but begin and end none.
fn is_small(word: &str) -> bool {
    matches!(
        word,
        "of" | "and" | "&" | "for" | "the" | "de" | "la" | "del" | "in" | "von" | "van"
    )
}
