//! `/library/add`: several files at once, sent one by one to the API by a script.

use archivist_domain::document::FIRST_YEAR;
use archivist_domain::{DocType, Outcome};
use archivist_ingest::FileKind;
use archivist_ingest::kind::ACCEPTED_TYPES;
use archivist_store::{documents, programs};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shell::{Place, Shell};
use super::visitor::PageEditor;
use super::{page, show};
use crate::error::Error;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "pages/add.html")]
pub(super) struct AddPage {
    pub(super) shell: Shell,
    pub(super) types: &'static [&'static str],
    pub(super) outcomes: &'static [&'static str],
    pub(super) programs: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) first_year: i32,
    pub(super) last_year: i32,
    pub(super) max_bytes: u64,
}

impl AddPage {
    /// The extensions of the files that can be read.
    pub(super) fn accepted() -> String {
        FileKind::accepted_extensions()
    }

    /// The same in words.
    pub(super) fn accepted_types() -> &'static str {
        ACCEPTED_TYPES
    }

    pub(super) fn max_size(&self) -> String {
        show::size(self.max_bytes)
    }
}

/// The page.
pub(super) async fn show(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
) -> Result<Response, Error> {
    page(&AddPage {
        shell: visitor.shell(Place::Library),
        types: DocType::LABELS,
        outcomes: Outcome::LABELS,
        programs: programs::active_names(&state.pool).await?,
        tags: documents::tags(&state.pool).await?,
        first_year: FIRST_YEAR,
        last_year: state.clock.year() + 1,
        max_bytes: state.settings.max_upload_bytes,
    })
}
