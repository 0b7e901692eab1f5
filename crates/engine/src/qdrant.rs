//! Qdrant, over its REST interface.
//!
//! Each generation is a collection with a sparse vector `words` (whose dot product with that of
//! a search is BM25) and, where vectors were learned, a dense one `meaning`; where an embedding
//! model has read, another, `given`. What can be filtered by is the payload. Needs Qdrant 1.10 or later, which has `points/query`.

mod filter;
mod wire;

use std::time::Duration;

use archivist_domain::{DocumentId, GenerationId, PassageId};
use archivist_search::{Candidate, Entry, Language, Look};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::Url;

use self::wire::{Found, Payload, Reply};
use crate::{Engine, EngineError, Widths, Work};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many passages are sent at a time: some two megabytes.
const AT_ONCE: usize = 256;
/// What is kept of what it says.
const MAX_REASON_CHARS: usize = 300;

/// The names of the vectors of a point.
const WORDS: &str = "words";
const MEANING: &str = "meaning";
const GIVEN: &str = "given";

/// A Qdrant that keeps passages.
pub struct Qdrant {
    client: Client,
    address: Url,
    key: Option<String>,
}

/// Without the key.
impl std::fmt::Debug for Qdrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Qdrant({})", self.address)
    }
}

impl Qdrant {
    /// The one at this address (`http://localhost:6333`), which may want a key. Nothing is asked
    /// yet.
    pub fn new(address: Url, key: Option<String>) -> Self {
        Self {
            client: client(),
            address,
            key,
        }
    }

    async fn begin(&self, generation: GenerationId, widths: Widths) -> Result<(), EngineError> {
        let named = [(MEANING, widths.meaning), (GIVEN, widths.given)];
        let there = named.into_iter().filter(|(_, dims)| *dims > 0);
        // Of length 1 already; `Cosine` would only make them so again.
        let dense: Map<String, Value> = there
            .map(|(name, dims)| (name.into(), json!({ "size": dims, "distance": "Dot" })))
            .collect();
        let collection = json!({ "vectors": dense, "sparse_vectors": { WORDS: {} } });
        let path = collection_path(generation);
        let _: bool = self.ask(Method::PUT, &path, Some(&collection)).await?;
        for (field, kind) in wire::INDEXED {
            let index = json!({ "field_name": field, "field_schema": kind });
            let path = format!("{path}/index?wait=true");
            let _: Value = self.ask(Method::PUT, &path, Some(&index)).await?;
        }
        Ok(())
    }

    /// What is new comes before what is old goes: meanwhile both are found, but never nothing.
    async fn put(
        &self,
        generation: GenerationId,
        documents: &[DocumentId],
        entries: &[Entry],
    ) -> Result<(), EngineError> {
        let path = format!("{}/points?wait=true", collection_path(generation));
        for entries in entries.chunks(AT_ONCE) {
            let points: Vec<_> = entries.iter().map(wire::Point::of).collect();
            let points = json!({ "points": points });
            let _: Value = self.ask(Method::PUT, &path, Some(&points)).await?;
        }
        if documents.is_empty() {
            return Ok(());
        }
        let path = format!("{}/points/delete?wait=true", collection_path(generation));
        let others = filter::of_documents_without(documents, entries);
        let those = json!({ "filter": others });
        let _: Value = self.ask(Method::POST, &path, Some(&those)).await?;
        Ok(())
    }

    async fn find(
        &self,
        generation: GenerationId,
        look: &Look,
    ) -> Result<Vec<Candidate>, EngineError> {
        let searches = wire::searches(look);
        if searches.is_empty() {
            return Ok(Vec::new());
        }
        let path = format!("{}/points/query/batch", collection_path(generation));
        let searches = json!({ "searches": searches });
        let answers: Vec<Found> = self.ask(Method::POST, &path, Some(&searches)).await?;
        let mut candidates: Vec<Candidate> = Vec::new();
        for point in answers.into_iter().flat_map(|answer| answer.points) {
            let Payload {
                document, language, ..
            } = point.payload;
            let candidate = Candidate {
                document: DocumentId(document),
                passage: PassageId(point.id),
                language: Language::at(language).unwrap_or_default(),
            };
            if !candidates.contains(&candidate) {
                candidates.push(candidate);
            }
        }
        Ok(candidates)
    }

