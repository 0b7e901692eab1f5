//! What the kernel keeps from a process that reads files of strangers.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;

use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What holds on this machine, beside the limits that hold everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Only the reader's own files can be opened (Landlock, Linux 5.13 or later).
    pub files: bool,
    /// Only calls that reading needs are answered: no network, no new program, no
    /// other process (seccomp, Linux on x86-64, ARM64 or RISC-V).
    pub calls: bool,
}

impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.files, self.calls) {
            (true, true) => "no network, no other program and no file but their own",
            (true, false) => {
                "no file but their own (this system lacks seccomp: the network is open to them)"
            }
            (false, true) => {
                "no network and no other program (this system lacks Landlock: files that the server may read are open to them)"
            }
            (false, false) => {
                "limits on memory, time and files only (this system has neither Landlock nor seccomp)"
            }
        })
    }
}

/// Confines this thread, and those that it starts, for ever: `readable` is the one
/// file that may be opened, `writable` the one folder in which files may be made.
///
/// What the kernel does not know is left out, and the answer says so.
#[cfg(target_os = "linux")]
pub(super) fn confine(readable: &Path, writable: Option<&Path>) -> io::Result<Confinement> {
    // In a build of `make coverage` the child writes which lines it ran.
    if cfg!(coverage) {
        return Ok(Confinement {
            files: false,
            calls: false,
        });
    }
    Ok(Confinement {
        files: files::confine(readable, writable)?,
        calls: calls::confine(writable.is_some()),
    })
}

/// Only Linux can do more than limits.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: &Path, _: Option<&Path>) -> io::Result<Confinement> {
    Ok(Confinement {
        files: false,
        calls: false,
    })
}

#[cfg(all(test, target_os = "linux", not(coverage)))]
mod tests;
