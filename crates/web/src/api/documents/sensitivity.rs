//! Personal data in a document, and an editor's decision about it.

use archivist_domain::DocumentId;
use archivist_store::holds::{self, Finding, Hold};
use archivist_store::passages::{self, Passage};
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;

use super::find;
use crate::api::failure::ErrorBody;
use crate::api::offsets;
use crate::api::path::Id;
use crate::api::refusals::ForHigherRoles;
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;
use crate::wire;

/// What was found in a document, and whether it is held because of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sensitivity {
    /// The document.
    doc_id: DocumentId,
    /// Whether only editors see it, until one of them has decided.
    held: bool,
    /// Since when it is or was held (UTC, without zone).
    #[serde(serialize_with = "wire::optional_timestamp")]
    held_at: Option<NaiveDateTime>,
    /// When it was released (UTC, without zone).
    #[serde(serialize_with = "wire::optional_timestamp")]
    released_at: Option<NaiveDateTime>,
    /// Who released it.
    #[schema(example = "editor@example.org")]
    released_by: Option<String>,
    /// The places, in the document's order.
    findings: Vec<FindingInfo>,
}

/// Personal data that is likely in a document.
#[derive(Debug, Serialize, ToSchema)]
struct FindingInfo {
    /// What it is: `social_security`, `credit_card`, `iban`, `bank_account`,
    /// `routing_number`, `health_record`, `diagnosis`, `home_address`, `date_of_birth` or
    /// `private_phone`.
    #[schema(example = "social_security")]
    kind: String,
    /// The passage it stands in, by its place in the document from 0.
    chunk_index: i32,
    /// The page, from 1, where the format has pages.
    page: Option<i32>,
    /// Where it begins in the passage's text, in Unicode code points.
    #[schema(example = 32)]
    start: usize,
    /// Where it ends: the first code point after it.
    #[schema(example = 43)]
    end: usize,
    /// What may be shown of it.
    #[schema(example = "***-**-6789")]
    masked: String,
    /// How likely it is personal data, 0 to 1.
    #[schema(example = 0.9)]
    confidence: f64,
}

impl FindingInfo {
    /// `None` where its bytes do not fit a passage: the document was read again in between.
    fn new(passages: &[Passage], finding: Finding) -> Option<Self> {
        let passage = passages.iter().find(|it| it.ordinal == finding.passage)?;
        let bytes = usize::try_from(finding.starts).ok()?..usize::try_from(finding.ends).ok()?;
        let [start, end] = offsets::span(&passage.content, &bytes)?;
        Some(Self {
            kind: finding.kind,
            chunk_index: finding.passage,
            page: finding.page,
            start,
            end,
            masked: finding.masked,
            confidence: (f64::from(finding.confidence) * 100.0).round() / 100.0,
        })
    }
}

impl Sensitivity {
    fn new(doc_id: DocumentId, hold: Option<Hold>, findings: Vec<FindingInfo>) -> Self {
        Self {
            doc_id,
            held: hold.as_ref().is_some_and(|hold| hold.released_at.is_none()),
            held_at: hold.as_ref().map(|hold| hold.held_at.naive_utc()),
            released_at: hold
                .as_ref()
                .and_then(|hold| hold.released_at)
                .map(|at| at.naive_utc()),
            released_by: hold.and_then(|hold| hold.released_by),
            findings,
        }
    }
}

/// Personal data found in a document.
///
/// A document with findings is held when it is put in: only editors see it, and nobody
/// finds it, until an editor releases or deletes it.
#[utoipa::path(get, path = "/api/documents/{doc_id}/sensitivity", operation_id = "document_sensitivity", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "What was found", body = Sensitivity),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForHigherRoles,
    ))]
pub(super) async fn sensitivity(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    Id(id): Id<DocumentId>,
) -> Result<Json<Sensitivity>, Error> {
    find(&state, id, &Writer(signed_in).actor()).await?;
    load(&state, id).await.map(Json)
}

/// Releases a held document: everybody finds it from then on.
///
/// One that is not held stays as it is.
#[utoipa::path(post, path = "/api/documents/{doc_id}/release", operation_id = "release_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "It is not held, or no longer", body = Sensitivity),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForHigherRoles,
    ))]
pub(super) async fn release(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
) -> Result<Json<Sensitivity>, Error> {
    let (user, email) = (signed_in.user.user_id, signed_in.user.email.clone());
    find(&state, id, &Writer(signed_in).actor()).await?;
    let mut tx = state.begin(client.by(user)).await?;
    holds::release(&mut tx, id, &email).await?;
    tx.commit().await?;
    load(&state, id).await.map(Json)
}

async fn load(state: &AppState, id: DocumentId) -> Result<Sensitivity, Error> {
    let hold = holds::get(&state.pool, id).await?;
    let findings = holds::of_document(&state.pool, id).await?;
    let passages = passages::of_documents(&state.pool, &[id]).await?;
    let findings = findings
        .into_iter()
        .filter_map(|finding| FindingInfo::new(&passages, finding));
    Ok(Sensitivity::new(id, hold, findings.collect()))
}
