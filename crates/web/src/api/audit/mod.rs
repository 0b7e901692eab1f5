//! The audit log (contract, chapter 6).

mod reply;

use archivist_store::audit::{self, LogFilter};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use self::reply::{Entry, EntryList};
use super::moment::Moment;
use super::path::Segments;
use super::refusals::{ForHigherRoles, WithFields};
use crate::auth::Admin;
use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::extract::{Json, Query};
use crate::state::AppState;

/// How many rows a page has when nothing is said, and at most.
const PER_PAGE: i64 = 50;
const MAX_PER_PAGE: i64 = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_entity))
}

/// Which rows to list; all conditions hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// By the person with this id.
    #[param(example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")]
    user_id: Option<String>,
    /// With exactly this event.
    #[param(example = "output.update")]
    event_type: Option<String>,
    /// About things of exactly this kind.
    #[param(example = "output")]
    entity_type: Option<String>,
    /// Not before this moment; in UTC unless it has a zone.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-01T00:00:00Z")]
    start_date: Option<Moment>,
    /// Not after this moment; a date alone is its beginning.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-30T23:59:59Z")]
    end_date: Option<Moment>,
    /// Which page; 1 when not given.
    #[param(minimum = 1)]
    page: Option<i64>,
    /// How many rows on a page; 50 when not given.
    #[param(minimum = 1, maximum = 100, example = 50)]
    per_page: Option<i64>,
}

/// The audit log, newest first.
///
/// Every change of something that people look after has one row, written in the
/// transaction of the change.
#[utoipa::path(get, path = "/api/audit/logs", operation_id = "list_audit_logs", tag = "audit", params(ListParams), responses(
    (status = 200, description = "A page of the log; an empty one past the end", body = EntryList),
    WithFields,
    ForHigherRoles,
))]
async fn list(
    State(state): State<AppState>,
    _: Admin,
    Query(params): Query<ListParams>,
) -> Result<Json<EntryList>, Error> {
    let (page, per_page) = params.page()?;
    let skip = (page - 1).saturating_mul(per_page);
    let filter = params.filter();
    let found = audit::list(&state.pool, &filter, skip, per_page).await?;
    Ok(Json(EntryList::new(found, page, per_page)))
}

/// All rows about one thing, newest first.
///
/// A thing that nothing is known of has none.
#[utoipa::path(get, path = "/api/audit/logs/entity/{entity_type}/{entity_id}", operation_id = "list_audit_logs_of_entity", tag = "audit",
    params(
        ("entity_type" = String, Path, description = "What kind of thing", example = "output"),
        ("entity_id" = String, Path, description = "Which one", example = "0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10"),
    ),
    responses(
        (status = 200, description = "The rows", body = Vec<Entry>),
        WithFields,
        ForHigherRoles,
    ))]
async fn of_entity(
    State(state): State<AppState>,
    _: Admin,
    Segments((entity_type, entity_id)): Segments<(String, String)>,
) -> Result<Json<Vec<Entry>>, Error> {
    let Ok(entity_id) = entity_id.parse::<Uuid>() else {
        return Ok(Json(Vec::new()));
    };
    let found = audit::of_entity(&state.pool, &entity_type, entity_id).await?;
    Ok(Json(found.into_iter().map(Into::into).collect()))
}

impl ListParams {
    /// The number of the page and its length, checked.
    fn page(&self) -> Result<(i64, i64), Error> {
        let (page, per_page) = (self.page.unwrap_or(1), self.per_page.unwrap_or(PER_PAGE));
        let mut problems = Vec::new();
        if page < 1 {
            problems.push(FieldProblem::query("page", "must be 1 or more"));
        }
        let outside = bounds::number(&per_page, &(1..=MAX_PER_PAGE));
        problems.extend(outside.map(|message| FieldProblem::query("per_page", message)));
        if problems.is_empty() {
            Ok((page, per_page))
        } else {
            Err(Error::Invalid(problems))
        }
    }

    fn filter(self) -> LogFilter {
        LogFilter {
            user_id: self.user_id,
            event_type: self.event_type,
            entity_type: self.entity_type,
            from: self.start_date.map(|Moment(moment)| moment),
            to: self.end_date.map(|Moment(moment)| moment),
        }
    }
}
