//! Markers: `[n]` in a draft points to the source with that number.
//!
//! Convention: a marker stands before the punctuation that ends its sentence
//! (`… 412 children [2].`), after a closing quote or bracket if that ends it.
//! Lists (`[1, 3]`) are understood, since language models write them.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::Source;

/// A marker in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Where it stands, brackets included, in bytes.
    pub range: Range<usize>,
    /// The sources it names, in written order.
    pub numbers: Vec<u32>,
}

/// Every marker of a text, in order.
pub fn markers(text: &str) -> Vec<Marker> {
    text.match_indices('[')
        .filter_map(|(start, _)| {
            let inner_end = start + text[start..].find(']')?;
            let numbers = numbers(&text[start + 1..inner_end])?;
            Some(Marker {
                range: start..inner_end + 1,
                numbers,
            })
        })
        .collect()
}

/// The numbers that markers name but no source has: distinct, ascending.
pub fn invalid_markers(text: &str, sources: &[Source]) -> Vec<u32> {
    let named: BTreeSet<u32> = markers(text).into_iter().flat_map(|m| m.numbers).collect();
    named
        .into_iter()
        .filter(|number| sources.iter().all(|source| source.number != *number))
        .collect()
}

/// The text without its markers and without the blanks before them.
pub fn strip(text: &str) -> String {
    Bare::of(text).text
}

/// A text without its markers, and where they were.
pub(crate) struct Bare {
    /// What is left.
    pub(crate) text: String,
    removed: Vec<Removed>,
}

struct Removed {
    at: usize,
    bytes: usize,
    numbers: Vec<u32>,
}

impl Bare {
    /// Takes the markers out, with the blanks before them, so that a marker
    /// touches the sentence it follows whichever side of the full stop it is on.
    pub(crate) fn of(text: &str) -> Self {
        let mut bare = String::with_capacity(text.len());
        let (mut removed, mut copied) = (Vec::new(), 0);
        for marker in markers(text) {
            bare.push_str(&text[copied..marker.range.start]);
            bare.truncate(bare.trim_end_matches(' ').len());
            removed.push(Removed {
                at: bare.len(),
                bytes: marker.range.end - bare.len(),
                numbers: marker.numbers,
            });
            copied = marker.range.end;
        }
        bare.push_str(&text[copied..]);
        Self {
            text: bare,
            removed,
        }
    }

    /// The place in the marked text of a range of the bare one, markers at its
    /// end included, those before it not.
    pub(crate) fn marked_range(&self, bare: &Range<usize>) -> Range<usize> {
        self.marked(bare.start)..self.marked(bare.end)
    }

    /// The distinct numbers whose markers stood in or right after a range.
    pub(crate) fn numbers(&self, bare: &Range<usize>) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::new();
        for removed in &self.removed {
            if bare.start < removed.at && removed.at <= bare.end {
                numbers.extend(&removed.numbers);
            }
        }
        let mut seen = BTreeSet::new();
        numbers.retain(|number| seen.insert(*number));
        numbers
    }

    fn marked(&self, at: usize) -> usize {
        let before = self.removed.iter().rev().find(|removed| removed.at <= at);
        at + before.map_or(0, |removed| removed.bytes)
    }
}

/// The sentence with markers for `numbers`, placed by the module's convention.
pub fn attach(sentence: &str, numbers: &[u32]) -> String {
    if numbers.is_empty() {
        return sentence.to_owned();
    }
    let written: Vec<String> = numbers.iter().map(|number| format!("[{number}]")).collect();
    let stem = sentence.trim_end_matches(['.', '!', '?']);
    format!("{stem} {}{}", written.concat(), &sentence[stem.len()..])
}

fn numbers(inner: &str) -> Option<Vec<u32>> {
    inner
        .split(',')
        .map(|part| {
            let digits = part.trim();
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn markers_are_found_alone_in_rows_and_in_lists() {
        let text = "A [1]. B [2][3]! C [1, 4]. Not [a], [], [1.5], [ or [-2].";
        let numbers: Vec<_> = markers(text).into_iter().map(|m| m.numbers).collect();
        assert_eq!(numbers, [vec![1], vec![2], vec![3], vec![1, 4]]);
    }

    #[test]
    fn attaching_and_stripping_are_inverse() {
        for sentence in [
            "We serve 412 children.",
            "Really?!",
            "She said \"I can read.\"",
            "No stop",
        ] {
            let marked = attach(sentence, &[2, 11]);
            assert!(marked.contains(" [2][11]"), "{marked}");
            assert_eq!(strip(&marked), sentence);
        }
        assert_eq!(attach("We read.", &[1]), "We read [1].");
        assert_eq!(attach("We read.", &[]), "We read.");
    }

    #[test]
    fn markers_that_point_nowhere_are_named_once() {
        let sources = fixture::sources();
        let text = "A [99]. B [1]. C [0][99].";
        assert_eq!(invalid_markers(text, &sources), [0, 99]);
        assert!(invalid_markers("A [1]. B [2].", &sources).is_empty());
    }
}
