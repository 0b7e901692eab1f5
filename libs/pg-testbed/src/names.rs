//! The names of the databases that the testbed makes, and the keys in them.
//!
//! A name carries the number of an advisory lock: for a scratch database that
//! of the process that owns it, for a template that of whoever builds it. The
//! server releases the lock when its holder is gone, so that whether a database
//! has an owner is never guessed. Numbers are in hexadecimal, which keeps every
//! name below 63 bytes, where PostgreSQL would cut it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// How all names begin, so that they can be listed.
pub(crate) const PREFIX: &str = "testbed_";

const SCRATCH: &str = "testbed_s_";
const SPARE: &str = "testbed_p_";
const POOLED: &str = "testbed_w_";
const TEMPLATE: &str = "testbed_t_";
const HULL: &str = "testbed_h_";

/// The name of the `number`th scratch database of the owner with this lock.
pub(crate) fn scratch(owner: i64, number: u64) -> String {
    format!("{SCRATCH}{owner:016x}_{number:x}")
}

/// The name of a clone that is ready for any process; `number` is random.
pub(crate) fn spare(template: i64, number: u64) -> String {
    format!("{}{number:x}", spares_of(template))
}

/// How the names of a template's spare clones begin.
pub(crate) fn spares_of(template: i64) -> String {
    format!("{SPARE}{template:016x}_")
}

/// The name of a template's clone without files.
pub(crate) fn hull(template: i64) -> String {
    format!("{HULL}{template:016x}_0")
}

/// The name of a database that goes from test to test.
pub(crate) fn pooled(template: i64, owner: i64, number: u64) -> String {
    format!("{POOLED}{template:016x}_{owner:016x}_{number:x}")
}

/// Counts the ways in which clones have been prepared. What another version of
/// this library has made ready is not for us.
const LAYOUT: &str = "4";

/// The name of a template with this content, for those who come to the server
/// in this way.
pub(crate) fn template(label: &str, content: &[u8], identity: &str) -> String {
    let digest = Sha256::new()
        .chain_update(label)
        .chain_update([0])
        .chain_update(identity)
        .chain_update([0])
        .chain_update(LAYOUT)
        .chain_update([0])
        .chain_update(content)
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
    /// A scratch database, dropped with its owner.
    Scratch {
        /// The lock that its owner holds.
        owner: i64,
    },
    /// A clone that belongs to nobody yet.
    Spare {
        /// The lock in its template's name.
        template: i64,
    },
    /// A database that is wiped between tests.
    Pooled {
        /// The lock in its template's name.
        template: i64,
        /// The lock that its owner holds.
        owner: i64,
    },
    /// A clone without files, from which used clones are made new.
    Hull {
        /// The lock in its template's name.
        template: i64,
    },
    /// A template, and the lock that its builder holds.
    Template {
        /// The lock that its builder holds.
        builder: i64,
    },
}

impl Name {
    /// Reads a name made by a function of this module, and no other.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix(SCRATCH) {
            let owner = keys::<1>(rest)?[0];
            Some(Self::Scratch { owner })
        } else if let Some(rest) = name.strip_prefix(SPARE) {
            let template = keys::<1>(rest)?[0];
            Some(Self::Spare { template })
        } else if let Some(rest) = name.strip_prefix(HULL) {
            let template = keys::<1>(rest)?[0];
            Some(Self::Hull { template })
        } else if let Some(rest) = name.strip_prefix(POOLED) {
            let [template, owner] = keys(rest)?;
            Some(Self::Pooled { template, owner })
        } else {
            let builder = keys::<1>(name.strip_prefix(TEMPLATE)?)?[0];
            Some(Self::Template { builder })
        }
    }

    /// The advisory lock whose holder owns the database, if one can.
    pub(crate) fn lock(self) -> Option<i64> {
        match self {
            Self::Scratch { owner } | Self::Pooled { owner, .. } => Some(owner),
            Self::Template { builder } => Some(builder),
            Self::Spare { .. } | Self::Hull { .. } => None,
        }
    }
}

/// Reads `COUNT` keys of 16 digits and a number, with `_` between them.
fn keys<const COUNT: usize>(text: &str) -> Option<[i64; COUNT]> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (mut keys, mut rest) = ([0; COUNT], text);
    for key in &mut keys {
        let (digits, after) = rest.split_once('_')?;
        if digits.len() != 16 || !plain(digits) {
            return None;
        }
        *key = u64::from_str_radix(digits, 16).ok()?.cast_signed();
        rest = after;
    }
    plain(rest).then_some(keys)
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
    fn names_carry_their_locks_and_are_short() {
        for (owner, template) in [(0, 1), (7, -1), (-1, 7), (i64::MIN, i64::MAX)] {
            let names = [
                (scratch(owner, u64::MAX), Name::Scratch { owner }),
                (spare(template, u64::MAX), Name::Spare { template }),
                (hull(template), Name::Hull { template }),
                (
                    pooled(template, owner, u64::MAX),
                    Name::Pooled { template, owner },
                ),
            ];
            for (name, meaning) in names {
                assert!(name.len() < 63, "{name}");
                assert_eq!(Name::parse(&name), Some(meaning));
            }
        }
    }

    #[test]
    fn a_template_name_changes_with_all_that_matters() {
        let name = template("shop", b"create", "15 me");
        assert!(matches!(Name::parse(&name), Some(Name::Template { .. })));
        assert!(name.len() < 63, "{name}");
        assert_eq!(name, template("shop", b"create", "15 me"));
        assert_ne!(name, template("shop", b"create2", "15 me"));
        assert_ne!(name, template("shop", b"create", "16 me"));
        assert_ne!(name, template("shops", b"create", "15 me"));
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
            "testbed_w_0000000000000001_1",
        ];
        for name in others {
            assert_eq!(Name::parse(name), None, "{name}");
        }
    }
}
