//! What became of outputs, by style, funder and year (contract, chapter 10). Amounts
//! are numbers here. What is not known has zeros, and is no error.

use std::collections::BTreeMap;

use archivist_domain::permission::Actor;
use archivist_domain::{StyleId, success};
use archivist_store::analytics::{Figures, FunderRank, Overview, Ranked, Scope};
use archivist_store::statistics::{OutputGroup, Summary};
use axum::extract::State;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::stats::tally;
use crate::api::moment::Moment;
use crate::api::pagination::PageSize;
use crate::api::path::{IdOr422, Segments};
use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::error::{Error, FieldProblem};
use crate::extract::{Json, Query};
use crate::state::AppState;

/// How many funders are ranked.
const RANKS: PageSize = PageSize {
    default: 10,
    max: 50,
};

/// When the outputs to count were made.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Period {
    /// Made at or after this moment: `2026-01-31`, or with a time, which is UTC unless
    /// it has a zone.
    #[param(value_type = Option<String>, example = "2026-01-01")]
    start_date: Option<Moment>,
    /// Made at or before this moment. A date alone is its first moment.
    #[param(value_type = Option<String>, example = "2026-12-31T23:59:59Z")]
    end_date: Option<Moment>,
}

impl Period {
    fn of(&self, actor: &Actor) -> Scope {
        Scope {
            owner: actor.outputs_scope().map(str::to_owned),
            from: self.start_date.map(|moment| moment.0),
            to: self.end_date.map(|moment| moment.0),
            ..Scope::default()
        }
    }
}

/// How the outputs of a writing style fared.
///
/// Writers get the figures of their own outputs, editors and admins those of all.
#[utoipa::path(get, path = "/api/outputs/analytics/style/{style_id}", operation_id = "style_analytics", tag = "outputs",
    params(("style_id" = StyleId, Path, description = "The writing style"), Period),
    responses(
        (status = 200, description = "The figures", body = StyleFigures),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn style(
    State(state): State<AppState>,
    writer: Writer,
    IdOr422(style): IdOr422<StyleId>,
    Query(period): Query<Period>,
) -> Result<Json<StyleFigures>, Error> {
    let actor = writer.actor();
    let scope = Scope {
        style: Some(style),
        ..period.of(&actor)
    };
    let figures = state.outputs.figures(&state.pool, &scope).await?.into();
    Ok(Json(StyleFigures {
        style_id: style.0,
        figures,
    }))
}

/// How the outputs for a funder fared.
///
/// The name may be a part of the funder's, in any letter case. Writers get the figures
/// of their own outputs, editors and admins those of all.
#[utoipa::path(get, path = "/api/outputs/analytics/funder/{funder_name}", operation_id = "funder_analytics", tag = "outputs",
    params(("funder_name" = String, Path, description = "This text in the funder's name", example = "Rivers"), Period),
    responses(
        (status = 200, description = "The figures", body = FunderFigures),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn funder(
    State(state): State<AppState>,
    writer: Writer,
    Segments(funder_name): Segments<String>,
    Query(period): Query<Period>,
) -> Result<Json<FunderFigures>, Error> {
    let actor = writer.actor();
    let scope = Scope {
        funder: Some(funder_name.clone()),
        ..period.of(&actor)
    };
    let figures = state.outputs.figures(&state.pool, &scope).await?.into();
    Ok(Json(FunderFigures {
        funder_name,
        figures,
    }))
}

/// How the outputs that were submitted in a year fared.
///
/// Writers get the figures of their own outputs, editors and admins those of all.
#[utoipa::path(get, path = "/api/outputs/analytics/year/{year}", operation_id = "year_analytics", tag = "outputs",
    params(("year" = i32, Path, description = "The year of the submission", example = 2026)),
    responses(
        (status = 200, description = "The figures", body = YearFigures),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn year(
    State(state): State<AppState>,
    writer: Writer,
    Segments(text): Segments<String>,
) -> Result<Json<YearFigures>, Error> {
    let not_a_year = || FieldProblem::path("year", "it must be a year, such as 2026");
    let year = text.trim().parse::<i32>();
    let year = year.map_err(|_| Error::Invalid(vec![not_a_year()]))?;
    let actor = writer.actor();
    let figures = match days_of(year) {
        None => Figures::default(),
        days => {
            let scope = Scope {
                owner: actor.outputs_scope().map(str::to_owned),
                submitted: days,
                ..Scope::default()
            };
            state.outputs.figures(&state.pool, &scope).await?
        }
    };
    let figures = figures.into();
    Ok(Json(YearFigures { year, figures }))
}

/// Its first and its last day; `None` for a year that no date can have.
fn days_of(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    let year = (1..=9999).contains(&year).then_some(year)?;
    NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31))
}

/// How many funders to rank.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RankParams {
    /// How many at most; 10 when not given.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<i64>,
}

