//! A server that speaks S3, with one bucket in memory. Like Amazon's it looks at every
//! signature and at the hash of every body before it does anything (Signature Version 4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use archivist_web::blobs::hex;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::service::Service;

pub(crate) const BUCKET: &str = "papers";
pub(crate) const ACCESS_KEY: &str = "AKIAORCHARD7";
pub(crate) const SECRET_KEY: &str = "lamp-orchard-secret-of-the-bucket";

const REGION: &str = "us-east-1";

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct S3 {
    service: Service,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    objects: Mutex<BTreeMap<String, Bytes>>,
    /// Parts of files that have not arrived as a whole, by upload and number.
    parts: Mutex<BTreeMap<(String, u32), Bytes>>,
    is_away: AtomicBool,
}

impl S3 {
    pub(crate) fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let router = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(shared.clone());
        Self {
            service: Service::start(router),
            shared,
        }
    }

    pub(crate) fn address(&self) -> &str {
        self.service.address()
    }

    /// The flags that make a site keep its files at `place`, such as `s3://papers/site`.
    pub(crate) fn flags<'a>(&'a self, place: &'a str) -> Vec<&'a str> {
        vec![
            "--files",
            place,
            "--s3-endpoint",
            self.service.address(),
            "--s3-access-key",
            ACCESS_KEY,
            "--s3-secret-key",
            SECRET_KEY,
        ]
    }

    /// What is kept, by its full name.
    pub(crate) fn objects(&self) -> BTreeMap<String, Bytes> {
        self.shared.objects.lock().unwrap().clone()
    }

    /// Puts something in the place of an object.
    pub(crate) fn replace(&self, name: &str, bytes: &'static [u8]) {
        let mut objects = self.shared.objects.lock().unwrap();
        objects.insert(name.to_owned(), bytes.into());
    }

    /// Parts of files that have not arrived as a whole.
    pub(crate) fn loose_parts(&self) -> usize {
        self.shared.parts.lock().unwrap().len()
    }

    /// Answers reads and removals with 503 from now on, or no longer.
    pub(crate) fn be_away(&self, is_away: bool) {
        self.shared.is_away.store(is_away, Ordering::SeqCst);
    }
}

