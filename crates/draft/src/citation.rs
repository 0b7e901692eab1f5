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
    let mut bare = String::with_capacity(text.len());
    let mut copied = 0;
    for marker in markers(text) {
        bare.push_str(text[copied..marker.range.start].trim_end_matches(' '));
        copied = marker.range.end;
    }
    bare.push_str(&text[copied..]);
    bare
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
