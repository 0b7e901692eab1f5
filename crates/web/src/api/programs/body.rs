//! What the program routes take and answer.

use archivist_domain::{ProgramId, UserId};
use archivist_store::programs::{Counts, NewProgram, Program, ProgramChange};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::wire;

const MAX_NAME_CHARS: usize = 100;
const MAX_DESCRIPTION_CHARS: usize = 500;
const MAX_DISPLAY_ORDER: i32 = 1000;

/// A new program.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateProgram {
    /// Letters, digits, spaces and `-`, `'`, `&`; unique ignoring letter case.
    #[schema(min_length = 1, max_length = 100, example = "Early Literacy")]
    name: String,
    /// What it is about.
    #[schema(max_length = 500, example = "Reading coaches in nine schools")]
    description: Option<String>,
    /// Higher comes first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000, default = 0)]
    display_order: i32,
    /// Whether documents may be filed under it.
    #[serde(default = "active")]
    #[schema(default = true)]
    active: bool,
}

fn active() -> bool {
    true
}

impl CreateProgram {
    /// The fields to store, if all of them will do.
    pub(super) fn check(self, created_by: UserId) -> Result<NewProgram, Error> {
        check(
            Some(&self.name),
            self.description.as_deref(),
            Some(self.display_order),
        )?;
        Ok(NewProgram {
            name: self.name.trim().to_owned(),
            description: self.description,
            display_order: self.display_order,
            active: self.active,
            created_by: Some(created_by),
        })
    }
}

/// What is to change in a program; what is left out or null stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UpdateProgram {
    /// A new name.
    #[schema(min_length = 1, max_length = 100, example = "Early Literacy")]
    name: Option<String>,
    /// A new description.
    #[schema(max_length = 500, example = "Reading coaches in nine schools")]
    description: Option<String>,
    /// A new place; higher comes first.
    #[schema(minimum = 0, maximum = 1000)]
    display_order: Option<i32>,
    /// On or off.
    active: Option<bool>,
}

impl UpdateProgram {
    /// The change to store, if all its fields will do; `None` when there is none.
    pub(super) fn check(self) -> Result<Option<ProgramChange>, Error> {
        check(
            self.name.as_deref(),
            self.description.as_deref(),
            self.display_order,
        )?;
        let change = ProgramChange {
            name: self.name.map(|name| name.trim().to_owned()),
            description: self.description,
            display_order: self.display_order,
            active: self.active,
        };
        let changes = change.name.is_some()
            || change.description.is_some()
            || change.display_order.is_some()
            || change.active.is_some();
        Ok(changes.then_some(change))
    }
}

fn check(
    name: Option<&str>,
    description: Option<&str>,
    display_order: Option<i32>,
) -> Result<(), Error> {
    let mut problems = Vec::new();
    if let Some(Err(message)) = name.map(check_name) {
        problems.push(FieldProblem::body("name", message));
    }
    let too_long = description.and_then(|d| bounds::characters(d, &(0..=MAX_DESCRIPTION_CHARS)));
    problems.extend(too_long.map(|message| FieldProblem::body("description", message)));
    let outside = display_order.and_then(|n| bounds::number(&n, &(0..=MAX_DISPLAY_ORDER)));
    problems.extend(outside.map(|message| FieldProblem::body("display_order", message)));
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

/// The length counts before trimming, as it always has.
fn check_name(name: &str) -> Result<(), String> {
    if let Some(message) = bounds::characters(name, &(1..=MAX_NAME_CHARS)) {
        return Err(message);
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || "-'&".contains(c);
    let name = name.trim();
    if name.is_empty() || !name.chars().all(fits) {
        return Err("may hold letters A to Z, digits, spaces, -, ' and & only".to_owned());
    }
    Ok(())
}

/// A program.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgramResponse {
    /// Its id.
    program_id: ProgramId,
    /// Its name.
    #[schema(example = "Early Literacy")]
    name: String,
    /// What it is about.
    #[schema(example = "Reading coaches in nine schools")]
    description: Option<String>,
    /// Higher comes first.
    display_order: i32,
    /// Whether documents may be filed under it.
    active: bool,
    /// When it was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
    /// Who made it.
    created_by: Option<UserId>,
}

impl From<Program> for ProgramResponse {
    fn from(program: Program) -> Self {
        Self {
            program_id: program.program_id,
            name: program.name,
            description: program.description,
            display_order: program.display_order,
            active: program.active,
            created_at: program.created_at,
            updated_at: program.updated_at,
            created_by: program.created_by,
        }
    }
}

/// A page of programs, and how many there are in all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgramList {
    /// The programs asked for.
    programs: Vec<ProgramResponse>,
    /// How many there are.
    total: i64,
    /// How many of them are active.
    active_count: i64,
    /// How many are not.
    inactive_count: i64,
}

impl ProgramList {
    /// The reply with `rows`.
    pub(super) fn new(rows: Vec<Program>, counts: Counts) -> Self {
        Self {
            programs: rows.into_iter().map(Into::into).collect(),
            total: counts.total,
            active_count: counts.active,
            inactive_count: counts.total - counts.active,
        }
    }
}

/// A program is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgramDeleted {
    /// Always true.
    success: bool,
    /// What was done, in words.
    #[schema(example = "Program 'Early Literacy' deleted successfully")]
    message: String,
    /// The program that is gone.
    program_id: ProgramId,
    /// How many documents were filed under it.
    documents_affected: u64,
}

impl ProgramDeleted {
    /// The reply after `program` was deleted and `documents` were taken out of it.
    pub(super) fn new(program: &Program, documents: u64) -> Self {
        Self {
            success: true,
            message: format!("Program '{}' deleted successfully", program.name),
            program_id: program.program_id,
            documents_affected: documents,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_plain_characters() {
        for name in ["Early Literacy", "Parents' & Kids' Club 2-5", " x "] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "   ", "Café", "a/b", "A_b", &"x".repeat(101)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_new_program_is_trimmed_and_active() {
        let body: CreateProgram = serde_json::from_str(r#"{"name": " Meals "}"#).unwrap();
        let new = body.check(UserId(uuid::Uuid::nil())).unwrap();
        assert_eq!((new.name.as_str(), new.active), ("Meals", true));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let body = r#"{"name": "?", "display_order": 1001}"#;
        let body: UpdateProgram = serde_json::from_str(body).unwrap();
        let Err(Error::Invalid(problems)) = body.check() else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(fields, ["name", "display_order"]);
    }

    #[test]
    fn null_changes_nothing() {
        let body: UpdateProgram = serde_json::from_str(r#"{"name": null}"#).unwrap();
        assert!(body.check().unwrap().is_none());
    }
}
