//! The hashes and ciphers that encrypted files name.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{Block, BlockCipherEncrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use aes::{Aes128, Aes192, Aes256};
use blowfish::Blowfish;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The size of a block of AES, in bytes.
pub(crate) const BLOCK: usize = 16;
/// What the counter mode starts with, in bytes.
const COUNTED_START: usize = 12;

/// A hash algorithm.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Hash {
    #[default]
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "SHA1" | "SHA-1" => Some(Self::Sha1),
            "SHA256" | "SHA-256" => Some(Self::Sha256),
            "SHA384" | "SHA-384" => Some(Self::Sha384),
            "SHA512" | "SHA-512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of the parts, one after the other.
    pub(crate) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The hash of salt and password, hashed again `rounds` times with a counter.
    pub(crate) fn of_password(self, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
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
pub(crate) fn decrypt_chained(key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>> {
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

/// Decrypts AES in counter mode with a tag (GCM): twelve bytes to start with, the data,
/// the tag. The tag is not checked; what is damaged shows where it is unpacked.
pub(crate) fn decrypt_counted(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    fn with<C: KeyInit + BlockCipherEncrypt>(
        key: &[u8],
        start: &[u8; COUNTED_START],
        data: &mut [u8],
    ) -> Option<()> {
        let cipher = C::new_from_slice(key).ok()?;
        // The first number encrypts the tag.
        for (number, chunk) in (2_u32..).zip(data.chunks_mut(BLOCK)) {
            let counter = [start.as_slice(), &number.to_be_bytes()].concat();
            let mut block = Block::<C>::try_from(counter.as_slice()).ok()?;
            cipher.encrypt_block(&mut block);
            mix(chunk, &block);
        }
        Some(())
    }
    let (start, rest) = data.split_first_chunk()?;
    let mut out = rest.get(..rest.len().checked_sub(BLOCK)?)?.to_vec();
    match key.len() {
        16 => with::<Aes128>(key, start, &mut out)?,
        24 => with::<Aes192>(key, start, &mut out)?,
        32 => with::<Aes256>(key, start, &mut out)?,
        _ => return None,
    }
    Some(out)
}

/// Decrypts Blowfish where each encrypted block is fed back into the next (CFB).
pub(crate) fn decrypt_fed_back(key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let cipher = <Blowfish>::new_from_slice(key).ok()?;
    let mut fed = Block::<Blowfish>::try_from(start).ok()?;
    let mut out = data.to_vec();
    for chunk in out.chunks_mut(fed.len()) {
        cipher.encrypt_block(&mut fed);
        let encrypted = chunk.to_vec();
        mix(chunk, &fed);
        fed[..encrypted.len()].copy_from_slice(&encrypted);
    }
    Some(out)
}

fn mix(data: &mut [u8], key: &[u8]) {
    data.iter_mut()
        .zip(key)
        .for_each(|(byte, key)| *byte ^= key);
}

/// Decrypts whole blocks, each for itself.
pub(crate) fn decrypt_blocks(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn counting_gives_the_known_answer() {
        let locked = bytes(
            "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
        );
        assert_eq!(decrypt_counted(&[0; 32], &locked), Some(vec![0; 16]));
        assert_eq!(decrypt_counted(&[0; 32], &locked[..20]), None);
    }

    #[test]
    fn feeding_back_gives_the_known_answer() {
        let key = bytes("0123456789abcdeff0e1d2c3b4a59687");
        let locked = bytes("e73214a2822139caf26ecf6d2eb9e76e3da3de04d1517200519d57a6c3");
        let opened = decrypt_fed_back(&key, &bytes("fedcba9876543210"), &locked).unwrap();
        assert_eq!(opened, b"7654321 Now is the time for \0");
    }
}
