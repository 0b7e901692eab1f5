//! Refusals that routes share, for OpenAPI: a route lists only those of its own.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::IntoResponses;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

/// What a route may answer that nothing but a limit stands before.
pub(super) struct Limited;

/// What any route may answer.
pub(super) struct ForAnyone;

/// What a route may answer that takes fields: of a body, a query or a form.
pub(super) struct WithFields;

/// What a route may answer that any signed-in person may use.
pub(super) struct ForWriters;

/// What a route may answer that searches.
pub(super) struct Searching;

/// What a route may answer that asks for a higher role.
pub(super) struct ForHigherRoles;

type Responses = BTreeMap<String, RefOr<Response>>;

impl IntoResponses for Limited {
    fn responses() -> Responses {
        refusals(&[(
            StatusCode::TOO_MANY_REQUESTS,
            "A limit is reached: `retry_after` and `Retry-After` say how long to wait",
        )])
    }
}

impl IntoResponses for ForAnyone {
    fn responses() -> Responses {
        let mut responses = Limited::responses();
        responses.extend(refusals(&[(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Our fault; the log has the rest",
        )]));
        responses
    }
}

impl IntoResponses for WithFields {
    fn responses() -> Responses {
        refusals(&[(
            StatusCode::UNPROCESSABLE_ENTITY,
            "A field is missing or has a value that is never right",
        )])
    }
}

impl IntoResponses for ForWriters {
    fn responses() -> Responses {
        let mut responses = ForAnyone::responses();
        responses.extend(refusals(&[(
            StatusCode::UNAUTHORIZED,
            "Nobody is signed in, or the token is no good",
        )]));
        responses
    }
}

impl IntoResponses for Searching {
    fn responses() -> Responses {
        refusals(&[(
            StatusCode::SERVICE_UNAVAILABLE,
            "The search engine outside of the server does not answer, or is being filled; try again",
        )])
    }
}

impl IntoResponses for ForHigherRoles {
    fn responses() -> Responses {
        let mut responses = ForWriters::responses();
        responses.extend(refusals(&[(
            StatusCode::FORBIDDEN,
            "Signed in, but the role is not enough",
        )]));
        responses
    }
}

fn refusals(statuses: &[(StatusCode, &str)]) -> Responses {
    statuses
        .iter()
        .map(|(status, what)| (status.as_u16().to_string(), refusal(what)))
        .collect()
}

fn refusal(what: &str) -> RefOr<Response> {
    let body = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ErrorBody")))
        .build();
    let response = ResponseBuilder::new()
        .description(what)
        .content("application/json", body);
    response.build().into()
}
