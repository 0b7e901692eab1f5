//! Which form of an answer a client likes best, and when.

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Uri};
use url::form_urlencoded;

use crate::lax;

/// Whether a page is more welcome than JSON: to a browser it is.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| quality(accept, "text/html") > quality(accept, "application/json"))
}

/// How welcome a media type is, 0 to 1: by its own name, else by `type/*`, else by
/// `*/*`.
fn quality(accept: &str, media_type: &str) -> f32 {
    let family = media_type.split('/').next().unwrap_or_default();
    let names = [
        media_type.to_owned(),
        format!("{family}/*"),
        "*/*".to_owned(),
    ];
    let of_name = |name: &String| {
        accept.split(',').find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_it = parts.next()?.eq_ignore_ascii_case(name);
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            is_it.then(|| weight.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
        })
    };
    names.iter().find_map(of_name).unwrap_or(0.0)
}

/// Whether a request says that its client does not wait for what it asks for.
pub(crate) fn wants_no_waiting(uri: &Uri, headers: &HeaderMap) -> bool {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let waits = pairs.filter(|(name, _)| name == "wait").last();
    match waits.and_then(|(_, said)| lax::boolean(&said)) {
        Some(waits) => !waits,
        None => prefers_async(headers),
    }
}

/// Whether a client would rather be answered at once than wait until all is done.
///
/// RFC 7240: preferences, separated by commas, each perhaps with parameters.
pub(crate) fn prefers_async(headers: &HeaderMap) -> bool {
    let sent = headers.get_all("prefer").iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|preference| preference.split(';').next())
        .any(|preference| preference.trim().eq_ignore_ascii_case("respond-async"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn prefers(accept: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        prefers_html(&headers)
    }

    #[test]
    fn a_browser_wants_the_page_and_a_program_the_json() {
        assert!(prefers(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        ));
        assert!(!prefers("*/*"));
        assert!(!prefers("application/json, text/plain, */*"));
        assert!(!prefers("application/json, text/html;q=0.5"));
        assert!(prefers("text/*, application/json;q=0.1"));
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn who_prefers_not_to_wait_may_say_so_among_other_things() {
        let prefers = |sent| {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", HeaderValue::from_static(sent));
            prefers_async(&headers)
        };
        assert!(prefers("respond-async") && prefers("wait=10, Respond-Async; x=1"));
        assert!(!prefers("return=minimal") && !prefers_async(&HeaderMap::new()));
    }
}
