//! The names of the databases that the testbed makes, and the key in them.
//!
//! A name carries the number of an advisory lock: for a scratch database that
//! of the process that owns it, for a template that of whoever builds it. The
//! server releases the lock when its holder is gone, so that whether a database
//! has an owner is never guessed.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// How all names begin, so that they can be listed.
pub(crate) const PREFIX: &str = "testbed_";

const SCRATCH: &str = "testbed_s_";
const TEMPLATE: &str = "testbed_t_";

/// The name of the `number`th scratch database of the owner with this lock.
pub(crate) fn scratch(lock: i64, number: u64) -> String {
    format!("{SCRATCH}{lock:016x}_{number}")
}

/// The name of a template with this content, on a server of this version.
pub(crate) fn template(label: &str, content: &[u8], server_version: i32) -> String {
    let digest = Sha256::new()
        .chain_update(label)
        .chain_update([0])
        .chain_update(content)
        .chain_update(server_version.to_be_bytes())
        .finalize();
    let mut name = TEMPLATE.to_owned();
    for (position, byte) in digest[..12].iter().enumerate() {
        let gap = if position == 8 { "_" } else { "" };
        let _ = write!(name, "{gap}{byte:02x}");
    }
    name
}

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// A scratch database, and the lock that its owner holds.
    Scratch(i64),
    /// A template, and the lock that its builder holds.
    Template(i64),
}

impl Name {
    /// Reads a name made by [`scratch`] or [`template`], and no other.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (kind, rest): (fn(i64) -> Self, &str) = match name.strip_prefix(SCRATCH) {
            Some(rest) => (Self::Scratch, rest),
            None => (Self::Template, name.strip_prefix(TEMPLATE)?),
        };
        let (key, number) = rest.split_once('_')?;
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
        if key.len() != 16 || !plain(key) || !plain(number) {
            return None;
        }
        let key = u64::from_str_radix(key, 16).ok()?;
        Some(kind(key.cast_signed()))
    }

    /// The advisory lock that the name carries.
    pub(crate) fn lock(self) -> i64 {
        match self {
            Self::Scratch(lock) | Self::Template(lock) => lock,
        }
    }
}

/// Quotes an identifier for SQL.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text for SQL.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_name_carries_its_lock() {
        for lock in [0, 7, -1, i64::MIN, i64::MAX] {
            let name = scratch(lock, u64::MAX);
            assert!(name.len() < 63, "{name}");
            assert_eq!(Name::parse(&name), Some(Name::Scratch(lock)));
        }
    }

    #[test]
    fn a_template_name_changes_with_all_that_matters() {
        let name = template("shop", b"create", 150_004);
        assert!(matches!(Name::parse(&name), Some(Name::Template(_))));
        assert!(name.len() < 63, "{name}");
        assert_eq!(name, template("shop", b"create", 150_004));
        assert_ne!(name, template("shop", b"create2", 150_004));
        assert_ne!(name, template("shop", b"create", 160_000));
        assert_ne!(name, template("shops", b"create", 150_004));
    }

    #[test]
    fn names_of_others_are_not_ours() {
        let others = [
            "postgres",
            "testbed_s_",
            "testbed_s_12_1",
            "testbed_s_000000000000000g_1",
            "testbed_s_0000000000000001_",
            "testbed_s_0000000000000001_final version",
            "my_testbed_s_0000000000000001_1",
            "testbed_s_+000000000000001_1",
        ];
        for name in others {
            assert_eq!(Name::parse(name), None, "{name}");
        }
    }
}
