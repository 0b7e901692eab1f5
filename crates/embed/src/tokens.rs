//! Text to the pieces that BERT-type models know (WordPiece).
//!
//! As in Devlin et al., "BERT" (2018), and its reference implementation: text is cleaned,
//! perhaps lower-cased and stripped of accents, parted at white space and punctuation, and
//! each word becomes the longest pieces of the vocabulary from its beginning on.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::EmbedError;

/// Longer words are not taken apart.
const MAX_WORD_CHARS: usize = 100;

/// A vocabulary and how words are made ready for it.
#[derive(Debug)]
pub(crate) struct Tokenizer {
    pieces: HashMap<Box<str>, u32>,
    lowercase: bool,
    strips_accents: bool,
    unknown: u32,
    class: u32,
    separator: u32,
}

/// A text in pieces, or two, with the special ones around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pieces {
    pub(crate) ids: Vec<u32>,
    /// From which place on pieces belong to the second text; all places where there is none.
    pub(crate) second: usize,
}

/// The parts of `tokenizer.json` that matter.
#[derive(Deserialize)]
struct TokenizerFile {
    model: ModelPart,
    normalizer: Option<NormalizerPart>,
}

#[derive(Deserialize)]
struct ModelPart {
    vocab: HashMap<Box<str>, u32>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
}

#[derive(Deserialize)]
struct NormalizerPart {
    #[serde(default)]
    lowercase: Option<bool>,
    #[serde(default)]
    strip_accents: Option<bool>,
}

impl Tokenizer {
    /// Reads `tokenizer.json`, or `vocab.txt` where there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, EmbedError> {
        let wrong = |what: String| EmbedError::Model(what);
        if let Ok(text) = fs::read_to_string(folder.join("tokenizer.json")) {
            let file: TokenizerFile = serde_json::from_str(&text).map_err(|error| {
                wrong(format!(
                    "tokenizer.json is not that of a WordPiece model: {error}."
                ))
            })?;
            if file.model.continuing_subword_prefix.as_deref() != Some("##") {
                let what = "tokenizer.json is not that of a WordPiece model: only models of the BERT family are known.";
                return Err(wrong(what.to_owned()));
            }
            let lowercase = file.normalizer.as_ref().and_then(|n| n.lowercase);
            let lowercase = lowercase.unwrap_or(true);
            let strips = file.normalizer.as_ref().and_then(|n| n.strip_accents);
            return Self::new(file.model.vocab, lowercase, strips.unwrap_or(lowercase));
        }
        let text = fs::read_to_string(folder.join("vocab.txt"))
            .map_err(|_| wrong("There is neither tokenizer.json nor vocab.txt.".to_owned()))?;
        let pieces = text.lines().zip(0..).map(|(piece, id)| (piece.into(), id));
        let lowercase = lowercases(folder);
        Self::new(pieces.collect(), lowercase, lowercase)
    }

    pub(crate) fn new(
        pieces: HashMap<Box<str>, u32>,
        lowercase: bool,
        strips_accents: bool,
    ) -> Result<Self, EmbedError> {
        let special = |name: &str| {
            let missing = || EmbedError::Model(format!("The vocabulary lacks {name}."));
            pieces.get(name).copied().ok_or_else(missing)
        };
        Ok(Self {
            unknown: special("[UNK]")?,
            class: special("[CLS]")?,
            separator: special("[SEP]")?,
            pieces,
            lowercase,
            strips_accents,
        })
    }

    /// How many pieces the model has to know.
    pub(crate) fn vocabulary(&self) -> usize {
        self.pieces
            .values()
            .max()
            .map_or(0, |last| *last as usize + 1)
    }

    /// A text with the special pieces around it, `most` pieces in all; what is too much is cut
    /// off at the end.
    pub(crate) fn one(&self, text: &str, most: usize) -> Pieces {
        let mut ids = vec![self.class];
        ids.extend(self.pieces_of(text).take(most.saturating_sub(2)));
        ids.push(self.separator);
        let second = ids.len();
        Pieces { ids, second }
    }

    /// A question and a passage; of the passage what is too much is cut off.
    pub(crate) fn pair(&self, question: &str, passage: &str, most: usize) -> Pieces {
        let mut pieces = self.one(question, most / 2);
        let room = most.saturating_sub(pieces.ids.len() + 1);
        pieces.ids.extend(self.pieces_of(passage).take(room));
        pieces.ids.push(self.separator);
        pieces
    }

    fn pieces_of<'a>(&'a self, text: &'a str) -> impl Iterator<Item = u32> + 'a {
        let words = words(&self.ready(text));
        words.into_iter().flat_map(|word| self.of_word(&word))
    }

    /// Clean, in one letter case and without accents where the model wants that.
    fn ready(&self, text: &str) -> String {
        let clean = text.chars().filter_map(|c| match c {
            '\0' | '\u{fffd}' => None,
            c if c.is_whitespace() => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        });
        let mut ready: String = clean.collect();
        if self.lowercase {
            ready = ready.to_lowercase();
        }
        if self.strips_accents {
            ready = ready.nfd().filter(|c| !is_combining_mark(*c)).collect();
        }
        ready
    }

    fn of_word(&self, word: &str) -> Vec<u32> {
        if word.chars().count() > MAX_WORD_CHARS {
            return vec![self.unknown];
        }
        let mut found = Vec::new();
        let mut rest = word;
        let mut candidate = String::new();
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
            let longest = ends.into_iter().find_map(|end| {
                candidate.clear();
                if !found.is_empty() {
                    candidate.push_str("##");
                }
                candidate.push_str(&rest[..end]);
                Some((*self.pieces.get(candidate.as_str())?, end))
            });
            let Some((id, end)) = longest else {
                return vec![self.unknown];
            };
            found.push(id);
            rest = &rest[end..];
        }
        found
    }
}

