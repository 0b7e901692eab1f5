//! What `postmaster.pid` tells about the server of a data folder.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The state of a data folder's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No process serves this folder.
    Down,
    /// A server is starting, recovering or stopping.
    Busy(u32),
    /// A server accepts connections.
    Ready(u32),
}

/// Looks at the pid file of `data` and at the process it names.
pub(crate) fn state(data: &Path) -> State {
    match read(data) {
        Some((pid, _)) if !serves(pid, data) => State::Down,
        Some((pid, true)) => State::Ready(pid),
        Some((pid, false)) => State::Busy(pid),
        None => State::Down,
    }
}

/// Removes a pid file whose number now belongs to a process of another kind.
///
/// PostgreSQL itself ignores a stale file, except when the number was given to
/// a new process of the same user, as happens after a reboot of a container.
/// A file whose process is gone is left to PostgreSQL, which then also checks
/// that no orphaned backend still uses the old shared memory.
pub(crate) fn remove_if_reused(data: &Path) {
    let Some((pid, _)) = read(data) else { return };
    if command_line(pid).is_some() && !serves(pid, data) {
        let _ = fs::remove_file(data.join("postmaster.pid"));
    }
}

/// The pid on line 1, and whether line 8 says `ready`.
fn read(data: &Path) -> Option<(u32, bool)> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
    Some((pid, ready))
}

/// Whether the process is a postmaster of this data folder: we start it with
/// the folder on its command line. A zombie has no command line.
fn serves(pid: u32, data: &Path) -> bool {
    let wanted = data.as_os_str().as_encoded_bytes();
    command_line(pid).is_some_and(|line| line.windows(wanted.len()).any(|part| part == wanted))
}

/// The command line of a process, or `None` when there is no such process.
fn command_line(pid: u32) -> Option<Vec<u8>> {
    if Path::new("/proc/self/cmdline").exists() {
        return fs::read(format!("/proc/{pid}/cmdline")).ok();
    }
    let pid = pid.to_string();
    let output = Command::new("ps")
        .args(["-ww", "-o", "args=", "-p", &pid])
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_pid_file(pid: u32) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("{pid}\n/x\n1\n5432\n/x\n\n0\nready   \n");
        fs::write(dir.path().join("postmaster.pid"), text).unwrap();
        dir
    }

    #[test]
    fn a_folder_without_pid_file_is_down() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(state(dir.path()), State::Down);
    }

    #[test]
    fn the_status_line_is_the_eighth() {
        let dir = with_pid_file(42);
        assert_eq!(read(dir.path()), Some((42, true)));
    }

    #[test]
    fn a_number_given_to_another_process_is_not_a_server() {
        let dir = with_pid_file(std::process::id());
        assert_eq!(state(dir.path()), State::Down);
        remove_if_reused(dir.path());
        assert!(!dir.path().join("postmaster.pid").exists());
    }

    #[test]
    fn the_file_of_a_vanished_process_is_left_to_postgres() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let dir = with_pid_file(child.id());
        assert_eq!(state(dir.path()), State::Down);
        remove_if_reused(dir.path());
        assert!(dir.path().join("postmaster.pid").exists());
    }
}
