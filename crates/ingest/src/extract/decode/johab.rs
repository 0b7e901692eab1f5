//! Johab, the Korean encoding that composes syllables of three letters of five bits
//! each (KS X 1001, annex 3). Everything else in it is KS X 1001 at other places.

use encoding_rs::EUC_KR;

/// What stands for the letters of a syllable by their five bits; 0xFF means nothing,
/// `NONE` that there is no such letter.
const NONE: u8 = 0xFE;
const X: u8 = 0xFF;
const INITIALS: [u8; 32] = [
    X, NONE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, X, X, X, X, X, X, X,
    X, X, X, X,
];
const MEDIALS: [u8; 32] = [
    X, X, NONE, 0, 1, 2, 3, 4, X, X, 5, 6, 7, 8, 9, 10, X, X, 11, 12, 13, 14, 15, 16, X, X, 17, 18,
    19, 20, X, X,
];
const FINALS: [u8; 32] = [
    X, NONE, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, X, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 27, X, X,
];
/// The letters where they stand alone.
const LONE_INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const LONE_FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// Syllables that every Korean text is full of.
const COMMON: &str = "이다의는을에가하고은로를한도지사기서인자있어리";

/// The text, where the bytes are Johab without doubt: nothing is broken, and the
/// syllables are those of a text and not of chance.
pub(super) fn detect(bytes: &[u8]) -> Option<String> {
    let text = decode(bytes);
    let syllables = text.chars().filter(|c| ('가'..='힣').contains(c)).count();
    let common = text.chars().filter(|c| COMMON.contains(*c)).count();
    let strange = text
        .chars()
        .filter(|c| ('ㄱ'..='ㆎ').contains(c) || *c == '\u{fffd}')
        .count();
    (syllables >= 20 && common * 5 >= syllables && strange * 50 <= syllables).then_some(text)
}

pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return text,
            [ascii @ 0..0x80, rest @ ..] => {
                text.push(char::from(*ascii));
                rest
            }
            [lead, trail, rest @ ..] => {
                text.push(pair(*lead, *trail).unwrap_or('\u{fffd}'));
                rest
            }
            [_, rest @ ..] => {
                text.push('\u{fffd}');
                rest
            }
        };
    }
}

fn pair(lead: u8, trail: u8) -> Option<char> {
    match lead {
        0x84..=0xD3 => composed(lead, trail),
        0xD9..=0xDE => moved(lead, 0xD9, 1, trail),
        0xE0..=0xF9 => moved(lead, 0xE0, 42, trail),
        _ => None,
    }
}

fn composed(lead: u8, trail: u8) -> Option<char> {
    let bits = usize::from(u16::from_be_bytes([lead, trail]));
    let initial = INITIALS[bits >> 10 & 31];
    let medial = MEDIALS[bits >> 5 & 31];
    let last = FINALS[bits & 31];
    match (initial, medial, last) {
        (X, _, _) | (_, X, _) | (_, _, X) => None,
        (initial, NONE, NONE) if initial != NONE => LONE_INITIALS.chars().nth(initial.into()),
        (NONE, medial, NONE) if medial != NONE => char::from_u32(0x314F + u32::from(medial)),
        (NONE, NONE, last) if last != NONE => LONE_FINALS.chars().nth(usize::from(last) - 1),
        (NONE, _, _) | (_, NONE, _) => None,
        (initial, medial, last) => {
            let last = if last == NONE { 0 } else { last };
            let syllable = (u32::from(initial) * 21 + u32::from(medial)) * 28 + u32::from(last);
            char::from_u32(0xAC00 + syllable)
        }
    }
}

/// A character of KS X 1001 of the two rows that begin at `row`, two more for every
/// lead byte after `first`.
fn moved(lead: u8, first: u8, row: u8, trail: u8) -> Option<char> {
    let (second, column) = match trail {
        0x31..=0x7E => (0, trail - 0x30),
        0x91..=0xA0 => (0, trail - 0x91 + 79),
        0xA1..=0xFE => (1, trail - 0xA0),
        _ => return None,
    };
    let row = row + (lead - first) * 2 + second;
    let bytes = [0xA0 + row, 0xA0 + column];
    let (text, broken) = EUC_KR.decode_without_bom_handling(&bytes);
    (!broken).then(|| text.chars().next()).flatten()
}
