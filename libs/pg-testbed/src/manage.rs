//! Looking at the testbed's databases, and clearing them up by hand.

use std::fmt;

use crate::collect;
use crate::database::drop_database;
use crate::error::TestbedError;
use crate::found::{Found, look};
use crate::names::Name;
use crate::note::Note;
use crate::stock;
use crate::testbed::Testbed;

/// What a database of the testbed is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Scratch databases are cloned from it.
    Template {
        /// What its makers call it.
        label: String,
    },
    /// It is being made into a template.
    Unfinished,
    /// A test process owns it.
    InUse,
    /// A failed test left it; it is removed after so many seconds.
    Kept {
        /// Seconds until then, by the server's clock.
        seconds: i64,
        /// The test's name, as far as it is known.
        test: String,
    },
    /// It waits for the next test.
    Ready,
    /// It has no files: used clones are made new with it.
    Hull,
    /// Its owner is gone; it is removed next.
    Abandoned,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { label } => write!(f, "template {label}"),
            Self::Unfinished => f.write_str("template being made"),
            Self::InUse => f.write_str("in use"),
            Self::Kept { seconds, test } => {
                let of = if test.is_empty() { "" } else { " of " };
                let minutes = seconds / 60;
                write!(f, "kept after a failure{of}{test}, for {minutes} minutes")
            }
            Self::Ready => f.write_str("ready for the next test"),
            Self::Hull => f.write_str("without files, for making used clones new"),
            Self::Abandoned => f.write_str("abandoned, to be removed"),
        }
    }
}

/// A database of the testbed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Database {
    /// Its name.
    pub name: String,
    /// What it is there for.
    pub state: State,
    /// How to connect to it.
    pub url: String,
}

impl Testbed {
    /// All databases of the testbed on this server, oldest first.
    pub async fn databases(&self) -> Result<Vec<Database>, TestbedError> {
        let mut connection = self.keeper().server().connect().await?;
        let (found, now) = look(&mut connection).await?;
        let described = found.into_iter().map(|one| Database {
            url: self.keeper().server().url_of(&one.database),
            state: state(&one, now),
            name: one.database,
        });
        Ok(described.collect())
    }

    /// Drops one of the testbed's databases, whoever uses it. Returns false if
    /// there is none of this name.
    pub async fn drop_database(&self, name: &str) -> Result<bool, TestbedError> {
        let mut connection = self.keeper().server().connect().await?;
        let (found, _) = look(&mut connection).await?;
        let Some(one) = found.iter().find(|one| one.database == name) else {
            return Ok(false);
        };
        drop_database(&mut connection, name, one.finished).await?;
        Ok(true)
    }

    /// Drops what belongs to nobody. Returns how many databases that were.
    pub async fn collect(&self) -> Result<usize, TestbedError> {
        let keeper = self.keeper().clone();
        self.keeper()
            .run(async move { stock::collect(&keeper).await })
            .await
    }

    /// Drops everything that no test uses just now: kept databases, clones that
    /// wait ready, and templates. Returns how many databases that were.
    pub async fn drop_unused(&self) -> Result<usize, TestbedError> {
        let mut connection = self.keeper().server().connect().await?;
        Ok(collect::clear_all(&mut connection).await?)
    }
}

fn state(found: &Found, now: i64) -> State {
    match (&found.note, found.name) {
        (Some(Note::Used { label, .. }), _) if found.finished => State::Template {
            label: label.clone(),
        },
        (_, Name::Template { .. }) => State::Unfinished,
        (_, Name::Hull { .. }) => State::Hull,
        (Some(Note::Kept { until, test }), _) if *until >= now => State::Kept {
            seconds: until - now,
            test: test.clone(),
        },
        _ if found.owned => State::InUse,
        _ if found.is_stock() => State::Ready,
        _ => State::Abandoned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names;

    #[test]
    fn states_follow_owner_and_note() {
        let found = |owned, note| Found {
            database: names::scratch(1, 1),
            name: Name::Scratch { owner: 1 },
            finished: false,
            owned,
            note,
        };
        let test = "orders::are_shipped".to_owned();
        let kept = |until| {
            let test = test.clone();
            Some(Note::Kept { until, test })
        };
        assert_eq!(state(&found(true, None), 100), State::InUse);
        assert_eq!(state(&found(false, None), 100), State::Abandoned);
        let shown = state(&found(true, kept(160)), 100).to_string();
        assert_eq!(
            shown,
            "kept after a failure of orders::are_shipped, for 1 minutes"
        );
        assert_eq!(state(&found(false, kept(99)), 100), State::Abandoned);
    }
}
