//! RC4 with a key for every block, as Office 97 to 2003 lock their streams
//! ([MS-OFFCRYPTO] 2.3.5 and 2.3.6).

use md5::Md5;
use rc4::{KeyInit as _, Rc4, StreamCipher as _};
use sha1::{Digest, Sha1};

use crate::bytes::{place_at, u16_at, u32_at};

/// A key of 40 bits, which is filled up.
const SHORT_KEY: usize = 5;

/// How a document is locked.
pub(crate) struct Lock {
    scheme: Scheme,
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Office 97 and 2000: MD5, of which 40 bits count.
    Md5,
    /// Office 2002 and later: SHA-1, with a key of so many bytes.
    Sha1 { key_size: usize },
}

impl Lock {
    /// Reads a description, from its version on; `None` for other ways to lock.
    pub(crate) fn read(described: &[u8]) -> Option<Self> {
        let (scheme, at, hash_size) = match (u16_at(described, 0)?, u16_at(described, 2)?) {
            (1, 1) => (Scheme::Md5, 4, 16),
            (2..=4, 2) => {
                // Flags and size of the header, then the header, in which the bits of
                // the key come fifth; zero means 40.
                let header = place_at(described, 8)?;
                let bits = u32_at(described, 12 + 16)?;
                let bits = if bits == 0 { 40 } else { bits };
                let key_size = usize::try_from(bits / 8).ok()?;
                let at = 12_usize.checked_add(header)?.checked_add(4)?;
                (Scheme::Sha1 { key_size }, at, 20)
            }
            _ => return None,
        };
        let rest = described.get(at..)?;
        let hash_at = match scheme {
            Scheme::Md5 => 32,
            // Its size comes first.
            Scheme::Sha1 { key_size } => (5..=16).contains(&key_size).then_some(36)?,
        };
        Some(Self {
            scheme,
            salt: rest.get(..16)?.to_vec(),
            verifier: rest.get(16..32)?.to_vec(),
            verifier_hash: rest.get(hash_at..hash_at + hash_size)?.to_vec(),
        })
    }

    /// The key that a password makes; `None` for a wrong one.
    pub(crate) fn key(&self, password: &str) -> Option<Key> {
        let key = Key {
            scheme: self.scheme,
            secret: self.scheme.secret(&self.salt, password),
        };
        let mut text = [self.verifier.as_slice(), &self.verifier_hash].concat();
        key.apply(text.len(), &mut text);
        let (verifier, hash) = text.split_at(self.verifier.len());
        let is_right = match self.scheme {
            Scheme::Md5 => Md5::digest(verifier)[..] == *hash,
            Scheme::Sha1 { .. } => Sha1::digest(verifier)[..] == *hash,
        };
        is_right.then_some(key)
    }
}

/// What opens a document.
pub(crate) struct Key {
    scheme: Scheme,
    secret: Vec<u8>,
}

impl Key {
    /// Encrypts or decrypts a stream, which is the same; every `block` bytes have a key
    /// of their own.
    pub(crate) fn apply(&self, block: usize, data: &mut [u8]) {
        self.scheme.apply(&self.secret, block, data);
    }
}

impl Scheme {
    /// What the keys of all blocks are made of.
    pub(crate) fn secret(self, salt: &[u8], password: &str) -> Vec<u8> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        match self {
            Self::Md5 => {
                let short = &Md5::digest(&password)[..5];
                Md5::digest([short, salt].concat().repeat(16))[..5].to_vec()
            }
            Self::Sha1 { .. } => Sha1::digest([salt, &password].concat()).to_vec(),
        }
    }

    /// See [`Key::apply`].
    pub(crate) fn apply(self, secret: &[u8], block: usize, data: &mut [u8]) {
        for (number, block) in (0_u32..).zip(data.chunks_mut(block)) {
            let seed = [secret, &number.to_le_bytes()].concat();
            let key = match self {
                Self::Md5 => Md5::digest(seed).to_vec(),
                Self::Sha1 { key_size } => {
                    let mut key = Sha1::digest(seed)[..key_size].to_vec();
                    if key_size == SHORT_KEY {
                        key.resize(16, 0);
                    }
                    key
                }
            };
            // Keys of these lengths are all RC4 keys.
            if let Ok(mut cipher) = Rc4::new_from_slice(&key) {
                cipher.apply_keystream(block);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const SALT: [u8; 16] = *b"0123456789abcdef";

    /// The description and the secret of a password, for building locked files.
    pub(crate) fn lock(scheme: Scheme, password: &str) -> (Vec<u8>, Vec<u8>) {
        let numbers = |numbers: &[u32]| -> Vec<u8> {
            numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect()
        };
        let secret = scheme.secret(&SALT, password);
        let mut proof = SALT.to_vec();
        let (mut described, size_of_hash) = match scheme {
            Scheme::Md5 => {
                proof.extend(Md5::digest(SALT));
                (vec![1, 0, 1, 0], vec![])
            }
            Scheme::Sha1 { key_size } => {
                proof.extend(Sha1::digest(SALT));
                let bits = u32::try_from(8 * key_size).unwrap();
                let header = [4, 0x20, 4, 0, 0x6801, 0x8004, bits, 1, 0, 0, 16];
                let described = [vec![2, 0, 2, 0], numbers(&header)].concat();
                (described, numbers(&[20]))
            }
        };
        let length = proof.len();
        scheme.apply(&secret, length, &mut proof);
        described.extend(SALT);
        described.extend(&proof[..16]);
        described.extend(size_of_hash);
        described.extend(&proof[16..]);
        (described, secret)
    }
}
