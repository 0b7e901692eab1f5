//! How search behaves as the archive grows, on invented text. What is timed is a whole answer: hits with
//! their reasons, counts of all facets, and what may have been meant.
//!
//! `cargo run --release -p archivist-search --example scale -- 1000 10000 100000`
//!
//! A file before a number keeps the index for another run, or is the one to measure.

mod invented;

use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use archivist_search::{Filters, Index, SearchRequest};

use self::invented::{Random, document, invented, words};

const QUERIES: usize = 400;
/// For searches that may take long.
const FEW: usize = 10;

/// How many ask at the same time.
const CONCURRENT: usize = 4;

fn main() {
    println!(
        "passages  add/s   train   p50 ms  p99 ms  filtered p50     p99  misspelt p50  phrase p50  stop phrase p50  {CONCURRENT} at once/s  filtered/s  beside a writer/s  save    load    file MB  resident MB  at most"
    );
    let mut kept = None;
    for argument in std::env::args().skip(1) {
        match argument.parse() {
            Ok(passages) => measure(passages, kept.as_deref()),
            Err(_) => kept = Some(PathBuf::from(argument)),
        }
    }
}

/// The index to measure, and how long it took to add its passages and to train it; zeros where
/// it was kept from another run.
fn prepared(passages: usize, kept: Option<&Path>) -> (Index, Duration, Duration) {
    if let Some(index) = kept.and_then(|path| Index::load(path).ok()) {
        return (index, Duration::ZERO, Duration::ZERO);
    }
    let mut index = Index::new();
    let mut adding = Duration::ZERO;
    for record in invented(passages, &mut Random(7)) {
        let start = Instant::now();
        index.upsert(record);
        adding += start.elapsed();
    }
    let start = Instant::now();
    let trained = index.training_set().train(1);
    index.install(trained);
    let training = start.elapsed();
    if let Some(path) = kept {
        index.save(path).expect("the file can be written");
    }
    (index, adding, training)
}

fn measure(passages: usize, kept: Option<&Path>) {
    let (index, adding, training) = prepared(passages, kept);
    let all = latencies(&index, QUERIES, plain);
    let all_filtered = latencies(&index, QUERIES, filtered);
    let misspelt = latencies(&index, QUERIES, |words| {
        let mut words = words.to_vec();
        words[0].push('x');
        plain(&words)
    });
    let phrase = latencies(&index, QUERIES, |words| SearchRequest {
        phrases: vec![words[..2].join(" ")],
        ..plain(words)
    });
    let stop_phrase = latencies(&index, FEW, |words| SearchRequest {
        phrases: vec!["of the".to_owned()],
        ..plain(words)
    });
    let index = RwLock::new(index);
    let at_once = throughput(&index, plain, false);
    let at_once_filtered = throughput(&index, filtered, false);
    let beside_writer = throughput(&index, plain, true);
    let index = index.into_inner().expect("no thread panicked");
    let resident = megabytes("VmRSS:");
    let path = std::env::temp_dir().join(format!("scale-{}.index", std::process::id()));
    let (saving, loading) = save_and_load(index, &path);
    let bytes = std::fs::metadata(&path).map_or(0, |m| m.len());
    std::fs::remove_file(&path).expect("the file was just written");
    println!(
        "{passages:>8}  {:>5.0}  {:>5.1}s  {:>7.2} {:>7.2}  {:>12.2} {:>7.2}  {:>12.2}  {:>10.2}  {:>15.2}  {at_once:>11.0}  {at_once_filtered:>10.0}  {beside_writer:>17.0}  {:>5.2}s  {:>5.2}s  {:>7.1}  {resident:>11}  {:>7}",
        passages as f64 / adding.as_secs_f64(),
        training.as_secs_f64(),
        milliseconds(all[QUERIES / 2]),
        milliseconds(all[QUERIES * 99 / 100]),
        milliseconds(all_filtered[QUERIES / 2]),
        milliseconds(all_filtered[QUERIES * 99 / 100]),
        milliseconds(misspelt[QUERIES / 2]),
        milliseconds(phrase[QUERIES / 2]),
        milliseconds(stop_phrase[FEW / 2]),
        saving.as_secs_f64(),
        loading.as_secs_f64(),
        bytes as f64 / 1e6,
        megabytes("VmHWM:"),
    );
}

fn plain(words: &[String]) -> SearchRequest {
    SearchRequest::new(words.join(" "))
}

/// Of two years out of eight and of two programs out of twelve.
fn filtered(words: &[String]) -> SearchRequest {
    SearchRequest {
        filters: Filters {
            years: vec![2022, 2024],
            programs: vec!["Program 4".to_owned(), "Program 6".to_owned()],
            ..Filters::default()
        },
        ..plain(words)
    }
}

/// Queries a second with several asking at the same time; beside them, if asked for, one
/// document of twenty passages after the other is changed, ten a second.
fn throughput(
    index: &RwLock<Index>,
    request: fn(&[String]) -> SearchRequest,
    with_writer: bool,
) -> f64 {
    let done = AtomicBool::new(false);
    let start = Instant::now();
    let taken = thread::scope(|scope| {
        let asking: Vec<_> = (0..CONCURRENT)
            .map(|seed| scope.spawn(move || ask(index, request, seed as u64)))
            .collect();
        if with_writer {
            scope.spawn(|| write(index, &done));
        }
        for thread in asking {
            thread.join().expect("a search does not panic");
        }
        let taken = start.elapsed();
        done.store(true, Ordering::Relaxed);
        taken
    });
    (CONCURRENT * QUERIES) as f64 / taken.as_secs_f64()
}

fn ask(index: &RwLock<Index>, request: fn(&[String]) -> SearchRequest, seed: u64) {
    let random = &mut Random(seed);
    for _ in 0..QUERIES {
        let request = request(&words(random));
        let index = index.read().expect("no thread panicked");
        std::hint::black_box(index.answer(&request, 2026));
    }
}

fn write(index: &RwLock<Index>, done: &AtomicBool) {
    let random = &mut Random(5);
    let mut number = 0;
    while !done.load(Ordering::Relaxed) {
        let record = document(number, random);
        let preparer = index
            .read()
            .expect("no thread panicked")
            .preparer(&[record.id]);
        for change in preparer.prepare(vec![record]) {
            index.write().expect("no thread panicked").apply(change);
        }
        number += 1;
        thread::sleep(Duration::from_millis(100));
    }
}

/// Saves and drops the index, loads it again: how long each took.
fn save_and_load(index: Index, path: &std::path::Path) -> (Duration, Duration) {
    let start = Instant::now();
    index.save(path).expect("the temporary folder is writable");
    let saving = start.elapsed();
    drop(index);
    let start = Instant::now();
    let loaded = Index::load(path).expect("a good file");
    let loading = start.elapsed();
    drop(loaded);
    (saving, loading)
}

/// How long queries of three to eight words took, ascending; the same words each time.
fn latencies(
    index: &Index,
    queries: usize,
    request: impl Fn(&[String]) -> SearchRequest,
) -> Vec<Duration> {
    let random = &mut Random(11);
    let mut taken: Vec<Duration> = (0..queries)
        .map(|_| {
            let request = request(&words(random));
            let start = Instant::now();
            std::hint::black_box(index.answer(&request, 2026));
            start.elapsed()
        })
        .collect();
    taken.sort_unstable();
    taken
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What this process holds (`VmRSS`) or has held at most (`VmHWM`), where the system tells; 0
/// elsewhere.
fn megabytes(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|found| found.strip_prefix(line));
    let kilobytes = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
