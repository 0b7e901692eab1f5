//! `/cited/{passage}`: a passage that is cited, also when its document has been deleted.

use archivist_domain::PassageId;
use archivist_store::citations::Citation;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::shell::{Place, Shell};
use super::visitor::PageWriter;
use super::{page, show};
use crate::api::citations;
use crate::error::Error;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "pages/citation.html")]
pub(super) struct CitationPage {
    pub(super) shell: Shell,
    pub(super) citation: Citation,
}

impl CitationPage {
    pub(super) fn deleted(&self) -> Option<String> {
        let at = self.citation.deleted_at?;
        Some(show::day(at.date_naive()))
    }

    pub(super) fn file(&self) -> Option<String> {
        self.citation.file_sha256.as_ref()?;
        let Citation {
            passage_id,
            filename,
            page,
            ..
        } = &self.citation;
        Some(show::cited_file_address(*passage_id, filename, *page))
    }

    pub(super) fn paragraphs(&self) -> impl Iterator<Item = &str> {
        let paragraphs = self.citation.text.split("\n\n").map(str::trim);
        paragraphs.filter(|paragraph| !paragraph.is_empty())
    }
}

/// The passage in its document, or what was kept of it.
pub(super) async fn show(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let unknown = || Error::NotFound("There is no such passage.".to_owned());
    let id: PassageId = id.parse().map_err(|_| unknown())?;
    let citation = citations::find(&state, id, &visitor.actor()).await?;
    if citation.deleted_at.is_none() {
        let address = show::passage_address(citation.doc_id, id);
        return Ok(Redirect::to(&address).into_response());
    }
    page(&CitationPage {
        shell: visitor.shell(Place::Library),
        citation,
    })
}
