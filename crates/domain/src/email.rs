//! E-mail addresses: the identity of a user.

use std::fmt;

/// A syntactically valid address, trimmed, its domain in lower case. The local
/// part keeps its case; accounts are looked up ignoring case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// A text that is not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an e-mail address: it needs the form name@example.org")]
pub struct InvalidEmail(String);

/// The longest address the column holds.
const MAX_CHARS: usize = 255;

impl Email {
    /// Parses an address; nothing is looked up in the network.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let invalid = || InvalidEmail(text.chars().take(100).collect());
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        if text.chars().count() > MAX_CHARS || !valid_local(local) || !valid_domain(domain) {
            return Err(invalid());
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn valid_local(local: &str) -> bool {
    !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
}

fn valid_domain(domain: &str) -> bool {
    let labels: Vec<_> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && labels
            .last()
            .is_some_and(|tld| tld.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_folded_and_local_part_kept() {
        let email = Email::parse(" Ana.Lopez@Example.ORG ").unwrap();
        assert_eq!(email.as_str(), "Ana.Lopez@example.org");
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "",
            "ana",
            "@x.org",
            "a@b",
            "a b@x.org",
            "a@-x.org",
            "a@x..org",
            "a..b@x.org",
            "a@1.2.3.4",
        ] {
            assert!(Email::parse(text).is_err(), "{text}");
        }
    }
}
