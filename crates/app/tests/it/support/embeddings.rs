//! A service that speaks OpenAI's protocol for embeddings, and knows two subjects: children and
//! vegetables, whatever words are used for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::service::Service;

pub(crate) const KEY: &str = "sesame-of-the-embeddings";

/// Texts with this word are refused.
pub(crate) const REFUSED: &str = "Unreadable";

const SUBJECTS: [&[&str]; 2] = [
    &["children", "pupils", "schoolkids"],
    &["garden", "vegetables", "greens"],
];

/// A running service. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Embeddings {
    service: Service,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How often each text was read, by model.
    read: Mutex<BTreeMap<(String, String), usize>>,
    /// Models that do not answer.
    away: Mutex<BTreeSet<String>>,
}

impl Embeddings {
    pub(crate) fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let router = Router::new()
            .route("/v1/embeddings", post(embed))
            .with_state(shared.clone());
        Self {
            service: Service::start(router),
            shared,
        }
    }

    /// The flags of a site that uses this model of it.
    pub(crate) fn flags(&self, model: &str) -> Vec<String> {
        vec![
            format!("--embeddings=openai:{model}"),
            format!("--embeddings-address={}/v1", self.service.address()),
            format!("--embeddings-key={KEY}"),
            "--embeddings-price=1000".to_owned(),
        ]
    }

    /// A model answers with 503 from now on, or no longer.
    pub(crate) fn be_away(&self, model: &str, is_away: bool) {
        let mut away = self.shared.away.lock().unwrap();
        if is_away {
            away.insert(model.to_owned());
        } else {
            away.remove(model);
        }
    }

    /// How often a model has read texts that have this in them.
    pub(crate) fn readings(&self, model: &str, part: &str) -> usize {
        let read = self.shared.read.lock().unwrap();
        let of_it = read
            .iter()
            .filter(|((by, text), _)| by == model && text.contains(part));
        of_it.map(|(_, times)| times).sum()
    }
}

async fn embed(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let refuse = |status: StatusCode, message: &str| {
        (status, Json(json!({ "error": { "message": message } }))).into_response()
    };
    let is_known = headers
        .get("authorization")
        .is_some_and(|value| value == format!("Bearer {KEY}").as_str());
    if !is_known {
        return refuse(StatusCode::UNAUTHORIZED, "unknown key");
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let model = body["model"].as_str().unwrap();
    if shared.away.lock().unwrap().contains(model) {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "come back later");
    }
    let texts = body["input"].as_array().unwrap().iter();
    if texts
        .clone()
        .any(|text| text.as_str().unwrap().contains(REFUSED))
    {
        return refuse(StatusCode::BAD_REQUEST, "a text is too long");
    }
    let rows = texts.enumerate().map(|(index, text)| {
        let text = text.as_str().unwrap();
        let key = (model.to_owned(), text.to_owned());
        *shared.read.lock().unwrap().entry(key).or_default() += 1;
        json!({ "object": "embedding", "index": index, "embedding": vector(text) })
    });
    let rows: Vec<Value> = rows.collect();
    let usage = json!({ "prompt_tokens": rows.len(), "total_tokens": rows.len() });
    let reply = json!({ "object": "list", "data": rows, "model": model, "usage": usage });
    Json(reply).into_response()
}

fn vector(text: &str) -> [f32; 3] {
    let text = text.to_lowercase();
    let says = |subject: &[&str]| f32::from(u8::from(subject.iter().any(|w| text.contains(w))));
    let [children, vegetables] = SUBJECTS.map(says);
    [children, vegetables, 0.2]
}
