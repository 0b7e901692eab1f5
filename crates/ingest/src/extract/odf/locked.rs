//! OpenDocument files locked with a password (OpenDocument 1.3, part 2, 3.4): each part
//! for itself, or since LibreOffice 24.2 the whole package as one part.

use std::collections::HashMap;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::events::BytesStart;
use sha1::Sha1;

use crate::error::IngestError;
use crate::extract::Given;
use crate::extract::package::Package;
use crate::extract::xml::{self, Visitor, attribute};
use crate::unlock::cipher::{self, Hash};

/// The part that is the whole package.
pub(super) const WHOLE: &str = "encrypted-package";

/// What checksums are made of, in bytes: the beginning.
const CHECKED: usize = 1024;
/// The largest key that a cipher here takes, in bytes.
const MAX_KEY: usize = 32;
/// Writers hash the password a hundred thousand times, or six.
const MAX_ROUNDS: u32 = 10_000_000;
/// The most memory that making a key may take, in KiB; LibreOffice takes 64 MiB.
const MAX_MEMORY: u32 = 256 << 10;
/// How often that memory may be filled; LibreOffice fills it three times.
const MAX_PASSES: u32 = 16;

/// How the parts of a package are locked, by their paths.
#[derive(Default)]
pub(super) struct Locks {
    of_parts: HashMap<String, Lock>,
    /// The part that is being described.
    path: String,
    open: Option<Lock>,
}

#[derive(Debug, Default)]
struct Lock {
    cipher: Option<Cipher>,
    start: Vec<u8>,
    /// Of the password, before the key is made of it.
    hash: Hash,
    derivation: Option<Derivation>,
    salt: Vec<u8>,
    key_size: Option<usize>,
    /// Of the beginning of what is locked.
    checksum: Option<(Hash, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy)]
enum Cipher {
    AesChained { key_size: usize },
    AesCounted { key_size: usize },
    Blowfish,
}

/// How a key is made of a password's hash.
#[derive(Debug, Clone, Copy)]
enum Derivation {
    Pbkdf2 {
        rounds: u32,
    },
    Argon2 {
        passes: u32,
        memory: u32,
        lanes: u32,
    },
}

impl Locks {
    /// Reads the package's manifest.
    pub(super) fn read(package: &mut Package<'_>) -> Result<Self, IngestError> {
        let manifest = package.part("META-INF/manifest.xml")?.unwrap_or_default();
        let mut locks = Self::default();
        let _ = xml::walk(&manifest, &mut locks);
        Ok(locks)
    }

    /// The text of a part, whether it is locked or not.
    pub(super) fn part(
        &self,
        package: &mut Package<'_>,
        path: &str,
        given: &Given<'_>,
    ) -> Result<Option<String>, IngestError> {
        let Some(lock) = self.of_parts.get(path) else {
            return package.part(path);
        };
        let Some(data) = package.bytes(path)? else {
            return Ok(None);
        };
        let packed = lock.open(&data, given)?;
        let text = package.inflated(&packed)?;
        Ok(Some(crate::extract::decode::decode(&text).text))
    }

    /// The package that is locked as a whole.
    pub(super) fn whole(
        &self,
        package: &mut Package<'_>,
        given: &Given<'_>,
    ) -> Result<Vec<u8>, IngestError> {
        let lock = self.of_parts.get(WHOLE).ok_or_else(unknown)?;
        let data = package.bytes(WHOLE)?.unwrap_or_default();
        let opened = lock.open(&data, given)?;
        if crate::kind::is_zip(&opened) {
            return Ok(opened);
        }
        let inner = package.inflated(&opened).unwrap_or_default();
        if crate::kind::is_zip(&inner) {
            Ok(inner)
        } else {
            // Where there is no checksum, this tells a wrong password.
            Err(IngestError::locked(given))
        }
    }
}

impl Visitor for Locks {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "file-entry" => self.path = attribute(tag, "full-path").unwrap_or_default(),
            "encryption-data" => self.open = Some(Lock::of(tag)),
            _ => {
                if let Some(lock) = &mut self.open {
                    lock.describe(name, tag);
                }
            }
        }
    }

    fn close(&mut self, name: &str) {
        if name == "encryption-data"
            && let Some(lock) = self.open.take()
        {
            self.of_parts.insert(self.path.clone(), lock);
        }
    }
}

impl Lock {
    fn of(tag: &BytesStart<'_>) -> Self {
        let hash = match attribute(tag, "checksum-type").unwrap_or_default() {
            name if name.ends_with("sha256-1k") => Some(Hash::Sha256),
            name if name.ends_with("sha1-1k") || name == "SHA1/1K" => Some(Hash::Sha1),
            _ => None,
        };
        Self {
            checksum: hash.zip(decoded(tag, "checksum")),
            ..Self::default()
        }
    }

