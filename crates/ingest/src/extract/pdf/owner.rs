//! What hayro does not know of encrypted PDFs.
//!
//! The owner's password opens a file as the user's does. hayro takes the user's password alone, for files encrypted with RC4 or AES-128. In
//! these the owner's encrypts the user's (ISO 32000-1, 7.6.3.4, algorithm 7), so that
//! one leads to the other.

use std::ops::Range;

use hayro_syntax::object::{Dict, FromBytes as _, Name, String as Text};
use md5::{Digest as _, Md5};

/// Fills passwords up to 32 bytes.
const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
    0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// The user's password that the owner's leads to; a wrong one leads to a wrong one.
/// Nothing where the file is encrypted in another way.
pub(super) fn user_password(file: &[u8], owner: &str) -> Option<String> {
    let dict = encryption(file)?;
    let revision = dict.get::<u8>(b"R")?;
    if !(2..=4).contains(&revision) {
        return None;
    }
    let length = match revision {
        2 => 5,
        _ => usize::from(dict.get::<u16>(b"Length").unwrap_or(128) / 8).clamp(5, 16),
    };
    let mut hash: [u8; 16] = Md5::digest(padded(owner.as_bytes())).into();
    if revision > 2 {
        for _ in 0..50 {
            hash = Md5::digest(&hash[..length]).into();
        }
    }
    let mut secret = dict.get::<Text<'_>>(b"O")?.as_bytes().get(..32)?.to_vec();
    let rounds = if revision == 2 { 0..=0 } else { 0..=19 };
    for round in rounds.rev() {
        let key: Vec<u8> = hash[..length].iter().map(|byte| byte ^ round).collect();
        rc4(&key, &mut secret);
    }
    String::from_utf8(without_padding(&secret).to_vec()).ok()
}

/// The dictionary of the standard encryption, which is never encrypted itself.
fn encryption(file: &[u8]) -> Option<Dict<'_>> {
    let after = &file[mention(file)?.end..];
    let after = after.trim_ascii_start();
    if after.starts_with(b"<<") {
        return Dict::from_bytes(after);
    }
    let mut words = after.split(u8::is_ascii_whitespace);
    let (number, generation) = (words.next()?, words.next()?);
    let head = [number, b" ", generation, b" obj"].concat();
    let at = std::iter::successors(find_last(file, &head), |at| find_last(&file[..*at], &head))
        .find(|at| *at == 0 || !file[at - 1].is_ascii_digit())?;
    Dict::from_bytes(file[at + head.len()..].trim_ascii_start())
}

/// Where the trailer speaks of the encryption: not the last one of other names that
/// begin like this.
fn mention(file: &[u8]) -> Option<Range<usize>> {
    const NAME: &[u8] = b"/Encrypt";
    std::iter::successors(find_last(file, NAME), |at| find_last(&file[..*at], NAME))
        .map(|at| at..at + NAME.len())
        .find(|name| !file.get(name.end).is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether it is encrypted, as far as that can be told of a broken file.
pub(super) fn is_encrypted(file: &[u8]) -> bool {
    encryption(file).is_some()
}

/// The file as it is for those who do not read its attachments, where only these are
/// encrypted: nothing else speaks of the encryption any more.
pub(super) fn with_open_pages(file: &[u8]) -> Option<Vec<u8>> {
    let dict = encryption(file)?;
    let version = dict.get::<u8>(b"V")?;
    let open = |key: &[u8]| {
        let filter = dict.get::<Name<'_>>(key);
        filter.is_none_or(|filter| filter.as_ref() == b"Identity")
    };
    if version < 4 || !open(b"StmF") || !open(b"StrF") {
        return None;
    }
    let mut file = file.to_vec();
    let name = mention(&file)?;
    file[name].copy_from_slice(b"/Nothing");
    Some(file)
}

fn find_last(file: &[u8], what: &[u8]) -> Option<usize> {
    file.windows(what.len()).rposition(|window| window == what)
}

fn padded(password: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let bytes = password.iter().chain(&PADDING);
    out.iter_mut()
        .zip(bytes)
        .for_each(|(out, byte)| *out = *byte);
    out
}

fn without_padding(secret: &[u8]) -> &[u8] {
    let length = (0..=secret.len())
        .find(|length| secret[*length..] == PADDING[..secret.len() - length])
        .unwrap_or(secret.len());
    &secret[..length]
}

/// Encrypts or decrypts in place.
fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: [u8; 256] = std::array::from_fn(|n| n.to_le_bytes()[0]);
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        let mixed = state[usize::from(i)].wrapping_add(state[usize::from(j)]);
        *byte ^= state[usize::from(mixed)];
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn rc4_gives_the_known_answer() {
        let mut data = *b"Plaintext";
        rc4(b"Key", &mut data);
        assert_eq!(data, [0xbb, 0xf3, 0x16, 0xe8, 0xd9, 0x40, 0xaf, 0x0a, 0xd3]);
    }

    #[test]
    fn padding_goes_again() {
        assert_eq!(without_padding(&padded(b"asdf")), b"asdf");
        assert_eq!(without_padding(&padded(b"")), b"");
    }

    /// The other direction, as a program writes it: revision 2, a key of 40 bits.
    #[test]
    fn the_owners_password_leads_to_the_users() {
        let hash: [u8; 16] = Md5::digest(padded(b"owner")).into();
        let mut secret = padded(b"user");
        rc4(&hash[..5], &mut secret);
        let mut hex = String::new();
        for byte in secret {
            write!(hex, "{byte:02x}").unwrap();
        }
        let dict = format!("<< /R 2 /O <{hex}> /EncryptMetadata false >>");
        for file in [
            format!("12 0 obj\n{dict}\nendobj\ntrailer << /Encrypt 12 0 R >>"),
            format!("trailer << /Encrypt {dict} /Root 1 0 R >>"),
        ] {
            let user = |owner| user_password(file.as_bytes(), owner);
            assert_eq!(user("owner").as_deref(), Some("user"), "{file}");
            assert_ne!(user("wrong").as_deref(), Some("user"));
        }
    }
}
