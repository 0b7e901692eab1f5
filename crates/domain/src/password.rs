//! The rules for new passwords (contract, chapter 3.2).

/// The shortest password, in characters.
pub const MIN_CHARS: usize = 8;

/// The longest password, in characters: hashing takes time by length, and nobody
/// types more.
pub const MAX_CHARS: usize = 1_000;

const SYMBOLS: &str = "!@#$%^&*()_+-=[]{};:'\",.<>?/\\|`~";

const COMMON: &[&str] = &[
    "password",
    "password123",
    "12345678",
    "qwerty",
    "abc123",
    "letmein",
    "welcome",
    "monkey",
    "1234567890",
    "admin123",
];

const GUESSABLE: &[&str] = &["password", "admin", "user", "login"];

/// Why a password is refused: every rule that it breaks, in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct WeakPassword(pub Vec<String>);

/// Checks a new password against all rules. A password that is too short is
/// told only that, and one that is too long likewise.
pub fn check(password: &str) -> Result<(), WeakPassword> {
    let only = |rule: String| Err(WeakPassword(vec![rule]));
    match password.chars().count() {
        ..MIN_CHARS => {
            return only(format!(
                "Password must be at least {MIN_CHARS} characters long"
            ));
        }
        count if count > MAX_CHARS => {
            return only(format!(
                "Password must be at most {MAX_CHARS} characters long"
            ));
        }
        _ => {}
    }
    let broken = broken_rules(password);
    if broken.is_empty() {
        Ok(())
    } else {
        Err(WeakPassword(broken))
    }
}

fn broken_rules(password: &str) -> Vec<String> {
    let lower = password.to_lowercase();
    let has = |test: fn(char) -> bool| password.chars().any(test);
    let missing = [
        (has(|c| c.is_ascii_uppercase()), "one uppercase letter"),
        (has(|c| c.is_ascii_lowercase()), "one lowercase letter"),
        (has(|c| c.is_ascii_digit()), "one number"),
        (has(|c| SYMBOLS.contains(c)), "one special character"),
    ];
    let mut broken: Vec<String> = missing
        .iter()
        .filter(|(present, _)| !present)
        .map(|(_, what)| format!("Password must contain at least {what}"))
        .collect();
    if COMMON.contains(&lower.as_str()) {
        broken.push("Password is too common".to_owned());
    }
    if let Some(word) = GUESSABLE.iter().find(|word| lower.contains(*word)) {
        broken.push(format!(
            "Password is easily guessable: it contains '{word}'"
        ));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_password_passes() {
        assert_eq!(check("Welcome1!"), Ok(()));
    }

    #[test]
    fn every_broken_rule_is_told() {
        let WeakPassword(rules) = check("password").unwrap_err();
        let all = rules.join("; ");
        for part in [
            "uppercase letter",
            "number",
            "special character",
            "common",
            "guessable",
        ] {
            assert!(all.contains(part), "{part} in {all}");
        }
        assert!(!all.contains("lowercase"));
    }

    #[test]
    fn a_short_one_is_told_only_that() {
        let WeakPassword(rules) = check("aB1!").unwrap_err();
        assert_eq!(rules, ["Password must be at least 8 characters long"]);
    }

    #[test]
    fn a_long_one_is_told_only_that() {
        let long = |chars: usize| format!("aB1!{}", "x".repeat(chars - 4));
        assert_eq!(check(&long(MAX_CHARS)), Ok(()));
        let WeakPassword(rules) = check(&long(MAX_CHARS + 1)).unwrap_err();
        assert_eq!(rules, ["Password must be at most 1000 characters long"]);
    }

    #[test]
    fn a_space_or_umlaut_is_no_special_character() {
        assert!(check("Grüße 123 Welt").is_err());
        assert!(
            check("Password1!")
                .unwrap_err()
                .to_string()
                .contains("guessable")
        );
    }
}
