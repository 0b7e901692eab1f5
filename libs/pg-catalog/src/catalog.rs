//! The plain data. Every list is sorted by name, except where the order means
//! something: labels, the columns of a key.
//!
//! Names of objects outside `public` carry their schema (`audit.entry`), those
//! in `public` do not.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What schemas contain, and which extensions the database has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Installed extensions; what they bring is not listed elsewhere.
    pub extensions: Vec<Extension>,
    /// ENUM types.
    pub enums: Vec<EnumType>,
    /// Tables, also partitioned ones and partitions.
    pub tables: Vec<Table>,
    /// Sequences.
    pub sequences: Vec<Sequence>,
    /// Functions and procedures, without aggregates.
    pub functions: Vec<Function>,
    /// Views and materialized views.
    pub views: Vec<Definition>,
}

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Its version, such as `1.6`.
    pub version: String,
}

/// An ENUM type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its labels in their sort order.
    pub labels: Vec<String>,
}

/// A table with all that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns by name: their position does not matter to a program.
    pub columns: Vec<Column>,
    /// Its constraints, without NOT NULL, for which see [`Column::nullable`]
    /// (only PostgreSQL 18 and later name those).
    pub constraints: Vec<Constraint>,
    /// Its indexes, also those of its keys.
    pub indexes: Vec<Definition>,
    /// Its triggers, without those that guard foreign keys.
    pub triggers: Vec<Definition>,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The constraint of this name.
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints
            .iter()
            .find(|constraint| constraint.name == name)
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as PostgreSQL writes it, such as `character varying(255)`.
    pub data_type: String,
    /// Whether it accepts NULL.
    pub nullable: bool,
    /// The default, or the expression of a generated column.
    pub default: Option<String>,
    /// How it is filled when an INSERT does not name it.
    pub filling: Filling,
}

/// How a column is filled when an INSERT does not name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filling {
    /// With its default or NULL.
    Plain,
    /// With the next number; a given one is refused.
    IdentityAlways,
    /// With the next number; a given one is taken.
    IdentityByDefault,
    /// With the value of its expression, computed when the row is written.
    GeneratedStored,
    /// With the value of its expression, computed when the row is read.
    GeneratedVirtual,
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Constraint {
    /// Its name.
    pub name: String,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Its columns, in the order of a key.
    pub columns: Vec<String>,
    /// What a foreign key refers to.
    pub references: Option<ForeignKey>,
    /// Its full text, such as `CHECK ((year > 1900))`.
    pub definition: String,
}

/// What a constraint demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// PRIMARY KEY.
    PrimaryKey,
    /// UNIQUE.
    Unique,
    /// CHECK.
    Check,
    /// FOREIGN KEY.
    ForeignKey,
    /// EXCLUDE.
    Exclusion,
    /// CREATE CONSTRAINT TRIGGER.
    Trigger,
}

/// The target of a foreign key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The table referred to.
    pub table: String,
    /// Its columns, in the order of the constraint's own.
    pub columns: Vec<String>,
}

/// Something that PostgreSQL can write down in one text: an index, a trigger, a
/// view.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its text.
    pub definition: String,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// Its type and limits, not its present number.
    pub definition: String,
    /// The column it ends with, as `table.column`.
    pub owned_by: Option<String>,
}

/// A function or procedure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Function {
    /// Its name with the types of its arguments: `total(integer, text)`.
    pub name: String,
    /// The type it returns; empty for a procedure.
    pub returns: String,
    /// SHA-256 of its whole definition, in hexadecimal.
    pub definition_hash: String,
}

impl Catalog {
    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The ENUM type of this name.
    pub fn enum_type(&self, name: &str) -> Option<&EnumType> {
        self.enums.iter().find(|found| found.name == name)
    }
}

impl fmt::Display for Filling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "",
            Self::IdentityAlways => "generated always as identity",
            Self::IdentityByDefault => "generated by default as identity",
            Self::GeneratedStored => "generated stored",
            Self::GeneratedVirtual => "generated virtual",
        })
    }
}
