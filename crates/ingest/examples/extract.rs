//! Reads every file below a folder as the server would, in the sandbox, and prints
//! one line for each: for trying a change of extraction on real files.
//!
//! ```text
//! cargo run --release -p archivist-ingest --example extract -- DIR
//! cargo run --release -p archivist-ingest --example extract -- --show FILE [PASSWORD]
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use archivist_ingest::{Given, IngestError, Limits, Parsed, Sandbox, child_main};

/// Bounds the proposed years; fixed, so that two runs can be compared.
const CURRENT_YEAR: i32 = 2026;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["extract-child"] => return child_main(),
        ["--show", file] => run(show(Path::new(file), None)),
        ["--show", file, password] => run(show(Path::new(file), Some(password))),
        [folder] => run(survey(Path::new(folder))),
        _ => Err("usage: extract DIR | extract --show FILE [PASSWORD]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(work: impl Future<Output = Result<(), Box<dyn Error>>>) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// This very program is the child.
fn sandbox() -> Result<Sandbox, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let slots = std::thread::available_parallelism()?.get();
    Ok(Sandbox::new(
        program,
        vec!["extract-child".into()],
        Limits::default(),
        slots,
    ))
}

struct Read {
    path: PathBuf,
    time: Duration,
    result: Result<Parsed, IngestError>,
}

async fn survey(folder: &Path) -> Result<(), Box<dyn Error>> {
    let sandbox = sandbox()?;
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for path in files_below(folder)? {
        let sandbox = sandbox.clone();
        tasks.spawn(async move { read(&sandbox, path, None).await });
    }
    let mut all = tasks.join_all().await;
    let elapsed = start.elapsed();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all.iter().for_each(print_line);
    print_summary(&all, elapsed);
    Ok(())
}

async fn read(sandbox: &Sandbox, path: PathBuf, password: Option<&str>) -> Read {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let start = Instant::now();
    let result = sandbox
        .process(&path, &name, CURRENT_YEAR, &Given { password })
        .await;
    Read {
        time: start.elapsed(),
        result,
        path,
    }
}

fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Time includes waiting for a free slot.
fn print_line(read: &Read) {
    let path = read.path.display();
    let ms = read.time.as_millis();
    match &read.result {
        Ok(parsed) => {
            let pages = parsed
                .page_count
                .map_or_else(|| "-".to_owned(), |pages| pages.to_string());
            let (kind, words, passages) = (parsed.kind, parsed.word_count, parsed.passages.len());
            println!(
                "{kind:?}\t{pages} pages\t{words} words\t{passages} passages\t{ms} ms\t{path}"
            );
            parsed
                .notes
                .iter()
                .for_each(|note| println!("\tnote: {note}"));
        }
        Err(error) => println!("FAILED\t{ms} ms\t{path}\n\t{error}"),
    }
}

fn print_summary(all: &[Read], elapsed: Duration) {
    let parsed: Vec<&Parsed> = all
        .iter()
        .filter_map(|read| read.result.as_ref().ok())
        .collect();
    let sizes: Vec<u32> = parsed
        .iter()
        .flat_map(|parsed| &parsed.passages)
        .map(|passage| passage.words)
        .collect();
    let within = sizes
        .iter()
        .filter(|words| (100..=300).contains(*words))
        .count();
    let over = sizes.iter().filter(|words| **words > 300).count();
    println!(
        "\n{} of {} files read in {elapsed:.1?}; {} passages, {within} of 100 to 300 words, {} shorter, {over} longer",
        parsed.len(),
        all.len(),
        sizes.len(),
        sizes.len() - within - over,
    );
}

/// Prints one file's proposal and passages.
async fn show(file: &Path, password: Option<&str>) -> Result<(), Box<dyn Error>> {
    let parsed = read(&sandbox()?, file.to_owned(), password).await.result?;
    println!("{:#?}\nnotes: {:?}", parsed.proposal, parsed.notes);
    for passage in &parsed.passages {
        let heading = passage.heading.as_deref().unwrap_or("-");
        let (first, last) = (passage.page_first, passage.page_last);
        println!(
            "\n--- {} · {} words · pages {first:?} to {last:?} · {heading}\n{}",
            passage.ordinal, passage.words, passage.text
        );
    }
    Ok(())
}
