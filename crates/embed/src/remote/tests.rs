//! Against a local server that speaks the services' protocol.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode as Status};
use axum::response::{IntoResponse, Response as Answer};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

/// What the server was asked, and what it answers before it does as it should.
#[derive(Default)]
struct Heard {
    requests: Vec<(Value, HeaderMap)>,
    troubles: Vec<(Status, &'static str)>,
    /// The seconds that it asks to be left alone then.
    retry_after: u64,
}

type Shared = Arc<Mutex<Heard>>;

async fn embeddings(State(heard): State<Shared>, headers: HeaderMap, body: Bytes) -> Answer {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let mut heard = heard.lock().unwrap();
    heard.requests.push((body.clone(), headers));
    if let Some((status, message)) = heard.troubles.pop() {
        let body = json!({ "error": { "message": message } });
        let wait = heard.retry_after.to_string();
        return (status, [(RETRY_AFTER, wait)], body.to_string()).into_response();
    }
    let texts = body["input"].as_array().unwrap();
    // Not in order, as the protocol allows.
    let rows: Vec<Value> = texts
        .iter()
        .enumerate()
        .rev()
        .map(|(index, text)| {
            let length = text.as_str().unwrap().len();
            json!({ "index": index, "embedding": [3.0 * length as f32, 4.0 * length as f32] })
        })
        .collect();
    let reply = json!({ "data": rows, "usage": { "total_tokens": texts.len() * 7 } });
    reply.to_string().into_response()
}

async fn server(troubles: Vec<(Status, &'static str)>) -> (Shared, Url) {
    let heard = Arc::new(Mutex::new(Heard {
        troubles,
        ..Heard::default()
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/v1/embeddings", post(embeddings))
        .with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (heard, address.parse().unwrap())
}

fn service(dialect: Dialect, address: &Url) -> Service {
    Service {
        dialect,
        address: address.clone(),
        model: "small".to_owned(),
        key: Some("sesame".to_owned()),
        first_wait: Duration::from_millis(1),
    }
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| "x".repeat(n + 1)).collect()
}

#[tokio::test]
async fn texts_become_vectors_in_their_order_batch_by_batch() {
    let (heard, address) = server(Vec::new()).await;
    let model = RemoteModel::connect(service(Dialect::OpenAi, &address))
        .await
        .unwrap();
    assert_eq!(model.identity().dims, 2);
    let embedded = model.embed(&texts(100), Purpose::Passage).await.unwrap();
    assert_eq!(embedded.vectors.len(), 100);
    assert_eq!(embedded.vectors[99], [0.6, 0.8]);
    assert_eq!(
        embedded.usage,
        Usage {
            tokens: 700,
            requests: 2
        }
    );
    let heard = heard.lock().unwrap();
    let sizes: Vec<_> = heard
        .requests
        .iter()
        .map(|(body, _)| body["input"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [1, 96, 4]);
    let (body, headers) = &heard.requests[1];
    assert_eq!(body["model"], "small");
    assert_eq!(body["encoding_format"], "float");
    assert_eq!(headers["authorization"], "Bearer sesame");
}

#[tokio::test]
async fn voyage_is_told_what_a_text_is_for() {
    let (heard, address) = server(Vec::new()).await;
    let model = RemoteModel::known(service(Dialect::Voyage, &address), 2);
    for purpose in [Purpose::Query, Purpose::Passage] {
        model.embed(&texts(1), purpose).await.unwrap();
    }
    let heard = heard.lock().unwrap();
    let told: Vec<_> = heard
        .requests
        .iter()
        .map(|(body, _)| body["input_type"].clone())
        .collect();
    assert_eq!(told, ["query", "document"]);
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let troubles = vec![
        (Status::TOO_MANY_REQUESTS, "slower"),
        (Status::SERVICE_UNAVAILABLE, "overloaded"),
    ];
    let (_, address) = server(troubles).await;
    let model = RemoteModel::known(service(Dialect::OpenAi, &address), 2);
    let embedded = model.embed(&texts(3), Purpose::Passage).await.unwrap();
    assert_eq!(embedded.usage.requests, 3);
}

#[tokio::test]
async fn a_search_is_told_at_once_how_long_the_service_wants_to_be_left_alone() {
    let (heard, address) = server(vec![(Status::TOO_MANY_REQUESTS, "slower"); 9]).await;
    heard.lock().unwrap().retry_after = 25;
    let model = RemoteModel::known(service(Dialect::OpenAi, &address), 2);
    let error = model.embed(&texts(1), Purpose::Query).await.unwrap_err();
    let asked_for = Some(Duration::from_secs(25));
    assert!(
        matches!(&error, EmbedError::Away { retry_after, .. } if *retry_after == asked_for),
        "{error:?}"
    );
    assert_eq!(heard.lock().unwrap().requests.len(), 1);
}

#[tokio::test]
async fn what_does_not_pass_is_told_without_the_key() {
    let ask = |status, dims| async move {
        let (heard, address) = server(vec![(status, "no such model"); 9]).await;
        let model = RemoteModel::known(service(Dialect::OpenAi, &address), dims);
        let error = model.embed(&texts(1), Purpose::Passage).await.unwrap_err();
        let asked = heard.lock().unwrap().requests.len();
        (error, asked)
    };
    let (error, asked) = ask(Status::UNAUTHORIZED, 2).await;
    assert!(matches!(error, EmbedError::Key { .. }), "{error}");
    assert_eq!((error.passes(), asked), (false, 1));
    let (error, asked) = ask(Status::BAD_REQUEST, 2).await;
    let said = error.to_string();
    assert!(
        said.contains("no such model") && !said.contains("sesame"),
        "{said}"
    );
    assert_eq!(asked, 1);
    let (error, asked) = ask(Status::BAD_GATEWAY, 2).await;
    assert!(error.passes());
    assert_eq!(asked, 5, "{error}");
}

#[tokio::test]
async fn vectors_of_another_width_are_refused() {
    let (_, address) = server(Vec::new()).await;
    let model = RemoteModel::known(service(Dialect::OpenAi, &address), 5);
    let error = model.embed(&texts(1), Purpose::Passage).await.unwrap_err();
    assert!(error.to_string().contains("5 numbers"), "{error}");
}

#[tokio::test]
async fn nobody_there_passes() {
    let address: Url = "http://127.0.0.1:9/v1".parse().unwrap();
    let model = RemoteModel::known(service(Dialect::OpenAi, &address), 2);
    let error = model.embed(&texts(1), Purpose::Passage).await.unwrap_err();
    assert!(error.passes(), "{error}");
    assert!(
        model
            .embed(&[], Purpose::Passage)
            .await
            .unwrap()
            .vectors
            .is_empty()
    );
}
