//! Who uses a cluster, and who may start or stop it.
//!
//! Two lock files. Each user of the cluster holds a shared lock on the first
//! for as long as it uses it. Whoever starts or stops the server holds an
//! exclusive lock on the second meanwhile, so that both decisions, and the
//! taking and leaving of the first lock, happen one at a time. The kernel
//! releases the locks of a process that dies, however it dies.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::ClusterError;

/// The right to start or stop the server, given back when dropped.
#[derive(Debug)]
pub(crate) struct Decision(File);

impl Decision {
    /// Waits for the right, at most until `patience` is over.
    pub(crate) fn take(path: &Path, patience: Duration) -> Result<Self, ClusterError> {
        let file = lock_file(path)?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(source)) => {
                    return Err(ClusterError::io("lock", path)(source));
                }
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    let what = "another process that starts or stops the server";
                    return Err(ClusterError::Timeout {
                        what,
                        waited: patience,
                        log: path.into(),
                    });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Decision {
    fn drop(&mut self) {
        // Explicitly, because a child process that is just being started may
        // hold a copy of the descriptor for a moment.
        let _ = self.0.unlock();
    }
}

/// The mark of one user of the cluster.
#[derive(Debug)]
pub(crate) struct Lease(File);

impl Lease {
    /// Joins the users. Call with the [`Decision`] held.
    pub(crate) fn join(path: &Path) -> Result<Self, ClusterError> {
        let file = lock_file(path)?;
        file.lock_shared().map_err(ClusterError::io("lock", path))?;
        Ok(Self(file))
    }

    /// Leaves, and tells whether nobody else is left. Call with the
    /// [`Decision`] held.
    pub(crate) fn leave(self) -> bool {
        let _ = self.0.unlock();
        Self::is_alone(&self.0)
    }

    /// Whether no process at all uses the cluster. Call with the [`Decision`]
    /// held. Creates no file: the folder may just be being removed.
    pub(crate) fn nobody(path: &Path) -> Result<bool, ClusterError> {
        match File::open(path) {
            Ok(file) => Ok(Self::is_alone(&file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
            Err(error) => Err(ClusterError::io("open", path)(error)),
        }
    }

    fn is_alone(file: &File) -> bool {
        let alone = file.try_lock().is_ok();
        let _ = file.unlock();
        alone
    }
}

fn lock_file(path: &Path) -> Result<File, ClusterError> {
    let mut options = File::options();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    options.open(path).map_err(ClusterError::io("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_one_to_leave_is_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lease");
        let (first, second) = (Lease::join(&path).unwrap(), Lease::join(&path).unwrap());
        assert!(!Lease::nobody(&path).unwrap());
        assert!(!first.leave());
        assert!(second.leave());
        assert!(Lease::nobody(&path).unwrap());
    }

    #[test]
    fn a_decision_excludes_another_until_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("decision");
        let held = Decision::take(&path, Duration::ZERO).unwrap();
        let refused = Decision::take(&path, Duration::from_millis(20)).unwrap_err();
        assert!(matches!(refused, ClusterError::Timeout { .. }));
        drop(held);
        assert!(Decision::take(&path, Duration::ZERO).is_ok());
    }
}
