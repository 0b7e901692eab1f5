//! What two fingerprints disagree about.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::fingerprint::{Fingerprint, Key, Kind};

/// One disagreement. A side is `None` where the object is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What kind of object it is.
    pub kind: Kind,
    /// Its name; things of a table as `table.name`.
    pub name: String,
    /// How the left side describes it.
    pub left: Option<String>,
    /// How the right side describes it.
    pub right: Option<String>,
}

/// All that two fingerprints disagree about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// What migrations can change, and should.
    pub drift: Vec<Difference>,
    /// What the servers and their machines bring: versions, encoding, collation.
    /// Only what both sides know.
    pub environment: Vec<Difference>,
}

impl Comparison {
    /// Whether there is no drift.
    pub fn agrees(&self) -> bool {
        self.drift.is_empty()
    }
}

/// Compares two fingerprints. A table (view, domain) that only one side has is
/// one difference, whatever hangs on it.
pub fn diff(left: &Fingerprint, right: &Fingerprint) -> Comparison {
    let keys: BTreeSet<&Key> = left.keys().chain(right.keys()).collect();
    let mut comparison = Comparison::default();
    for key in keys {
        let (l, r) = (left.get(key), right.get(key));
        if l == r || is_part_of_missing(key, left, right) {
            continue;
        }
        let difference = Difference {
            kind: key.kind(),
            name: key.full_name(),
            left: l.cloned(),
            right: r.cloned(),
        };
        if key.kind() != Kind::Environment {
            comparison.drift.push(difference);
        } else if l.is_some() && r.is_some() {
            comparison.environment.push(difference);
        }
    }
    comparison
}

fn is_part_of_missing(key: &Key, left: &Fingerprint, right: &Fingerprint) -> bool {
    key.whole()
        .is_some_and(|whole| left.get(&whole).is_none() || right.get(&whole).is_none())
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        for (sign, side) in [('-', &self.left), ('+', &self.right)] {
            if let Some(text) = side {
                let text = if text.is_empty() { "(present)" } else { text };
                write!(f, "\n  {sign} {text}")?;
            }
        }
        Ok(())
    }
}

/// A report for people: the left side's lines begin with `-`, the right side's
/// with `+`.
impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for difference in &self.drift {
            writeln!(f, "{difference}")?;
        }
        if !self.environment.is_empty() {
            writeln!(f, "Not counted as drift:")?;
        }
        for difference in &self.environment {
            writeln!(f, "{difference}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(lines: &str) -> Fingerprint {
        format!("# pg-catalog fingerprint 1\n{lines}")
            .parse()
            .unwrap()
    }

    #[test]
    fn equal_fingerprints_have_no_difference() {
        let one = fingerprint("table t\n  column a: integer");
        assert_eq!(diff(&one, &one.clone()), Comparison::default());
    }

    #[test]
    fn a_changed_part_shows_both_sides_and_a_missing_one_only_one() {
        let left = fingerprint("table t\n  column a: integer");
        let right = fingerprint("table t\n  column a: bigint\n  column b: text");
        let shown = diff(&left, &right).to_string();
        assert_eq!(
            shown,
            "column t.a\n  - integer\n  + bigint\ncolumn t.b\n  + text\n"
        );
    }

    #[test]
    fn a_missing_table_is_one_difference() {
        let left = fingerprint("table t\n  column a: integer\n  column b: text");
        let found = diff(&left, &Fingerprint::default());
        assert_eq!(found.to_string(), "table t\n  - (present)\n");
    }

    #[test]
    fn the_environment_is_told_apart_from_drift() {
        let left = fingerprint("environment server version: 15.4\nextension x");
        let right = fingerprint(
            "environment server version: 18.1\nenvironment extension x: 2\nextension x",
        );
        let found = diff(&left, &right);
        assert!(found.agrees());
        assert_eq!(found.environment.len(), 1, "only what both sides know");
        assert!(
            found
                .to_string()
                .starts_with("Not counted as drift:\nenvironment server version")
        );
    }
}
