//! The kinds of objects.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// The kind of an object of a catalog, in the order of the canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something that the server or its machine brings, such as its version.
    Environment,
    /// An extension; its version is part of the environment.
    Extension,
    /// An ENUM type.
    Enum,
    /// A domain.
    Domain,
    /// A composite or range type.
    Type,
    /// A table.
    Table,
    /// A column of a table.
    Column,
    /// A constraint of a table or domain.
    Constraint,
    /// An index of a table or materialized view.
    Index,
    /// A trigger of a table or view.
    Trigger,
    /// A policy of a table's row level security.
    Policy,
    /// A rewrite rule of a table or view.
    Rule,
    /// A sequence.
    Sequence,
    /// A function, procedure or aggregate.
    Function,
    /// A view.
    View,
    /// Privileges of a role on an object.
    Grant,
    /// Privileges of a role on objects to come.
    DefaultGrant,
    /// A setting of the database.
    Setting,
}

/// Each kind with its word.
const WORDS: [(Kind, &str); 18] = [
    (Kind::Environment, "environment"),
    (Kind::Extension, "extension"),
    (Kind::Enum, "enum"),
    (Kind::Domain, "domain"),
    (Kind::Type, "type"),
    (Kind::Table, "table"),
    (Kind::Column, "column"),
    (Kind::Constraint, "constraint"),
    (Kind::Index, "index"),
    (Kind::Trigger, "trigger"),
    (Kind::Policy, "policy"),
    (Kind::Rule, "rule"),
    (Kind::Sequence, "sequence"),
    (Kind::Function, "function"),
    (Kind::View, "view"),
    (Kind::Grant, "grant"),
    (Kind::DefaultGrant, "default-grant"),
    (Kind::Setting, "setting"),
];

impl Kind {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        let found = WORDS.iter().find(|(_, known)| *known == word);
        found.map(|(kind, _)| *kind)
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let found = WORDS.iter().find(|(kind, _)| kind == self);
        f.pad(found.map_or("", |(_, word)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_the_order_of_the_kinds() {
        assert!(WORDS.is_sorted());
        assert!(
            WORDS
                .iter()
                .all(|(kind, word)| Kind::from_word(word) == Some(*kind))
        );
    }
}
