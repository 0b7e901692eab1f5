//! `archivist-bench`: measures what Org Archivist promises, on files of one's own.
//!
//! `docs/ingestion.md` says how to read the figures.

mod extract;

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

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        // Before any other thread is started: see `child_main`.
        Command::ExtractChild => return archivist_ingest::child_main(),
        Command::Extract(args) => run(extract::survey(&args)),
        Command::Show(args) => run(extract::show(&args.file, args.password.as_deref())),
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
