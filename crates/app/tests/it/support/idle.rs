//! The service with nothing behind it: what can be asked of the router alone.

use std::path::Path;
use std::sync::Arc;

use archivist_draft::Composer;
use archivist_search::Index;
use archivist_store::PgPool;
use archivist_web::auth::tokens::TokenKeys;
use archivist_web::blobs::Blobs;
use archivist_web::clock::Clock;
use archivist_web::cpu::CpuPool;
use archivist_web::jobs::JobBell;
use archivist_web::limit::Limits;
use archivist_web::{AppState, Settings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tokio::sync::{Notify, RwLock};
use tower::ServiceExt;

/// The service with nothing behind it, to be looked at.
pub(crate) async fn router() -> Router {
    let folder = tempfile::tempdir().unwrap();
    archivist_web::router(AppState {
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

/// What the API says of itself.
pub(crate) async fn document() -> Value {
    let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let reply = router().await.oneshot(request).await.unwrap();
    let body = to_bytes(reply.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&body).expect("a JSON document")
}
