//! A person who uses the API.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::openapi;
use super::samples::Document;

/// What asks servers of tests: no proxy stands before them, and none has a certificate.
pub(crate) fn http() -> reqwest::ClientBuilder {
    // An error says that the process has one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([])
}

/// Sends requests to one server, with or without a token.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: String,
    token: Option<String>,
}

impl Client {
    /// Somebody who is not signed in.
    pub(crate) fn new(address: &str) -> Self {
        let http = http().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            address: address.to_owned(),
            token: None,
        }
    }

    /// The same person with this access token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Signs in and goes on with the token.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Self {
        let session = self.log_in(email, password).await.ok();
        self.with_token(session["access_token"].as_str().unwrap())
    }

    /// Asks for a session.
    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Reply {
        let body = json!({ "email": email, "password": password });
        self.post("/api/auth/login", &body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    /// Puts a document in.
    pub(crate) async fn upload(&self, document: Document) -> Reply {
        let request = self.request(Method::POST, "/api/documents/upload");
        Reply::of(request.multipart(document.into_form())).await
    }

    /// Asks for a document to be put in, and does not wait for it.
    pub(crate) async fn upload_later(&self, document: Document) -> Reply {
        let request = self.request(Method::POST, "/api/documents/upload?wait=false");
        Reply::of(request.multipart(document.into_form())).await
    }

    /// Any other request, for the test to complete.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// Sends a request and reads the answer to its end, which must be as the API
    /// describes it.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let (http, request) = request.build_split();
        let request = request.expect("a request that can be sent");
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = http.execute(request).await.expect("an answer");
        let reply = Self {
            status: response.status(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.expect("a whole answer").to_vec(),
        };
        openapi::check(&method, &url, &reply).await;
        reply
    }

    /// The JSON of a 200.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        self.json(200)
    }

    /// The JSON of a 201.
    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        self.json(201)
    }

    /// The JSON of an answer that should have this status.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        serde_json::from_slice(&self.bytes).expect("a JSON body")
    }

    /// Whom a refusal with this status blames and why: `detail` as one text.
    #[track_caller]
    pub(crate) fn refusal(&self, status: u16) -> String {
        let detail = &self.json(status)["detail"];
        detail
            .as_str()
            .map_or_else(|| detail.to_string(), str::to_owned)
    }

    /// A header of the answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as it is.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
