//! The hashes and ciphers that encrypted packages name.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{Block, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use aes::{Aes128, Aes192, Aes256};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The size of a block of AES, in bytes.
pub(super) const BLOCK: usize = 16;

/// A hash algorithm.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "SHA1" | "SHA-1" => Some(Self::Sha1),
            "SHA256" | "SHA-256" => Some(Self::Sha256),
            "SHA384" | "SHA-384" => Some(Self::Sha384),
            "SHA512" | "SHA-512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of the parts, one after the other.
    pub(super) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The hash of salt and password, hashed again `rounds` times with a counter.
    pub(super) fn of_password(self, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
        (0..rounds).fold(self.of(&[salt, password]), |hash, round| {
            self.of(&[&round.to_le_bytes(), &hash])
        })
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

/// Decrypts whole blocks chained to each other; a torn block at the end is left out.
/// `None` for a key or start of a length that AES does not know.
pub(super) fn decrypt_chained(key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    fn with<C>(key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>>
    where
        cbc::Decryptor<C>: aes::cipher::KeyIvInit + aes::cipher::BlockModeDecrypt,
        C: aes::cipher::BlockCipherDecrypt,
    {
        let cipher = cbc::Decryptor::<C>::new_from_slices(key, start).ok()?;
        cipher.decrypt_padded_vec::<NoPadding>(data).ok()
    }
    let whole = &data[..data.len() - data.len() % BLOCK];
    match key.len() {
        16 => with::<Aes128>(key, start, whole),
        24 => with::<Aes192>(key, start, whole),
        32 => with::<Aes256>(key, start, whole),
        _ => None,
    }
}

/// Decrypts whole blocks, each for itself.
pub(super) fn decrypt_blocks(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    fn with<C: KeyInit + aes::cipher::BlockCipherDecrypt>(
        key: &[u8],
        data: &[u8],
    ) -> Option<Vec<u8>> {
        let cipher = C::new_from_slice(key).ok()?;
        let mut out = Vec::with_capacity(data.len());
        for chunk in data.chunks_exact(BLOCK) {
            let mut block = Block::<C>::try_from(chunk).ok()?;
            cipher.decrypt_block(&mut block);
            out.extend_from_slice(&block);
        }
        Some(out)
    }
    match key.len() {
        16 => with::<Aes128>(key, data),
        24 => with::<Aes192>(key, data),
        32 => with::<Aes256>(key, data),
        _ => None,
    }
}
