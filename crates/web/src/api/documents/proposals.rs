//! What was found in a document, and a person's word about it.

use archivist_domain::{DocType, DocumentField, DocumentId, Outcome, SaidBy};
use archivist_store::documents::Document;
use archivist_store::reviews::{self, Proposal, Review};
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find;
use crate::api::amount::{Amount, AmountInput};
use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::review::{self, Correction, Extent, Proposed, Said};
use crate::state::AppState;
use crate::wire;

/// What is known of a document, field by field, and how far people have confirmed it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Proposals {
    /// The document.
    doc_id: DocumentId,
    /// Whether something waits for a person's word.
    to_confirm: bool,
    /// When all of it was confirmed last (UTC, without zone).
    #[serde(serialize_with = "wire::optional_timestamp")]
    confirmed_at: Option<NaiveDateTime>,
    /// Who confirmed it.
    #[schema(example = "editor@example.org")]
    confirmed_by: Option<String>,
    /// Every field, in the order of a form.
    fields: Vec<FieldInfo>,
}

/// A field of a document: what stands, who said it, and what was found.
#[derive(Debug, Serialize, ToSchema)]
struct FieldInfo {
    /// Which field.
    field: DocumentField,
    /// What stands; empty where nothing does. Only programs may be several.
    #[schema(example = json!(["Reading for All"]))]
    values: Vec<String>,
    /// Who said so; null where nobody has.
    said_by: Option<SaidBy>,
    /// What was found in the document, the surest first.
    proposals: Vec<Proposed>,
}

impl Proposals {
    fn new(document: &Document, review: Option<Review>, proposals: Vec<Proposal>) -> Self {
        let values = document.values();
        let said_by = review
            .as_ref()
            .map(|it| it.said_by.clone())
            .unwrap_or_default();
        let mut proposals: Vec<_> = proposals
            .into_iter()
            .map(|proposal| Proposed::new(proposal, &said_by))
            .collect();
        let mut of = |field| proposals.extract_if(.., |it| it.field == field).collect();
        let fields = DocumentField::ALL.iter().map(|&field| FieldInfo {
            field,
            values: review::texts(&values, field),
            said_by: said_by.get(&field).copied(),
            proposals: of(field),
        });
        Self {
            fields: fields.collect(),
            doc_id: document.doc_id,
            to_confirm: document.to_confirm,
            confirmed_at: review
                .as_ref()
                .and_then(|it| it.confirmed_at)
                .map(|at| at.naive_utc()),
            confirmed_by: review.and_then(|it| it.confirmed_by),
        }
    }
}

/// A person's word about a document. What is left out is not spoken of; null says that
/// there is none.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"title": "Reading for All", "year": 2024, "funder": "Rivers Foundation", "requested_amount": "50000.00", "awarded_amount": null}))]
pub(super) struct CorrectDocument {
    /// What to call it.
    #[schema(min_length = 1, max_length = 500)]
    title: Option<String>,
    /// Its kind.
    doc_type: Option<DocType>,
    /// The year it is of, from 2000 to next year.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 2000)]
    year: Said<i32>,
    /// Its fiscal year.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20, example = "FY2024")]
    fiscal_year: Said<String>,
    /// Who is asked for money, or gave it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    funder: Said<String>,
    /// How much is asked for.
    #[serde(default)]
    #[schema(value_type = Option<AmountInput>)]
    requested_amount: Said<Amount>,
    /// How much was given.
    #[serde(default)]
    #[schema(value_type = Option<AmountInput>)]
    awarded_amount: Said<Amount>,
    /// What became of it; `N/A` says that there is nothing to become of it.
    outcome: Option<Outcome>,
    /// Names of active programs, in any letter case; an empty list says none.
    programs: Option<Vec<String>>,
}

impl From<CorrectDocument> for Correction {
    fn from(body: CorrectDocument) -> Self {
        let amount = |amount: Said<Amount>| amount.map(|amount| amount.0);
        Self {
            title: body.title,
            doc_type: body.doc_type,
            year: body.year,
            fiscal_year: body.fiscal_year,
            funder: body.funder,
            requested_amount: amount(body.requested_amount),
            awarded_amount: amount(body.awarded_amount),
            outcome: body.outcome,
            programs: body.programs,
        }
    }
}

/// What was found in a document, with evidence, and what stands.
///
/// Title, type and year that nobody said are taken from the document at once, all else
/// waits until a person has confirmed it. Documents of adopted sites have no proposals.
#[utoipa::path(get, path = "/api/documents/{doc_id}/proposals", operation_id = "document_proposals", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "Field by field", body = Proposals),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForWriters,
    ))]
pub(super) async fn proposals(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
) -> Result<Json<Proposals>, Error> {
    let document = find(&state, id, &writer.actor()).await?;
    load(&state, &document).await.map(Json)
}

/// Confirms what is known of a document, with corrections.
///
/// What the body leaves out is right as it stands, or as it was proposed where nothing
/// stands. Nothing waits after that.
#[utoipa::path(post, path = "/api/documents/{doc_id}/proposals", operation_id = "confirm_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "It is confirmed", body = Proposals),
        (status = 400, description = "The id is not a UUID, or a program is unknown", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn confirm(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
    Json(body): Json<CorrectDocument>,
) -> Result<Json<Proposals>, Error> {
    decide(
        &state,
        Writer(signed_in),
        client,
        id,
        body,
        Extent::Everything,
    )
    .await
}

/// Corrects fields of a document.
///
/// What the body leaves out stays as it is, and goes on waiting if it does.
#[utoipa::path(patch, path = "/api/documents/{doc_id}/proposals", operation_id = "correct_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "It is corrected", body = Proposals),
        (status = 400, description = "The id is not a UUID, or a program is unknown", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn correct(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
    Json(body): Json<CorrectDocument>,
) -> Result<Json<Proposals>, Error> {
    decide(&state, Writer(signed_in), client, id, body, Extent::Fields).await
}

async fn decide(
    state: &AppState,
    editor: Writer,
    client: Client,
    id: DocumentId,
    body: CorrectDocument,
    extent: Extent,
) -> Result<Json<Proposals>, Error> {
    let actor = editor.actor();
    let document = find(state, id, &actor).await?;
    let correction = Correction::from(body)
        .check(&state.pool, &document.programs, state.clock.year())
        .await?;
    let user = &editor.0.user;
    let origin = client.by(user.user_id);
    review::decide(state, id, correction, extent, &user.email, origin).await?;
    let document = find(state, id, &actor).await?;
    load(state, &document).await.map(Json)
}

async fn load(state: &AppState, document: &Document) -> Result<Proposals, Error> {
    let review = reviews::get(&state.pool, document.doc_id).await?;
    let proposals = reviews::proposals(&state.pool, document.doc_id).await?;
    Ok(Proposals::new(document, review, proposals))
}
