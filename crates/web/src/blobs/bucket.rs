//! A bucket of a service that speaks S3: Amazon's own, MinIO and many others.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use url::Url;
use uuid::Uuid;

use crate::secret::Secret;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a service may be silent in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a request is tried again that the service did not answer. Jobs are put off
/// for longer than that by themselves.
const RETRY: Duration = Duration::from_secs(10);

/// How often.
const RETRIES: usize = 3;

/// Where in a service files are kept: `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketAddress {
    /// The bucket.
    pub name: String,
    /// What stands before the names of files; may be empty.
    pub prefix: String,
}

impl FromStr for BucketAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text
            .strip_prefix("s3://")
            .ok_or("it must look like s3://bucket or s3://bucket/prefix")?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let may_stand = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        if !(3..=63).contains(&name.len()) || !name.chars().all(may_stand) {
            return Err(
                "the name of a bucket has 3 to 63 lower-case letters, digits, dots and hyphens",
            );
        }
        let prefix = prefix.trim_matches('/');
        if Key::parse(prefix).is_err() {
            return Err("the prefix must be names with single slashes between them");
        }
        Ok(Self {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

impl fmt::Display for BucketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)?;
        if self.prefix.is_empty() {
            return Ok(());
        }
        write!(f, "/{}", self.prefix)
    }
}

/// Proves to the service who asks.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// Its name.
    pub id: String,
    /// The key itself.
    pub secret: Secret,
}

/// A bucket, and how to get in.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Which one.
    pub address: BucketAddress,
    /// The service; Amazon's where none is named.
    pub endpoint: Option<Url>,
    /// The region that requests are signed for.
    pub region: String,
    /// Without one, what Amazon's own programs go by counts: `AWS_ACCESS_KEY_ID` and
    /// `AWS_SECRET_ACCESS_KEY`, or the role of the machine.
    pub key: Option<AccessKey>,
    /// Whether the bucket is named in the path (`host/bucket`) or in the host
    /// (`bucket.host`).
    pub path_style: bool,
}

impl Bucket {
    pub(super) fn connect(&self) -> Result<Arc<dyn ObjectStore>, Trouble> {
        // An error says that the process has one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = self.client().build();
        let store = store.map_err(|error| Trouble::of(&error))?;
        let prefix = Key::from(self.address.prefix.as_str());
        Ok(Arc::new(PrefixStore::<AmazonS3>::new(store, prefix)))
    }

    fn client(&self) -> AmazonS3Builder {
        let mut client = match &self.key {
            Some(key) => AmazonS3Builder::new()
                .with_access_key_id(&key.id)
                .with_secret_access_key(key.secret.reveal()),
            None => AmazonS3Builder::from_env(),
        };
        let mut options = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_read_timeout(SILENCE)
            .with_timeout_disabled();
        if let Some(endpoint) = &self.endpoint {
            options = options.with_allow_http(endpoint.scheme() == "http");
            client = client.with_endpoint(self.host(endpoint));
        }
        client
            .with_bucket_name(&self.address.name)
            .with_region(&self.region)
            .with_virtual_hosted_style_request(!self.path_style)
            // Not every service knows the request that removes many files.
            .with_disable_bulk_delete(true)
            .with_client_options(options)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES,
                retry_timeout: RETRY,
            })
    }

    /// The service's address as the client wants it: with the bucket in the host, if that
    /// is where it goes.
    fn host(&self, endpoint: &Url) -> String {
        let address = endpoint.as_str().trim_end_matches('/');
        if self.path_style {
            return address.to_owned();
        }
        address.replacen("://", &format!("://{}.", self.address.name), 1)
    }

    /// Writes, reads and removes a file.
    pub(super) async fn check(&self, store: &dyn ObjectStore) -> Result<(), Trouble> {
        let key = Key::from(format!("incoming/check-{}", Uuid::new_v4()));
        let tried = async {
            store.put(&key, "archivist".into()).await?;
            store.get(&key).await?.bytes().await?;
            store.delete(&key).await
        };
        tried.await.map_err(|error| match Trouble::of(&error) {
            Trouble::NoSuchFile => Trouble::NoBucket,
            other => other,
        })
    }
}

/// What is wrong with a store. It names neither keys nor addresses of files: people and
/// logs may see it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The file is not there.
    #[error("there is no such file in the store")]
    NoSuchFile,
    /// The bucket is not there.
    #[error("the bucket does not exist: make it first, or check its name and the region")]
    NoBucket,
    /// The access key is not known, or its secret is another one.
    #[error("the credentials were refused ({0}): check the access key and the secret key")]
    Credentials(String),
    /// The access key may not do this.
    #[error(
        "access was denied: the access key needs the rights to get, put and delete objects \
         in the bucket"
    )]
    Denied,
    /// Signed for another region.
    #[error("the bucket is in another region: set the region")]
    Region,
    /// The clocks of both sides differ.
    #[error("the clock of this machine is wrong: the service refuses what it signs")]
    Clock,
    /// There is no access key, and the machine has no role.
    #[error("there are no credentials: give an access key and a secret key")]
    NoCredentials,
    /// Nobody answers.
    #[error("the service cannot be reached: {0}")]
    Unreachable(String),
    /// Something else.
    #[error("the store of files does not answer as expected: {0}")]
    Other(String),
}

