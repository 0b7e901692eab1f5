//! What two sides disagree about, told to people and programs.

use std::process::ExitCode;

use pg_catalog::{Comparison, Kind, diff};
use pg_testbed::BoxError;
use serde_json::{Value, json};

use crate::line::Line;
use crate::side::Side;

/// The exit code of what found nothing wrong, or something.
pub(crate) fn exit(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Two sides, compared.
pub(crate) struct Compared<'a> {
    left: &'a Side,
    right: &'a Side,
    found: Comparison,
    /// How much was compared.
    extent: String,
    /// The right side has no tables, and the left one has.
    only_left: bool,
}

impl<'a> Compared<'a> {
    /// Reads both sides.
    pub(crate) async fn of(left: &'a Side, right: &'a Side, line: &Line) -> Result<Self, BoxError> {
        let l = left.fingerprint(line).await?;
        let r = right.fingerprint(line).await?;
        let extent = format!(
            "{} tables, {} columns, {} constraints, {} indexes",
            l.count(Kind::Table),
            l.count(Kind::Column),
            l.count(Kind::Constraint),
            l.count(Kind::Index)
        );
        let found = diff(&l, &r);
        let only_left = l.count(Kind::Table) > 0 && r.count(Kind::Table) == 0;
        Ok(Self {
            left,
            right,
            found,
            extent,
            only_left,
        })
    }

    pub(crate) fn agrees(&self) -> bool {
        self.found.agrees()
    }

    /// Whether the right side has no tables at all, although the left one has.
    pub(crate) fn only_left_has_tables(&self) -> bool {
        self.only_left
    }

    pub(crate) fn as_json(&self) -> Value {
        let Self {
            left, right, found, ..
        } = self;
        json!({
            "agrees": found.agrees(), "left": left.shown, "right": right.shown,
            "drift": found.drift, "environment": found.environment,
        })
    }

    /// For a person.
    pub(crate) fn report(&self) -> String {
        let (left, right) = (&self.left.shown, &self.right.shown);
        let (found, extent) = (&self.found, &self.extent);
        if found.agrees() {
            return format!("no drift between {left} and {right}: {extent}\n{found}");
        }
        let number = found.drift.len();
        format!("- {left}\n+ {right}\n\n{found}\n{number} differences\n")
    }
}
