//! The command line. Every setting is a flag and an environment variable;
//! secrets can also be read from a file named by the variable with `_FILE`.

mod embeddings;
mod engine;
mod library;
mod search;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use archivist_domain::{OutputStatus, UserRole};
use archivist_ingest::{Tesseract, ocr};
use archivist_store::audit::seal::Head;
use archivist_web::address::Network;
use archivist_web::blobs::{AccessKey, Bucket, BucketAddress};
use archivist_web::recognition;
use archivist_web::secret::Secret;
use axum::http::{HeaderValue, Uri};
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand};
use url::Url;

pub(crate) use self::embeddings::{Choice, EmbeddingArgs};
pub(crate) use self::engine::{EngineArgs, EngineChoice};
pub(crate) use self::library::{
    DocumentsCommand, FilesCommand, ImportArgs, JobsCommand, OcrCommandArgs, ReprocessArgs,
};
pub(crate) use self::search::{
    DraftArgs, EvalArgs, FilterArgs, ModelCommand, ModelInstallArgs, SearchArgs,
};
use crate::commands::read_secret;

/// Institutional memory and grant writing for nonprofits, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "archivist", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Where the data are.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where an archive keeps its data.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceArgs {
    /// The data folder: files, search index, and the private PostgreSQL where no
    /// other is named
    #[arg(
        long,
        value_name = "DIR",
        env = "ARCHIVIST_DATA",
        default_value = "./data",
        global = true
    )]
    pub data: PathBuf,
    /// Use this PostgreSQL server instead of a private one (postgres://,
    /// postgresql:// or postgresql+asyncpg://)
    #[arg(
        long,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Option<String>,
    /// The largest file that may be put in, in MiB
    #[arg(
        long,
        value_name = "MIB",
        env = "ARCHIVIST_MAX_FILE_SIZE_MB",
        default_value_t = 50,
        value_parser = clap::value_parser!(u64).range(1..=2048),
        global = true
    )]
    pub max_file_size_mb: u64,
    /// Where original files are kept.
    #[command(flatten)]
    pub files: FilesArgs,
    /// How pictures of pages are read.
    #[command(flatten)]
    pub ocr: OcrArgs,
    /// Which models the search uses.
    #[command(flatten)]
    pub embeddings: EmbeddingArgs,
    /// Where the search keeps the passages.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// How pictures of pages are read, by tesseract and pdftoppm.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Text recognition (OCR)")]
pub(crate) struct OcrArgs {
    /// Whether the text of scanned pages is recognised, where tesseract and pdftoppm are
    /// installed
    #[arg(
        id = "ocr_on",
        long = "ocr",
        value_name = "ON",
        env = "ARCHIVIST_OCR",
        value_parser = BoolishValueParser::new(),
        default_value = "true",
        global = true,
        hide_short_help = true
    )]
    pub on: bool,
    /// In which languages scanned pages are, by their names for tesseract (eng+deu)
    #[arg(
        id = "ocr_languages",
        long = "ocr-languages",
        value_name = "NAMES",
        env = "ARCHIVIST_OCR_LANGUAGES",
        value_parser = languages,
        default_value = "eng",
        global = true,
        hide_short_help = true
    )]
    pub languages: String,
    /// Folder that has the programs, where they are not on the PATH
    #[arg(
        id = "ocr_programs",
        long = "ocr-programs",
        value_name = "DIR",
        env = "ARCHIVIST_OCR_PROGRAMS",
        global = true,
        hide_short_help = true
    )]
    pub programs: Option<PathBuf>,
}

impl OcrArgs {
    /// The programs, where they are here and wanted.
    pub(crate) fn find_programs(&self) -> Option<Tesseract> {
        if !self.on {
            return None;
        }
        match &self.programs {
            Some(folder) => ocr::find_tool(folder.as_os_str()),
            None => ocr::find_tool(&std::env::var_os("PATH")?),
        }
    }

    /// What requests have to know.
    pub(crate) fn setting(&self) -> recognition::Setting {
        recognition::Setting {
            languages: self.languages.clone(),
        }
    }
}

fn languages(names: &str) -> Result<String> {
    ocr::check_languages(names)?;
    Ok(names.to_owned())
}

impl PlaceArgs {
    /// The bucket that files are kept in; `None` where they are kept in the data folder.
    pub(crate) fn bucket(&self) -> Result<Option<Bucket>> {
        let address = self.files.files.clone();
        address
            .map(|address| self.files.bucket(address))
            .transpose()
    }
}

