//! Models behind an API: OpenAI's, Voyage's, and whatever speaks like OpenAI.
//!
//! One request is `POST …/embeddings` with a model and texts; the reply has a vector for each
//! and the number of tokens. What passes (too many requests, trouble there, no connection) is
//! tried again, each time later, and as late as the service says.

mod batch;

use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{EmbedError, Embedded, Embedder, Identity, Purpose, Usage, normalise};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often one request is made.
const ATTEMPTS: u32 = 5;
/// The longest wait that a service may ask for within one call that reads passages.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The same for a search: a person waits for it, and goes on without.
const LONGEST_WAIT_OF_A_SEARCH: Duration = Duration::from_secs(1);
/// What is kept of what a service says.
const MAX_REASON_CHARS: usize = 300;

/// Whose API it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's, and that of many others (Ollama, vLLM, LM Studio …).
    OpenAi,
    /// Voyage's: it is told what a text is for.
    Voyage,
}

impl Dialect {
    /// Its name in identities and settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Voyage => "voyage",
        }
    }

    /// Where it is found, unless another address is given.
    pub const fn address(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Voyage => "https://api.voyageai.com/v1",
        }
    }

    /// What a million tokens of a model cost in US dollars by the price lists of November 2025,
    /// where it is on them.
    pub fn list_price(self, model: &str) -> Option<f64> {
        let is_it = |(dialect, name, _): &&(Self, &str, f64)| *dialect == self && *name == model;
        LIST_PRICES.iter().find(is_it).map(|(.., price)| *price)
    }

    /// What to ask for, unless another model is named.
    pub const fn model(self) -> &'static str {
        match self {
            Self::OpenAi => "text-embedding-3-small",
            Self::Voyage => "voyage-3.5-lite",
        }
    }
}

/// What a million tokens cost, in US dollars.
const LIST_PRICES: [(Dialect, &str, f64); 6] = [
    (Dialect::OpenAi, "text-embedding-3-small", 0.02),
    (Dialect::OpenAi, "text-embedding-3-large", 0.13),
    (Dialect::OpenAi, "text-embedding-ada-002", 0.10),
    (Dialect::Voyage, "voyage-3.5-lite", 0.02),
    (Dialect::Voyage, "voyage-3.5", 0.06),
    (Dialect::Voyage, "voyage-3-large", 0.18),
];

/// How a service is reached.
#[derive(Clone)]
pub struct Service {
    /// Whose API it speaks.
    pub dialect: Dialect,
    /// Where it is, without `/embeddings`.
    pub address: Url,
    /// The model's name there.
    pub model: String,
    /// What it is paid with; services on one's own machine may want none.
    pub key: Option<String>,
    /// The first wait before a request is made again; each further one is twice as long.
    pub first_wait: Duration,
}

impl Service {
    /// Its address, as it stands in the identity of its models.
    pub fn variant(&self) -> String {
        self.address.as_str().trim_end_matches('/').to_owned()
    }
}

/// Without the key.
impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({}, {})", self.address, self.model)
    }
}

/// A model behind an API.
#[derive(Debug)]
pub struct RemoteModel {
    client: Client,
    service: Service,
    identity: Identity,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_type: Option<&'static str>,
}

#[derive(Deserialize)]
struct Reply {
    data: Vec<Row>,
    usage: Option<Used>,
}

