//! The versions of a document, and what it has much in common with, on its page.

use archivist_domain::DocumentId;
use archivist_store::documents::Document;
use archivist_store::versions::Side;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::document::not_found;
use super::form::{CheckedForm, NoFields};
use super::show;
use super::visitor::PageEditor;
use crate::error::Error;
use crate::extract::Client;
use crate::similar::{self, SimilarDocument, percent};
use crate::state::AppState;
use crate::versions;

/// What a document's page tells of other documents.
#[derive(Debug, Default)]
pub(super) struct Kin {
    /// Its versions, the newest first; empty where there are no others.
    pub(super) versions: Vec<VersionView>,
    /// Others that have much in common with it.
    pub(super) similar: Vec<SimilarView>,
}

/// A version of the document.
#[derive(Debug)]
pub(super) struct VersionView {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) year: Option<i32>,
    pub(super) added: String,
    /// It is the one that is shown.
    pub(super) is_shown: bool,
}

/// A document that has much in common with the one that is shown.
#[derive(Debug)]
pub(super) struct SimilarView {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) year: Option<i32>,
    /// How much it is.
    pub(super) share: String,
    pub(super) is_superseded: bool,
}

impl Kin {
    pub(super) async fn load(
        state: &AppState,
        document: &Document,
        sees_held: bool,
    ) -> Result<Self, Error> {
        let mut kin = Self::default();
        if !document.versions.is_empty() {
            let versions = versions::list(state, document).await?;
            let view = |version| version_view(version, document.doc_id);
            kin.versions = versions.iter().map(view).collect();
        }
        let mut conn = state.pool.acquire().await?;
        let found = similar::find(&mut conn, &state.cpu, document.doc_id).await?;
        let seen = found.into_iter();
        let seen = seen.filter(|one| sees_held || !one.document.held);
        kin.similar = seen.map(|one| similar_view(one.into())).collect();
        Ok(kin)
    }

    /// The newest version, where it is another one.
    pub(super) fn newest(&self) -> Option<&VersionView> {
        self.versions.first().filter(|newest| !newest.is_shown)
    }

    /// `newest of 3 versions`, `version 2 of 3`.
    pub(super) fn place(&self) -> String {
        let shown = self.versions.iter().position(|version| version.is_shown);
        place(
            self.versions.len() - shown.unwrap_or(0),
            self.versions.len(),
        )
    }
}

/// `newest of 3 versions`, `version 2 of 3`.
pub(super) fn place(version: usize, of: usize) -> String {
    if version == of {
        format!("newest of {of} versions")
    } else {
        format!("version {version} of {of}")
    }
}

fn version_view(version: &Document, shown: DocumentId) -> VersionView {
    VersionView {
        id: version.doc_id,
        title: version.display_title().to_owned(),
        year: version.year,
        added: show::day(version.upload_date.date()),
        is_shown: version.doc_id == shown,
    }
}

fn similar_view(similar: SimilarDocument) -> SimilarView {
    SimilarView {
        id: similar.doc_id,
        share: percent(similar.share),
        is_superseded: similar.superseded_by.is_some(),
        title: similar.title,
        year: similar.year,
    }
}

/// What a document becomes a version of.
#[derive(Debug, Deserialize)]
pub(super) struct VersionForm {
    of: DocumentId,
    side: FormSide,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FormSide {
    Newer,
    Older,
}

/// Makes a document a version of another one.
pub(super) async fn add(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    CheckedForm(form): CheckedForm<VersionForm>,
) -> Result<Response, Error> {
    let id = named(&id)?;
    let side = match form.side {
        FormSide::Newer => Side::Newer,
        FormSide::Older => Side::Older,
    };
    let origin = client.by(visitor.signed_in.user.user_id);
    versions::add(&state, id, side, form.of, origin).await?;
    Ok(back_to(id))
}

/// Takes a document out of its versions.
pub(super) async fn remove(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let id = named(&id)?;
    let origin = client.by(visitor.signed_in.user.user_id);
    versions::remove(&state, id, origin).await?;
    Ok(back_to(id))
}

fn named(id: &str) -> Result<DocumentId, Error> {
    id.parse().map_err(|_| not_found())
}

fn back_to(id: DocumentId) -> Response {
    Redirect::to(&format!("/library/{id}")).into_response()
}
