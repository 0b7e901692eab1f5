//! Bytes of unknown encoding to text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Text and how it was read.
pub(crate) struct Decoded {
    /// The text, without a byte-order mark.
    pub(crate) text: String,
    /// The encoding's name when it had to be guessed.
    pub(crate) guessed: Option<&'static str>,
}

/// Decodes by byte-order mark, else as UTF-8 if it is that, else as UTF-16 if its
/// zero bytes say so, else by the statistics of the bytes.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    if let Some(text) = utf32(bytes) {
        return Decoded {
            text,
            guessed: None,
        };
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[mark..], None);
    }
    if is_mostly_utf8(bytes) {
        return with(UTF_8, bytes, None);
    }
    let encoding = utf16_without_mark(bytes).unwrap_or_else(|| guess(bytes));
    with(encoding, bytes, Some(encoding.name()))
}

fn with(encoding: &'static Encoding, bytes: &[u8], guessed: Option<&'static str>) -> Decoded {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Decoded {
        text: text.into_owned(),
        guessed,
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
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
    zeros(bytes.iter()) * 10 <= bytes.len() && broken * 20 <= good
}

/// Western text in UTF-16 has a zero in every second byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let every_second = |offset: usize| bytes.iter().skip(offset).step_by(2);
    let (even, odd, pairs) = (
        zeros(every_second(0)),
        zeros(every_second(1)),
        bytes.len() / 2,
    );
    match () {
        () if odd * 10 > pairs * 4 && odd > even * 4 => Some(UTF_16LE),
        () if even * 10 > pairs * 4 && even > odd * 4 => Some(UTF_16BE),
        () => None,
    }
}

fn zeros<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.filter(|byte| **byte == 0).count()
}

/// UTF-32 with a byte-order mark, which the Encoding Standard leaves out.
fn utf32(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 4]) -> u32 = match bytes.get(..4)? {
        [0xFF, 0xFE, 0, 0] => u32::from_le_bytes,
        [0, 0, 0xFE, 0xFF] => u32::from_be_bytes,
        _ => return None,
    };
    let (units, _) = bytes[4..].as_chunks::<4>();
    Some(
        units
            .iter()
            .map(|unit| char::from_u32(read(*unit)).unwrap_or('\u{fffd}'))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        decode(bytes).text
    }

    #[test]
    fn marks_decide() {
        assert_eq!(text_of(b"\xEF\xBB\xBFna\xC3\xAFve"), "naïve");
        assert_eq!(text_of(b"\xFF\xFEh\0i\0"), "hi");
        assert_eq!(text_of(b"\xFE\xFF\0h\0i"), "hi");
        assert_eq!(text_of(b"\xFF\xFE\0\0h\0\0\0i\0\0\0"), "hi");
        assert_eq!(text_of(b"\0\0\xFE\xFF\0\0\0h"), "h");
    }

    #[test]
    fn utf16_without_a_mark_is_seen_by_its_zeros() {
        let bytes: Vec<u8> = "Twelve children"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(text_of(&bytes), "Twelve children");
    }

    #[test]
    fn single_byte_encodings_are_guessed_and_named() {
        let decoded = decode(b"Das Geb\xE4ude f\xFCr die Sch\xFCler \x96 gr\xF6\xDFer");
        assert_eq!(decoded.text, "Das Gebäude für die Schüler – größer");
        assert_eq!(decoded.guessed, Some("windows-1252"));
    }

    #[test]
    fn a_broken_byte_does_not_spoil_utf8() {
        let mut bytes = "é".repeat(40).into_bytes();
        bytes.push(0xFF);
        bytes.extend("é".repeat(40).bytes());
        assert_eq!(text_of(&bytes).matches('é').count(), 80);
    }

    #[test]
    fn a_character_cut_at_the_end_does_not_spoil_utf8() {
        assert!(text_of("abc €".as_bytes().split_last().unwrap().1).starts_with("abc "));
        assert_eq!(
            decode("abc €".as_bytes().split_last().unwrap().1).guessed,
            None
        );
    }
}
