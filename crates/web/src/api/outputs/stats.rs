//! Figures about outputs (contract, 7.6).

use std::collections::BTreeMap;

use archivist_domain::{OutputType, success};
use archivist_store::statistics::{OutputGroup, Summary};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::{Json, Query};
use crate::state::AppState;
use crate::wire;

/// Which outputs to count.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StatsParams {
    /// Any of these types; repeat the parameter for several.
    #[serde(default)]
    output_type: Vec<OutputType>,
}

/// Counts, sums and the success rate.
///
/// Writers get the figures of their own outputs, editors and admins those of all.
#[utoipa::path(get, path = "/api/outputs/stats", operation_id = "output_stats", tag = "outputs", params(StatsParams), responses(
    (status = 200, description = "The figures", body = OutputStats),
    WithFields,
        ForWriters,
))]
pub(super) async fn stats(
    State(state): State<AppState>,
    writer: Writer,
    Query(params): Query<StatsParams>,
) -> Result<Json<OutputStats>, Error> {
    let actor = writer.actor();
    let scope = actor.outputs_scope();
    let types = &params.output_type;
    let groups = state.outputs.groups(&state.pool, scope, types).await?;
    Ok(Json(OutputStats::of(&groups)))
}

/// Figures about outputs; only values that occur have a count. Amounts are texts with
/// two places.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct OutputStats {
    /// How many there are.
    #[schema(example = 6)]
    total_outputs: i64,
    /// How many of each type.
    #[schema(example = json!({"grant_proposal": 6}))]
    by_type: BTreeMap<&'static str, i64>,
    /// How many in each status.
    #[schema(example = json!({"draft": 3, "awarded": 2, "not_awarded": 1}))]
    by_status: BTreeMap<&'static str, i64>,
    /// Awarded among all that were submitted, in percent with two decimals.
    #[schema(example = 66.67)]
    success_rate: f64,
    /// Sum asked for.
    #[schema(example = "150000.00")]
    total_requested: String,
    /// Sum given.
    #[schema(example = "90000.00")]
    total_awarded: String,
    /// Mean asked for, over all outputs with and without an amount.
    #[schema(example = "25000.00")]
    avg_requested: String,
    /// Mean given, over all outputs.
    #[schema(example = "15000.00")]
    avg_awarded: String,
}

impl OutputStats {
    fn of(groups: &[OutputGroup]) -> Self {
        let amount = wire::amount_text;
        let summary = Summary::of(groups);
        let (all, requested) = (summary.all, summary.requested_amount);
        Self {
            total_outputs: all,
            by_type: tally(groups, |group| group.output_type.as_str()),
            by_status: tally(groups, |group| group.status.as_str()),
            success_rate: summary.success_rate,
            total_requested: amount(requested),
            total_awarded: amount(summary.awarded_amount),
            avg_requested: amount(success::average(requested, all)),
            avg_awarded: amount(success::average(summary.awarded_amount, all)),
        }
    }
}

/// How many outputs have each value of this label.
pub(super) fn tally(
    groups: &[OutputGroup],
    label: fn(&OutputGroup) -> &'static str,
) -> BTreeMap<&'static str, i64> {
    let mut counts = BTreeMap::new();
    for group in groups {
        *counts.entry(label(group)).or_insert(0) += group.count;
    }
    counts
}

#[cfg(test)]
mod tests {
    use archivist_domain::OutputStatus;

    use super::*;

    fn group(status: OutputStatus, count: i64, requested: i64, awarded: i64) -> OutputGroup {
        OutputGroup {
            output_type: OutputType::GrantProposal,
            status,
            count,
            requested: requested.into(),
            awarded: awarded.into(),
        }
    }

    #[test]
    fn drafts_do_not_lower_the_success_rate_but_the_means() {
        let stats = OutputStats::of(&[
            group(OutputStatus::Draft, 3, 0, 0),
            group(OutputStatus::NotAwarded, 1, 100, 0),
            group(OutputStatus::Awarded, 2, 200, 190),
        ]);
        assert_eq!(stats.total_outputs, 6);
        assert_eq!(stats.by_type, BTreeMap::from([("grant_proposal", 6)]));
        assert_eq!(stats.by_status["awarded"], 2);
        assert!((stats.success_rate - 66.67).abs() < f64::EPSILON);
        assert_eq!(stats.total_requested, "300.00");
        assert_eq!(stats.avg_requested, "50.00");
        assert_eq!(stats.avg_awarded, "31.67");
    }

    #[test]
    fn nothing_is_zero() {
        let stats = OutputStats::of(&[]);
        assert!(stats.success_rate.abs() < f64::EPSILON && stats.by_type.is_empty());
        assert_eq!(stats.avg_awarded, "0.00");
    }
}