    /// Takes up one of the elements that describe a lock.
    fn describe(&mut self, element: &str, tag: &BytesStart<'_>) {
        let named = |attribute_name| attribute(tag, attribute_name).unwrap_or_default();
        let number = |name: &str| attribute(tag, name)?.parse::<u32>().ok();
        match element {
            "algorithm" => {
                self.cipher = Cipher::named(&named("algorithm-name"));
                self.start = decoded(tag, "initialisation-vector").unwrap_or_default();
            }
            "start-key-generation" => {
                let name = named("start-key-generation-name").to_lowercase();
                self.hash = if name.ends_with("sha256") {
                    Hash::Sha256
                } else {
                    Hash::Sha1
                };
            }
            "key-derivation" => {
                let name = named("key-derivation-name").to_lowercase();
                self.derivation = if name.ends_with("argon2id") {
                    number("argon2-iterations")
                        .zip(number("argon2-memory"))
                        .zip(number("argon2-lanes"))
                        .map(|((passes, memory), lanes)| Derivation::Argon2 {
                            passes,
                            memory,
                            lanes,
                        })
                } else if name.ends_with("pbkdf2") {
                    number("iteration-count").map(|rounds| Derivation::Pbkdf2 { rounds })
                } else {
                    None
                };
                self.salt = decoded(tag, "salt").unwrap_or_default();
                self.key_size = number("key-size").and_then(|size| usize::try_from(size).ok());
            }
            _ => {}
        }
    }

    /// What is locked; packed, if it is a part.
    fn open(&self, data: &[u8], given: &Given<'_>) -> Result<Vec<u8>, IngestError> {
        let (Some(cipher), Some(derivation)) = (self.cipher, self.derivation) else {
            return Err(unknown());
        };
        let password = given.password.ok_or(IngestError::Encrypted)?;
        let size = self.key_size.unwrap_or(cipher.key_size()).min(MAX_KEY);
        let secret = self.hash.of(&[password.as_bytes()]);
        let key = derivation
            .key(&secret, &self.salt, size)
            .ok_or_else(unknown)?;
        let opened = cipher.decrypt(&key, &self.start, data);
        let opened = opened.ok_or_else(|| IngestError::damaged("a locked part is torn"))?;
        let is_right = self.checksum.as_ref().is_none_or(|(hash, expected)| {
            hash.of(&[&opened[..opened.len().min(CHECKED)]]) == *expected
        });
        is_right.then_some(opened).ok_or(IngestError::WrongPassword)
    }
}

impl Cipher {
    fn named(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let bits = ["128", "192", "256"].into_iter().zip([16, 24, 32]);
        let aes = bits.into_iter().find_map(|(bits, key_size)| {
            if name.ends_with(&format!("aes{bits}-cbc")) {
                Some(Self::AesChained { key_size })
            } else if name.ends_with(&format!("aes{bits}-gcm")) {
                Some(Self::AesCounted { key_size })
            } else {
                None
            }
        });
        aes.or_else(|| name.contains("blowfish").then_some(Self::Blowfish))
    }

    fn key_size(self) -> usize {
        match self {
            Self::AesChained { key_size } | Self::AesCounted { key_size } => key_size,
            Self::Blowfish => 16,
        }
    }

    fn decrypt(self, key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::AesChained { .. } => {
                let mut opened = cipher::decrypt_chained(key, start, data)?;
                let filled = usize::from(*opened.last()?);
                if filled <= cipher::BLOCK {
                    opened.truncate(opened.len() - filled);
                }
                Some(opened)
            }
            Self::AesCounted { .. } => cipher::decrypt_counted(key, data),
            Self::Blowfish => cipher::decrypt_fed_back(key, start, data),
        }
    }
}

impl Derivation {
    /// `None` for what takes more than any writer asks for.
    fn key(self, secret: &[u8], salt: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut key = vec![0; size];
        match self {
            Self::Pbkdf2 { rounds } if (1..=MAX_ROUNDS).contains(&rounds) => {
                pbkdf2::pbkdf2_hmac::<Sha1>(secret, salt, rounds, &mut key);
            }
            Self::Argon2 {
                passes,
                memory,
                lanes,
            } if passes <= MAX_PASSES && memory <= MAX_MEMORY => {
                let params = Params::new(memory, passes, lanes, Some(size)).ok()?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(secret, salt, &mut key)
                    .ok()?;
            }
            _ => return None,
        }
        Some(key)
    }
}

fn decoded(tag: &BytesStart<'_>, name: &str) -> Option<Vec<u8>> {
    STANDARD.decode(attribute(tag, name)?).ok()
}

fn unknown() -> IngestError {
    IngestError::UnknownType {
        found: "a locked OpenDocument file whose encryption is not known".into(),
    }
}

#[cfg(test)]
mod tests;
