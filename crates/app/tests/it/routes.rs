//! The whole router, as it stands: read from itself, so that no route can be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;

use crate::openapi::operations;
use crate::support::idle;

/// What OpenAPI does not describe: itself, and the answer to paths that nothing has.
const UNDESCRIBED: [&str; 7] = [
    "ANY /api",
    "ANY /api/",
    "ANY /api/{*rest}",
    "GET /docs",
    "GET /docs/",
    "GET /docs/{*rest}",
    "GET /openapi.json",
];

/// Every route as `POST /api/query`, in the order of paths. The router tells them only
/// when it is printed.
fn routes(router: &Router) -> Vec<String> {
    let printed = format!("{router:?}");
    let (printed, _) = printed.split_once("fallback_router: ").expect("a router");
    let (endpoints, paths) = printed.split_once("node: Node").expect("its paths");
    let methods: BTreeMap<_, _> = by_id(endpoints)
        .map(|(id, endpoint)| (id, methods(endpoint)))
        .collect();
    let mut all: Vec<_> = by_id(paths)
        .flat_map(|(id, path)| {
            let path = path.split('"').nth(1).expect("a path").to_owned();
            let of_path = methods[id].iter();
            of_path.map(move |method| (path.clone(), method.clone()))
        })
        .collect();
    all.sort();
    let line = |(path, method)| format!("{method} {path}");
    all.into_iter().map(line).collect()
}

/// What is printed for each `RouteId(7): …`.
fn by_id(printed: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = printed.split("RouteId(").skip(1);
    parts.map(|part| part.split_once("): ").expect("an id and what it is"))
}

/// The methods of `MethodRouter { get: Route, head: None, …, fallback: Default(Route), … }`.
fn methods(endpoint: &str) -> Vec<String> {
    let (_, fields) = endpoint.split_once("{ ").expect("a method router");
    let (fields, rest) = fields.split_once(", fallback: ").expect("its fallback");
    if !rest.starts_with("Default") || fields.contains("trace: Route") {
        return vec!["ANY".to_owned()];
    }
    let fields = fields
        .split(", ")
        .filter_map(|field| field.split_once(": "));
    fields
        .filter(|(_, what)| *what != "None")
        .map(|(method, _)| method.to_uppercase())
        .collect()
}

#[tokio::test]
async fn every_route_is_written_down() {
    insta::assert_snapshot!(routes(&idle::router().await).join("\n"));
}

#[tokio::test]
async fn every_route_of_the_api_is_described_and_no_other() {
    let of_api = |route: &String| {
        let path = route.split_once(' ').unwrap().1;
        ["/", "/api", "/openapi.json", "/docs"].contains(&path)
            || ["/api/", "/docs/"]
                .iter()
                .any(|prefix| path.starts_with(prefix))
    };
    let routed: BTreeSet<_> = routes(&idle::router().await)
        .into_iter()
        .filter(of_api)
        .collect();
    let document = idle::document().await;
    let described = operations(&document).into_iter().map(|(name, _)| name);
    let mut described: BTreeSet<_> = described.collect();
    described.extend(UNDESCRIBED.map(str::to_owned));
    assert_eq!(
        routed, described,
        "left: what the router has; right: what OpenAPI says. Routes of the API are made with \
         `OpenApiRouter::routes(routes!(…))` alone"
    );
}
