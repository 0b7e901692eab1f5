//! UTF-16 and UTF-32 without the marks that the Encoding Standard asks for.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// UTF-32 with a byte-order mark, or without one where all units are characters.
pub(super) fn utf32(bytes: &[u8]) -> Option<String> {
    let marked: Option<fn([u8; 4]) -> u32> = match bytes.get(..4)? {
        [0xFF, 0xFE, 0, 0] => Some(u32::from_le_bytes),
        [0, 0, 0xFE, 0xFF] => Some(u32::from_be_bytes),
        _ => None,
    };
    if let Some(read) = marked {
        return Some(
            units(&bytes[4..], read)
                .map(|c| c.unwrap_or('\u{fffd}'))
                .collect(),
        );
    }
    let all = |read: fn([u8; 4]) -> u32| {
        let text: Option<String> = units(bytes, read).collect();
        text.filter(|text| text.len() > 1 && !text.contains('\0'))
    };
    all(u32::from_be_bytes).or_else(|| all(u32::from_le_bytes))
}

/// Bytes that are left over at the end are of a file cut short.
fn units(bytes: &[u8], read: fn([u8; 4]) -> u32) -> impl Iterator<Item = Option<char>> {
    let (units, _) = bytes.as_chunks::<4>();
    units.iter().map(move |unit| char::from_u32(read(*unit)))
}

/// UTF-16 without a mark: no other text has zeros. Western text has one in every
/// second byte; any other has them in its spaces and line ends, always on the same
/// side, and makes sense when read so.
pub(super) fn utf16(bytes: &[u8]) -> Option<String> {
    let every_second = |offset: usize| bytes.iter().skip(offset).step_by(2);
    let (even, odd) = (zeros(every_second(0)), zeros(every_second(1)));
    let encoding = match () {
        () if odd > even * 4 => UTF_16LE,
        () if even > odd * 4 => UTF_16BE,
        () => return None,
    };
    makes_sense(encoding, bytes)
}

fn makes_sense(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let (mut all, mut odd) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        let control = c.is_control() && !c.is_ascii_whitespace();
        odd += usize::from(control || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}'));
    }
    (odd * 50 <= all + 50 && odd < all).then(|| text.into_owned())
}

pub(super) fn zeros<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.filter(|byte| **byte == 0).count()
}
