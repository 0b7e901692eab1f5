//! The schema contract: what the catalog must be, and how a database differs.
//!
//! Two things are compared. The enums of the domain with the catalog, in both
//! directions: every label that code knows must be there, in order, and every
//! label list that is there must be known to code. And the whole catalog with
//! `schema.txt`, the fingerprint that the migrations produce (a test holds them
//! together; `make schema` writes it anew).

use archivist_domain::enums::{DATABASE_ENUMS, EnumContract, Storage};
use pg_catalog::{
    Catalog, ConstraintKind, Difference, Fingerprint, Kind, ParseError, check_labels, diff,
};
use serde::Serialize;
use sqlx::PgConnection;

const SCHEMA: &str = include_str!("../schema.txt");

/// The schemas that are ours.
pub const SCHEMAS: [&str; 1] = ["public"];

/// sqlx's own table, which is no part of the contract.
const MIGRATION_TABLE: &str = "_sqlx_migrations";

/// What the search needs where the site's own PostgreSQL keeps its passages; their tables are in a
/// schema that is not ours.
const VECTOR_EXTENSION: &str = "vector";

/// One difference between what code expects and what a database has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about: `enum UserRole ↔ type userrole`, `column outputs.title`, …
    pub subject: String,
    /// What is expected; `None` where nothing is.
    pub expected: Option<String>,
    /// What is there; `None` where nothing is.
    pub found: Option<String>,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The contract that is built in cannot be read.
    #[error("the built-in schema contract cannot be read: {0}")]
    Contract(#[from] ParseError),
}

/// The catalog of a database.
pub async fn read(conn: &mut PgConnection) -> sqlx::Result<Catalog> {
    Catalog::read(conn, &SCHEMAS).await
}

/// The part of a catalog that the contract speaks of. The rest is a site's own
/// affair: its server and extension versions, its roles, its settings.
pub fn contract_of(catalog: &Catalog) -> Fingerprint {
    let mut fingerprint = catalog.fingerprint();
    fingerprint.forget(MIGRATION_TABLE);
    fingerprint.forget(VECTOR_EXTENSION);
    fingerprint.retain(|kind| {
        !matches!(
            kind,
            Kind::Environment | Kind::Grant | Kind::DefaultGrant | Kind::Setting
        )
    });
    fingerprint
}

/// Every difference between code and a catalog; none means that they agree. A
/// constraint that is there but `NOT VALID` is none, see [`not_valid`].
pub fn verify(actual: &Catalog) -> Result<Vec<Finding>, ContractError> {
    let expected: Fingerprint = SCHEMA.parse()?;
    let mut findings: Vec<_> = DATABASE_ENUMS
        .iter()
        .flat_map(|contract| compare_enum(contract, actual))
        .collect();
    findings.extend(unknown_label_lists(actual));
    let comparison = diff(&expected, &contract_of(actual));
    let drift = comparison.drift.into_iter();
    findings.extend(drift.filter(|it| !guards_new_rows_only(it)).map(finding));
    Ok(findings)
}

/// The constraints, as `table.name`, that are there but guard new rows only.
pub fn not_valid(actual: &Catalog) -> Result<Vec<String>, ContractError> {
    let expected: Fingerprint = SCHEMA.parse()?;
    let drift = diff(&expected, &contract_of(actual)).drift.into_iter();
    Ok(drift
        .filter(guards_new_rows_only)
        .map(|it| it.name)
        .collect())
}

/// On adopted sites a constraint that old rows violate holds for new rows only. It is
/// no drift: [`not_valid`] tells of it.
fn guards_new_rows_only(difference: &Difference) -> bool {
    let found = difference.right.as_deref();
    difference.kind == Kind::Constraint
        && difference.left.is_some()
        && found.and_then(|text| text.strip_suffix(" NOT VALID")) == difference.left.as_deref()
}

fn finding(difference: Difference) -> Finding {
    // Of a plain table there is nothing to say but that it is there.
    let shown = |text: String| {
        if text.is_empty() {
            "present".to_owned()
        } else {
            text
        }
    };
    Finding {
        subject: format!("{} {}", difference.kind, difference.name),
        expected: difference.left.map(shown),
        found: difference.right.map(shown),
    }
}

fn compare_enum(contract: &EnumContract, actual: &Catalog) -> Vec<Finding> {
    match contract.storage {
        Storage::Native(name) => compare_native(contract, name, actual),
        Storage::Check(name) => compare_checked(contract, name, actual)
            .into_iter()
            .collect(),
    }
}