impl Trouble {
    /// What an error of the client means.
    pub(super) fn of(error: &object_store::Error) -> Self {
        let text = error.to_string();
        if text.contains("169.254.") {
            return Self::NoCredentials;
        }
        if let Some(code) = code_in(&text) {
            return Self::of_code(code);
        }
        match error {
            object_store::Error::NotFound { .. } => Self::NoSuchFile,
            object_store::Error::PermissionDenied { .. } => Self::Denied,
            object_store::Error::Unauthenticated { .. } => Self::Credentials("401".to_owned()),
            _ if text.contains("configured region") => Self::Region,
            _ => below(error).unwrap_or_else(|| Self::Other(status_in(&text))),
        }
    }

    fn of_code(code: &str) -> Self {
        match code {
            "NoSuchKey" => Self::NoSuchFile,
            "NoSuchBucket" => Self::NoBucket,
            "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "ExpiredToken" => {
                Self::Credentials(code.to_owned())
            }
            "AccessDenied" | "AllAccessDisabled" | "AccountProblem" => Self::Denied,
            "AuthorizationHeaderMalformed" | "PermanentRedirect" | "TemporaryRedirect" => {
                Self::Region
            }
            "RequestTimeTooSkewed" => Self::Clock,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The code in an answer of the service, such as `<Code>NoSuchBucket</Code>`.
fn code_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_code = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric());
    is_code.then_some(code)
}

/// What happened below the protocol, or on the disk.
fn below(error: &object_store::Error) -> Option<Trouble> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            let why = match http.kind() {
                HttpErrorKind::Connect => "no connection",
                HttpErrorKind::Timeout => "it takes too long",
                _ => "the connection broke",
            };
            return Some(Trouble::Unreachable(innermost(http, why)));
        }
        if let Some(disk) = error.downcast_ref::<io::Error>() {
            return Some(Trouble::Other(disk.to_string()));
        }
        cause = error.source();
    }
    None
}

/// The last cause of an error, which says most (`Connection refused`).
fn innermost(error: &HttpError, otherwise: &str) -> String {
    let mut last: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(next) = last.and_then(std::error::Error::source) {
        last = Some(next);
    }
    last.map_or_else(|| otherwise.to_owned(), ToString::to_string)
}

/// The status in an error of the client; the rest of its text may name keys.
fn status_in(text: &str) -> String {
    let status = text.split_once("status code: ").map(|(_, rest)| rest);
    let status = status.and_then(|rest| rest.split([':', '\n']).next());
    status.unwrap_or("an error without a code").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_perhaps_a_prefix() {
        let address = |text: &str| text.parse::<BucketAddress>();
        let whole = address("s3://papers/site-1/files/").unwrap();
        assert_eq!(whole.name, "papers");
        assert_eq!(whole.prefix, "site-1/files");
        assert_eq!(whole.to_string(), "s3://papers/site-1/files");
        assert_eq!(address("s3://papers/").unwrap().to_string(), "s3://papers");
        for wrong in [
            "papers",
            "s3://",
            "s3://Papers",
            "s3://pa",
            "s3://papers/a//b",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_bucket_goes_into_the_path_or_into_the_host() {
        let endpoint: Url = "https://s3.example.org/".parse().unwrap();
        let bucket = |path_style| Bucket {
            address: "s3://papers".parse().unwrap(),
            endpoint: Some(endpoint.clone()),
            region: "us-east-1".to_owned(),
            key: None,
            path_style,
        };
        assert_eq!(bucket(true).host(&endpoint), "https://s3.example.org");
        assert_eq!(
            bucket(false).host(&endpoint),
            "https://papers.s3.example.org"
        );
    }

    #[test]
    fn an_answer_of_the_service_is_told_in_words_without_what_it_repeats() {
        let error = |text: &str| object_store::Error::Generic {
            store: "S3",
            source: text.into(),
        };
        let refused = "403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code>\
            <AWSAccessKeyId>AKIA7</AWSAccessKeyId></Error>";
        let told = Trouble::of(&error(refused));
        assert_eq!(told, Trouble::Credentials("SignatureDoesNotMatch".into()));
        assert!(!told.to_string().contains("AKIA7"));
        let strange = "Server returned non-2xx status code: 500 Internal Server Error: AKIA7";
        let told = Trouble::of(&error(strange)).to_string();
        assert!(told.ends_with("500 Internal Server Error"), "{told}");
    }
}