/// The funders with the highest success rate.
///
/// Only what was sent in counts. Of equal ones those that gave more come first.
/// Writers get the figures of their own outputs, editors and admins those of all.
#[utoipa::path(get, path = "/api/outputs/analytics/funders", operation_id = "funder_ranking", tag = "outputs",
    params(RankParams),
    responses(
        (status = 200, description = "The funders, best first", body = Vec<FunderRanking>),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn funders(
    State(state): State<AppState>,
    writer: Writer,
    Query(params): Query<RankParams>,
) -> Result<Json<Vec<FunderRanking>>, Error> {
    let limit = RANKS.window(None, params.limit)?.limit;
    let actor = writer.actor();
    let ranks = state
        .outputs
        .funders(&state.pool, actor.outputs_scope(), limit)
        .await?;
    Ok(Json(ranks.into_iter().map(Into::into).collect()))
}

/// Figures of all outputs, the most successful styles and funders, and the last years.
///
/// Writers get the figures of their own outputs, editors and admins those of all.
#[utoipa::path(get, path = "/api/outputs/analytics/summary", operation_id = "analytics_summary", tag = "outputs",
    responses(
        (status = 200, description = "The overview", body = AnalyticsSummary),
        ForWriters,
    ))]
pub(super) async fn summary(
    State(state): State<AppState>,
    writer: Writer,
) -> Result<Json<AnalyticsSummary>, Error> {
    let actor = writer.actor();
    let overview = state
        .outputs
        .overview(&state.pool, actor.outputs_scope())
        .await?;
    Ok(Json(overview.into()))
}

/// How a set of outputs fared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutputFigures {
    /// All of them, drafts included.
    total_outputs: i64,
    /// Those sent in: submitted, pending, awarded or not awarded.
    submitted_count: i64,
    /// Those awarded.
    awarded_count: i64,
    /// Those not awarded.
    not_awarded_count: i64,
    /// Awarded among those sent in, in percent with two decimals.
    #[schema(example = 44.44)]
    success_rate: f64,
    /// Sum asked for by all.
    #[schema(example = 300_000.0)]
    total_requested: f64,
    /// Sum given to all.
    #[schema(example = 90_000.0)]
    total_awarded: f64,
    /// Given of what was asked for, in percent with two decimals.
    #[schema(example = 30.0)]
    avg_award_rate: f64,
}

impl From<Figures> for OutputFigures {
    fn from(figures: Figures) -> Self {
        Self {
            total_outputs: figures.all,
            submitted_count: figures.submitted,
            awarded_count: figures.awarded,
            not_awarded_count: figures.not_awarded,
            success_rate: figures.success_rate(),
            total_requested: number(figures.requested_amount),
            total_awarded: number(figures.awarded_amount),
            avg_award_rate: figures.award_rate(),
        }
    }
}

/// An amount as a number.
fn number(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}

/// The figures of a writing style.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StyleFigures {
    /// The style that was asked for.
    style_id: Uuid,
    #[serde(flatten)]
    figures: OutputFigures,
}

/// The figures of a funder.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunderFigures {
    /// The name as it was asked for.
    #[schema(example = "Rivers")]
    funder_name: String,
    #[serde(flatten)]
    figures: OutputFigures,
}

/// The figures of a year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct YearFigures {
    /// The year that was asked for.
    #[schema(example = 2026)]
    year: i32,
    #[serde(flatten)]
    figures: OutputFigures,
}

/// A funder and how what was sent in there fared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunderRanking {
    /// Its name, exactly as written.
    #[schema(example = "Rivers Foundation")]
    funder_name: String,
    /// Outputs sent in.
    total_submissions: i64,
    /// Those awarded.
    awarded_count: i64,
    /// Those not awarded.
    not_awarded_count: i64,
    /// Those whose status is pending.
    pending_count: i64,
    /// Awarded among those sent in, in percent with two decimals.
    #[schema(example = 50.0)]
    success_rate: f64,
    /// Sum asked for.
    #[schema(example = 120_000.0)]
    total_requested: f64,
    /// Sum given.
    #[schema(example = 45_000.0)]
    total_awarded: f64,
    /// Mean of the amounts given, over those outputs that have one; 0 if none has.
    #[schema(example = 22_500.0)]
    avg_award_amount: f64,
}

impl From<FunderRank> for FunderRanking {
    fn from(rank: FunderRank) -> Self {
        Self {
            success_rate: success::percentage(rank.awarded, rank.submitted),
            funder_name: rank.funder_name,
            total_submissions: rank.submitted,
            awarded_count: rank.awarded,
            not_awarded_count: rank.not_awarded,
            pending_count: rank.pending,
            total_requested: number(rank.requested_amount),
            total_awarded: number(rank.awarded_amount),
            avg_award_amount: number(rank.average_award),
        }
    }
}

