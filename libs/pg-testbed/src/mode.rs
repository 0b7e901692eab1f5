//! The ways to keep tests apart.

use std::fmt;
use std::str::FromStr;

/// How a test is kept apart from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A database of its own, cloned from the template and dropped afterwards.
    /// Nothing is different from production.
    #[default]
    Clone,
    /// A database of its own for the time of the test, restored afterwards to
    /// the template's rows and sequences, and used again. Real commits and as
    /// many connections as wanted, like [`Mode::Clone`], but several times
    /// faster. The database has one more schema, `_testbed`. After a test that
    /// changed the schema or the settings it is replaced by a new clone.
    Wipe,
    /// One transaction, which is rolled back: fixtures, test and the code under
    /// test share it, however many connections they take and whatever they
    /// commit. What cannot work in it is refused with an error that names clone
    /// mode; the README of `pg-endpoint` lists it. For code that is given its
    /// connection, [`Testbed::begin`](crate::Testbed::begin) is faster.
    Rollback,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clone => "clone",
            Self::Wipe => "wipe",
            Self::Rollback => "rollback",
        })
    }
}

/// A word that is no mode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mode: it is clone, wipe or rollback")]
pub struct UnknownMode(String);

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, UnknownMode> {
        let modes = [Self::Clone, Self::Wipe, Self::Rollback];
        let known = modes.into_iter().find(|mode| mode.to_string() == word);
        known.ok_or_else(|| UnknownMode(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_they_are_written() {
        for mode in [Mode::Clone, Mode::Wipe, Mode::Rollback] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert!("truncate".parse::<Mode>().is_err());
    }
}
