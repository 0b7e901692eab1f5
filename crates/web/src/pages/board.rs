//! `/outputs`: every output by status, with the figures of success.

use archivist_domain::{OutputStatus, OutputType, money};
use archivist_store::outputs::{Output, OutputFilter};
use archivist_store::statistics::Summary;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::form::filled;
use super::shell::{Place, Shell};
use super::visitor::{PageWriter, Visitor};
use super::{page, show};
use crate::error::{Error, FieldProblem};
use crate::extract::Query;
use crate::state::AppState;

/// A board with more cards is no longer a board.
const CARDS: i64 = 300;

#[derive(Template)]
#[template(path = "pages/outputs.html")]
pub(super) struct BoardPage {
    pub(super) shell: Shell,
    pub(super) filter: BoardFilter,
    pub(super) types: &'static [OutputType],
    pub(super) statuses: Vec<(OutputStatus, show::Chip)>,
    /// The figures above the board, of all outputs that the person may see.
    pub(super) figures: Summary,
    pub(super) columns: Vec<Column>,
    /// Outputs that match.
    pub(super) total: i64,
    /// Whether only this person's own outputs are shown.
    pub(super) only_own: bool,
}

/// The filters as they stand in the address: empty means any.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct BoardFilter {
    pub(super) q: String,
    pub(super) output_type: String,
    pub(super) status: String,
}

/// The outputs of one status.
pub(super) struct Column {
    pub(super) chip: show::Chip,
    pub(super) cards: Vec<Card>,
}

/// An output on the board.
pub(super) struct Card {
    pub(super) address: String,
    pub(super) title: String,
    pub(super) type_words: &'static str,
    pub(super) funder: Option<String>,
    pub(super) amount: Option<String>,
    /// What the amount is: asked for or given.
    pub(super) amount_words: &'static str,
    pub(super) when: String,
    pub(super) owner: Option<String>,
}

impl BoardFilter {
    fn is_empty(&self) -> bool {
        [&self.q, &self.output_type, &self.status]
            .iter()
            .all(|field| filled(field).is_none())
    }

    fn for_store(&self, owner: Option<&str>) -> Result<OutputFilter, Error> {
        let wrong = |field, e: archivist_domain::enums::UnknownLabel| {
            Error::Invalid(vec![FieldProblem::query(field, e.to_string())])
        };
        let types = filled(&self.output_type).map(str::parse).transpose();
        let statuses = filled(&self.status).map(str::parse).transpose();
        Ok(OutputFilter {
            owner: owner.map(str::to_owned),
            types: types
                .map_err(|e| wrong("output_type", e))?
                .into_iter()
                .collect(),
            statuses: statuses
                .map_err(|e| wrong("status", e))?
                .into_iter()
                .collect(),
            search: filled(&self.q).map(str::to_owned),
            ..OutputFilter::default()
        })
    }
}

impl BoardPage {
    pub(super) fn rate(&self) -> String {
        format!("{:.2} %", self.figures.success_rate)
    }

    pub(super) fn money(amount: &Decimal) -> String {
        money::display(*amount)
    }

    pub(super) fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

    pub(super) fn matches(&self) -> String {
        show::count(self.total, "output")
    }

    /// How many of the newest are shown, where not all fit.
    pub(super) fn shown_of_more(&self) -> Option<i64> {
        (self.total > CARDS).then_some(CARDS)
    }
}

/// The board.
pub(super) async fn show(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Query(filter): Query<BoardFilter>,
) -> Result<Response, Error> {
    let actor = visitor.actor();
    let owner = actor.outputs_scope();
    let found = state
        .outputs
        .list(&state.pool, &filter.for_store(owner)?, 0, CARDS)
        .await?;
    let groups = state.outputs.groups(&state.pool, owner, &[]).await?;
    page(&BoardPage {
        shell: visitor.shell(Place::Outputs),
        types: OutputType::ALL,
        statuses: OutputStatus::ALL
            .iter()
            .map(|&s| (s, show::status(s)))
            .collect(),
        figures: Summary::of(&groups),
        columns: columns(found.rows, &filter, &visitor),
        total: found.total,
        only_own: owner.is_some(),
        filter,
    })
}

/// One column a status; with a filter by status, only that one.
fn columns(outputs: Vec<Output>, filter: &BoardFilter, visitor: &Visitor) -> Vec<Column> {
    let wanted = |status: &&OutputStatus| {
        filled(&filter.status).is_none_or(|chosen| chosen == status.as_str())
    };
    let mut columns: Vec<(OutputStatus, Column)> = OutputStatus::ALL
        .iter()
        .filter(wanted)
        .map(|&status| {
            let chip = show::status(status);
            (
                status,
                Column {
                    chip,
                    cards: Vec::new(),
                },
            )
        })
        .collect();
    for output in outputs {
        if let Some((_, column)) = columns.iter_mut().find(|(s, _)| *s == output.status) {
            column
                .cards
                .push(card(output, &visitor.signed_in.user.email));
        }
    }
    columns.into_iter().map(|(_, column)| column).collect()
}

fn card(output: Output, me: &str) -> Card {
    let awarded = output
        .awarded_amount
        .filter(|_| output.status == OutputStatus::Awarded);
    let (amount, amount_words) = match awarded {
        Some(amount) => (Some(amount), "awarded"),
        None => (output.requested_amount, "requested"),
    };
    Card {
        address: format!("/outputs/{}", output.output_id),
        type_words: output.output_type.in_words(),
        amount: amount.map(money::display),
        amount_words,
        when: when(&output),
        owner: output.created_by.filter(|owner| owner != me),
        title: output.title,
        funder: output.funder_name,
    }
}

/// The date that matters at the output's status.
fn when(output: &Output) -> String {
    let made = || format!("begun {}", show::day(output.created_at.date()));
    let (word, date) = match output.status {
        OutputStatus::Draft => return made(),
        OutputStatus::Submitted | OutputStatus::Pending => ("sent", output.submission_date),
        OutputStatus::Awarded | OutputStatus::NotAwarded => ("decided", output.decision_date),
    };
    date.map_or_else(made, |date| format!("{word} {}", show::day(date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_status_is_told() {
        let filter = BoardFilter {
            status: "won".into(),
            ..BoardFilter::default()
        };
        let error = filter.for_store(None).unwrap_err();
        assert!(error.to_string().contains("not_awarded"));
    }
}
