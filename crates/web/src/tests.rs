//! The whole router, as it stands: read from itself, so that no route can be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use archivist_draft::Composer;
use archivist_search::Index;
use archivist_store::PgPool;
use axum::Router;
use tokio::sync::{Notify, RwLock};

use crate::api;
use crate::auth::tokens::TokenKeys;
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::cpu::CpuPool;
use crate::jobs::JobBell;
use crate::limit::Limits;
use crate::state::{AppState, Settings};

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

/// The service with nothing behind it, to be looked at.
async fn idle_router() -> Router {
    let folder = tempfile::tempdir().unwrap();
    crate::router(AppState {
        outside: None,
        pool: PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/nothing").unwrap(),
        index: Arc::new(RwLock::new(Index::new())),
        models: Arc::default(),
        blobs: blobs(folder.path()).await,
        provider: Arc::new(Composer),
        work: Arc::new(Notify::new()),
        jobs: JobBell::default(),
        cpu: CpuPool::new(1),
        clock: Clock::system(),
        keys: Arc::new(TokenKeys::from_secret(b"key")),
        limits: Arc::new(Limits::new(true)),
        metrics: Arc::default(),
        outputs: Arc::default(),
        documents: Arc::default(),
        settings: Arc::new(Settings::default()),
    })
}

async fn blobs(folder: &Path) -> Blobs {
    Blobs::in_folder(folder.join("files")).await.unwrap()
}

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
    insta::assert_snapshot!(routes(&idle_router().await).join("\n"));
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
    let routed: BTreeSet<_> = routes(&idle_router().await)
        .into_iter()
        .filter(of_api)
        .collect();
    let mut described = api::described_routes();
    described.extend(UNDESCRIBED.map(str::to_owned));
    assert_eq!(
        routed, described,
        "left: what the router has; right: what OpenAPI says. Routes of the API are made with \
         `OpenApiRouter::routes(routes!(…))` alone"
    );
}
