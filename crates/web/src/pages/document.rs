//! `/library/{id}`: one document, its passages in order.

use archivist_domain::{DocumentField, DocumentId, PassageId, money};
use archivist_ingest::ocr;
use archivist_store::documents::{self, Document};
use archivist_store::entities;
use archivist_store::holds::{self, Finding};
use archivist_store::jobs::Job;
use archivist_store::passages::{self, Passage};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::confirm::{self, ConfirmForm};
use super::form::{CheckedForm, NoFields};
use super::named::{self, Named};
use super::shell::{Place, Shell};
use super::versions::Kin;
use super::visitor::{PageEditor, PageWriter, Visitor};
use super::{page, show};
use crate::error::Error;
use crate::extract::{Client, Query};
use crate::jobs::JobInfo;
use crate::state::AppState;
use crate::{clicks, recognition, removal};

#[derive(Template)]
#[template(path = "pages/document.html")]
pub(super) struct DocumentPage {
    pub(super) shell: Shell,
    pub(super) is_editor: bool,
    pub(super) document: Document,
    pub(super) passages: Vec<PassageView>,
    /// Personal data that was found in it, for an editor.
    pub(super) findings: Vec<Finding>,
    /// Its versions, and what it has much in common with.
    pub(super) kin: Kin,
    /// What was found in it and waits, for an editor.
    pub(super) confirm: Option<ConfirmForm>,
    /// What it names, by kind.
    pub(super) named: Vec<Named>,
    /// How far reading its pictures has come, where it has some.
    pub(super) recognition: Option<Recognition>,
}

/// Reading the pictures among a document's pages.
#[derive(Template)]
#[template(path = "fragments/recognition.html")]
pub(super) struct Recognition {
    pub(super) id: DocumentId,
    /// What the job says that does it or did it last.
    pub(super) words: Option<String>,
    /// It waits or runs.
    pub(super) is_open: bool,
    pub(super) page: Option<(i32, i32)>,
    /// Proves that the button is this site's own; for who may ask for it.
    pub(super) csrf: Option<String>,
    /// Why this server cannot do it.
    pub(super) missing: Option<&'static str>,
}

/// A passage in its place.
pub(super) struct PassageView {
    pub(super) id: PassageId,
    pub(super) paragraphs: Vec<String>,
    /// Said once, above the first of the passages that stand under it.
    pub(super) heading: Option<String>,
    pub(super) pages: Option<String>,
    /// The original file, at the passage's page where it has pages.
    pub(super) file: Option<String>,
    pub(super) is_chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/document_delete.html")]
pub(super) struct DeletePage {
    pub(super) shell: Shell,
    pub(super) document: Document,
}

impl DocumentPage {
    /// The passage that a finding stands in.
    pub(super) fn place_of(&self, finding: &Finding) -> Option<&PassageView> {
        self.passages.get(usize::try_from(finding.passage).ok()?)
    }

    pub(super) fn file(&self) -> Option<String> {
        file_of(&self.document, None)
    }

    pub(super) fn outcome(&self) -> Option<show::Chip> {
        show::outcome(self.document.outcome)
    }

    pub(super) fn pictures(&self) -> String {
        let pages = &self.document.pages_without_text;
        let one = pages.len() == 1;
        let (is, its) = if one {
            ("is a picture", "its")
        } else {
            ("are pictures", "their")
        };
        format!("{} {is}: {its} text was not read.", show::page_list(pages))
    }

    /// What people know of it beside its type and year, in words.
    pub(super) fn money(&self) -> Vec<(&'static str, String)> {
        let amounts = [
            (
                DocumentField::RequestedAmount,
                self.document.requested_amount,
            ),
            (DocumentField::AwardedAmount, self.document.awarded_amount),
        ];
        let known = amounts
            .into_iter()
            .filter_map(|(field, amount)| Some((field.in_words(), money::display(amount?))));
        known.collect()
    }

    pub(super) fn added(&self) -> String {
        show::moment(self.document.upload_date)
    }

    pub(super) fn size(&self) -> Option<String> {
        let bytes = u64::try_from(self.document.file_size?).ok()?;
        Some(show::size(bytes))
    }
}

/// The passage that a link points to.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    passage: Option<String>,
    /// The search that found it, where it did.
    found_by: Option<String>,
}

