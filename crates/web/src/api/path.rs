//! Ids in paths.

use archivist_domain::{DocumentId, OutputId, ProgramId};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::error::{Error, FieldProblem};
use crate::state::AppState;

/// The one id in the path of a route.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<T>(pub(super) T);

/// An id of a kind of thing, and how a path without a proper one is refused:
/// clients know 400 on some routes and 422 on others.
pub(super) trait PathId: From<Uuid> {
    /// The refusal; it does not repeat what was sent.
    fn refusal() -> Error;
}

impl PathId for DocumentId {
    fn refusal() -> Error {
        Error::refused("Invalid document id: it must be a UUID")
    }
}

impl PathId for ProgramId {
    fn refusal() -> Error {
        Error::refused("Invalid program id: it must be a UUID")
    }
}

impl PathId for OutputId {
    fn refusal() -> Error {
        Error::Invalid(vec![FieldProblem::path("output_id", "it must be a UUID")])
    }
}

impl<T: PathId> FromRequestParts<AppState> for Id<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        match Path::<Uuid>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id.into())),
            Err(_) => Err(T::refusal()),
        }
    }
}
