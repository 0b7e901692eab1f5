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

/// The same of the original's kind.
fn nobody_bcrypt(cost: &str) -> String {
    format!("$2b${cost}${:.<53}", "")
}

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
        tell_cost();
        argon2()
            .hash_password(password.as_bytes())
            .expect("hashing with a generated salt succeeds")
            .to_string()
    })
    .await
}

/// Which hashes the accounts of a site have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hashes {
    /// Those of today.
    Argon2,
    /// Those of the original among them, of at most this cost: an adopted site, until all
    /// have signed in.
    Both(String),
}

impl Hashes {
    /// By the cost of the original's, where the site has any.
    pub fn of_site(bcrypt_cost: Option<String>) -> Self {
        bcrypt_cost.map_or(Self::Argon2, Self::Both)
    }
}

/// Whether `password` is the one behind `hash`. `None` stands for an account
/// that does not exist: it takes as long, and is never right. Neither is a password
/// that is longer than any may be: it is not hashed at all.
pub async fn verify(cpu: &CpuPool, password: String, hash: Option<String>, hashes: Hashes) -> bool {
    if password.chars().count() > MAX_CHARS {
        return false;
    }
    cpu.run(move || is_right(&password, hash.as_deref(), hashes, matches))
        .await
}

/// The two kinds of hashes do not take the same time. So that a refusal does not tell
/// which one an account has, or that it has none, each kind that the site has is
/// compared once. (Where accounts have hashes of several costs, those of a lower one take
/// less.)
fn is_right(
    password: &str,
    hash: Option<&str>,
    hashes: Hashes,
    mut matches: impl FnMut(&str, &str) -> bool,
) -> bool {
    let compared = hash.unwrap_or(NOBODY);
    if matches(password, compared) && hash.is_some() {
        return true;
    }
    if let Hashes::Both(cost) = hashes {
        if is_outdated(compared) {
            matches(password, NOBODY);
        } else {
            matches(password, &nobody_bcrypt(&cost));
        }
    }
    false
}

/// Hashes are the dearest thing that a request can cause: the log can tell of each.
fn tell_cost() {
    tracing::debug!("a password hash is computed");
}

fn matches(password: &str, hash: &str) -> bool {
    tell_cost();
    if is_outdated(hash) {
        bcrypt::verify(password, hash).unwrap_or(false)
    } else {
        let password = password.as_bytes();
        argon2().verify_password(password, hash).is_ok()
    }
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
        let right = async |password: &str, hash: Option<&String>| {
            verify(
                &cpu,
                password.into(),
                hash.cloned(),
                Hashes::Both("04".into()),
            )
            .await
        };
        assert!(right("Welcome1!", Some(&new)).await);
        assert!(!right("welcome1!", Some(&new)).await);
        let old = bcrypt::hash("Welcome1!", 4).unwrap();
        assert!(right("Welcome1!", Some(&old)).await);
        assert!(is_outdated(&old) && !is_outdated(&new));
        assert!(!right("Welcome1!", None).await);
        let endless = "x".repeat(MAX_CHARS + 1);
        let its_hash = hash(&cpu, endless.clone()).await;
        assert!(!right(&endless, Some(&its_hash)).await);
    }

    #[tokio::test]
    async fn others_are_served_while_a_password_is_hashed() {
        let order = std::cell::RefCell::new(Vec::new());
        let cpu = CpuPool::new(1);
        let hashed = async {
            hash(&cpu, "Welcome1!".into()).await;
            order.borrow_mut().push("hashed");
        };
        let served = async { order.borrow_mut().push("served") };
        tokio::join!(hashed, served);
        assert_eq!(order.into_inner(), ["served", "hashed"]);
    }

    /// Which kinds of hashes are computed for a wrong password.
    fn computed(hash: Option<&str>, hashes: Hashes) -> Vec<String> {
        let mut kinds = Vec::new();
        let is_right = is_right("Wrong1!", hash, hashes, |password, hash| {
            kinds.push(match hash.strip_prefix("$2b$") {
                Some(rest) => format!("bcrypt {}", &rest[..2]),
                None => "argon2".to_owned(),
            });
            matches(password, hash)
        });
        assert!(!is_right);
        kinds.sort_unstable();
        kinds
    }

    #[test]
    fn a_refusal_costs_the_same_hashes_whoever_is_asked_for() {
        let argon2 = super::argon2().hash_password(b"Welcome1!").unwrap();
        let argon2 = argon2.to_string();
        let bcrypt = bcrypt::hash("Welcome1!", 5).unwrap();
        for account in [None, Some(argon2.as_str()), Some(bcrypt.as_str())] {
            let hashes = Hashes::Both("05".into());
            assert_eq!(computed(account, hashes), ["argon2", "bcrypt 05"]);
        }
        for account in [None, Some(argon2.as_str())] {
            assert_eq!(computed(account, Hashes::Argon2), ["argon2"]);
        }
    }

    #[test]
    fn the_hashes_that_nobody_has_are_ones_that_can_be_compared() {
        // One that cannot be read would be refused without being computed.
        assert!(bcrypt::verify("Welcome1!", &nobody_bcrypt("04")).is_ok());
        let refused = super::argon2()
            .verify_password(b"Welcome1!", NOBODY)
            .unwrap_err();
        assert!(refused.to_string().contains("password"), "{refused}");
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
