//! Which requests are counted together (contract, 5.1), and the pages, which the
//! contract does not know.

use axum::http::Method;

use super::window::Rate;

const fn rate(limit: u32, window: u32) -> Rate {
    Rate { limit, window }
}

/// Attempts to sign in, whether they succeed or not.
const SIGN_IN: Rate = rate(5, 60);
/// New accounts.
const REGISTER: Rate = rate(3, 3600);
/// What costs much: drafts, uploads.
const COSTLY: Rate = rate(10, 60);
/// Uploads that nobody waits for: they queue, and cost what they cost one after the other.
const QUEUED: Rate = rate(60, 60);
/// Changes.
const WRITE: Rate = rate(20, 60);
/// Looking at things.
const READ: Rate = rate(100, 60);
/// Health and figures.
const WATCH: Rate = rate(60, 60);
/// Everything else of the API.
const OTHER: Rate = rate(30, 60);
/// Pages that are looked at: each is several requests, and some ask again by
/// themselves.
const PAGE: Rate = rate(300, 60);

/// Wrong passwords for one account, from wherever they come.
pub(super) const WRONG_PASSWORDS: Rate = rate(10, 900);

/// How a request is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// How many are allowed. Rules of one rate share their count.
    pub(super) rate: Rate,
    /// Whether only the address counts, since nobody can be signed in yet.
    pub(super) by_address: bool,
}

/// The rule for a request; `None` where it is not counted. `is_queued` says that nobody
/// waits for what it asks for.
pub(super) fn rule(method: &Method, path: &str, is_queued: bool) -> Option<Rule> {
    let by_address = |rate| {
        Some(Rule {
            rate,
            by_address: true,
        })
    };
    let by_person = |rate| {
        Some(Rule {
            rate,
            by_address: false,
        })
    };
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let under = |prefix: &str| path.starts_with(prefix);
    if is_exempt(method, path) {
        None
    } else if under("/api/auth/login") || (path == "/sign-in" && !is_read) {
        by_address(SIGN_IN)
    } else if under("/api/auth/register") {
        by_person(REGISTER)
    } else if under("/api/auth/refresh") {
        by_address(COSTLY)
    } else if under("/api/query") || under("/api/chat") {
        by_person(COSTLY)
    } else if under("/api/documents") {
        by_person(documents(method, path, is_queued))
    } else if [
        "/api/writing-styles",
        "/api/prompts",
        "/api/outputs",
        "/api/jobs",
        "/api/citations",
    ]
    .iter()
    .any(|p| under(p))
    {
        by_person(if is_read { READ } else { WRITE })
    } else if under("/api/health") || under("/api/metrics") {
        by_person(WATCH)
    } else if under("/api") {
        by_person(OTHER)
    } else {
        by_person(if is_read { PAGE } else { WRITE })
    }
}

fn documents(method: &Method, path: &str, is_queued: bool) -> Rate {
    match *method {
        Method::POST if path.contains("upload") && is_queued => QUEUED,
        Method::POST if path.contains("upload") => COSTLY,
        Method::POST | Method::DELETE => WRITE,
        _ => READ,
    }
}

/// A preflight asks only whether it may; documentation and static files are the same
/// for everybody.
fn is_exempt(method: &Method, path: &str) -> bool {
    method == Method::OPTIONS
        || matches!(path, "/" | "/docs" | "/redoc" | "/openapi.json")
        || path.starts_with("/static/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(method: &str, path: &str) -> Option<(u32, u32)> {
        let method = method.parse().unwrap();
        rule(&method, path, false).map(|rule| (rule.rate.limit, rule.rate.window))
    }

    #[test]
    fn every_area_has_the_limit_of_the_contract() {
        for (request, limit) in [
            ("POST /api/auth/login", Some((5, 60))),
            ("POST /api/auth/register", Some((3, 3600))),
            ("POST /api/auth/refresh", Some((10, 60))),
            ("POST /api/auth/logout", Some((30, 60))),
            ("GET /api/auth/me", Some((30, 60))),
            ("POST /api/query/stream", Some((10, 60))),
            ("GET /api/chat/7", Some((10, 60))),
            ("POST /api/documents/upload", Some((10, 60))),
            ("DELETE /api/documents/7", Some((20, 60))),
            ("POST /api/documents/7/restore", Some((20, 60))),
            ("GET /api/documents", Some((100, 60))),
            ("GET /api/citations/7/file", Some((100, 60))),
            ("GET /api/writing-styles", Some((100, 60))),
            ("POST /api/prompts", Some((20, 60))),
            ("PUT /api/outputs/7", Some((20, 60))),
            ("HEAD /api/outputs", Some((100, 60))),
            ("GET /api/jobs/events", Some((100, 60))),
            ("POST /api/jobs/7/retry", Some((20, 60))),
            ("GET /api/health", Some((60, 60))),
            ("GET /api/metrics", Some((60, 60))),
            ("GET /api/audit/logs", Some((30, 60))),
            ("GET /api/config", Some((30, 60))),
            ("GET /api/nothing", Some((30, 60))),
            ("GET /library", Some((300, 60))),
            ("GET /sign-in", Some((300, 60))),
            ("POST /sign-in", Some((5, 60))),
            ("POST /outputs/7/delete", Some((20, 60))),
            ("GET /", None),
            ("GET /docs", None),
            ("GET /openapi.json", None),
            ("GET /static/1/page.js", None),
            ("OPTIONS /api/auth/login", None),
        ] {
            let (method, path) = request.split_once(' ').unwrap();
            assert_eq!(counted(method, path), limit, "{request}");
        }
    }

    #[test]
    fn uploads_that_nobody_waits_for_are_counted_apart() {
        let rule = rule(&Method::POST, "/api/documents/upload", true).unwrap();
        assert_eq!((rule.rate.limit, rule.rate.window), (60, 60));
    }

    #[test]
    fn nobody_signs_in_by_the_count_of_another_account() {
        for path in ["/api/auth/login", "/api/auth/refresh", "/sign-in"] {
            assert!(
                rule(&Method::POST, path, false).unwrap().by_address,
                "{path}"
            );
        }
        assert!(
            !rule(&Method::GET, "/api/outputs", false)
                .unwrap()
                .by_address
        );
    }
}
