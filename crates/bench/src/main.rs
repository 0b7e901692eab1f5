//! `archivist-bench`: measures what Org Archivist promises, on files of one's own.
//!
//! `docs/ingestion.md` says how to read the figures.

mod extract;
mod metadata;
mod sensitive;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// Measures what Org Archivist promises, on files of one's own.
#[derive(Debug, Parser)]
#[command(name = "archivist-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read every file of a folder as the server would, and report what came of it
    Extract(ExtractArgs),
    /// Print what one file becomes: its proposed metadata and its passages
    Show(ShowArgs),
    /// Compare proposed titles, years and funders with those that people wrote down
    Metadata(MetadataArgs),
    /// Tell which files would be held for personal data, and for what
    Sensitive {
        /// All files below it
        dir: PathBuf,
    },
    /// Measure one file; the command `extract` starts one such process for each
    #[command(hide = true)]
    MeasureOne,
    /// The sandbox's child
    #[command(hide = true)]
    ExtractChild,
}

/// What is measured, and against what.
#[derive(Debug, Args)]
struct ExtractArgs {
    /// The files of its `manifest.jsonl` and of those in its folders; without any, all
    /// files below it
    dir: PathBuf,
    /// Compare every PDF with what `pdftotext` (poppler) finds in it
    #[arg(long)]
    against_pdftotext: bool,
    /// Only files whose path contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Print one line for each file too
    #[arg(long, short)]
    verbose: bool,
}

/// The file to show.
#[derive(Debug, Args)]
struct ShowArgs {
    /// Any file that can be added
    file: PathBuf,
    /// The password that opens it
    #[arg(long)]
    password: Option<String>,
}

/// Proposed metadata against written ones.
#[derive(Debug, Args)]
struct MetadataArgs {
    /// With `metadata.jsonl`: a record a line, with `file`, `title`, `year` and `funder`
    dir: PathBuf,
    /// Hide the files' names from the rules
    #[arg(long)]
    without_names: bool,
}

/// Bounds the proposed years; fixed, so that two runs can be compared.
const CURRENT_YEAR: i32 = 2026;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        // Before any other thread is started: see `child_main`.
        Command::ExtractChild => return archivist_ingest::child_main(),
        Command::Extract(args) => run(extract::survey(&args)),
        Command::Show(args) => run(extract::show(&args.file, args.password.as_deref())),
        Command::Metadata(args) => metadata::measure(&args),
        Command::Sensitive { dir } => sensitive::survey(&dir),
        Command::MeasureOne => run(extract::measure_one()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