/// Where original files are kept, when not in the data folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files in a bucket")]
pub(crate) struct FilesArgs {
    /// Keep original files in this bucket (s3://bucket or s3://bucket/prefix) instead of
    /// the data folder
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "ARCHIVIST_FILES",
        global = true,
        hide_short_help = true
    )]
    pub files: Option<BucketAddress>,
    /// The service that has the bucket; Amazon's when not given
    #[arg(
        long,
        value_name = "URL",
        env = "ARCHIVIST_S3_ENDPOINT",
        value_parser = endpoint,
        global = true,
        hide_short_help = true
    )]
    pub s3_endpoint: Option<Url>,
    /// The region of the bucket
    #[arg(
        long,
        value_name = "REGION",
        env = "ARCHIVIST_S3_REGION",
        default_value = "us-east-1",
        global = true,
        hide_short_help = true
    )]
    pub s3_region: String,
    /// Access key; without one, AWS_ACCESS_KEY_ID or the role of the machine counts
    #[arg(
        long,
        value_name = "ID",
        env = "ARCHIVIST_S3_ACCESS_KEY",
        hide_env_values = true,
        global = true,
        hide_short_help = true
    )]
    pub s3_access_key: Option<String>,
    /// Secret key that belongs to it
    #[arg(
        long,
        value_name = "KEY",
        env = "ARCHIVIST_S3_SECRET_KEY",
        hide_env_values = true,
        value_parser = secret,
        global = true,
        hide_short_help = true
    )]
    pub s3_secret_key: Option<Secret>,
    /// File with the secret key
    #[arg(
        long,
        value_name = "FILE",
        env = "ARCHIVIST_S3_SECRET_KEY_FILE",
        global = true,
        hide_short_help = true
    )]
    pub s3_secret_key_file: Option<PathBuf>,
    /// Whether the bucket is named in the path (host/bucket) or in the host (bucket.host)
    /// [default: in the path if there is an endpoint]
    #[arg(
        long,
        value_name = "ON",
        env = "ARCHIVIST_S3_PATH_STYLE",
        value_parser = BoolishValueParser::new(),
        global = true,
        hide_short_help = true
    )]
    pub s3_path_style: Option<bool>,
}

impl FilesArgs {
    /// A bucket at this address, with what is said about the service.
    pub(crate) fn bucket(&self, address: BucketAddress) -> Result<Bucket> {
        Ok(Bucket {
            address,
            endpoint: self.s3_endpoint.clone(),
            region: self.s3_region.clone(),
            key: self.access_key()?,
            path_style: self.s3_path_style.unwrap_or(self.s3_endpoint.is_some()),
        })
    }

    fn access_key(&self) -> Result<Option<AccessKey>> {
        let secret = key(
            self.s3_secret_key.as_ref(),
            self.s3_secret_key_file.as_deref(),
            "ARCHIVIST_S3_SECRET_KEY",
        )?;
        match (self.s3_access_key.clone(), secret.and_then(Secret::new)) {
            (Some(id), Some(secret)) => Ok(Some(AccessKey { id, secret })),
            (None, None) => Ok(None),
            (Some(_), None) => bail!(
                "ARCHIVIST_S3_ACCESS_KEY is set without its secret: set ARCHIVIST_S3_SECRET_KEY \
                 or ARCHIVIST_S3_SECRET_KEY_FILE"
            ),
            (None, Some(_)) => {
                bail!("there is a secret key of S3 without ARCHIVIST_S3_ACCESS_KEY: set that too")
            }
        }
    }
}

fn endpoint(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() && url.query().is_none() => Ok(url),
        _ => Err("it must be http://host:port or https://host:port".to_owned()),
    }
}

/// A key that stands in a setting or in a file; `None` where there is none, or an empty one.
fn key(given: Option<&Secret>, file: Option<&Path>, variable: &str) -> Result<Option<String>> {
    match (given, file) {
        (Some(_), Some(_)) => bail!("give {variable} or {variable}_FILE, not both"),
        (Some(key), None) => Ok(Some(key.reveal().to_owned())),
        (None, Some(file)) => Ok(Some(read_secret(file)?).filter(|key| !key.is_empty())),
        (None, None) => Ok(None),
    }
}

