//! Refusals that routes share, for OpenAPI: a route lists only those of its own.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::IntoResponses;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, Type};

/// What a route may answer that nothing but a limit stands before.
pub(super) struct Limited;

/// What any route may answer.
pub(super) struct ForAnyone;

/// What a route may answer that takes fields: of a body, a query or a form.
pub(super) struct WithFields;

/// What a route may answer that any signed-in person may use.
pub(super) struct ForWriters;

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
        .map(|(status, what)| (status.as_u16().to_string(), refusal(*status, what)))
        .collect()
}

fn refusal(status: StatusCode, what: &str) -> RefOr<Response> {
    let body = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ErrorBody")))
        .build();
    let response = ResponseBuilder::new()
        .description(what)
        .content("application/json", body);
    let response = if status == StatusCode::TOO_MANY_REQUESTS {
        LIMIT_HEADERS
            .iter()
            .fold(response, |response, (name, of_type, what)| {
                response.header(*name, header(of_type.clone(), what))
            })
    } else {
        response
    };
    response.build().into()
}

/// What every reply that is counted says in its headers, and a refusal beside them.
const LIMIT_HEADERS: [(&str, Type, &str); 6] = [
    (
        "Retry-After",
        Type::Integer,
        "In how many seconds it is worth trying again",
    ),
    (
        "X-RateLimit-Limit",
        Type::Integer,
        "How many requests are allowed",
    ),
    (
        "X-RateLimit-Window",
        Type::String,
        "In which time, such as 60s",
    ),
    (
        "X-RateLimit-Type",
        Type::String,
        "Whether the address is counted (`ip`) or the person (`user`)",
    ),
    (
        "X-RateLimit-Remaining",
        Type::Integer,
        "How many may still follow",
    ),
    (
        "X-RateLimit-Reset",
        Type::Integer,
        "In how many seconds a further one is possible",
    ),
];

fn header(of_type: Type, what: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(of_type)))
        .description(Some(what))
        .build()
}
