//! The commands that put documents in and keep them.

use std::path::PathBuf;

use archivist_domain::document::clean_funder;
use archivist_domain::{DocType, DocumentId, JobId, Outcome};
use clap::{Args, Subcommand};

use crate::commands::FolderRule;

/// `archivist import`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArgs {
    /// The folder, a ZIP archive, or a single file
    #[arg(value_name = "DIR")]
    pub path: PathBuf,
    /// Kind of all these documents; found in each when not given
    #[arg(long = "type", value_name = "TYPE")]
    pub doc_type: Option<DocType>,
    /// Year of all these documents; found in each when not given
    #[arg(long)]
    pub year: Option<i32>,
    /// Program to file them under (repeatable)
    #[arg(long = "program", value_name = "NAME")]
    pub programs: Vec<String>,
    /// Tag for them (repeatable)
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// What became of them
    #[arg(long)]
    pub outcome: Option<Outcome>,
    /// Who was asked for money, or gave it
    #[arg(long, value_name = "NAME", value_parser = funder)]
    pub funder: Option<String>,
    /// A list that says what the files are: CSV or JSON, with the columns or fields file,
    /// title, doc_type, year, programs, tags, outcome, funder and notes [default: metadata.csv
    /// or metadata.json in the folder or archive]
    #[arg(long, value_name = "FILE")]
    pub metadata: Option<PathBuf>,
    /// What the names of folders say, for example "{year}/{program}/{doc_type}"
    #[arg(long, value_name = "RULE")]
    pub folders: Option<FolderRule>,
    /// Go on watching the folder, and take in what comes into it
    #[arg(long)]
    pub watch: bool,
    /// With --watch: how long a file must have been left alone before it is taken
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "watch")]
    pub settle_seconds: u64,
    /// The password that opens those that are protected is in this file
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Print a JSON report
    #[arg(long)]
    pub json: bool,
}

fn funder(name: &str) -> Result<String, String> {
    clean_funder(name)?.ok_or_else(|| "give a name".to_owned())
}

/// `archivist reprocess`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReprocessArgs {
    /// Every document whose file is kept
    #[arg(long, required_unless_present = "docs", conflicts_with = "docs")]
    pub all: bool,
    /// Only this document (repeatable)
    #[arg(long = "doc", value_name = "ID")]
    pub docs: Vec<DocumentId>,
    /// Only tell what would change
    #[arg(long)]
    pub dry_run: bool,
    /// Print a JSON report
    #[arg(long)]
    pub json: bool,
}

/// `archivist ocr`.
#[derive(Debug, Clone, Args)]
pub(crate) struct OcrCommandArgs {
    /// Every document that has such pages
    #[arg(long, required_unless_present = "docs", conflicts_with = "docs")]
    pub all: bool,
    /// Only these documents
    #[arg(value_name = "ID")]
    pub docs: Vec<DocumentId>,
    /// Also read pages of these documents again that were read in other languages than those
    /// of --ocr-languages
    #[arg(long, requires = "docs")]
    pub again: bool,
    /// Print a JSON report
    #[arg(long)]
    pub json: bool,
}

/// `archivist documents …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DocumentsCommand {
    /// List documents that were deleted and can come back, the one deleted last first
    Deleted {
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Bring a deleted document back, as it was
    Restore {
        /// The document
        #[arg(value_name = "ID")]
        document: DocumentId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `archivist files …`.
#[derive(Debug, Subcommand)]
pub(crate) enum FilesCommand {
    /// Prove that the place where files are kept works and that all of them are there;
    /// exit with 1 where they are not
    Check {
        /// Read every file, too, and prove that its content is what it was
        #[arg(long)]
        content: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy all files to another place, so that the site can be set to it; what is there
    /// already is passed over
    Copy {
        /// A bucket (s3://bucket or s3://bucket/prefix, of the service that the settings
        /// name) or a folder: usually the folder `files` of the data folder
        #[arg(long, value_name = "PLACE")]
        to: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `archivist jobs …`.
#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs that wait or run, the newest first
    List {
        /// Those that have ended, too
        #[arg(long)]
        all: bool,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Call a job off, and those that came out of it
    Cancel {
        /// The job
        #[arg(value_name = "ID")]
        job: JobId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Do a job that failed again, here and now; its file is kept for a week
    Retry {
        /// The job
        #[arg(value_name = "ID")]
        job: JobId,
        /// The password that opens the file is in this one
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell what changes, until nothing waits or runs any more
    Watch {
        /// Only this job, until it has ended; if it fails, so does the command
        #[arg(value_name = "ID")]
        job: Option<JobId>,
        /// Print JSON, one job a line
        #[arg(long)]
        json: bool,
    },
}
