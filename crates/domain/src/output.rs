//! The life cycle of an output: transitions, rules of the merged record, warnings.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::enums::OutputStatus::{self, Awarded, Draft, NotAwarded, Pending, Submitted};

/// The longest title, in characters (the column's width).
pub const MAX_TITLE_CHARS: usize = 500;

/// The longest name of a funder, in characters (the column's width).
pub const MAX_FUNDER_CHARS: usize = 255;

/// A status change that the life cycle does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IllegalTransition {
    /// The output has been decided; only an admin may reopen it.
    #[error(
        "Invalid status transition from '{from}' to '{to}': '{from}' is a terminal state; only an admin may change it"
    )]
    Terminal {
        /// Where the output stands.
        from: OutputStatus,
        /// Where it was to go.
        to: OutputStatus,
    },
    /// Another step has to come first.
    #[error(
        "Invalid status transition from '{from}' to '{to}': allowed from '{from}' are {}",
        join(allowed)
    )]
    NotNext {
        /// Where the output stands.
        from: OutputStatus,
        /// Where it was to go.
        to: OutputStatus,
        /// Where it may go.
        allowed: &'static [OutputStatus],
    },
}

fn join(statuses: &[OutputStatus]) -> String {
    let labels: Vec<_> = statuses.iter().map(|s| s.as_str()).collect();
    labels.join(", ")
}

/// The statuses that may follow `from`, its own excluded.
pub const fn next_statuses(from: OutputStatus) -> &'static [OutputStatus] {
    match from {
        Draft => &[Submitted],
        Submitted => &[Pending, Draft],
        Pending => &[Awarded, NotAwarded, Submitted],
        Awarded | NotAwarded => &[],
    }
}

/// Checks a status change. Keeping the status is always fine; `may_override`
/// (an admin's right) allows any change.
pub fn check_transition(
    from: OutputStatus,
    to: OutputStatus,
    may_override: bool,
) -> Result<(), IllegalTransition> {
    let allowed = next_statuses(from);
    if from == to || may_override || allowed.contains(&to) {
        Ok(())
    } else if allowed.is_empty() {
        Err(IllegalTransition::Terminal { from, to })
    } else {
        Err(IllegalTransition::NotNext { from, to, allowed })
    }
}

/// The fields of an output that rules look at together, after a change has been
/// merged into what is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracking {
    /// Who was asked.
    pub funder_name: Option<String>,
    /// What was asked for.
    pub requested_amount: Option<Decimal>,
    /// What was given.
    pub awarded_amount: Option<Decimal>,
    /// When it was sent in.
    pub submission_date: Option<NaiveDate>,
    /// When the funder decided.
    pub decision_date: Option<NaiveDate>,
}

/// A rule between two fields that the merged record breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenRule {
    /// More was given than asked for.
    #[error("awarded amount must not exceed the requested amount")]
    AwardedAboveRequested,
    /// Decided before it was sent in.
    #[error("decision date must not be before the submission date")]
    DecisionBeforeSubmission,
}

impl BrokenRule {
    /// The field to mend.
    pub const fn field(self) -> &'static str {
        match self {
            Self::AwardedAboveRequested => "awarded_amount",
            Self::DecisionBeforeSubmission => "decision_date",
        }
    }
}

impl Tracking {
    /// Checks the rules between fields. A request of 0 counts as unknown.
    pub fn check(&self) -> Result<(), BrokenRule> {
        if let (Some(requested), Some(awarded)) = (self.requested_amount, self.awarded_amount)
            && !requested.is_zero()
            && awarded > requested
        {
            return Err(BrokenRule::AwardedAboveRequested);
        }
        if let (Some(submitted), Some(decided)) = (self.submission_date, self.decision_date)
            && decided < submitted
        {
            return Err(BrokenRule::DecisionBeforeSubmission);
        }
        Ok(())
    }

    /// What a careful person would still fill in at `status`: never blocks.
    pub fn warnings(&self, status: OutputStatus) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |unless: bool, field, message| {
            if !unless {
                warnings.push(Warning { field, message });
            }
        };
        if status.is_submitted() {
            warn(
                self.funder_name.is_some(),
                "funder_name",
                "the funder is not recorded",
            );
            warn(
                self.requested_amount.is_some(),
                "requested_amount",
                "the requested amount is not recorded",
            );
            warn(
                self.submission_date.is_some(),
                "submission_date",
                "the submission date is not recorded",
            );
        }
        if status.is_decided() {
            warn(
                self.decision_date.is_some(),
                "decision_date",
                "the decision date is not recorded",
            );
        }
        if status == Awarded {
            warn(
                self.awarded_amount.is_some(),
                "awarded_amount",
                "the awarded amount is not recorded",
            );
        }
        if status == NotAwarded {
            let nothing = self.awarded_amount.is_none_or(|amount| amount.is_zero());
            warn(
                nothing,
                "awarded_amount",
                "an amount is recorded although nothing was awarded",
            );
        }
        warnings
    }
}

/// Something missing or odd in a tracked output.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// The field it is about.
    #[cfg_attr(feature = "openapi", schema(example = "decision_date"))]
    pub field: &'static str,
    /// What is missing or odd.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "an awarded output usually has a decision date")
    )]
    pub message: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_cannot_be_awarded() {
        let error = check_transition(Draft, Awarded, false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid status transition from 'draft' to 'awarded': allowed from 'draft' are submitted"
        );
        assert_eq!(check_transition(Draft, Awarded, true), Ok(()));
    }

    #[test]
    fn a_decision_is_terminal_but_may_be_kept() {
        let error = check_transition(Awarded, Pending, false).unwrap_err();
        assert!(error.to_string().contains("terminal state"));
        assert_eq!(check_transition(Awarded, Awarded, false), Ok(()));
    }

    #[test]
    fn the_whole_way_is_open() {
        for (from, to) in [
            (Draft, Submitted),
            (Submitted, Pending),
            (Pending, Awarded),
            (Pending, Submitted),
            (Submitted, Draft),
        ] {
            assert_eq!(check_transition(from, to, false), Ok(()));
        }
    }

    #[test]
    fn rules_hold_between_fields() {
        let date = |d| NaiveDate::from_ymd_opt(2026, 3, d);
        let mut tracking = Tracking {
            requested_amount: Some(Decimal::from(100)),
            awarded_amount: Some(Decimal::from(101)),
            submission_date: date(2),
            decision_date: date(2),
            ..Tracking::default()
        };
        assert_eq!(tracking.check(), Err(BrokenRule::AwardedAboveRequested));
        tracking.requested_amount = Some(Decimal::ZERO);
        assert_eq!(tracking.check(), Ok(()));
        tracking.decision_date = date(1);
        assert_eq!(tracking.check().unwrap_err().field(), "decision_date");
    }

    #[test]
    fn warnings_name_what_is_missing() {
        let fields = |status| -> Vec<_> {
            let tracking = Tracking {
                funder_name: Some("NSF".into()),
                ..Tracking::default()
            };
            tracking.warnings(status).iter().map(|w| w.field).collect()
        };
        assert!(fields(Draft).is_empty());
        assert_eq!(fields(Pending), ["requested_amount", "submission_date"]);
        assert_eq!(
            fields(Awarded),
            [
                "requested_amount",
                "submission_date",
                "decision_date",
                "awarded_amount"
            ]
        );
    }
}
