//! Agile encryption: ciphers and keys described in XML ([MS-OFFCRYPTO] 2.3.4.10 to
//! 2.3.4.15).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::events::BytesStart;

use super::cipher::{BLOCK, Hash, decrypt_chained};
use crate::extract::xml::{self, Visitor, attribute};

/// More rounds than this no program writes; they would only cost time.
const MAX_ROUNDS: u32 = 10_000_000;
/// The package is encrypted in pieces of this many bytes.
const SEGMENT: usize = 4096;

const VERIFIER_INPUT: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VERIFIER_VALUE: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY_VALUE: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];

/// How the package is encrypted, and how its key is.
pub(super) struct Agile {
    data: Parameters,
    key: Parameters,
    rounds: u32,
    verifier_input: Vec<u8>,
    verifier_value: Vec<u8>,
    key_value: Vec<u8>,
}

struct Parameters {
    hash: Hash,
    salt: Vec<u8>,
    /// In bytes.
    key_size: usize,
}

impl Agile {
    /// Reads the description; `None` when it names other ciphers than chained AES, or
    /// no password.
    pub(super) fn read(info: &[u8]) -> Option<Self> {
        let mut found = Description::default();
        // What follows the end of the description is padding.
        let _ = xml::walk(&String::from_utf8_lossy(info), &mut found);
        Some(Self {
            data: found.data?,
            key: found.key?,
            rounds: found.rounds.filter(|rounds| *rounds <= MAX_ROUNDS)?,
            verifier_input: found.verifier_input?,
            verifier_value: found.verifier_value?,
            key_value: found.key_value?,
        })
    }

    /// The data, or `None` when the password is another.
    pub(super) fn decrypt(&self, password: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        let hash = self
            .key
            .hash
            .of_password(&self.key.salt, password, self.rounds);
        let open = |purpose: &[u8], value: &[u8]| {
            let key = fitted(self.key.hash.of(&[&hash, purpose]), self.key.key_size);
            decrypt_chained(&key, &fitted(self.key.salt.clone(), BLOCK), value)
        };
        let input = open(&VERIFIER_INPUT, &self.verifier_input)?;
        let expected = open(&VERIFIER_VALUE, &self.verifier_value)?;
        if !expected.starts_with(&self.key.hash.of(&[&input])) {
            return None;
        }
        let key = open(&KEY_VALUE, &self.key_value)?;
        self.decrypt_segments(key.get(..self.data.key_size)?, data)
    }

    fn decrypt_segments(&self, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(data.len());
        for (number, segment) in (0_u32..).zip(data.chunks(SEGMENT)) {
            let start = self.data.hash.of(&[&self.data.salt, &number.to_le_bytes()]);
            out.extend(decrypt_chained(key, &fitted(start, BLOCK), segment)?);
        }
        Some(out)
    }
}

/// Cut or filled up to a size.
fn fitted(mut bytes: Vec<u8>, size: usize) -> Vec<u8> {
    bytes.resize(size, 0x36);
    bytes
}

#[derive(Default)]
struct Description {
    data: Option<Parameters>,
    key: Option<Parameters>,
    rounds: Option<u32>,
    verifier_input: Option<Vec<u8>>,
    verifier_value: Option<Vec<u8>>,
    key_value: Option<Vec<u8>>,
}

impl Visitor for Description {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "keyData" => self.data = parameters(tag),
            // The other key encryptor is a certificate.
            "encryptedKey" if attribute(tag, "spinCount").is_some() => {
                self.key = parameters(tag);
                self.rounds = attribute(tag, "spinCount").and_then(|count| count.parse().ok());
                self.verifier_input = decoded(tag, "encryptedVerifierHashInput");
                self.verifier_value = decoded(tag, "encryptedVerifierHashValue");
                self.key_value = decoded(tag, "encryptedKeyValue");
            }
            _ => {}
        }
    }
}

fn parameters(tag: &BytesStart<'_>) -> Option<Parameters> {
    let aes = attribute(tag, "cipherAlgorithm")? == "AES";
    let chained = attribute(tag, "cipherChaining")? == "ChainingModeCBC";
    let bits: usize = attribute(tag, "keyBits")?.parse().ok()?;
    let known = aes && chained && matches!(bits, 128 | 192 | 256);
    Some(Parameters {
        hash: Hash::named(&attribute(tag, "hashAlgorithm")?)?,
        salt: decoded(tag, "saltValue")?,
        key_size: known.then_some(bits / 8)?,
    })
}

fn decoded(tag: &BytesStart<'_>, name: &str) -> Option<Vec<u8>> {
    STANDARD.decode(attribute(tag, name)?).ok()
}
