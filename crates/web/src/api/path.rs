//! Ids and texts in paths.
//!
//! Clients know three answers to a path whose id is no UUID, and which one it is
//! belongs to the route: the same style is 400 under its own address and 422 under
//! the figures about it.

use archivist_domain::{
    ConversationId, DocumentId, JobId, OutputId, PassageId, PinId, ProgramId, PromptId,
    SavedSearchId, StyleId, SynonymId, UserId,
};
use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Error, FieldProblem};
use crate::state::AppState;

/// The one id in the path of a route; what is no UUID is refused with 400.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<T>(pub(super) T);

/// The same, refused with 422 that names the part of the path.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdOr422<T>(pub(super) T);

/// The same, refused with 404: a name that nothing has.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdOr404<T>(pub(super) T);

/// The id of a kind of thing.
pub(super) trait PathId: From<Uuid> {
    /// The kind, in words.
    const KIND: &'static str;
}

impl PathId for DocumentId {
    const KIND: &'static str = "document";
}

impl PathId for JobId {
    const KIND: &'static str = "job";
}

impl PathId for UserId {
    const KIND: &'static str = "user";
}

impl PathId for ConversationId {
    const KIND: &'static str = "conversation";
}

impl PathId for OutputId {
    const KIND: &'static str = "output";
}

impl PathId for PassageId {
    const KIND: &'static str = "passage";
}

impl PathId for SavedSearchId {
    const KIND: &'static str = "saved search";
}

impl PathId for PinId {
    const KIND: &'static str = "pin";
}

impl PathId for SynonymId {
    const KIND: &'static str = "synonyms";
}

impl PathId for ProgramId {
    const KIND: &'static str = "program";
}

impl PathId for PromptId {
    const KIND: &'static str = "prompt";
}

impl PathId for StyleId {
    const KIND: &'static str = "writing style";
}

// None of the refusals repeats what was sent.

impl<T: PathId> FromRequestParts<AppState> for Id<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let refusal = || Error::refused(format!("Invalid {} id: it must be a UUID", T::KIND));
        id(parts, state).await.map(Self).ok_or_else(refusal)
    }
}

impl<T: PathId> FromRequestParts<AppState> for IdOr422<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        if let Some(id) = id(parts, state).await {
            return Ok(Self(id));
        }
        let problem = FieldProblem::path(&parameter(parts, state).await, "it must be a UUID");
        Err(Error::Invalid(vec![problem]))
    }
}

impl<T: PathId> FromRequestParts<AppState> for IdOr404<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let refusal = || Error::NotFound(format!("There is no {} with this id.", T::KIND));
        id(parts, state).await.map(Self).ok_or_else(refusal)
    }
}

async fn id<T: PathId>(parts: &mut Parts, state: &AppState) -> Option<T> {
    let Path(id) = Path::<Uuid>::from_request_parts(parts, state).await.ok()?;
    Some(id.into())
}

/// The name that the route gives to the part of its path.
async fn parameter(parts: &mut Parts, state: &AppState) -> String {
    let parameters = RawPathParams::from_request_parts(parts, state).await;
    let name = parameters.ok().and_then(|parameters| {
        let (name, _) = parameters.iter().next()?;
        Some(name.to_owned())
    });
    name.unwrap_or_else(|| "id".to_owned())
}

/// What varies in the path of a route, texts among it; what does not fit, as bytes that
/// are no text, is refused with 422.
#[derive(Debug, Clone)]
pub(super) struct Segments<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Segments<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let found = Path::<T>::from_request_parts(parts, state).await;
        let Path(found) = found.map_err(|rejection| {
            let problem = FieldProblem::whole("path", rejection.body_text());
            Error::Invalid(vec![problem])
        })?;
        Ok(Self(found))
    }
}