fn compare_native(contract: &EnumContract, name: &str, actual: &Catalog) -> Vec<Finding> {
    let labels = actual.enum_type(name).map(|found| found.labels.join(", "));
    let wanted = contract.labels.join(", ");
    let type_of_column = column_type(contract, actual);
    let mut findings = Vec::new();
    if labels.as_deref() != Some(wanted.as_str()) {
        findings.push(Finding {
            subject: format!("enum {} ↔ type {name}", contract.rust_name),
            expected: Some(wanted),
            found: labels,
        });
    }
    if type_of_column != Some(name) {
        findings.push(Finding {
            subject: format!("enum {} ↔ column {}", contract.rust_name, contract.column),
            expected: Some(name.to_owned()),
            found: type_of_column.map(str::to_owned),
        });
    }
    findings
}

/// The type of an enum's column; of a column of lists, the type of what is listed.
fn column_type<'a>(contract: &EnumContract, actual: &'a Catalog) -> Option<&'a str> {
    let (table, column) = contract.column.split_once('.')?;
    let data_type = actual.table(table)?.column(column)?.data_type.as_str();
    Some(data_type.strip_suffix("[]").unwrap_or(data_type))
}

fn compare_checked(contract: &EnumContract, name: &str, actual: &Catalog) -> Option<Finding> {
    let (table, column) = contract.column.split_once('.')?;
    let found = actual
        .table(table)
        .and_then(|table| table.constraint(name))
        .and_then(|constraint| check_labels(&constraint.definition));
    let wanted: Vec<String> = contract.labels.iter().map(ToString::to_string).collect();
    let agrees = found
        .as_ref()
        .is_some_and(|(on, labels)| on == column && sorted(labels) == sorted(&wanted));
    (!agrees).then(|| Finding {
        subject: format!(
            "enum {} ↔ CHECK {name} on {}",
            contract.rust_name, contract.column
        ),
        expected: Some(wanted.join(", ")),
        found: found.map(|(_, labels)| labels.join(", ")),
    })
}

fn sorted(labels: &[String]) -> Vec<&String> {
    let mut labels: Vec<_> = labels.iter().collect();
    labels.sort_unstable();
    labels
}

/// Types and label lists in the catalog that no enum in code stands for.
fn unknown_label_lists(actual: &Catalog) -> Vec<Finding> {
    let types = actual
        .enums
        .iter()
        .map(|found| (Storage::Native(""), &found.name, found.labels.join(", ")));
    let checks = actual
        .tables
        .iter()
        .flat_map(|table| &table.constraints)
        .filter_map(|c| {
            let labels = (c.kind == ConstraintKind::Check)
                .then(|| check_labels(&c.definition))??
                .1;
            Some((Storage::Check(""), &c.name, labels.join(", ")))
        });
    types
        .chain(checks)
        .filter(|(storage, name, _)| !is_known(*storage, name))
        .map(|(storage, name, labels)| Finding {
            subject: match storage {
                Storage::Native(_) => format!("type {name} ↔ no enum in code"),
                Storage::Check(_) => format!("CHECK {name} ↔ no enum in code"),
            },
            expected: None,
            found: Some(labels),
        })
        .collect()
}

fn is_known(kind: Storage, name: &str) -> bool {
    DATABASE_ENUMS
        .iter()
        .any(|contract| match (contract.storage, kind) {
            (Storage::Native(known), Storage::Native(_))
            | (Storage::Check(known), Storage::Check(_)) => known == name,
            _ => false,
        })
}

/// What was compared, counted, for a person who is told that all agrees.
pub fn summary() -> Result<String, ContractError> {
    let expected: Fingerprint = SCHEMA.parse()?;
    Ok(format!(
        "{} enums, {} tables, {} columns, {} constraints, {} indexes, {} triggers",
        DATABASE_ENUMS.len(),
        expected.count(Kind::Table),
        expected.count(Kind::Column),
        expected.count(Kind::Constraint),
        expected.count(Kind::Index),
        expected.count(Kind::Trigger),
    ))
}

#[cfg(test)]
mod tests {
    use pg_catalog::Extension;

    use super::*;

    #[test]
    fn pgvector_in_the_site_s_database_is_no_drift_and_other_extensions_are() {
        let with = |name: &str| Catalog {
            extensions: vec![Extension {
                name: name.to_owned(),
                version: "0.8.0".to_owned(),
            }],
            ..Catalog::default()
        };
        let nothing = contract_of(&Catalog::default());
        assert_eq!(contract_of(&with("vector")), nothing);
        assert_ne!(contract_of(&with("hstore")), nothing);
    }
}