fn secret(text: &str) -> Result<Secret, &'static str> {
    Secret::new(text.to_owned()).ok_or("it is empty")
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server
    Serve(ServeArgs),
    /// Put all documents of a folder into the library (by doing so you confirm
    /// that they are fit for the public)
    Import(ImportArgs),
    /// Read the stored files again, after an upgrade that reads better: passages that
    /// stay keep their ids, and citations follow
    Reprocess(ReprocessArgs),
    /// Read the pages of documents that are pictures (text recognition, needs tesseract and
    /// pdftoppm); what was read before is not read again
    Ocr(OcrCommandArgs),
    /// Look at documents that were deleted, and bring them back
    #[command(subcommand)]
    Documents(DocumentsCommand),
    /// Look at original files, or copy them to another place
    #[command(subcommand)]
    Files(FilesCommand),
    /// Look at background jobs: the files on their way into the library
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Search the archive
    Search(SearchArgs),
    /// Measure the search on a judged collection (corpus.jsonl, queries.jsonl and
    /// qrels/test.tsv, as BEIR has them), for which the archive is not needed, or on the
    /// archive itself (--own)
    Eval(EvalArgs),
    /// Install embedding models on this machine, and list them
    #[command(subcommand)]
    Model(ModelCommand),
    /// Compose a section from the archive
    Draft(DraftArgs),
    /// Look at outputs
    #[command(subcommand)]
    Outputs(OutputsCommand),
    /// Manage accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Bring the database up to date; one of the original Python system is taken over
    Migrate(MigrateArgs),
    /// Examine the database
    #[command(subcommand)]
    Db(DbCommand),
    /// Look at the audit log, and prove that it was not tampered with
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Reads one file, in a process of its own
    #[command(hide = true)]
    ExtractChild,
    /// Stops the private PostgreSQL when its server has died
    #[command(hide = true)]
    ClusterWatch {
        /// The cluster's folder.
        dir: PathBuf,
    },
}

/// `archivist migrate`.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct MigrateArgs {
    /// Only say what has been applied and what is missing
    #[arg(long, conflicts_with = "dry_run")]
    pub status: bool,
    /// Only print the SQL that would be run; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `archivist serve`.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of the command line"
)]
pub(crate) struct ServeArgs {
    /// Where to listen
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "ARCHIVIST_LISTEN",
        default_value = "127.0.0.1:8000"
    )]
    pub listen: SocketAddr,
    /// Fill an empty archive with a small fictional nonprofit
    #[arg(long, env = "ARCHIVIST_DEMO")]
    pub demo: bool,
    /// Address of the first admin
    #[arg(
        long,
        value_name = "EMAIL",
        env = "ARCHIVIST_ADMIN_EMAIL",
        default_value = "admin@example.org"
    )]
    pub admin_email: String,
    /// Password of the first admin; generated, and printed once, when not given
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "ARCHIVIST_ADMIN_PASSWORD",
        hide_env_values = true
    )]
    pub admin_password: Option<String>,
    /// File with the password of the first admin
    #[arg(
        long,
        value_name = "FILE",
        env = "ARCHIVIST_ADMIN_PASSWORD_FILE",
        conflicts_with = "admin_password"
    )]
    pub admin_password_file: Option<PathBuf>,
    /// Key that signs tokens; made and kept in the data folder when not given
    #[arg(
        long,
        value_name = "KEY",
        env = "ARCHIVIST_SECRET_KEY",
        hide_env_values = true
    )]
    pub secret_key: Option<String>,
    /// File with the key that signs tokens
    #[arg(
        long,
        value_name = "FILE",
        env = "ARCHIVIST_SECRET_KEY_FILE",
        conflicts_with = "secret_key"
    )]
    pub secret_key_file: Option<PathBuf>,
    /// How long API access lasts after sign-in, in minutes
    #[arg(
        long,
        value_name = "MINUTES",
        env = "ARCHIVIST_SESSION_TIMEOUT_MINUTES",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=10080)
    )]
    pub session_timeout_minutes: u32,
    /// Send cookies over HTTPS only (behind a proxy that speaks HTTPS)
    #[arg(long, env = "ARCHIVIST_SECURE_COOKIES")]
    pub secure_cookies: bool,
    /// Let anybody register, as a writer
    #[arg(long, env = "ARCHIVIST_OPEN_REGISTRATION")]
    pub open_registration: bool,
    /// Origins whose pages may call the API
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "ARCHIVIST_CORS_ORIGINS",
        value_delimiter = ',',
        value_parser = origin,
        default_value = "http://localhost:3000,http://localhost:8000"
    )]
    pub cors_origins: Vec<HeaderValue>,
    /// Refuse who asks too often (docs/api.md lists the limits)
    #[arg(
        long,
        value_name = "ON",
        env = "ENABLE_RATE_LIMITING",
        default_value = "true",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set
    )]
    pub rate_limiting: bool,
    /// Proxies that are believed when they say for whom they ask (X-Forwarded-For):
    /// addresses or ranges, such as 10.0.0.0/8
    #[arg(
        long,
        value_name = "ADDRESSES",
        env = "ARCHIVIST_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,
    /// The organization's name
    #[arg(long, value_name = "NAME", env = "ARCHIVIST_ORGANIZATION")]
    pub organization: Option<String>,
    /// Most database connections at once
    #[arg(
        long,
        value_name = "N",
        env = "ARCHIVIST_DATABASE_CONNECTIONS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(4..=500)
    )]
    pub database_connections: u32,
    /// Write the log as JSON lines
    #[arg(long, env = "ARCHIVIST_LOG_JSON")]
    pub log_json: bool,
}

