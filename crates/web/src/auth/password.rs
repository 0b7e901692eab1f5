//! Password hashes: Argon2id for new ones; bcrypt of adopted sites is verified.

use archivist_domain::password::MAX_CHARS;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::cpu::CpuPool;

// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

// A hash that no password has: an unknown account costs as much time as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a new password, off the async threads.
///
/// # Panics
/// Never for a password of any length that a request can hold.
pub async fn hash(cpu: &CpuPool, password: String) -> String {
    cpu.run(move || {
        argon2()
            .hash_password(password.as_bytes())
            .expect("hashing with a generated salt succeeds")
            .to_string()
    })
    .await
}

/// Whether `password` is the one behind `hash`. `None` stands for an account
/// that does not exist: it takes as long, and is never right. Neither is a password
/// that is longer than any may be: it is not hashed at all.
pub async fn verify(cpu: &CpuPool, password: String, hash: Option<String>) -> bool {
    if password.chars().count() > MAX_CHARS {
        return false;
    }
    cpu.run(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let matches = if hash.starts_with("$2") {
            bcrypt::verify(password, &hash).unwrap_or(false)
        } else {
            argon2()
                .verify_password(password.as_bytes(), hash.as_str())
                .is_ok()
        };
        known && matches
    })
    .await
}

/// Whether a hash is of an older kind and should be renewed at sign-in.
pub fn is_outdated(hash: &str) -> bool {
    !hash.starts_with("$argon2id$")
}

/// A password for a first sign-in: easy to type, about 100 random bits, and in
/// keeping with the rules for passwords.
pub fn generate() -> String {
    // Without letters and digits that look alike.
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789X";
    let letters: Vec<u8> = rand::random::<[u8; 20]>()
        .iter()
        .map(|byte| ALPHABET[usize::from(byte % 32)])
        .collect();
    let groups: Vec<_> = letters.chunks(5).map(String::from_utf8_lossy).collect();
    // The ends bring the classes of characters that the rules ask for.
    format!("A{}7", groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn verifies_new_and_adopted_hashes() {
        let cpu = CpuPool::new(1);
        let new = hash(&cpu, "Welcome1!".into()).await;
        assert!(verify(&cpu, "Welcome1!".into(), Some(new.clone())).await);
        assert!(!verify(&cpu, "welcome1!".into(), Some(new.clone())).await);
        let old = bcrypt::hash("Welcome1!", 4).unwrap();
        assert!(verify(&cpu, "Welcome1!".into(), Some(old.clone())).await);
        assert!(is_outdated(&old) && !is_outdated(&new));
        assert!(!verify(&cpu, "Welcome1!".into(), None).await);
        let endless = "x".repeat(MAX_CHARS + 1);
        let its_hash = hash(&cpu, endless.clone()).await;
        assert!(!verify(&cpu, endless, Some(its_hash)).await);
    }

    #[test]
    fn a_generated_password_follows_the_rules() {
        for _ in 0..50 {
            let password = generate();
            assert_eq!(
                archivist_domain::password::check(&password),
                Ok(()),
                "{password}"
            );
        }
    }

    #[test]
    fn the_hash_of_nobody_is_a_real_one() {
        // Were it malformed, an unknown account would answer sooner than a known one.
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODY).is_ok());
    }
}
