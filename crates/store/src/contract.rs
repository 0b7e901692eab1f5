//! The schema contract: what the catalog must be, and how a database differs.
//!
//! Two things are compared. The enums of the domain with the catalog, in both
//! directions: every label that code knows must be there, in order, and every
//! label list that is there must be known to code. And the whole catalog with
//! `schema.json`, which the migrations produce (a test holds them together;
//! `make schema` writes it anew).

use archivist_domain::enums::{DATABASE_ENUMS, EnumContract, Storage};
use pg_catalog::{Catalog, ConstraintKind, Difference, check_labels, diff};
use serde::Serialize;
use sqlx::PgConnection;

const SCHEMA: &str = include_str!("../schema.json");

/// sqlx's own table, which is no part of the contract.
const MIGRATION_TABLE: &str = "_sqlx_migrations";

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

/// Why a database could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The database could not be asked.
    #[error("the catalog cannot be read: {0}")]
    Read(#[from] sqlx::Error),
    /// The contract that is built in cannot be read.
    #[error("the built-in schema contract cannot be read: {0}")]
    Contract(#[from] serde_json::Error),
}

/// The catalog of a database, as far as the contract speaks of it.
pub async fn read(conn: &mut PgConnection) -> sqlx::Result<Catalog> {
    let mut catalog = Catalog::read(conn, &["public"]).await?;
    catalog.tables.retain(|table| table.name != MIGRATION_TABLE);
    // Extensions come with the server, whose version may differ.
    for extension in &mut catalog.extensions {
        extension.version.clear();
    }
    Ok(catalog)
}

/// Every difference between code and a database; none means that they agree.
pub async fn verify(conn: &mut PgConnection) -> Result<Vec<Finding>, ContractError> {
    let actual = read(conn).await?;
    let expected: Catalog = serde_json::from_str(SCHEMA)?;
    let mut findings: Vec<_> = DATABASE_ENUMS
        .iter()
        .flat_map(|contract| compare_enum(contract, &actual))
        .collect();
    findings.extend(unknown_label_lists(&actual));
    findings.extend(diff(&expected, &actual).into_iter().map(finding));
    Ok(findings)
}

fn finding(difference: Difference) -> Finding {
    Finding {
        subject: format!("{:?} {}", difference.kind, difference.name).to_lowercase(),
        expected: difference.left,
        found: difference.right,
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

fn column_type<'a>(contract: &EnumContract, actual: &'a Catalog) -> Option<&'a str> {
    let (table, column) = contract.column.split_once('.')?;
    Some(actual.table(table)?.column(column)?.data_type.as_str())
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
    let expected: Catalog = serde_json::from_str(SCHEMA)?;
    let count = |of: fn(&pg_catalog::Table) -> usize| expected.tables.iter().map(of).sum::<usize>();
    Ok(format!(
        "{} enums, {} tables, {} columns, {} constraints, {} indexes, {} triggers",
        DATABASE_ENUMS.len(),
        expected.tables.len(),
        count(|t| t.columns.len()),
        count(|t| t.constraints.len()),
        count(|t| t.indexes.len()),
        count(|t| t.triggers.len()),
    ))
}
