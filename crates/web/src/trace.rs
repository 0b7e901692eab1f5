//! A number for every request, how long it took, and a line in the log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::metrics::Metrics;

/// The number of a request: `X-Request-ID`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

/// Gives the request its number, and the reply `X-Request-ID` and
/// `X-Process-Time`. The log has method, path, status and time: never a body, a
/// query string or a header.
pub(crate) async fn trace(
    State(metrics): State<Arc<Metrics>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = Uuid::new_v4();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id));
    let start = Instant::now();
    let mut response = next.run(request).await;
    let took = start.elapsed();
    metrics.count(response.status(), took);
    let millis = took.as_secs_f64() * 1000.0;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-request-id", id.to_string()),
        ("x-process-time", format!("{millis:.2}ms")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    tracing::info!(%id, %method, path, status = response.status().as_u16(), ms = format!("{millis:.1}"), "request");
    response
}
