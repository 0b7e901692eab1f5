//! The child's side: limits first, then the file.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use rlimit::Resource;
use serde::Serialize;

use crate::error::IngestError;
use crate::extract::Given;
use crate::members::{self, Found, UnpackLimits};
use crate::parse::{Parsed, parse};
use crate::sandbox::confine::confine;
use crate::sandbox::{Limits, Reply, Request, Task};

/// Parsers recurse over nested structures: a stack that damaged files do not exhaust,
/// and that still fits the memory limit many times.
const STACK_BYTES: usize = 128 << 20;
/// The request is a path and a few numbers, and what was recognised on pages.
const MAX_REQUEST: u64 = 64 << 20;
/// The standard streams, the file, and some room.
const OPEN_FILES: u64 = 16;

/// The whole life of the child process: reads one request from standard input, limits
/// itself, reads the file, writes one reply to standard output. Call it before any
/// other thread is started, as each takes from the memory limit.
pub fn child_main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().take(MAX_REQUEST).read_line(&mut line)?;
    let request: Request = serde_json::from_str(&line)?;
    let limits = request.limits;
    match request.task.clone() {
        Task::Read { current_year } => {
            restrict(&limits, 0)?;
            let confined = confine(&request.path, None);
            let work = move || read(&request, current_year);
            reply(&confined.map_or_else(fault, |_| answer(limits, work)))
        }
        Task::Unpack { into } => {
            // One byte more than a member may have is what shows that it has too many.
            restrict(&limits, limits.input_bytes.saturating_add(1))?;
            let confined = confine(&request.path, Some(&into));
            let work = move || unpack(&request, &into);
            reply(&confined.map_or_else(fault, |_| answer(limits, work)))
        }
        Task::Confine => {
            restrict(&limits, 0)?;
            reply(&confine(&request.path, None).or_else(fault))
        }
    }
}

/// A file that is not there any more, or not for us.
fn fault<T>(error: io::Error) -> Reply<T> {
    Err(error.into())
}

fn reply<T: Serialize>(reply: &Reply<T>) -> io::Result<()> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut stdout, reply)?;
    stdout.flush()
}

/// `file_bytes` is the size of the largest file that may be written.
fn restrict(limits: &Limits, file_bytes: u64) -> io::Result<()> {
    // macOS knows no limit on address space and says so; the wall clock and the
    // processor limit still hold there.
    let _ = lower(Resource::AS, limits.memory_bytes, limits.memory_bytes);
    // One second between the signal that ends the child and the one that it cannot
    // survive: the parent tells by the signal what happened.
    lower(Resource::CPU, limits.cpu_seconds, limits.cpu_seconds + 1)?;
    // In a build of `make coverage` it writes which lines it ran.
    if !cfg!(coverage) {
        lower(Resource::FSIZE, file_bytes, file_bytes)?;
    }
    lower(Resource::CORE, 0, 0)?;
    lower(Resource::NOFILE, OPEN_FILES, OPEN_FILES)
}

/// Sets a limit, but never above the one that is already in force.
fn lower(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let (_, ceiling) = resource.get()?;
    resource.set(soft.min(ceiling), hard.min(ceiling))
}

pub(super) fn read(request: &Request, current_year: i32) -> Reply<Parsed> {
    let bytes = std::fs::read(&request.path)?;
    parse(&bytes, &request.file_name, current_year, &given(request))
}

fn unpack(request: &Request, into: &Path) -> Reply<Vec<Found>> {
    let limits = UnpackLimits {
        member_bytes: request.limits.input_bytes,
        total_bytes: request.limits.unpacked_bytes,
    };
    let given = given(request);
    members::unpack(&request.path, &request.file_name, &given, limits, into)
}

fn given(request: &Request) -> Given<'_> {
    Given {
        password: request.password.as_deref(),
        recognised: &request.recognised,
    }
}

/// Does the work on a thread with a large stack. A panic there is the reader's
/// failure, not the child's.
pub(super) fn answer<T: Send + 'static>(
    limits: Limits,
    work: impl FnOnce() -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let limit_bytes = limits.memory_bytes;
    // The only reason for which a first thread cannot start is memory for its stack.
    let thread = thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work)
        .map_err(|_| IngestError::OutOfMemory { limit_bytes })?;
    thread.join().unwrap_or(Err(IngestError::ReaderCrashed))
}