#[derive(Deserialize)]
struct Row {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct Used {
    total_tokens: u64,
}

/// A client for questions, each of which is answered in a while; TLS by rustls and ring.
fn client() -> Client {
    build(builder().timeout(PATIENCE))
}

/// A client for files, which may take long as long as something comes.
pub(crate) fn file_client() -> Client {
    build(builder().connect_timeout(PATIENCE).read_timeout(PATIENCE))
}

fn builder() -> reqwest::ClientBuilder {
    // An error means that somebody has chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

fn build(builder: reqwest::ClientBuilder) -> Client {
    builder
        .build()
        .expect("the settings of the client are its own")
}

impl RemoteModel {
    /// Asks the service once, to learn how wide its vectors are and whether it takes the key.
    pub async fn connect(service: Service) -> Result<Self, EmbedError> {
        let identity = Identity {
            provider: service.dialect.as_str().to_owned(),
            model: service.model.clone(),
            variant: service.variant(),
            dims: 0,
        };
        let mut model = Self {
            client: client(),
            service,
            identity,
        };
        let one = ["Reading coaches".to_owned()];
        let reply = model.ask(&one, Purpose::Passage).await?;
        model.identity.dims = reply.vectors.first().map_or(0, Vec::len);
        Ok(model)
    }

    /// A model whose width is known, without asking.
    pub fn known(service: Service, dims: usize) -> Self {
        let variant = service.variant();
        Self {
            client: client(),
            identity: Identity {
                provider: service.dialect.as_str().to_owned(),
                model: service.model.clone(),
                variant,
                dims,
            },
            service,
        }
    }

    async fn embed_all(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        let mut embedded = Embedded::default();
        for batch in batch::batches(texts) {
            let reply = self.ask(&texts[batch], purpose).await?;
            embedded.vectors.extend(reply.vectors);
            embedded.usage += reply.usage;
        }
        Ok(embedded)
    }

    /// One request, made again while what is wrong may pass.
    async fn ask(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        let longest = match purpose {
            Purpose::Query => LONGEST_WAIT_OF_A_SEARCH,
            Purpose::Passage => LONGEST_WAIT,
        };
        let mut wait = self.service.first_wait;
        let mut attempt = 1;
        loop {
            match self.ask_once(texts, purpose).await {
                Ok(mut reply) => {
                    reply.usage.requests = u64::from(attempt);
                    return Ok(reply);
                }
                Err(EmbedError::Away { retry_after, .. })
                    if attempt < ATTEMPTS && retry_after.is_none_or(|wait| wait <= longest) =>
                {
                    tokio::time::sleep(retry_after.unwrap_or(wait).max(wait)).await;
                    wait *= 2;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn ask_once(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        let (encoding_format, input_type) = match (self.service.dialect, purpose) {
            (Dialect::OpenAi, _) => (Some("float"), None),
            (Dialect::Voyage, Purpose::Query) => (None, Some("query")),
            (Dialect::Voyage, Purpose::Passage) => (None, Some("document")),
        };
        let request = Request {
            model: &self.service.model,
            input: texts,
            encoding_format,
            input_type,
        };
        let body =
            serde_json::to_vec(&request).map_err(|error| self.away(&error.to_string(), None))?;
        let address = self.service.variant();
        let mut builder = self
            .client
            .post(format!("{address}/embeddings"))
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(key) = &self.service.key {
            builder = builder.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        let response = builder.send().await;
        let response =
            response.map_err(|error| self.away(&error.without_url().to_string(), None))?;
        self.read(response, texts.len()).await
    }

    async fn read(&self, response: Response, texts: usize) -> Result<Embedded, EmbedError> {
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER);
        let wait = wait.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = response.bytes().await;
        let body = body.map_err(|error| self.away(&error.without_url().to_string(), None))?;
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(EmbedError::Key {
                    service: self.name(),
                });
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                return Err(self.away(&reason(status, &body), wait.map(Duration::from_secs)));
            }
            status if status.is_server_error() => {
                return Err(self.away(&reason(status, &body), wait.map(Duration::from_secs)));
            }
            status => {
                return Err(EmbedError::Refused {
                    service: self.name(),
                    reason: reason(status, &body),
                });
            }
        }
        let reply: Reply = serde_json::from_slice(&body)
            .map_err(|error| self.away(&format!("its reply cannot be read: {error}"), None))?;
        self.vectors(reply, texts)
    }

    fn vectors(&self, reply: Reply, texts: usize) -> Result<Embedded, EmbedError> {
        let mut vectors = vec![Vec::new(); texts];
        for row in reply.data {
            if let Some(vector) = vectors.get_mut(row.index) {
                *vector = row.embedding;
                normalise(vector);
            }
        }
        let width = match self.identity.dims {
            0 => vectors.first().map_or(0, Vec::len),
            known => known,
        };
        let is_whole =
            |vector: &Vec<f32>| vector.len() == width && vector.iter().all(|x| x.is_finite());
        if width == 0 || !vectors.iter().all(is_whole) {
            return Err(EmbedError::Refused {
                service: self.name(),
                reason: format!("its vectors are not {width} numbers wide, one for each text"),
            });
        }
        Ok(Embedded {
            vectors,
            usage: Usage {
                tokens: reply.usage.map_or(0, |used| used.total_tokens),
                requests: 1,
            },
        })
    }

    fn away(&self, reason: &str, retry_after: Option<Duration>) -> EmbedError {
        EmbedError::Away {
            service: self.name(),
            reason: reason.chars().take(MAX_REASON_CHARS).collect(),
            retry_after,
        }
    }

    fn name(&self) -> String {
        let host = self.service.address.host_str();
        host.unwrap_or("The embedding service").to_owned()
    }
}

/// What a service says of an error, as its message where it sends one.
fn reason(status: StatusCode, body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|json| {
        let message = json["error"]["message"].as_str();
        message.or_else(|| json["detail"].as_str())
    });
    let said: String = said
        .unwrap_or_default()
        .chars()
        .take(MAX_REASON_CHARS)
        .collect();
    if said.is_empty() {
        status.to_string()
    } else {
        format!("{status}: {said}")
    }
}

impl Embedder for RemoteModel {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Embedded, EmbedError>> {
        Box::pin(self.embed_all(texts, purpose))
    }
}

#[cfg(test)]
mod tests;