/// The document; a passage that the address names is highlighted.
pub(super) async fn show(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Error> {
    let document = find(&state, &id).await?;
    if document.held && !visitor.is_editor() {
        return Err(not_found());
    }
    let findings = if document.held {
        holds::of_document(&state.pool, document.doc_id).await?
    } else {
        Vec::new()
    };
    let kin = Kin::load(&state, &document, visitor.is_editor()).await?;
    let confirm = if document.to_confirm && visitor.is_editor() {
        Some(confirm::form(&state, &visitor, &document, None).await?)
    } else {
        None
    };
    let found_by = chosen.found_by;
    let chosen = chosen.passage.and_then(|id| id.parse().ok());
    let passages = passages::of_documents(&state.pool, &[document.doc_id]).await?;
    if let (Some(query), Some(passage)) = (found_by, chosen) {
        // Whoever reads has come to read: that nothing can be learned from it is no error.
        if let Err(error) = clicks::note(&state, &query, passage).await {
            tracing::debug!(%error, "what was chosen was not noted");
        }
    }
    let found = entities::of_document(&state.pool, document.doc_id).await?;
    page(&DocumentPage {
        shell: visitor.shell(Place::Library),
        is_editor: visitor.is_editor(),
        named: named::by_kind(&passages, &found),
        passages: views(&document, passages, chosen),
        findings,
        kin,
        confirm,
        recognition: recognition_of(&state, &visitor, &document).await?,
        document,
    })
}

/// What there is to say about the pictures among its pages.
async fn recognition_of(
    state: &AppState,
    visitor: &Visitor,
    document: &Document,
) -> Result<Option<Recognition>, Error> {
    if !document.needs_ocr() {
        return Ok(None);
    }
    let job = recognition::job_of(state, document.doc_id).await?;
    let is_open = job.as_ref().is_some_and(Job::is_open);
    let is_here = state.settings.recognition.is_some();
    let page = job.as_ref().and_then(|job| Some((job.page?, job.pages?)));
    Ok(Some(Recognition {
        id: document.doc_id,
        is_open,
        page: page.filter(|_| is_open),
        words: job.map(|job| JobInfo::new(&job, None).message),
        csrf: (visitor.is_editor() && is_here && !is_open).then(|| visitor.cookie.csrf()),
        missing: (visitor.is_editor() && !is_here).then_some(ocr::MISSING),
    }))
}

/// How far it has come, for the page that asks again and again; with the last answer the page
/// is loaded anew.
pub(super) async fn recognition(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let document = find(&state, &id).await?;
    if document.held && !visitor.is_editor() {
        return Err(not_found());
    }
    match recognition_of(&state, &visitor, &document).await? {
        Some(open) if open.is_open => page(&open),
        _ => Ok([("HX-Refresh", "true")].into_response()),
    }
}

/// Has its pictures read.
pub(super) async fn recognise(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let document = find(&state, &id).await?;
    let user = visitor.signed_in.user.user_id;
    let asked = recognition::Asked::default();
    recognition::request(&state, &document, asked, client.facts(), user).await?;
    Ok(Redirect::to(&format!("/library/{}", document.doc_id)).into_response())
}

/// Asks whether a document is to be deleted.
pub(super) async fn confirm_delete(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    page(&DeletePage {
        shell: visitor.shell(Place::Library),
        document: find(&state, &id).await?,
    })
}

/// Deletes it.
pub(super) async fn delete(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let document = find(&state, &id).await?;
    let origin = client.by(visitor.signed_in.user.user_id);
    removal::remove(&state, document.doc_id, origin).await?;
    let notice = format!("/library?deleted={}", document.doc_id);
    Ok(Redirect::to(&notice).into_response())
}

/// Releases a held document: everybody finds it from then on.
pub(super) async fn release(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let document = find(&state, &id).await?;
    let user = &visitor.signed_in.user;
    let mut tx = state.begin(client.by(user.user_id)).await?;
    holds::release(&mut tx, document.doc_id, &user.email).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/library/{}", document.doc_id)).into_response())
}

pub(super) fn not_found() -> Error {
    Error::NotFound("There is no such document: it may have been deleted.".to_owned())
}

pub(super) async fn find(state: &AppState, id: &str) -> Result<Document, Error> {
    let id: DocumentId = id.parse().map_err(|_| not_found())?;
    documents::get(&state.pool, id).await?.ok_or_else(not_found)
}

fn views(
    document: &Document,
    passages: Vec<Passage>,
    chosen: Option<PassageId>,
) -> Vec<PassageView> {
    let mut last_heading = None;
    passages
        .into_iter()
        .map(|passage| {
            let is_new = passage.heading != last_heading;
            last_heading.clone_from(&passage.heading);
            let heading = passage.heading.filter(|_| is_new);
            PassageView {
                id: passage.passage_id,
                paragraphs: paragraphs(&passage.content, heading.as_deref()),
                heading,
                pages: show::pages(passage.page_first, passage.page_last),
                file: passage
                    .page_first
                    .and_then(|page| file_of(document, Some(page))),
                is_chosen: chosen == Some(passage.passage_id),
            }
        })
        .collect()
}

/// The paragraphs of a passage. The first one is left out where it is the last
/// part of the heading path that is shown above it.
fn paragraphs(text: &str, shown_heading: Option<&str>) -> Vec<String> {
    let last_part = shown_heading.and_then(|path| path.rsplit(" › ").next());
    let said_above = |(at, paragraph): &(usize, &str)| *at == 0 && Some(*paragraph) == last_part;
    text.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .enumerate()
        .filter(|numbered| !said_above(numbered))
        .map(|(_, paragraph)| paragraph.to_owned())
        .collect()
}

/// The address of the original; adopted documents have none.
fn file_of(document: &Document, page: Option<i32>) -> Option<String> {
    document.file_sha256.as_ref()?;
    Some(show::file_address(
        document.doc_id,
        &document.filename,
        page,
    ))
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn a_heading_is_not_said_twice() {
        let text = "Staff\n\nNine coaches.\n\nStaff";
        assert_eq!(
            paragraphs(text, Some("Capacity › Staff")),
            ["Nine coaches.", "Staff"]
        );
        assert_eq!(paragraphs(text, None).len(), 3);
    }
}
