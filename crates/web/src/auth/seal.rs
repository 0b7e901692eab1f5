//! Secrets that wait in the database for the program that needs them: sealed with the
//! secret of the site, so that who reads the database, or a backup of it, cannot.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

/// Keeps this key apart from others made of the same secret.
const PURPOSE: &[u8] = b"org-archivist: seal of secrets that wait\0";

const NONCE_BYTES: usize = 24;

/// Seals and opens (XChaCha20-Poly1305).
pub(super) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub(super) fn from_secret(secret: &[u8]) -> Self {
        let key = Sha256::new().chain_update(PURPOSE).chain_update(secret);
        Self(XChaCha20Poly1305::new(&Key::from(<[u8; 32]>::from(
            key.finalize(),
        ))))
    }

    /// The text, sealed; it opens only for the same `purpose`.
    pub(super) fn close(&self, text: &str, purpose: &str) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload {
            msg: text.as_bytes(),
            aad: purpose.as_bytes(),
        };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("a short text in memory can be sealed");
        [&nonce[..], &sealed].concat()
    }

    /// What was sealed; `None` where it was by another secret or for another purpose.
    pub(super) fn open(&self, sealed: &[u8], purpose: &str) -> Option<String> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        let text = self.0.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_by_the_same_secret_for_the_same_purpose_only() {
        let seal = Seal::from_secret(b"one");
        let sealed = seal.close("orchard", "a file");
        assert!(!sealed.windows(7).any(|part| part == b"orchard"));
        assert_ne!(sealed, seal.close("orchard", "a file"));
        assert_eq!(seal.open(&sealed, "a file").as_deref(), Some("orchard"));
        assert_eq!(seal.open(&sealed, "another file"), None);
        assert_eq!(Seal::from_secret(b"two").open(&sealed, "a file"), None);
        assert_eq!(seal.open(&sealed[..20], "a file"), None);
    }
}
