//! What two catalogs disagree about.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Table};

/// The kind of an object of a catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An extension.
    Extension,
    /// An ENUM type.
    Enum,
    /// A whole table.
    Table,
    /// A column of a table that both have.
    Column,
    /// A constraint of a table that both have.
    Constraint,
    /// An index of a table that both have.
    Index,
    /// A trigger of a table that both have.
    Trigger,
    /// A sequence.
    Sequence,
    /// A function or procedure.
    Function,
    /// A view.
    View,
}

/// One disagreement. A side is `None` where the object is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What kind of object it is.
    pub kind: Kind,
    /// Its name; things of a table as `table.name`.
    pub name: String,
    /// How the left catalog describes it.
    pub left: Option<String>,
    /// How the right catalog describes it.
    pub right: Option<String>,
}

/// All differences between two catalogs, by kind and name. A table that only
/// one has is one difference, whatever hangs on it.
pub fn diff(left: &Catalog, right: &Catalog) -> Vec<Difference> {
    let (left, right) = (objects(left), objects(right));
    let names = left.keys().chain(right.keys());
    let mut differences: BTreeMap<&Key, Difference> = BTreeMap::new();
    for key in names {
        let (l, r) = (left.get(key), right.get(key));
        let table_is_missing = key
            .table()
            .is_some_and(|table| !left.contains_key(&table) || !right.contains_key(&table));
        if l != r && !table_is_missing {
            let (kind, name) = (key.kind, key.name());
            let difference = Difference {
                kind,
                name,
                left: l.cloned(),
                right: r.cloned(),
            };
            differences.insert(key, difference);
        }
    }
    differences.into_values().collect()
}

/// Where an object stands in a catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Kind,
    table: Option<String>,
    name: String,
}

impl Key {
    fn new(kind: Kind, table: Option<&Table>, name: &str) -> Self {
        Self {
            kind,
            table: table.map(|table| table.name.clone()),
            name: name.to_owned(),
        }
    }

    fn name(&self) -> String {
        self.table
            .as_ref()
            .map_or(self.name.clone(), |table| format!("{table}.{}", self.name))
    }

    /// The key of the table that this hangs on.
    fn table(&self) -> Option<Self> {
        self.table
            .as_ref()
            .map(|table| Key::new(Kind::Table, None, table))
    }
}

/// Every object with its description.
fn objects(catalog: &Catalog) -> BTreeMap<Key, String> {
    let mut all = BTreeMap::new();
    let mut add = |kind, name: &str, text: &dyn Display| {
        all.insert(Key::new(kind, None, name), text.to_string());
    };
    catalog
        .extensions
        .iter()
        .for_each(|it| add(Kind::Extension, &it.name, &it.version));
    catalog
        .enums
        .iter()
        .for_each(|it| add(Kind::Enum, &it.name, &it.labels.join(", ")));
    catalog
        .sequences
        .iter()
        .for_each(|it| add(Kind::Sequence, &it.name, &it));
    catalog
        .functions
        .iter()
        .for_each(|it| add(Kind::Function, &it.name, &it));
    catalog
        .views
        .iter()
        .for_each(|it| add(Kind::View, &it.name, &it.definition));
    catalog
        .tables
        .iter()
        .for_each(|it| add(Kind::Table, &it.name, &"present"));
    catalog
        .tables
        .iter()
        .for_each(|table| add_parts(&mut all, table));
    all
}

fn add_parts(all: &mut BTreeMap<Key, String>, table: &Table) {
    let mut add = |kind, name: &str, text: &dyn Display| {
        all.insert(Key::new(kind, Some(table), name), text.to_string());
    };
    table
        .columns
        .iter()
        .for_each(|it| add(Kind::Column, &it.name, &it));
    table
        .constraints
        .iter()
        .for_each(|it| add(Kind::Constraint, &it.name, &it.definition));
    table
        .indexes
        .iter()
        .for_each(|it| add(Kind::Index, &it.name, &it.definition));
    table
        .triggers
        .iter()
        .for_each(|it| add(Kind::Trigger, &it.name, &it.definition));
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extension => "extension",
            Self::Enum => "enum",
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Trigger => "trigger",
            Self::Sequence => "sequence",
            Self::Function => "function",
            Self::View => "view",
        })
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (kind, name) = (self.kind, &self.name);
        match (&self.left, &self.right) {
            (Some(left), None) => write!(f, "{kind} {name}: only left: {left}"),
            (None, Some(right)) => write!(f, "{kind} {name}: only right: {right}"),
            (left, right) => {
                let side = |text: &Option<String>| text.clone().unwrap_or_default();
                write!(
                    f,
                    "{kind} {name}:\n  left:  {}\n  right: {}",
                    side(left),
                    side(right)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Column, EnumType, Filling};

    fn column(name: &str, data_type: &str) -> Column {
        let (name, data_type) = (name.to_owned(), data_type.to_owned());
        Column {
            name,
            data_type,
            nullable: true,
            default: None,
            filling: Filling::Plain,
        }
    }

    fn with_table(name: &str, columns: Vec<Column>) -> Catalog {
        let (constraints, indexes, triggers) = (vec![], vec![], vec![]);
        let name = name.to_owned();
        let table = Table {
            name,
            columns,
            constraints,
            indexes,
            triggers,
        };
        Catalog {
            tables: vec![table],
            ..Catalog::default()
        }
    }

    #[test]
    fn equal_catalogs_have_no_difference() {
        let catalog = with_table("t", vec![column("a", "integer")]);
        assert_eq!(diff(&catalog, &catalog.clone()), []);
    }

    #[test]
    fn a_column_of_another_type_shows_both() {
        let left = with_table("t", vec![column("a", "integer")]);
        let right = with_table("t", vec![column("a", "bigint"), column("b", "text")]);
        let shown: Vec<String> = diff(&left, &right)
            .iter()
            .map(ToString::to_string)
            .collect();
        let changed = "column t.a:\n  left:  a integer\n  right: a bigint";
        assert_eq!(shown, [changed, "column t.b: only right: b text"]);
    }

    #[test]
    fn a_missing_table_is_one_difference() {
        let left = with_table("t", vec![column("a", "integer"), column("b", "text")]);
        let found = diff(&left, &Catalog::default());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), "table t: only left: present");
    }

    #[test]
    fn the_order_of_labels_matters() {
        let catalog = |labels: [&str; 2]| {
            let labels = labels.map(str::to_owned).to_vec();
            let mood = EnumType {
                name: "mood".to_owned(),
                labels,
            };
            Catalog {
                enums: vec![mood],
                ..Catalog::default()
            }
        };
        let found = diff(&catalog(["glad", "sad"]), &catalog(["sad", "glad"]));
        assert_eq!(
            found[0].to_string(),
            "enum mood:\n  left:  glad, sad\n  right: sad, glad"
        );
    }
}
