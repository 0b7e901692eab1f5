//! From how the child ended to what is wrong with the file.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use serde::de::DeserializeOwned;

use crate::error::IngestError;
use crate::sandbox::{Limits, Reply};

/// How a child ended.
pub(super) enum Ending {
    /// It answered more than it may.
    TooMuch,
    /// By itself or by a signal.
    Exited {
        status: ExitStatus,
        answer: Vec<u8>,
        /// The last of its standard error.
        messages: String,
    },
}

// The same numbers on Linux and macOS.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

/// What Rust's allocator says before it aborts.
const ALLOCATION_FAILED: &str = "memory allocation of";

pub(super) fn verdict<T: DeserializeOwned>(ending: Ending, limits: &Limits) -> Reply<T> {
    let Ending::Exited {
        status,
        answer,
        messages,
    } = ending
    else {
        return Err(IngestError::TooMuchOutput {
            limit_bytes: limits.output_bytes,
        });
    };
    if !messages.is_empty() {
        tracing::debug!(%status, stderr = %messages, "the reader process said");
    }
    let out_of_memory = IngestError::OutOfMemory {
        limit_bytes: limits.memory_bytes,
    };
    match status.signal() {
        None if status.success() => {
            serde_json::from_slice(&answer).unwrap_or(Err(IngestError::ReaderCrashed))
        }
        Some(SIGXCPU) => Err(IngestError::TimedOut {
            seconds: limits.cpu_seconds,
        }),
        Some(SIGABRT) if messages.contains(ALLOCATION_FAILED) => Err(out_of_memory),
        // Nobody here sends it: the system does, when it runs out of memory.
        Some(SIGKILL) => Err(out_of_memory),
        _ => Err(IngestError::ReaderCrashed),
    }
}
