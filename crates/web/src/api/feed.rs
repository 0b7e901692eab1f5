//! A reply that is a stream of events.
//!
//! Every event is one line `data: {json}` and an empty line: no names, no ids, no
//! comments. Clients that read `onmessage` rely on it. The JSON is spelled as the original
//! spelled it, to the byte: a blank after commas and colons, and nothing but ASCII.

use std::io;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// How many events may wait for a slow client before the writer waits too.
const WAITING: usize = 32;

/// Where events go in.
pub(super) struct Feed(mpsc::Sender<String>);

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Gone;

impl Feed {
    /// Sends an event; waits while the client is slow.
    pub(super) async fn send(&self, event: &impl Serialize) -> Result<(), Gone> {
        let frame = frame(event).map_err(|_| Gone)?;
        self.0.send(frame).await.map_err(|_| Gone)
    }

    /// Waits until nobody listens any more.
    pub(super) async fn closed(&self) {
        self.0.closed().await;
    }
}

/// The bytes on the wire.
fn frame(event: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = b"data: ".to_vec();
    event.serialize(&mut Serializer::with_formatter(&mut bytes, Spelling))?;
    bytes.extend(b"\n\n");
    Ok(String::from_utf8(bytes).expect("JSON is text"))
}

/// How Python's `json.dumps` writes JSON.
struct Spelling;

impl Formatter for Spelling {
    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        to: &mut W,
        text: &str,
    ) -> io::Result<()> {
        for character in text.chars() {
            if character.is_ascii() && character != '\u{7f}' {
                write!(to, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(to, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
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
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_one_line_and_an_empty_one() {
        let event = json!({ "text": "Line one\nline \"two\" ü📚", "more": [1, 2.5, null, {}] });
        assert_eq!(
            frame(&event).unwrap(),
            "data: {\"more\": [1, 2.5, null, {}], \"text\": \"Line one\\nline \\\"two\\\" \\u00fc\\ud83d\\udcda\"}\n\n"
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
            feed.send(&json!({ "text": text })).await.unwrap();
        }
        drop(feed);
        let bytes = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        assert_eq!(
            bytes,
            "data: {\"text\": \"a\"}\n\ndata: {\"text\": \"b\"}\n\n"
        );
    }

    #[tokio::test]
    async fn a_client_that_has_gone_is_noticed() {
        let (feed, response) = channel();
        drop(response);
        feed.closed().await;
        assert!(feed.send(&json!({})).await.is_err());
    }
}
