//! `/library/deleted`: documents that were deleted and can come back.

use archivist_domain::DocumentId;
use archivist_store::deleted::{self, Deleted};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::form::{CheckedForm, NoFields};
use super::shell::{Place, Shell};
use super::visitor::PageEditor;
use super::{page, show};
use crate::error::Error;
use crate::extract::Client;
use crate::removal;
use crate::state::AppState;

/// More than anybody looks through; the API has them all.
const ROWS: i64 = 200;

#[derive(Template)]
#[template(path = "pages/deleted.html")]
pub(super) struct DeletedPage {
    pub(super) shell: Shell,
    pub(super) rows: Vec<DeletedRow>,
    /// How many there are.
    pub(super) total: i64,
}

/// A deleted document as a line of the list.
pub(super) struct DeletedRow {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) filename: Option<String>,
    pub(super) deleted: String,
    pub(super) by: Option<String>,
    /// The last day on which it can come back.
    pub(super) until: String,
}

impl DeletedPage {
    /// Whether there are more than the page shows.
    pub(super) fn is_cut(&self) -> bool {
        usize::try_from(self.total).is_ok_and(|total| self.rows.len() < total)
    }
}

impl DeletedRow {
    pub(super) fn of(deleted: Deleted) -> Self {
        let until = removal::restorable_until(deleted.deleted_at);
        let title = deleted.display_title().to_owned();
        Self {
            id: deleted.doc_id,
            filename: (deleted.filename != title).then_some(deleted.filename),
            title,
            deleted: show::moment(deleted.deleted_at.naive_utc()),
            by: deleted.deleted_by,
            until: show::day(until.date_naive()),
        }
    }
}

/// The list.
pub(super) async fn list(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
) -> Result<Response, Error> {
    let found = deleted::list(&state.pool, 0, ROWS).await?;
    page(&DeletedPage {
        shell: visitor.shell(Place::Library),
        rows: found.rows.into_iter().map(DeletedRow::of).collect(),
        total: found.total,
    })
}

/// Brings one back, and shows it.
pub(super) async fn restore(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let unknown = || Error::NotFound("There is no such deleted document.".to_owned());
    let id: DocumentId = id.parse().map_err(|_| unknown())?;
    let origin = client.by(visitor.signed_in.user.user_id);
    removal::restore(&state, id, origin).await?;
    Ok(Redirect::to(&format!("/library/{id}")).into_response())
}
