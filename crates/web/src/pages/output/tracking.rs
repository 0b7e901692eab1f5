//! The form that moves an output along.

use archivist_domain::output::{IllegalTransition, Tracking, check_transition};
use archivist_domain::{OutputStatus, calendar, money};
use archivist_store::outputs::{Output, OutputFields};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::pages::form::{Problems, filled};

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct TrackingForm {
    pub(in crate::pages) status: String,
    pub(in crate::pages) funder_name: String,
    pub(in crate::pages) requested_amount: String,
    pub(in crate::pages) awarded_amount: String,
    pub(in crate::pages) submission_date: String,
    pub(in crate::pages) decision_date: String,
    pub(in crate::pages) success_notes: String,
}

impl TrackingForm {
    /// The form as it stands for a stored output.
    pub(in crate::pages) fn of(output: &Output) -> Self {
        let amount =
            |amount: Option<Decimal>| amount.map(|a| format!("{a:.2}")).unwrap_or_default();
        let date = |date: Option<NaiveDate>| date.map(|d| d.to_string()).unwrap_or_default();
        Self {
            status: output.status.to_string(),
            funder_name: output.funder_name.clone().unwrap_or_default(),
            requested_amount: amount(output.requested_amount),
            awarded_amount: amount(output.awarded_amount),
            submission_date: date(output.submission_date),
            decision_date: date(output.decision_date),
            success_notes: output.success_notes.clone().unwrap_or_default(),
        }
    }

    /// What is to be stored, or everything that cannot be read or come next, field by
    /// field. An empty field clears what was there.
    pub(super) fn merge(
        &self,
        stored: &Output,
        may_override: bool,
    ) -> Result<OutputFields, Problems> {
        let mut problems = Problems::default();
        let status = self.status(stored.status, may_override, &mut problems);
        let tracking = Tracking {
            funder_name: filled(&self.funder_name).map(str::to_owned),
            requested_amount: amount("requested_amount", &self.requested_amount, &mut problems),
            awarded_amount: amount("awarded_amount", &self.awarded_amount, &mut problems),
            submission_date: date("submission_date", &self.submission_date, &mut problems),
            decision_date: date("decision_date", &self.decision_date, &mut problems),
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(OutputFields {
            output_type: stored.output_type,
            title: stored.title.clone(),
            content: stored.content.clone(),
            word_count: stored.word_count,
            status,
            writing_style_id: stored.writing_style_id,
            tracking,
            success_notes: filled(&self.success_notes).map(str::to_owned),
            metadata: stored.metadata.clone(),
        })
    }

    fn status(
        &self,
        stored: OutputStatus,
        may_override: bool,
        problems: &mut Problems,
    ) -> OutputStatus {
        let Some(text) = filled(&self.status) else {
            return stored;
        };
        match text.parse() {
            Ok(status) => {
                if let Err(illegal) = check_transition(stored, status, may_override) {
                    problems.add("status", refusal(&illegal));
                }
                status
            }
            Err(unknown) => {
                problems.add("status", unknown.to_string());
                stored
            }
        }
    }
}

/// Why a status cannot come next, in the words of the page.
fn refusal(illegal: &IllegalTransition) -> String {
    match illegal {
        IllegalTransition::Terminal { from, .. } => format!(
            "it is {}, which is final: only an admin may change that",
            from.in_words()
        ),
        IllegalTransition::NotNext { from, to, allowed } => {
            let allowed: Vec<_> = allowed.iter().map(|status| status.in_words()).collect();
            format!(
                "from {} it cannot go to {} at once: next comes {}",
                from.in_words(),
                to.in_words(),
                allowed.join(" or ")
            )
        }
    }
}

fn amount(field: &str, text: &str, problems: &mut Problems) -> Option<Decimal> {
    match money::parse(filled(text)?) {
        Ok(amount) => Some(amount),
        Err(error) => {
            problems.add(field, error.to_string());
            None
        }
    }
}

fn date(field: &str, text: &str, problems: &mut Problems) -> Option<NaiveDate> {
    let date = calendar::date(filled(text)?);
    if date.is_none() {
        problems.add(field, "write the date as year-month-day, like 2026-03-31");
    }
    date
}

#[cfg(test)]
mod tests {
    use archivist_domain::{OutputId, OutputType};
    use chrono::NaiveDateTime;

    use super::*;
    use crate::outputs;

    fn stored(status: OutputStatus) -> Output {
        Output {
            output_id: OutputId(uuid::Uuid::nil()),
            conversation_id: None,
            output_type: OutputType::Other,
            title: "Title".into(),
            content: "Text [1].".into(),
            word_count: Some(1),
            status,
            writing_style_id: None,
            funder_name: Some("Maple Fund".into()),
            requested_amount: Some(Decimal::from(100)),
            awarded_amount: None,
            submission_date: NaiveDate::from_ymd_opt(2026, 3, 2),
            decision_date: None,
            success_notes: None,
            metadata: None,
            created_by: None,
            created_at: NaiveDateTime::default(),
            updated_at: NaiveDateTime::default(),
        }
    }

    #[test]
    fn an_untouched_form_changes_nothing() {
        let stored = stored(OutputStatus::Pending);
        let fields = TrackingForm::of(&stored).merge(&stored, false).unwrap();
        assert_eq!(fields.tracking, stored.tracking());
        assert_eq!(fields.status, stored.status);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let form = TrackingForm {
            status: "awarded".into(),
            requested_amount: "lots".into(),
            submission_date: "yesterday".into(),
            ..TrackingForm::default()
        };
        let problems = form.merge(&stored(OutputStatus::Draft), false).unwrap_err();
        for field in ["requested_amount", "submission_date"] {
            assert!(problems.of(field).is_some(), "{field}");
        }
        assert_eq!(
            problems.of("status"),
            Some("From draft it cannot go to awarded at once: next comes submitted.")
        );
    }

    #[test]
    fn an_empty_field_clears_and_rules_hold_between_fields() {
        let stored = stored(OutputStatus::Pending);
        let mut form = TrackingForm::of(&stored);
        form.funder_name = " ".into();
        assert_eq!(
            form.merge(&stored, false).unwrap().tracking.funder_name,
            None
        );
        form.awarded_amount = "$101".into();
        let fields = form.merge(&stored, false).unwrap();
        let problems = Problems::of_error(outputs::check(&fields).unwrap_err()).unwrap();
        let said = problems.of("awarded_amount").unwrap();
        assert!(said.contains("must not exceed"), "{said}");
    }
}
