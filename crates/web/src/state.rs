//! What every handler can reach.

use std::sync::Arc;

use archivist_draft::Provider;
use archivist_search::Index;
use archivist_store::PgPool;
use archivist_store::audit::{Audited, Origin};
use archivist_store::{documents, outputs};
use axum::http::HeaderValue;
use tokio::sync::{Notify, RwLock};

use crate::address::Network;
use crate::auth::tokens::TokenKeys;
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::cpu::CpuPool;
use crate::error::Error;
use crate::jobs::JobBell;
use crate::limit::Limits;
use crate::metrics::Metrics;
use crate::models::Models;
use crate::outside::Outside;
use crate::recognition;

/// Settings that requests depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest file that may be put in, in bytes.
    pub max_upload_bytes: u64,
    /// How long access lasts after sign-in.
    pub session: chrono::TimeDelta,
    /// Whether cookies are sent over HTTPS only.
    pub secure_cookies: bool,
    /// Whether anybody may register, as a writer.
    pub open_registration: bool,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<HeaderValue>,
    /// Whether requests are limited in number.
    pub rate_limiting: bool,
    /// Proxies that are believed when they say for whom they ask.
    pub trusted_proxies: Vec<Network>,
    /// The organization's name, for headings and drafts.
    pub organization: Option<String>,
    /// How pictures of pages are read; `None` where they are not.
    pub recognition: Option<recognition::Setting>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_upload_bytes: 50 * 1024 * 1024,
            session: chrono::TimeDelta::minutes(60),
            secure_cookies: false,
            open_registration: false,
            cors_origins: Vec::new(),
            rate_limiting: true,
            trusted_proxies: Vec::new(),
            organization: None,
            recognition: None,
        }
    }
}

/// Shared by all requests; cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    /// The database: the only source of truth.
    pub pool: PgPool,
    /// The search index, which follows the database. Where an engine outside of the process
    /// keeps the passages, it has none, but knows the synonyms and where the engine is.
    pub index: Arc<RwLock<Index>>,
    /// The engine that keeps the passages, where it is not this process.
    pub outside: Option<Arc<Outside>>,
    /// What reads searches by their meaning, and judges what was found.
    pub models: Arc<Models>,
    /// The original files.
    pub blobs: Blobs,
    /// What writes drafts.
    pub provider: Arc<dyn Provider>,
    /// Rings when there is background work to do.
    pub work: Arc<Notify>,
    /// Rings when a job has changed.
    pub jobs: JobBell,
    /// For CPU-bound work.
    pub cpu: CpuPool,
    /// The time.
    pub clock: Clock,
    /// Keys that sign tokens.
    pub keys: Arc<TokenKeys>,
    /// How often something is asked.
    pub limits: Arc<Limits>,
    /// What was answered.
    pub metrics: Arc<Metrics>,
    /// What was read of the outputs before.
    pub outputs: Arc<outputs::Memory>,
    /// What was read of the library before.
    pub documents: Arc<documents::Memory>,
    /// Settings.
    pub settings: Arc<Settings>,
}

impl AppState {
    /// Begins a transaction that changes something: it knows who does so, and from
    /// where.
    pub async fn begin(&self, origin: Origin) -> Result<Audited, Error> {
        Ok(Audited::begin(&self.pool, origin).await?)
    }
}
