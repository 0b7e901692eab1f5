//! What the tests share: sites, servers, clients, documents, outputs, files.

pub(crate) mod client;
pub(crate) mod embeddings;
pub(crate) mod files;
pub(crate) mod forms;
pub(crate) mod idle;
pub(crate) mod openapi;
pub(crate) mod process;
pub(crate) mod s3;
pub(crate) mod samples;
pub(crate) mod server;
pub(crate) mod service;
pub(crate) mod site;
pub(crate) mod tiny_model;

pub(crate) use client::{Client, Reply};
pub(crate) use forms::Browser;
pub(crate) use samples::{Document, a_document, an_output};
pub(crate) use server::TestServer;
pub(crate) use site::{Site, template};

use std::time::{Duration, Instant};

/// How long something may take that should happen soon.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until there is an answer.
pub(crate) async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
