//! Standard encryption: the binary description that Office 2007 writes
//! ([MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.9).

use super::cipher::{Hash, decrypt_blocks};

/// How often the password is hashed.
const ROUNDS: u32 = 50_000;

/// What tells a right password from a wrong one.
pub(super) struct Standard {
    /// In bytes.
    key_size: usize,
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
}

impl Standard {
    /// Reads what follows the version; `None` for other ciphers than AES.
    pub(super) fn read(info: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(*info.get(at..)?.first_chunk()?));
        let header_size = usize::try_from(number(4)?).ok()?;
        // After flags and size: flags, extra size, algorithm, hash, key size in bits.
        let (algorithm, key_bits) = (number(16)?, number(24)?);
        let default_bits = match algorithm {
            0x660e => 128,
            0x660f => 192,
            0x6610 => 256,
            _ => return None,
        };
        let key_bits = if key_bits == 0 {
            default_bits
        } else {
            key_bits
        };
        let verifier = info.get(8_usize.checked_add(header_size)?..)?;
        Some(Self {
            key_size: usize::try_from(key_bits / 8).ok()?,
            salt: verifier.get(4..20)?.to_vec(),
            verifier: verifier.get(20..36)?.to_vec(),
            verifier_hash: verifier.get(40..72)?.to_vec(),
        })
    }

    /// The data, or `None` when the password is another.
    pub(super) fn decrypt(&self, password: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        let key = self.key(password)?;
        let verifier = decrypt_blocks(&key, &self.verifier)?;
        let expected = decrypt_blocks(&key, &self.verifier_hash)?;
        let hash = Hash::Sha1.of(&[&verifier]);
        expected
            .starts_with(&hash)
            .then(|| decrypt_blocks(&key, data))?
    }

    fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        let hash = Hash::Sha1.of_password(&self.salt, password, ROUNDS);
        let hash = Hash::Sha1.of(&[&hash, &0_u32.to_le_bytes()]);
        let stretched = |fill: u8| {
            let mut pad = [fill; 64];
            pad.iter_mut()
                .zip(&hash)
                .for_each(|(pad, byte)| *pad ^= byte);
            Hash::Sha1.of(&[&pad])
        };
        let key = [stretched(0x36), stretched(0x5c)].concat();
        Some(key.get(..self.key_size)?.to_vec())
    }
}
