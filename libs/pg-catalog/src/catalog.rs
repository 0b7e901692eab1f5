//! The plain data. Every list is sorted by name, except where the order means
//! something: labels, the columns of a key.
//!
//! Names of objects outside `public` carry their schema (`audit.entry`), those
//! in `public` do not.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What schemas contain, with the extensions and settings of the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// What the server and its machine bring, not the migrations.
    pub environment: Environment,
    /// Installed extensions; what they bring is not listed elsewhere.
    pub extensions: Vec<Extension>,
    /// ENUM types.
    pub enums: Vec<EnumType>,
    /// Domains.
    pub domains: Vec<Domain>,
    /// Composite and range types, without those of tables.
    pub types: Vec<Definition>,
    /// Tables, also partitioned ones and partitions.
    pub tables: Vec<Table>,
    /// Sequences.
    pub sequences: Vec<Sequence>,
    /// Functions, procedures and aggregates.
    pub functions: Vec<Function>,
    /// Views and materialized views.
    pub views: Vec<View>,
    /// Where privileges on an object are not those it has when it is made.
    pub grants: Vec<Grant>,
    /// Where privileges on objects to come are not the usual.
    pub default_grants: Vec<Grant>,
    /// Settings of the database (`ALTER DATABASE … SET`), also for one role.
    pub settings: Vec<Setting>,
}

/// What the server and its machine bring, not the migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The server's version, such as `15.4`.
    pub server_version: String,
    /// The database's encoding, such as `UTF8`.
    pub encoding: String,
    /// Its `LC_COLLATE`.
    pub collation: String,
    /// Its `LC_CTYPE`.
    pub character_classes: String,
    /// Who provides its locale: `libc`, `icu` or `builtin`.
    pub locale_provider: String,
    /// That provider's name of the locale, where it is not libc.
    pub locale: Option<String>,
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

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// The type it restricts.
    pub base_type: String,
    /// Whether it accepts NULL.
    pub nullable: bool,
    /// Its default.
    pub default: Option<String>,
    /// Its CHECK constraints.
    pub checks: Vec<Definition>,
}

/// A table with all that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What sets it apart from a plain table, such as `unlogged`, `row level
    /// security` or how it is partitioned.
    pub traits: Vec<String>,
    /// Its columns by name: their position does not matter to a program.
    pub columns: Vec<Column>,
    /// Its constraints, without NOT NULL, for which see [`Column::nullable`]
    /// (only PostgreSQL 18 and later name those), unless it is NOT VALID.
    pub constraints: Vec<Constraint>,
    /// Its indexes, also those of its keys.
    pub indexes: Vec<Definition>,
    /// Its triggers, without those that guard foreign keys.
    pub triggers: Vec<Definition>,
    /// Its policies of row level security.
    pub policies: Vec<Definition>,
    /// Its rewrite rules.
    pub rules: Vec<Definition>,
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
    /// Its collation, where that is not its type's.
    pub collation: Option<String>,
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
    /// NOT NULL that old rows may still violate.
    NotNull,
}

/// The target of a foreign key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The table referred to.
    pub table: String,
    /// Its columns, in the order of the constraint's own.
    pub columns: Vec<String>,
}

/// Something that PostgreSQL can write down in one text, such as an index.
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

/// A view or materialized view.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Whether it keeps its rows.
    pub materialized: bool,
    /// Its query.
    pub definition: String,
    /// Its indexes.
    pub indexes: Vec<Definition>,
    /// Its triggers.
    pub triggers: Vec<Definition>,
    /// Its rewrite rules, without the one that makes it a view.
    pub rules: Vec<Definition>,
}

/// The privileges of one role (or `PUBLIC`) on an object, as far as they differ
/// from those that the role has when such an object is made. The owner's own are
/// left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// The object: `table users`, `schema public`; or objects to come: `tables
    /// made by the owner in public`.
    pub object: String,
    /// The role.
    pub role: String,
    /// What was granted: names of privileges, or `ALL`.
    pub granted: Vec<String>,
    /// What was revoked.
    pub revoked: Vec<String>,
}

/// A setting of the database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
    /// Its name, such as `work_mem`.
    pub name: String,
    /// The role that it is for; everybody's when `None`.
    pub role: Option<String>,
    /// Its value; the SHA-256 of it where the name has a dot, because programs
    /// keep secrets in settings of their own.
    pub value: String,
}

/// A function, procedure or aggregate.
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