/// An answer with a code of the protocol.
struct Refusal(StatusCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code) = self;
        // Amazon's repeats the access key, too.
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>No.</Message><AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId></Error>"
        );
        (status, [("content-type", "application/xml")], body).into_response()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    check_signature(&method, &uri, &headers, &body)?;
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if bucket != BUCKET {
        return Err(Refusal(StatusCode::NOT_FOUND, "NoSuchBucket"));
    }
    if shared.is_away.load(Ordering::SeqCst) && method != Method::PUT {
        return Err(Refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
        ));
    }
    let query = Query::of(&uri);
    match (method, query.upload.clone()) {
        (Method::POST, _) if query.begins => Ok(begin(key)),
        (Method::POST, Some(upload)) => Ok(shared.complete(key, &upload)),
        (Method::PUT, Some(upload)) => {
            let part = (upload, query.part);
            shared.parts.lock().unwrap().insert(part, body);
            Ok([("etag", "\"part\"")].into_response())
        }
        (Method::PUT, None) => {
            let mut objects = shared.objects.lock().unwrap();
            objects.insert(key.to_owned(), body);
            Ok([("etag", "\"whole\"")].into_response())
        }
        (Method::DELETE, Some(upload)) => {
            let mut parts = shared.parts.lock().unwrap();
            parts.retain(|(of, _), _| *of != upload);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        (Method::DELETE, None) => {
            shared.objects.lock().unwrap().remove(key);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        (Method::GET | Method::HEAD, _) => shared.read(key, &headers),
        _ => Err(Refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented")),
    }
}

/// The part of the query that the protocol knows.
#[derive(Default)]
struct Query {
    begins: bool,
    upload: Option<String>,
    part: u32,
}

impl Query {
    fn of(uri: &Uri) -> Self {
        let mut query = Self::default();
        for pair in uri.query().unwrap_or_default().split('&') {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("uploads", _) => query.begins = true,
                ("uploadId", id) => query.upload = Some(id.to_owned()),
                ("partNumber", number) => query.part = number.parse().unwrap(),
                _ => {}
            }
        }
        query
    }
}

fn begin(key: &str) -> Response {
    let upload = uuid::Uuid::new_v4();
    format!(
        "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key>\
         <UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
    )
    .into_response()
}

impl Shared {
    fn complete(&self, key: &str, upload: &str) -> Response {
        let mut whole = Vec::new();
        let mut parts = self.parts.lock().unwrap();
        parts.retain(|(of, _), part| {
            let is_ours = of == upload;
            if is_ours {
                whole.extend_from_slice(part);
            }
            !is_ours
        });
        let mut objects = self.objects.lock().unwrap();
        objects.insert(key.to_owned(), whole.into());
        "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"
            .into_response()
    }

    fn read(&self, key: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
        let objects = self.objects.lock().unwrap();
        let whole = objects.get(key);
        let whole = whole.ok_or(Refusal(StatusCode::NOT_FOUND, "NoSuchKey"))?;
        let common = [
            ("etag", "\"whole\""),
            ("last-modified", "Fri, 03 May 2024 10:00:00 GMT"),
        ];
        let Some(range) = headers.get("range") else {
            return Ok((common, whole.clone()).into_response());
        };
        let range = range.to_str().unwrap().strip_prefix("bytes=").unwrap();
        let (first, last) = range.split_once('-').unwrap();
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        let content_range = format!("bytes {first}-{last}/{}", whole.len());
        let part = whole.slice(first..=last);
        let headers = [("content-range", content_range)];
        Ok((StatusCode::PARTIAL_CONTENT, common, headers, part).into_response())
    }
}

/// Computes the signature as the service does, from what has arrived.
fn check_signature(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Refusal> {
    let refused = |code| Refusal(StatusCode::FORBIDDEN, code);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = header("authorization").ok_or(refused("AccessDenied"))?;
    let field = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        rest.split(',').next()
    };
    let credential = field("Credential=").ok_or(refused("AccessDenied"))?;
    let (key, scope) = credential.split_once('/').ok_or(refused("AccessDenied"))?;
    if key != ACCESS_KEY {
        return Err(refused("InvalidAccessKeyId"));
    }
    let (date, rest) = scope.split_once('/').ok_or(refused("AccessDenied"))?;
    if rest != format!("{REGION}/s3/aws4_request") {
        let malformed = "AuthorizationHeaderMalformed";
        return Err(Refusal(StatusCode::BAD_REQUEST, malformed));
    }
    let content = header("x-amz-content-sha256").ok_or(refused("AccessDenied"))?;
    if content != hex(&Sha256::digest(body)) {
        return Err(Refusal(
            StatusCode::BAD_REQUEST,
            "XAmzContentSHA256Mismatch",
        ));
    }
    let signed = field("SignedHeaders=").ok_or(refused("AccessDenied"))?;
    let mut query: Vec<_> = uri.query().unwrap_or_default().split('&').collect();
    query.sort_unstable();
    let mut request = format!("{method}\n{}\n{}\n", uri.path(), query.join("&"));
    for name in signed.split(';') {
        let value = header(name).ok_or(refused("AccessDenied"))?;
        writeln!(request, "{name}:{}", value.trim()).unwrap();
    }
    write!(request, "\n{signed}\n{content}").unwrap();
    let moment = header("x-amz-date").ok_or(refused("AccessDenied"))?;
    let request = hex(&Sha256::digest(request));
    let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{request}");
    let expected = hex(&hmac(&signing_key(date), &to_sign));
    if field("Signature=") == Some(&expected) {
        Ok(())
    } else {
        Err(refused("SignatureDoesNotMatch"))
    }
}

fn signing_key(date: &str) -> Vec<u8> {
    let first = format!("AWS4{SECRET_KEY}").into_bytes();
    let steps = [date, REGION, "s3", "aws4_request"];
    steps.iter().fold(first, |key, step| hmac(&key, step))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
