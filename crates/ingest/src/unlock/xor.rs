//! Obfuscation by XOR, as Excel before 2002 locks workbooks ([MS-OFFCRYPTO] 2.3.7).

use crate::bytes::u16_at;

/// More characters do not count.
const MAX_CHARS: usize = 15;
/// Fills the password up.
const FILL: [u8; MAX_CHARS] = [
    0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00,
];
/// What a key begins with, by the length of its password.
const FIRST: [u16; MAX_CHARS] = [
    0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9,
    0x280c, 0xa96a, 0x4ec3,
];
/// What the bits of a character add to the key, by its distance from the end.
const BITS: [[u16; 7]; MAX_CHARS] = [
    [0xaefc, 0x4dd9, 0x9bb2, 0x2745, 0x4e8a, 0x9d14, 0x2a09],
    [0x7b61, 0xf6c2, 0xfda5, 0xeb6b, 0xc6f7, 0x9dcf, 0x2bbf],
    [0x4563, 0x8ac6, 0x05ad, 0x0b5a, 0x16b4, 0x2d68, 0x5ad0],
    [0x0375, 0x06ea, 0x0dd4, 0x1ba8, 0x3750, 0x6ea0, 0xdd40],
    [0xd849, 0xa0b3, 0x5147, 0xa28e, 0x553d, 0xaa7a, 0x44d5],
    [0x6f45, 0xde8a, 0xad35, 0x4a4b, 0x9496, 0x390d, 0x721a],
    [0xeb23, 0xc667, 0x9cef, 0x29ff, 0x53fe, 0xa7fc, 0x5fd9],
    [0x47d3, 0x8fa6, 0x0f6d, 0x1eda, 0x3db4, 0x7b68, 0xf6d0],
    [0xb861, 0x60e3, 0xc1c6, 0x93ad, 0x377b, 0x6ef6, 0xddec],
    [0x45a0, 0x8b40, 0x06a1, 0x0d42, 0x1a84, 0x3508, 0x6a10],
    [0xaa51, 0x4483, 0x8906, 0x022d, 0x045a, 0x08b4, 0x1168],
    [0x76b4, 0xed68, 0xcaf1, 0x85c3, 0x1ba7, 0x374e, 0x6e9c],
    [0x3730, 0x6e60, 0xdcc0, 0xa9a1, 0x4363, 0x86c6, 0x1dad],
    [0x3331, 0x6662, 0xccc4, 0x89a9, 0x0373, 0x06e6, 0x0dcc],
    [0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48c4],
];

/// What tells a right password from a wrong one.
pub(crate) struct Obfuscation {
    key: u16,
    verifier: u16,
}

/// What opens a stream.
pub(crate) struct Key([u8; 16]);

impl Obfuscation {
    pub(crate) fn read(described: &[u8]) -> Option<Self> {
        Some(Self {
            key: u16_at(described, 0)?,
            verifier: u16_at(described, 2)?,
        })
    }

    /// The key that a password makes; `None` for a wrong one.
    pub(crate) fn key(&self, password: &str) -> Option<Key> {
        let password = letters(password);
        let key = key(&password)?;
        (self.key == key && self.verifier == verifier(&password)).then(|| Key::of(&password, key))
    }
}

impl Key {
    fn of(password: &[u8], key: u16) -> Self {
        let mut bytes = [0; 16];
        let filled = password.iter().chain(&FILL);
        let keys = key.to_le_bytes().into_iter().cycle();
        for ((byte, letter), key) in bytes.iter_mut().zip(filled).zip(keys) {
            *byte = (letter ^ key).rotate_left(2);
        }
        Self(bytes)
    }

    /// Opens the content of a record; `end` is where that ends in the stream.
    pub(crate) fn open(&self, end: usize, content: &mut [u8]) {
        for (byte, at) in content.iter_mut().zip(end..) {
            *byte = byte.rotate_left(3) ^ self.0[at % 16];
        }
    }
}

/// A password, a byte for each character.
fn letters(password: &str) -> Vec<u8> {
    let units = password.encode_utf16().take(MAX_CHARS);
    units
        .map(|unit| match unit.to_le_bytes() {
            [0, high] => high,
            [low, _] => low,
        })
        .collect()
}

fn key(password: &[u8]) -> Option<u16> {
    let first = FIRST[password.len().checked_sub(1)?];
    let bits = &BITS[MAX_CHARS - password.len()..];
    let added = password.iter().zip(bits).flat_map(|(letter, bits)| {
        let set = bits.iter().enumerate();
        set.filter(move |(bit, _)| letter >> bit & 1 == 1)
            .map(|(_, added)| *added)
    });
    Some(added.fold(first, |key, added| key ^ added))
}

fn verifier(password: &[u8]) -> u16 {
    let turned = |value: u16| (value << 1 | value >> 14) & 0x7fff;
    let length = u16::try_from(password.len()).unwrap_or(u16::MAX);
    let letters = password
        .iter()
        .rev()
        .fold(0, |value, letter| turned(value) ^ u16::from(*letter));
    turned(letters) ^ length ^ 0xce4b
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The description and the key of a password, for building locked files.
    pub(crate) fn lock(password: &str) -> ([u8; 4], Key) {
        let letters = letters(password);
        let key = key(&letters).unwrap();
        let [a, b] = key.to_le_bytes();
        let [c, d] = verifier(&letters).to_le_bytes();
        ([a, b, c, d], Key::of(&letters, key))
    }

    /// The other way round than [`Key::open`].
    pub(crate) fn close(key: &Key, end: usize, content: &mut [u8]) {
        for (byte, at) in content.iter_mut().zip(end..) {
            *byte = (*byte ^ key.0[at % 16]).rotate_right(3);
        }
    }

    #[test]
    fn keys_are_those_of_excel() {
        let (described, key) = lock("abc");
        assert_eq!(described, [0x4a, 0x51, 0x1a, 0xcc]);
        let expected = [
            0xac, 0xcc, 0xa4, 0xab, 0xd6, 0xba, 0xc3, 0xba, 0xd6, 0xa3, 0x2b, 0x45, 0xd3, 0x79,
            0x29, 0xbb,
        ];
        assert_eq!(key.0, expected);
        let obfuscation = Obfuscation::read(&described).unwrap();
        assert!(obfuscation.key("abc").is_some());
        assert!(obfuscation.key("abd").is_none() && obfuscation.key("").is_none());
    }
}
