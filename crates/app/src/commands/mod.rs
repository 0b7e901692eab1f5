//! The verbs of the command line.

/// `println!` for commands, see [`write_line`].
macro_rules! say {
    ($($text:tt)*) => { $crate::commands::write_line(format_args!($($text)*)) };
}

mod accounts;
mod audit;
mod db;
mod documents;
mod draft;
mod eval;
mod files;
mod import;
mod jobs;
mod migrate;
mod model;
mod ocr;
mod outputs;
mod reprocess;
mod search;
mod serve;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use archivist_search::Filters;
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) use self::import::FolderRule;
use crate::config::{Cli, Command, FilterArgs};

/// Runs the command that was asked for.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    // These two are processes of their own, without a runtime.
    match &cli.command {
        Command::ExtractChild => return Ok(archivist_ingest::child_main()),
        Command::ClusterWatch { dir } => {
            pg_cluster::watchdog::run(dir)?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(dispatch(cli))
}

async fn dispatch(cli: Cli) -> Result<ExitCode> {
    let json_log = matches!(&cli.command, Command::Serve(args) if args.log_json);
    start_log(json_log, matches!(cli.command, Command::Serve(_)));
    let place = &cli.place;
    match cli.command {
        Command::Serve(args) => serve::serve(place, args).await,
        Command::Import(args) => import::import(place, args).await,
        Command::Reprocess(args) => reprocess::reprocess(place, args).await,
        Command::Ocr(args) => ocr::run(place, args).await,
        Command::Documents(command) => documents::run(place, command).await,
        Command::Files(command) => files::run(place, command).await,
        Command::Jobs(command) => jobs::run(place, command).await,
        Command::Search(args) => search::search(place, args).await,
        Command::Eval(args) => eval::eval(place, args).await,
        Command::Model(command) => model::run(place, command).await,
        Command::Draft(args) => draft::draft(place, args).await,
        Command::Outputs(command) => outputs::run(place, command).await,
        Command::User(command) => accounts::run(place, command).await,
        Command::Migrate(args) => migrate::migrate(place, args).await,
        Command::Db(command) => db::run(place, command).await,
        Command::Audit(command) => audit::run(place, command).await,
        Command::ExtractChild | Command::ClusterWatch { .. } => unreachable!("handled before"),
    }
}

/// `RUST_LOG` decides what is logged; a server tells of every request, a command
/// only of trouble.
fn start_log(json: bool, server: bool) {
    let default = if server { "info,sqlx=warn" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if json {
        log.json().init();
    } else {
        log.with_target(false).init();
    }
}

fn filters(args: FilterArgs) -> Filters {
    Filters {
        doc_types: args.doc_types,
        years: args.years,
        programs: args.programs,
        outcomes: args.outcomes,
        tags: args.tags,
        include_superseded: args.include_superseded,
        ..Filters::default()
    }
}

/// A secret out of a file, without the end of its line.
pub(crate) fn read_secret(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A bar that tells how many of `all` are done; an unseen one where `quiet`.
fn counted_bar(all: usize, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(all as u64).with_style(style)
}

fn print_json(value: &serde_json::Value) {
    say!("{value:#}");
}

/// Prints a line. A reader that has gone (`| head`) ends the program quietly.
fn write_line(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").is_err() {
        std::process::exit(0);
    }
}
