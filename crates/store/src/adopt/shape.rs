//! A catalog taken apart: each object with the line that describes it. Read from
//! the text of a fingerprint, so that a database and `base.txt` are read alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::Finding;

/// What our first six migrations make (a test holds them together).
const BASE: &str = include_str!("base.txt");

/// Definitions by name.
pub(super) type Parts = BTreeMap<String, String>;

/// What a catalog holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    pub(super) extensions: BTreeSet<String>,
    /// ENUM types with their labels in order.
    pub(super) enums: BTreeMap<String, Vec<String>>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) functions: Parts,
    /// Everything else that a schema may hold: views, sequences, domains …
    pub(super) others: Vec<Finding>,
}

/// A table with all that hangs on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// What sets it apart from a plain table.
    pub(super) traits: String,
    pub(super) columns: BTreeMap<String, Column>,
    pub(super) constraints: Parts,
    pub(super) indexes: Parts,
    pub(super) triggers: Parts,
    /// Policies and rules.
    pub(super) others: Vec<Finding>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) data_type: String,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
}

impl Shape {
    /// What an adopted database is turned into.
    pub(super) fn base() -> Self {
        Self::of(BASE)
    }

    /// Reads the text of a fingerprint.
    pub(super) fn of(fingerprint: &str) -> Self {
        let mut shape = Self::default();
        let mut table = String::new();
        for line in fingerprint.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix("  ") {
                Some(part) => shape.take_part(&table, part),
                None => table = shape.take(line),
            }
        }
        shape
    }

    /// Takes an object; says its name, for the parts that follow.
    fn take(&mut self, line: &str) -> String {
        let (kind, name, text) = described(line);
        match kind {
            "extension" => {
                self.extensions.insert(name.clone());
            }
            "enum" => {
                self.enums.insert(name.clone(), labels(text));
            }
            "table" => {
                let table = self.tables.entry(name.clone()).or_default();
                text.clone_into(&mut table.traits);
            }
            "function" => {
                self.functions.insert(name.clone(), text.to_owned());
            }
            _ => self.others.push(stranger(&format!("{kind} {name}"), text)),
        }
        name
    }

    fn take_part(&mut self, of: &str, line: &str) {
        let (kind, name, text) = described(line);
        // Parts of views and domains: what they hang on is listed already.
        let Some(table) = self.tables.get_mut(of) else {
            return;
        };
        let parts = match kind {
            "column" => {
                table.columns.insert(name, Column::of(text));
                return;
            }
            "constraint" => &mut table.constraints,
            "index" => &mut table.indexes,
            "trigger" => &mut table.triggers,
            _ => {
                let subject = format!("{kind} {of}.{name}");
                table.others.push(stranger(&subject, text));
                return;
            }
        };
        parts.insert(name, text.to_owned());
    }

    /// A column, where table and column are there.
    pub(super) fn column(&self, table: &str, column: &str) -> Option<&Column> {
        self.tables.get(table)?.columns.get(column)
    }
}

impl Column {
    fn of(text: &str) -> Self {
        let (rest, default) = match text.split_once(" default ") {
            Some((rest, default)) => (rest, Some(default.to_owned())),
            None => (text, None),
        };
        let bare = rest.strip_suffix(" not null");
        Self {
            data_type: bare.unwrap_or(rest).to_owned(),
            not_null: bare.is_some(),
            default,
        }
    }
}

/// Something that nobody expects.
pub(super) fn stranger(subject: &str, text: &str) -> Finding {
    let found = if text.is_empty() { "present" } else { text };
    Finding {
        subject: subject.to_owned(),
        expected: None,
        found: Some(found.to_owned()),
    }
}

/// A line's kind, name and description. In a name, a backslash protects colons.
fn described(line: &str) -> (&str, String, &str) {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut name = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ':' => return (kind, name, rest[at + 1..].trim_start()),
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            c => name.push(c),
        }
    }
    (kind, name, "")
}

/// Labels as a fingerprint writes them: `'a', 'b''c'`.
fn labels(text: &str) -> Vec<String> {
    let inside = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
    inside
        .map(|inside| inside.split("', '").map(|l| l.replace("''", "'")).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_read_whole() {
        let base = Shape::base();
        assert_eq!(base.tables.len(), 14, "{:?}", base.tables.keys());
        assert_eq!(base.enums["userrole"], ["writer", "editor", "admin"]);
        assert_eq!(base.functions.len(), 4);
        assert!(base.others.is_empty(), "{:?}", base.others);
        let status = base.column("outputs", "status").unwrap();
        assert_eq!(status.data_type, "outputstatus");
        assert!(status.not_null);
        assert_eq!(status.default.as_deref(), Some("'draft'::outputstatus"));
        assert!(base.tables["users"].constraints["users_email_key"].starts_with("UNIQUE"));
    }

    #[test]
    fn names_may_hold_colons_and_labels_quotes() {
        let shape =
            Shape::of("table a\\: b\n  column c: text\nenum e: 'it''s', 'x'\nview v: SELECT 1");
        assert_eq!(shape.tables["a: b"].columns["c"].data_type, "text");
        assert_eq!(shape.enums["e"], ["it's", "x"]);
        assert_eq!(shape.others[0].subject, "view v");
    }
}