/// `archivist outputs …`.
#[derive(Debug, Subcommand)]
pub(crate) enum OutputsCommand {
    /// List outputs, newest first
    List {
        /// Only in this status (repeatable)
        #[arg(long = "status", value_name = "STATUS")]
        statuses: Vec<OutputStatus>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `archivist user …`.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account with a generated password, which is printed once
    Create {
        /// The person's address
        email: String,
        /// What the person may do
        #[arg(long, default_value = "writer")]
        role: UserRole,
        /// The person's name
        #[arg(long)]
        name: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all accounts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give an account another role
    SetRole {
        /// The person's address
        email: String,
        /// What the person may do from now on
        role: UserRole,
    },
    /// Shut an account: the person can no longer sign in, and all sessions end; what
    /// the person has made stays
    Deactivate {
        /// The person's address
        email: String,
    },
    /// Open a deactivated account again
    Activate {
        /// The person's address
        email: String,
    },
    /// Give an account a new generated password, which is printed once
    ResetPassword {
        /// The person's address
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `archivist db …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Prove that code and catalog agree, and that every CHECK refuses what it
    /// should; exit with 1 where they do not
    Verify {
        /// Only compare; write nothing, not even in a transaction that is rolled
        /// back
        #[arg(long)]
        no_probe: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the catalog as a text for a repository; a role that may only connect
    /// will do
    Fingerprint {
        /// Write it to a file
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Compare two catalogs; exit with 1 where they differ. Each is an address
    /// (postgresql://…), a file written by `db fingerprint`, the word `database`
    /// (the one of this site), or the word `migrations` (an empty database with all
    /// migrations, made for this and dropped again)
    Diff {
        /// The one side
        #[arg(value_name = "A")]
        left: String,
        /// The other side
        #[arg(value_name = "B")]
        right: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the catalog in the form of the schema contract
    #[command(hide = true)]
    Contract,
}

/// `archivist audit …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Prove that no sealed row was altered or removed; exit with 1 and the first
    /// broken places where one was. Writes nothing; a role that may read will do
    Verify {
        /// A head that was printed before and kept: prove as well that nothing up to
        /// it was cut off, and that the chain is the same
        #[arg(long, value_name = "HEAD")]
        expect: Option<Head>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Seal what waits for it now; a running server does so by itself
    Seal,
    /// List rows, newest first
    List {
        /// Only with this event (such as output.update)
        #[arg(long, value_name = "EVENT")]
        event: Option<String>,
        /// Only about things of this kind (such as output)
        #[arg(long, value_name = "KIND")]
        entity: Option<String>,
        /// Only by the account with this id
        #[arg(long, value_name = "ID")]
        user: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Reads an origin: scheme and host, with a port where it is not the usual one.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let text = text.trim();
    if text == "*" {
        return Err(
            "name each origin: pages sign in with cookies, which no browser sends to \
                    a server that trusts every origin"
                .to_owned(),
        );
    }
    let uri: Option<Uri> = text.parse().ok();
    let is_origin = uri.is_some_and(|uri| {
        let scheme = uri.scheme_str().unwrap_or_default();
        ["http", "https"].contains(&scheme) && text == format!("{scheme}://{}", host_of(&uri))
    });
    let unreadable = || format!("'{text}' is no origin: write it like https://app.example.org");
    let value = HeaderValue::from_str(text).ok();
    value.filter(|_| is_origin).ok_or_else(unreadable)
}

fn host_of(uri: &Uri) -> &str {
    uri.authority().map_or("", |authority| authority.as_str())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        for text in ["https://app.example.org", " http://localhost:3000"] {
            assert_eq!(origin(text).unwrap(), text.trim());
        }
        for text in [
            "",
            "app.example.org",
            "https://a.org/path",
            "ftp://a.org",
            "https://ä.org",
        ] {
            let said = origin(text).unwrap_err();
            assert!(said.contains("is no origin"), "{text}: {said}");
        }
        assert!(origin("*").unwrap_err().contains("name each origin"));
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