/// What `tokenizer_config.json` says beside a bare vocabulary; yes where it says nothing.
fn lowercases(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join("tokenizer_config.json")).unwrap_or_default();
    let config: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    config["do_lower_case"].as_bool().unwrap_or(true)
}

/// Runs of letters and digits; punctuation and ideographs each for itself.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if c == ' ' || stands_alone(c) {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if c != ' ' {
                words.push(c.to_string());
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Punctuation as BERT has it: all of ASCII that is neither letter nor digit, and what Unicode
/// calls so; and ideographs.
fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation() || is_ideograph(c) || (!c.is_ascii() && is_unicode_punctuation(c))
}

/// The blocks in which general punctuation stands.
fn is_unicode_punctuation(c: char) -> bool {
    matches!(c,
        '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
        | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
        | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
        && !matches!(c, '\u{2044}' | '\u{2052}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: [&str; 14] = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "read", "##ing", "coach", "##es", ",", "cafe", "a",
        "##b", "字", "$",
    ];

    fn tokenizer() -> Tokenizer {
        let pieces = VOCABULARY
            .iter()
            .zip(0..)
            .map(|(piece, id)| ((*piece).into(), id));
        Tokenizer::new(pieces.collect(), true, true).unwrap()
    }

    fn pieces(text: &str) -> Vec<&'static str> {
        let found = tokenizer().one(text, 64).ids;
        found
            .into_iter()
            .map(|id| VOCABULARY[id as usize])
            .collect()
    }

    #[test]
    fn words_become_their_longest_pieces() {
        assert_eq!(
            pieces("Reading, COACHES"),
            ["[CLS]", "read", "##ing", ",", "coach", "##es", "[SEP]"]
        );
    }

    #[test]
    fn accents_and_control_characters_go_and_signs_stand_alone() {
        assert_eq!(pieces("Ca\u{0}fé"), ["[CLS]", "cafe", "[SEP]"]);
        assert_eq!(
            pieces("$a字\tab"),
            ["[CLS]", "$", "a", "字", "a", "##b", "[SEP]"]
        );
    }

    #[test]
    fn a_word_that_cannot_be_made_is_unknown_as_a_whole() {
        assert_eq!(pieces("readable a"), ["[CLS]", "[UNK]", "a", "[SEP]"]);
        assert_eq!(pieces(&"a".repeat(101)), ["[CLS]", "[UNK]", "[SEP]"]);
    }

    #[test]
    fn what_is_too_long_is_cut_at_the_end() {
        let tokenizer = tokenizer();
        assert_eq!(tokenizer.one("a a a a a", 4).ids, [2, 10, 10, 3]);
        let pair = tokenizer.pair("read", "a a a a a a a", 8);
        assert_eq!(
            (pair.ids, pair.second),
            (vec![2, 4, 3, 10, 10, 10, 10, 3], 3)
        );
        // A question that is too long leaves half to the passage.
        assert_eq!(
            tokenizer.pair("a a a a a a", "read read", 8).ids,
            [2, 10, 10, 3, 4, 4, 3]
        );
    }

    #[test]
    fn a_vocabulary_without_special_pieces_is_refused() {
        let error = Tokenizer::new(HashMap::new(), true, true)
            .unwrap_err()
            .to_string();
        assert!(error.contains("[UNK]"), "{error}");
    }
}
