//! Making extracted characters sensible: composed, visible, evenly spaced.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization as _;

/// One line of text: NFC, ligatures expanded, invisible and control characters
/// dropped, every run of white space a single space.
pub(crate) fn line(raw: &str) -> String {
    let visible: String = raw.chars().flat_map(expand).collect();
    let spaced = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    attach_accents(&spaced).nfc().collect()
}

/// Like [`line`], keeping line breaks; empty lines are dropped.
pub(crate) fn lines(raw: &str) -> String {
    raw.lines()
        .map(line)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Words as everybody here counts them: separated by white space.
pub(crate) fn word_count(text: &str) -> usize {
    text.split_whitespace().count()
}

fn expand(c: char) -> impl Iterator<Item = char> {
    let text = match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        // Line and paragraph separators, and controls that separate lines in print.
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => " ",
        // Letters of Hebrew and Arabic in the shapes that they take inside of a word.
        '\u{fb13}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => {
            let letters = std::iter::once(c).nfkc().collect::<Vec<_>>();
            return Expanded::Shaped(letters.into_iter());
        }
        // Soft hyphen, zero-width space and friends, byte-order mark, object replacement;
        // what turns the direction of text.
        '\u{ad}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{fffc}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => "",
        _ if c.is_control() || is_private_use(c) => "",
        _ => return Expanded::One(Some(c)),
    };
    Expanded::Many(text.chars())
}

enum Expanded {
    One(Option<char>),
    Many(std::str::Chars<'static>),
    Shaped(std::vec::IntoIter<char>),
}

impl Iterator for Expanded {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::One(c) => c.take(),
            Self::Many(chars) => chars.next(),
            Self::Shaped(letters) => letters.next(),
        }
    }
}

/// Symbol fonts put their bullets and arrows there; they mean nothing elsewhere.
fn is_private_use(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

/// TeX sets an accent as a character of its own before its letter (`Universit¨at`):
/// turned into the combining accent after the letter, which NFC composes.
fn attach_accents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let letter = chars.peek().copied().filter(|next| next.is_alphabetic());
        match (combining(c), letter) {
            (Some(mark), Some(letter)) => {
                chars.next();
                out.extend([letter, mark]);
            }
            _ => out.push(c),
        }
    }
    out
}

fn combining(spacing: char) -> Option<char> {
    match spacing {
        '\u{b4}' => Some('\u{301}'),
        '\u{a8}' => Some('\u{308}'),
        '\u{2c6}' => Some('\u{302}'),
        '\u{2c7}' => Some('\u{30c}'),
        '\u{2dc}' => Some('\u{303}'),
        _ => None,
    }
}

/// The words of one document, to decide what a hyphen at a line's end meant.
pub(crate) struct Vocabulary {
    words: HashSet<String>,
}

impl Vocabulary {
    /// Collects the words of all texts, lower case, without surrounding punctuation.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let words = texts
            .into_iter()
            .flat_map(str::split_whitespace)
            .filter(|word| !word.ends_with('-'))
            .map(bare)
            .filter(|word| !word.is_empty())
            .collect();
        Self { words }
    }

    /// Joins words that a line end divided: `entan- glement` → `entanglement`, but
    /// `recently- described` → `recently-described` and `pre- and post-test` stays.
    pub(crate) fn join_hyphens(&self, text: &str) -> String {
        if !text.contains("- ") {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut words = text.split(' ').peekable();
        while let Some(word) = words.next() {
            let joined = words.peek().and_then(|next| self.join(word, next));
            let word = match joined {
                Some(joined) => {
                    words.next();
                    joined
                }
                None => word.to_owned(),
            };
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&word);
        }
        out
    }

    /// The document decides where it can: the joined word or the compound used
    /// elsewhere in it, then whether both halves are words of their own.
    fn join(&self, word: &str, next: &str) -> Option<String> {
        let first = word.strip_suffix('-')?;
        let ends_in_letters = first
            .chars()
            .rev()
            .take(2)
            .filter(|c| c.is_alphabetic())
            .count()
            == 2;
        let continues = next.chars().next().is_some_and(char::is_lowercase);
        if !ends_in_letters || !continues || ["and", "or", "to", "und", "et"].contains(&next) {
            return None;
        }
        let has = |word: &str| self.words.contains(word);
        let (head, tail) = (bare(first), bare(next));
        let compound = has(&format!("{head}-{tail}"));
        let whole = has(&format!("{head}{tail}"));
        let hyphen = !whole && (compound || (has(&head) && has(&tail)));
        Some(if hyphen {
            format!("{first}-{next}")
        } else {
            format!("{first}{next}")
        })
    }
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_composed_visible_and_evenly_spaced() {
        assert_eq!(
            line("  e\u{fb03}cient\u{a0}\t out\u{ad}come\u{200b}s \n"),
            "efficient outcomes"
        );
        assert_eq!(line("cafe\u{301}"), "café");
        assert_eq!(line("Universit\u{a8}at"), "Universität");
        assert_eq!(line("a\0b\u{f0b7}c"), "abc");
    }

    #[test]
    fn lines_keep_their_breaks() {
        assert_eq!(lines(" one \r\n\n two  words "), "one\ntwo words");
    }

    #[test]
    fn hyphens_at_line_ends_follow_the_documents_own_words() {
        let texts = ["entanglement of single-particle states; recently it was described"];
        let vocabulary = Vocabulary::of(texts);
        let join = |text: &str| vocabulary.join_hyphens(text);
        assert_eq!(join("maximal entan- glement."), "maximal entanglement.");
        assert_eq!(
            join("a single- particle reduction"),
            "a single-particle reduction"
        );
        assert_eq!(
            join("the recently- described case"),
            "the recently-described case"
        );
        assert_eq!(
            join("an unseen multi- partite thing"),
            "an unseen multipartite thing"
        );
    }

    #[test]
    fn hanging_hyphens_and_dashes_stay() {
        let vocabulary = Vocabulary::of([]);
        for text in [
            "pre- and post-test",
            "2019- 2020",
            "a - b",
            "Smith- Jones",
            "end-",
        ] {
            assert_eq!(vocabulary.join_hyphens(text), text);
        }
    }
}
