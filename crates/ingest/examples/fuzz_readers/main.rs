//! Gives mutated files to every parser and keeps what makes one panic or hang.
//!
//! ```text
//! cargo run --release -p archivist-ingest --example fuzz_readers -- SECONDS_EACH FOLDER [ENTRY…]
//! ```
//!
//! Findings are written to FOLDER, where `ENTRY-current` is the file of the moment: when
//! a stack overflows or memory runs out, the process ends and that one is the finding.
//! `SEED=7` in the environment gives other files.

mod mutate;
mod seeds;

use std::error::Error;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use archivist_ingest::fuzz;
use mutate::Mutator;

/// A small file that takes longer is a finding.
const HANG: Duration = Duration::from_secs(10);
/// As in the sandbox.
const STACK_BYTES: usize = 128 << 20;
const MEMORY_BYTES: u64 = 4 << 30;
/// Findings of one entry; more are likely the same.
const MAX_FINDINGS: usize = 20;

fn main() -> ExitCode {
    match start() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(findings) => {
            eprintln!("{findings} findings");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<usize, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [seconds, folder, chosen @ ..] = args.as_slice() else {
        return Err("usage: fuzz_readers SECONDS_EACH FOLDER [ENTRY…]".into());
    };
    let time = Duration::from_secs(seconds.parse()?);
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    let seed = std::env::var("SEED")
        .ok()
        .map_or(Ok(1), |seed| seed.parse())?;
    let _ = rlimit::Resource::AS.set(MEMORY_BYTES, MEMORY_BYTES);
    panic::set_hook(Box::new(|_| {}));
    let mut findings = 0;
    for entry in fuzz::entries() {
        if chosen.is_empty() || chosen.iter().any(|name| name == entry) {
            findings += one_entry(entry, seed, time, &folder)?;
        }
    }
    Ok(findings)
}

/// Runs one entry on a thread and watches it.
fn one_entry(
    entry: &'static str,
    seed: u64,
    time: Duration,
    folder: &Path,
) -> Result<usize, Box<dyn Error>> {
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let kept = folder.to_owned();
    let work = move || feed(entry, seed, time, &kept, &counted);
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    let (mut last, mut since) = (0, Instant::now());
    while !thread.is_finished() {
        thread::sleep(Duration::from_millis(50));
        let now = runs.load(Ordering::Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
        } else if since.elapsed() > HANG {
            // The thread cannot be ended: the file stays where it is, and so does it.
            let hang = folder.join(format!("{entry}-hang"));
            fs::copy(folder.join(format!("{entry}-current")), &hang)?;
            println!("{entry}: hangs on {}", hang.display());
            return Ok(1);
        }
    }
    let findings = thread.join().map_err(|_| "the fuzzer itself failed")??;
    let runs = runs.load(Ordering::Relaxed);
    println!("{entry}: {runs} files, {findings} findings");
    Ok(findings)
}

fn feed(
    entry: &str,
    seed: u64,
    time: Duration,
    folder: &Path,
    runs: &AtomicU64,
) -> std::io::Result<usize> {
    let mut mutator = Mutator::new(seed, seeds::of(entry));
    let current = folder.join(format!("{entry}-current"));
    let start = Instant::now();
    let mut findings = 0;
    while start.elapsed() < time && findings < MAX_FINDINGS {
        let file = mutator.next_file();
        fs::write(&current, &file)?;
        let fed = panic::catch_unwind(AssertUnwindSafe(|| fuzz::run(entry, &file)));
        if let Err(panic) = fed {
            findings += 1;
            let path = folder.join(format!("{entry}-{findings}"));
            fs::write(&path, &file)?;
            println!("{entry}: {} on {}", message(&*panic), path.display());
        }
        runs.fetch_add(1, Ordering::Relaxed);
    }
    fs::remove_file(current)?;
    Ok(findings)
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}