/// An overview of outputs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnalyticsSummary {
    /// All of them.
    overall: OverallFigures,
    /// The styles with the highest success rate, at most five.
    top_writing_styles: Vec<StyleSuccess>,
    /// The funders with the highest success rate, at most five.
    top_funders: Vec<FunderSuccess>,
    /// The last years of submissions, newest first, at most five.
    year_over_year_trends: Vec<YearSuccess>,
}

impl From<Overview> for AnalyticsSummary {
    fn from(overview: Overview) -> Self {
        Self {
            overall: OverallFigures::of(&overview.groups),
            top_writing_styles: overview.styles.into_iter().map(Into::into).collect(),
            top_funders: overview.funders.into_iter().map(Into::into).collect(),
            year_over_year_trends: overview.years.into_iter().map(Into::into).collect(),
        }
    }
}

/// Figures about all outputs; only values that occur have a count.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverallFigures {
    /// How many there are.
    total_outputs: i64,
    /// How many of each type.
    by_type: BTreeMap<&'static str, i64>,
    /// How many in each status.
    by_status: BTreeMap<&'static str, i64>,
    /// Awarded among those sent in, in percent with two decimals.
    #[schema(example = 66.67)]
    success_rate: f64,
    /// Sum asked for.
    #[schema(example = 150_000.0)]
    total_requested: f64,
    /// Sum given.
    #[schema(example = 90_000.0)]
    total_awarded: f64,
    /// Mean asked for, over all outputs with and without an amount.
    #[schema(example = 25_000.0)]
    avg_requested: f64,
    /// Mean given, over all outputs.
    #[schema(example = 15_000.0)]
    avg_awarded: f64,
}

impl OverallFigures {
    fn of(groups: &[OutputGroup]) -> Self {
        let summary = Summary::of(groups);
        let mean = |sum| number(success::average(sum, summary.all));
        Self {
            total_outputs: summary.all,
            by_type: tally(groups, |group| group.output_type.as_str()),
            by_status: tally(groups, |group| group.status.as_str()),
            success_rate: summary.success_rate,
            total_requested: number(summary.requested_amount),
            total_awarded: number(summary.awarded_amount),
            avg_requested: mean(summary.requested_amount),
            avg_awarded: mean(summary.awarded_amount),
        }
    }
}

/// How a writing style fared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StyleSuccess {
    /// The style.
    writing_style_id: StyleId,
    /// Outputs sent in.
    submitted_count: i64,
    /// Those awarded.
    awarded_count: i64,
    /// Awarded among those sent in, in percent with two decimals.
    #[schema(example = 66.67)]
    success_rate: f64,
}

impl From<Ranked<StyleId>> for StyleSuccess {
    fn from(ranked: Ranked<StyleId>) -> Self {
        Self {
            writing_style_id: ranked.of,
            submitted_count: ranked.figures.submitted,
            awarded_count: ranked.figures.awarded,
            success_rate: ranked.figures.success_rate(),
        }
    }
}

/// How a funder gave.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunderSuccess {
    /// Its name, exactly as written.
    #[schema(example = "Rivers Foundation")]
    funder_name: String,
    /// Outputs sent in.
    submitted_count: i64,
    /// Those awarded.
    awarded_count: i64,
    /// Awarded among those sent in, in percent with two decimals.
    #[schema(example = 66.67)]
    success_rate: f64,
    /// Sum given.
    #[schema(example = 90_000.0)]
    total_awarded: f64,
}

impl From<Ranked<String>> for FunderSuccess {
    fn from(ranked: Ranked<String>) -> Self {
        Self {
            funder_name: ranked.of,
            submitted_count: ranked.figures.submitted,
            awarded_count: ranked.figures.awarded,
            success_rate: ranked.figures.success_rate(),
            total_awarded: number(ranked.figures.awarded_amount),
        }
    }
}

/// How a year went.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct YearSuccess {
    /// The year of the submissions.
    #[schema(example = 2026)]
    year: i32,
    /// Outputs sent in.
    submitted_count: i64,
    /// Those awarded.
    awarded_count: i64,
    /// Awarded among those sent in, in percent with two decimals.
    #[schema(example = 66.67)]
    success_rate: f64,
    /// Sum given.
    #[schema(example = 90_000.0)]
    total_awarded: f64,
}

impl From<Ranked<i32>> for YearSuccess {
    fn from(ranked: Ranked<i32>) -> Self {
        Self {
            year: ranked.of,
            submitted_count: ranked.figures.submitted,
            awarded_count: ranked.figures.awarded,
            success_rate: ranked.figures.success_rate(),
            total_awarded: number(ranked.figures.awarded_amount),
        }
    }
}