    async fn count(&self, generation: GenerationId) -> Result<Option<u64>, EngineError> {
        let path = format!("{}/points/count", collection_path(generation));
        let counted = self
            .ask(Method::POST, &path, Some(&json!({ "exact": true })))
            .await;
        match counted {
            Ok(wire::Count { count }) => Ok(Some(count)),
            Err(EngineError::Lost { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks for something and reads what is found under `result`.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, EngineError> {
        let base = self.address.as_str().trim_end_matches('/');
        let mut request = self.client.request(method, format!("{base}/{path}"));
        if let Some(body) = body {
            let body = serde_json::to_vec(body).map_err(|error| self.away(error))?;
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        if let Some(key) = &self.key {
            request = request.header("api-key", key);
        }
        let response = request.send().await;
        let response = response.map_err(|error| self.away(error.without_url()))?;
        let status = response.status();
        let body = response.bytes().await;
        let body = body.map_err(|error| self.away(error.without_url()))?;
        self.read(status, &body)
    }

    fn read<T: DeserializeOwned>(&self, status: StatusCode, body: &[u8]) -> Result<T, EngineError> {
        if status.is_success() {
            let reply: Reply<T> = serde_json::from_slice(body)
                .map_err(|error| self.away(format!("its reply cannot be read: {error}")))?;
            return Ok(reply.result);
        }
        if status == StatusCode::NOT_FOUND {
            return Err(EngineError::Lost { name: self.name() });
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(self.away(wire::reason(status, body, MAX_REASON_CHARS)));
        }
        let reason = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "it does not accept the key".to_owned()
            }
            status => wire::reason(status, body, MAX_REASON_CHARS),
        };
        Err(EngineError::Refused {
            name: self.name(),
            reason,
        })
    }

    fn away(&self, reason: impl std::fmt::Display) -> EngineError {
        EngineError::Away {
            name: self.name(),
            reason: reason.to_string(),
        }
    }
}

fn client() -> Client {
    // An error means that somebody has chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(PATIENCE).build();
    client.expect("the settings of the client are its own")
}

fn collection_path(generation: GenerationId) -> String {
    format!("collections/org_archivist_{}", generation.0.simple())
}

impl Engine for Qdrant {
    fn name(&self) -> String {
        let host = self.address.host_str().unwrap_or_default();
        let port = self.address.port_or_known_default().unwrap_or_default();
        format!("Qdrant on {host}:{port}")
    }

    fn begin(&self, generation: GenerationId, widths: Widths) -> Work<'_, ()> {
        Box::pin(Self::begin(self, generation, widths))
    }

    fn put<'a>(
        &'a self,
        generation: GenerationId,
        documents: &'a [DocumentId],
        entries: &'a [Entry],
    ) -> Work<'a, ()> {
        Box::pin(Self::put(self, generation, documents, entries))
    }

    fn settle(&self, _: GenerationId) -> Work<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn find<'a>(&'a self, generation: GenerationId, look: &'a Look) -> Work<'a, Vec<Candidate>> {
        Box::pin(Self::find(self, generation, look))
    }

    fn count(&self, generation: GenerationId) -> Work<'_, Option<u64>> {
        Box::pin(Self::count(self, generation))
    }

    fn discard(&self, generation: GenerationId) -> Work<'_, ()> {
        Box::pin(async move {
            let path = collection_path(generation);
            match self.ask::<bool>(Method::DELETE, &path, None::<&()>).await {
                Ok(_) | Err(EngineError::Lost { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
    }
}
