//! A draft as a stream of events.
//!
//! Every event is one line `data: {json}` and an empty line: no names, no ids, no
//! comments. Clients that read `onmessage` rely on it.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

use super::reply::{Checked, SourceReply};

/// How many events may wait for a slow client before the writer waits too.
const WAITING: usize = 32;

/// One event: `metadata`, then any number of `content`, `sources`, `done`; or
/// `error` at any point, which ends the stream.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StreamEvent)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Event {
    /// Once, first.
    Metadata {
        /// Who writes.
        #[schema(example = "built-in composer")]
        model: String,
        /// How many passages were found.
        sources_count: usize,
        /// How long finding them took, in milliseconds.
        retrieval_time_ms: f64,
    },
    /// The next piece of the draft.
    Content {
        /// The piece.
        #[schema(example = "A board of eleven members governs the organization [1].")]
        text: String,
    },
    /// Once, after all content.
    Sources {
        /// The passages that the draft may cite.
        sources: Vec<SourceReply>,
    },
    /// Once, last.
    Done {
        /// How far the draft can be trusted, 0 to 1.
        confidence: f32,
        /// One line per kind of trouble; null when there is none.
        #[schema(example = json!(["The section says nothing of: leadership"]))]
        quality_issues: Option<Vec<String>>,
        /// Tokens that a language model wrote; 0 where there is none.
        tokens_used: u32,
        /// Who wrote.
        #[schema(example = "built-in composer")]
        model: String,
        /// What the checks say of the draft.
        #[serde(flatten)]
        checked: Checked,
    },
    /// The end, without a whole draft.
    Error {
        /// What went wrong and what to do.
        #[schema(example = "The library has nothing to write from: add documents to the library.")]
        message: String,
    },
}

impl Event {
    /// The bytes on the wire.
    fn frame(&self) -> Result<String, serde_json::Error> {
        Ok(format!("data: {}\n\n", serde_json::to_string(self)?))
    }
}

/// Where events go in.
pub(super) struct Feed(mpsc::Sender<String>);

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Gone;

impl Feed {
    /// Sends an event; waits while the client is slow.
    pub(super) async fn send(&self, event: &Event) -> Result<(), Gone> {
        let frame = event.frame().map_err(|_| Gone)?;
        self.0.send(frame).await.map_err(|_| Gone)
    }
}

/// A feed, and the response that carries its events until it is dropped.
pub(super) fn channel() -> (Feed, Response) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let frames = ReceiverStream::new(receiver).map(Ok::<_, std::convert::Infallible>);
    let headers = [
        (CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        // Proxies must not collect the events.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    let response = (headers, Body::from_stream(frames)).into_response();
    (Feed(sender), response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_and_an_empty_one() {
        let event = Event::Content {
            text: "Line one\nline \"two\" ü".into(),
        };
        assert_eq!(
            event.frame().unwrap(),
            "data: {\"type\":\"content\",\"text\":\"Line one\\nline \\\"two\\\" ü\"}\n\n"
        );
    }

    #[tokio::test]
    async fn the_stream_carries_events_in_order_and_ends_with_the_feed() {
        let (feed, response) = channel();
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "text/event-stream; charset=utf-8"
        );
        for text in ["a", "b"] {
            feed.send(&Event::Content { text: text.into() })
                .await
                .unwrap();
        }
        drop(feed);
        let bytes = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        assert_eq!(
            bytes,
            "data: {\"type\":\"content\",\"text\":\"a\"}\n\ndata: {\"type\":\"content\",\"text\":\"b\"}\n\n"
        );
    }

    #[tokio::test]
    async fn a_client_that_has_gone_is_noticed() {
        let (feed, response) = channel();
        drop(response);
        let event = Event::Error {
            message: "late".into(),
        };
        assert!(feed.send(&event).await.is_err());
    }
}
