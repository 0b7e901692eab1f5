//! Drafts with sources (contract, 7.3).

mod body;
mod events;
mod reply;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use archivist_draft::{Chunk, DraftRequest};
use axum::extract::State;
use axum::response::Response;
use futures_util::{FutureExt, StreamExt};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::events::Event;
use self::reply::{Checked, DraftMetadata, QueryResponse, SourceReply};
use super::failure::ErrorBody;
use super::feed::{self, Feed, Gone};
use super::refusals::{ForWriters, Searching, WithFields};
use crate::auth::Writer;
use crate::defaults::Defaults;
use crate::drafting::{self, Retrieval, Written};
use crate::error::Error;
use crate::extract::Json;
use crate::state::AppState;

pub(super) use self::body::QueryRequest;

/// How much of a passage is shown in a reply, in characters.
pub(super) const EXCERPT_CHARS: usize = 500;

/// How much of it in a stream.
const STREAMED_EXCERPT_CHARS: usize = 300;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(query))
        .routes(routes!(stream))
}

/// Writes a section from the library, every claim with its source.
#[utoipa::path(post, path = "/api/query", tag = "query", request_body = QueryRequest, responses(
    (status = 200, description = "The draft", body = QueryResponse),
    (status = 400, description = "The query is empty", body = ErrorBody),
    (status = 422, description = "A field will not do, or the library has nothing to write from", body = ErrorBody),
    Searching,
    ForWriters,
))]
async fn query(
    State(state): State<AppState>,
    _: Writer,
    Json(body): Json<QueryRequest>,
) -> Result<Json<QueryResponse>, Error> {
    let (request, retrieval) = check(&state, body).await?;
    let sources = drafting::find_sources(&state, &request, &retrieval).await?;
    let start = Instant::now();
    let Written { text, tokens_used } = drafting::write(&state, &request, &sources).await?;
    let metadata = DraftMetadata {
        model: state.provider.name().to_owned(),
        tokens_used,
        generation_time: start.elapsed().as_secs_f64(),
        temperature: request.temperature,
    };
    let review = drafting::review(&state, &request, &sources, &text).await;
    Ok(Json(QueryResponse {
        confidence: review.confidence,
        quality_issues: review.quality_issues.clone(),
        metadata,
        validation: (),
        checked: Checked::new(review, &text, &sources, state.provider.disclosure()),
        sources: SourceReply::all(&sources, EXCERPT_CHARS),
        text,
    }))
}

/// Writes a section as a stream of events.
///
/// Each event is one line `data: {json}` and an empty line; its `type` says which
/// it is. They come in this order: `metadata`, any number of `content`, `sources`,
/// `done`. When something fails after the stream has begun, `error` ends it.
#[utoipa::path(post, path = "/api/query/stream", tag = "query", request_body = QueryRequest, responses(
    (status = 200, description = "The events",
        headers(
            ("Cache-Control" = String, description = "`no-cache`"),
            ("X-Accel-Buffering" = String, description = "`no`: proxies pass events on as they come"),
        ),
        body = Event, content_type = "text/event-stream"),
    (status = 400, description = "The query is empty", body = ErrorBody),
    WithFields,
    Searching,
    ForWriters,
))]
async fn stream(
    State(state): State<AppState>,
    _: Writer,
    Json(body): Json<QueryRequest>,
) -> Result<Response, Error> {
    let (request, retrieval) = check(&state, body).await?;
    let (feed, response) = feed::channel();
    tokio::spawn(async move {
        let telling = tell(&state, request, retrieval, &feed);
        if let Some(error) = failure_of(telling).await {
            error.log();
            let message = error.message();
            // Whether anybody still listens makes no difference at the end.
            let _ = feed.send(&Event::Error { message }).await;
        }
    });
    Ok(response)
}

/// The request with what the site has set for what it leaves out.
async fn check(state: &AppState, body: QueryRequest) -> Result<(DraftRequest, Retrieval), Error> {
    let defaults = Defaults::read(&state.pool).await?;
    body.check(defaults, state.settings.organization.clone())
}

/// Why a stream failed, where somebody still waits for its end. A panic is told
/// like any failure: a stream that merely stopped would look whole.
async fn failure_of(telling: impl Future<Output = Result<(), Interrupted>>) -> Option<Error> {
    match AssertUnwindSafe(telling).catch_unwind().await {
        Ok(Ok(()) | Err(Interrupted::ClientGone)) => None,
        Ok(Err(Interrupted::Failed(error))) => Some(error),
        Err(_) => Some(Error::internal(anyhow::anyhow!("writing a draft panicked"))),
    }
}

/// Why a stream ends early.
enum Interrupted {
    Failed(Error),
    ClientGone,
}

impl<E: Into<Error>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Writes a draft into `feed`; stops when nobody listens.
async fn tell(
    state: &AppState,
    request: DraftRequest,
    retrieval: Retrieval,
    feed: &Feed,
) -> Result<(), Interrupted> {
    let send = async |event| {
        feed.send(&event)
            .await
            .map_err(|Gone| Interrupted::ClientGone)
    };
    let start = Instant::now();
    let sources = drafting::find_sources(state, &request, &retrieval).await?;
    let model = state.provider.name().to_owned();
    send(Event::Metadata {
        model: model.clone(),
        sources_count: sources.len(),
        retrieval_time_ms: start.elapsed().as_secs_f64() * 1000.0,
    })
    .await?;
    let mut chunks = drafting::begin(state, &request, &sources).await;
    let (mut draft, mut tokens_used) = (String::new(), 0);
    while let Some(chunk) = chunks.next().await {
        match chunk? {
            Chunk::Text(text) => {
                draft.push_str(&text);
                send(Event::Content { text }).await?;
            }
            Chunk::Done { output_tokens, .. } => tokens_used = output_tokens,
        }
    }
    let found = SourceReply::all(&sources, STREAMED_EXCERPT_CHARS);
    send(Event::Sources { sources: found }).await?;
    let review = drafting::review(state, &request, &sources, &draft).await;
    let issues = review.quality_issues.clone();
    send(Event::Done {
        confidence: review.confidence,
        quality_issues: (!issues.is_empty()).then_some(issues),
        tokens_used,
        model,
        checked: Checked::new(review, &draft, &sources, state.provider.disclosure()),
    })
    .await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_like_a_failure_and_a_gone_client_is_not() {
        let panicked = failure_of(async { panic!("a bug in a provider") }).await;
        let error = panicked.expect("told");
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(failure_of(async { Ok(()) }).await.is_none());
        let gone = async { Err(Interrupted::ClientGone) };
        assert!(failure_of(gone).await.is_none());
    }
}
