//! Bytes of unknown encoding to text.
//!
//! What the bytes prove comes first (marks, escapes, UTF-8 that is valid, zeros),
//! then what the file declares, if its bytes bear it out, then statistics.

mod charset;
mod declared;
mod escaped;
mod johab;
mod plausible;
mod wide;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

use charset::Charset;
use plausible::oddity;

/// Text and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte-order mark.
    pub text: String,
    /// The encoding's name when it had to be guessed.
    pub guessed: Option<&'static str>,
}

impl Decoded {
    /// What a person should know about an encoding that was guessed.
    pub(crate) fn guess_note(&self) -> Option<String> {
        self.guessed.map(|name| {
            format!("The text does not say how it is encoded; it was read as {name}. Check names with accents.")
        })
    }
}

/// How much odder the declared reading may be than the guessed one: a declaration is
/// a witness, though one that may lie.
const TRUST: f64 = 0.1;
/// How odd a reading may be before code pages that are rare today are tried.
const ODD: f64 = 0.05;

/// Decodes by byte-order mark; else by escape sequences; else as UTF-8 if it is that;
/// else as UTF-16 or UTF-32 if its zero bytes say so; else as the text itself
/// declares, unless the bytes speak against it; else by their statistics.
pub fn decode(bytes: &[u8]) -> Decoded {
    decode_as(bytes, None)
}

/// Like [`decode`], for text that came with the name of an encoding (in the head of
/// an e-mail): it stands in for what the text itself declares.
pub(crate) fn decode_as(bytes: &[u8], label: Option<&str>) -> Decoded {
    if let Some(text) = proven(bytes) {
        return Decoded {
            text,
            guessed: None,
        };
    }
    let (charset, text) = guess(bytes);
    let declared = label.and_then(Charset::for_label);
    let declared = declared.or_else(|| declared::charset(bytes));
    if let Some(text) = declared.and_then(|declared| borne_out(declared, bytes, &text)) {
        return Decoded {
            text,
            guessed: None,
        };
    }
    Decoded {
        text,
        guessed: Some(charset.name()),
    }
}

/// What can be told from the bytes without doubt.
fn proven(bytes: &[u8]) -> Option<String> {
    if let Some(text) = wide::utf32(bytes) {
        return Some(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Some(read(encoding, &bytes[mark..]));
    }
    if let Some(text) = escaped::decode(bytes) {
        return Some(text);
    }
    if !bytes.is_ascii() && is_mostly_utf8(bytes) || bytes.is_ascii() && is_plain(bytes) {
        return Some(read(UTF_8, bytes));
    }
    wide::utf16(bytes)
}

/// ASCII without what ISO-2022-JP is switched by, and without zeros.
fn is_plain(bytes: &[u8]) -> bool {
    !bytes.contains(&0x1b) && !bytes.contains(&0)
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The text in the declared encoding, if it reads about as well as the guess.
fn borne_out(declared: Charset, bytes: &[u8], guess: &str) -> Option<String> {
    let (text, is_whole) = declared.decode(bytes);
    let broken = text.matches('\u{fffd}').count();
    let bearable = is_whole || broken * 100 <= bytes.iter().filter(|byte| !byte.is_ascii()).count();
    (bearable && oddity(&text) <= oddity(guess) + TRUST).then_some(text)
}

/// The likeliest encoding. The statistics know those of the web; where their answer
/// reads odd, those of older systems are held against it.
fn guess(bytes: &[u8]) -> (Charset, String) {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let likely = Charset::of_guess(detector.guess(None, Utf8Detection::Deny), bytes);
    let (text, _) = likely.decode(bytes);
    if let Some(text) = johab::detect(bytes) {
        return (Charset::Johab, text);
    }
    let oddness = oddity(&text);
    if oddness <= ODD {
        return (likely, text);
    }
    let others = Charset::ALTERNATIVES.iter().map(|charset| {
        let (text, _) = charset.decode(bytes);
        (*charset, oddity(&text), text)
    });
    match others.min_by(|(_, a, _), (_, b, _)| a.total_cmp(b)) {
        Some((charset, less, text)) if less * 2.0 < oddness => (charset, text),
        _ => (likely, text),
    }
}

/// UTF-8, or UTF-8 with so few broken bytes (one in twenty of those beyond ASCII, or
/// a character cut at the end) that no other encoding explains the rest.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        let cut_at_end = chunk.invalid().len() > 1 && bytes.ends_with(chunk.invalid());
        broken += usize::from(!chunk.invalid().is_empty() && !cut_at_end);
    }
    wide::zeros(bytes.iter()) * 10 <= bytes.len() && broken * 20 <= good
}

#[cfg(test)]
mod tests;
