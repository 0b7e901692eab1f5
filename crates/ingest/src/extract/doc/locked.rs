//! Documents locked with a password: RC4 over the streams, as Word 97 to 2003 have it
//! ([MS-OFFCRYPTO] 2.3.5 and 2.3.6).

use md5::Md5;
use rc4::{KeyInit as _, Rc4, StreamCipher as _};
use sha1::{Digest, Sha1};

use super::bytes::{place_at, u16_at, u32_at};
use crate::error::IngestError;
use crate::extract::Given;

/// The beginning of the main stream is never encrypted.
const OPEN_BYTES: usize = 0x44;
/// Each block has a key of its own.
const BLOCK: usize = 512;

/// A key of 40 bits, which is filled up.
const SHORT_KEY: usize = 5;

/// Decrypts both streams in place.
pub(super) fn unlock(
    main: &mut [u8],
    table: &mut [u8],
    given: &Given<'_>,
) -> Result<(), IngestError> {
    let lock = Lock::read(table).ok_or_else(|| IngestError::UnknownType {
        found: "a locked document whose encryption is not known".into(),
    })?;
    let password = given.password.ok_or(IngestError::Encrypted)?;
    let secret = lock.scheme.secret(&lock.salt, password);
    if !lock.opens(&secret) {
        return Err(IngestError::WrongPassword);
    }
    let open = main.first_chunk::<OPEN_BYTES>().copied();
    lock.scheme.apply(&secret, main);
    if let Some(open) = open {
        main[..OPEN_BYTES].copy_from_slice(&open);
    }
    lock.scheme.apply(&secret, table);
    Ok(())
}

/// How a document is locked, from the beginning of its table stream.
struct Lock {
    scheme: Scheme,
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Word 97 and 2000: MD5, of which 40 bits count.
    Md5,
    /// Word 2002 and later: SHA-1, with a key of so many bytes.
    Sha1 { key_size: usize },
}

impl Lock {
    fn read(table: &[u8]) -> Option<Self> {
        let (scheme, at, hash_size) = match (u16_at(table, 0)?, u16_at(table, 2)?) {
            (1, 1) => (Scheme::Md5, 4, 16),
            (2..=4, 2) => {
                // Flags and size of the header, then the header, in which the bits of
                // the key come fifth; zero means 40.
                let header = place_at(table, 8)?;
                let bits = u32_at(table, 12 + 16)?;
                let bits = if bits == 0 { 40 } else { bits };
                let key_size = usize::try_from(bits / 8).ok()?;
                let at = 12_usize.checked_add(header)?.checked_add(4)?;
                (Scheme::Sha1 { key_size }, at, 20)
            }
            _ => return None,
        };
        let rest = table.get(at..)?;
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

    /// Whether the secret is the right one.
    fn opens(&self, secret: &[u8]) -> bool {
        let mut text = [self.verifier.as_slice(), &self.verifier_hash].concat();
        self.scheme.apply(secret, &mut text);
        let (verifier, hash) = text.split_at(self.verifier.len());
        match self.scheme {
            Scheme::Md5 => Md5::digest(verifier)[..] == *hash,
            Scheme::Sha1 { .. } => Sha1::digest(verifier)[..] == *hash,
        }
    }
}

impl Scheme {
    /// What the keys of all blocks are made of.
    pub(super) fn secret(self, salt: &[u8], password: &str) -> Vec<u8> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        match self {
            Self::Md5 => {
                let short = &Md5::digest(&password)[..5];
                Md5::digest([short, salt].concat().repeat(16))[..5].to_vec()
            }
            Self::Sha1 { .. } => Sha1::digest([salt, &password].concat()).to_vec(),
        }
    }

    /// Encrypts or decrypts, which is the same.
    pub(super) fn apply(self, secret: &[u8], data: &mut [u8]) {
        for (number, block) in (0_u32..).zip(data.chunks_mut(BLOCK)) {
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
