//! Every route, called by everybody: who may do what, as a table to be read.
//!
//! The routes are those of the router itself: `routes` writes them down in a snapshot,
//! which fails when one is added. Here it is walked.

mod ownership;
mod people;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reqwest::Method;
use serde_json::json;

use self::people::{Person, people};
use crate::support::{Reply, TestServer};

/// The routes as the router tells them.
const ROUTES: &str = include_str!("snapshots/it__routes__every_route_is_written_down.snap");

/// An id that leads nowhere, so that nothing is changed by those who may.
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// What nobody has to be signed in for: all else answers 401, or sends a browser to the
/// sign-in page.
const PUBLIC: [&str; 17] = [
    "GET /",
    "ANY /api",
    "ANY /api/",
    "ANY /api/{*rest}",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/register",
    "GET /api/health",
    "GET /docs",
    "GET /docs/",
    "GET /docs/{*rest}",
    "GET /openapi.json",
    "GET /redoc",
    "GET /sign-in",
    "POST /sign-in",
    "GET /static/{version}/{*path}",
    "POST /sign-out",
];

/// One route: how and where it is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    path: String,
    /// `ANY`, or a method.
    method: String,
}

impl Route {
    /// All of them, by path.
    fn all() -> Vec<Self> {
        let (_, list) = ROUTES.rsplit_once("---\n").expect("a snapshot");
        let line = |line: &str| {
            let (method, path) = line.split_once(' ').expect("a method and a path");
            Self {
                path: path.to_owned(),
                method: method.to_owned(),
            }
        };
        list.trim().lines().map(line).collect()
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn method(&self) -> Method {
        match self.method.as_str() {
            "ANY" => Method::GET,
            method => method.parse().unwrap(),
        }
    }

    /// Whether programs call it, rather than browsers.
    fn is_api(&self) -> bool {
        self.path == "/" || self.path.starts_with("/api")
    }

    /// The path with `id` in the place of what varies.
    fn to(&self, id: &str) -> String {
        let part = |part| {
            if str::starts_with(part, '{') {
                id
            } else {
                part
            }
        };
        self.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// The status that a person gets, who sends nothing that is of use.
    async fn call(&self, server: &TestServer, person: &Person, id: &str) -> u16 {
        let request = server.as_nobody().request(self.method(), &self.to(id));
        let request = person.sign(request, self.is_api());
        let request = match (self.method(), self.is_api()) {
            (Method::GET | Method::DELETE, _) => request,
            // A body that no operation can use.
            (_, true) => request.json(&json!({})),
            (_, false) => person.send_empty_form(request),
        };
        Reply::of(request).await.status.as_u16()
    }
}

#[tokio::test]
async fn d_11_d_56_who_may_call_what_is_written_down() {
    let server = TestServer::start_with(&["--secret-key", people::KEY]).await;
    let people = people(&server).await;
    let routes = Route::all();
    let mut answers = BTreeMap::new();
    for person in &people {
        let mut in_turn = routes.clone();
        // Nobody goes on after signing out.
        in_turn.sort_by_key(|route| route.path.ends_with("out"));
        for route in in_turn {
            let status = route.call(&server, person, NOWHERE).await;
            answers.insert((route, person.name), status);
        }
    }
    let width = routes.iter().map(|route| route.name().len()).max().unwrap() + 2;
    let mut table = format!("{:<width$}", "route");
    for person in &people {
        write!(table, "{:<9}", person.name).unwrap();
    }
    for route in routes {
        table.truncate(table.trim_end().len());
        write!(table, "\n{:<width$}", route.name()).unwrap();
        for person in &people {
            let status = answers[&(route.clone(), person.name)];
            write!(table, "{status:<9}").unwrap();
            if !person.is_somebody {
                let is_closed = status == 401 || (status == 303 && !route.is_api());
                let is_public = PUBLIC.contains(&route.name().as_str());
                assert!(
                    is_closed || is_public,
                    "{}: {status} for {}",
                    route.name(),
                    person.name
                );
            }
        }
    }
    insta::assert_snapshot!("who_may_call_what_is_written_down", table.trim_end());
}
