//! The files and folders of one cluster.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::ClusterError;
use crate::user::ServerUser;

/// The number in the name of the socket. The folder tells clusters apart.
pub(crate) const PORT: u16 = 5432;

/// Longest path of a socket that every system accepts (macOS: 104 with the
/// final zero), less some reserve.
const LONGEST_SOCKET: usize = 100;

/// Where everything of a cluster is, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The folder given by the caller, absolute; holds the lock files.
    pub(crate) dir: PathBuf,
    /// The cluster's own folder: mostly the same.
    pub(crate) home: PathBuf,
    /// As whom the server runs.
    pub(crate) user: ServerUser,
    /// The folder of the server's socket.
    pub(crate) socket_dir: PathBuf,
}

impl Place {
    /// Works out the places of the cluster whose folder is `home`.
    pub(crate) fn new(dir: PathBuf, home: PathBuf) -> Result<Self, ClusterError> {
        let data = home.join("pgdata");
        let user = if data.exists() {
            ServerUser::owner_of(&data)?
        } else {
            ServerUser::for_new_data()?
        };
        let socket_dir = socket_dir(&home);
        Ok(Self {
            dir,
            home,
            user,
            socket_dir,
        })
    }

    /// The server's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.join("pgdata")
    }

    /// The server's log file.
    pub(crate) fn log(&self) -> PathBuf {
        self.home.join("server.log")
    }

    /// The UNIX socket itself.
    pub(crate) fn socket(&self) -> PathBuf {
        self.socket_dir.join(format!(".s.PGSQL.{PORT}"))
    }

    /// Creates what is missing and makes the server's user its owner.
    pub(crate) fn prepare(&self) -> Result<(), ClusterError> {
        private_dir(&self.socket_dir, &self.user)?;
        for lock in [lease_file(&self.dir), decision_file(&self.dir)] {
            if lock.exists() {
                self.user.own(&lock)?;
            }
        }
        Ok(())
    }
}

/// The lock file that every user of the cluster shares.
pub(crate) fn lease_file(dir: &Path) -> PathBuf {
    dir.join("lease.lock")
}

/// The lock file held while the server is started or stopped.
pub(crate) fn decision_file(dir: &Path) -> PathBuf {
    dir.join("decision.lock")
}

/// `home/socket`, or a short folder under `/tmp` when that path is too long or
/// has characters that PostgreSQL's list of folders would misread.
fn socket_dir(home: &Path) -> PathBuf {
    let beside = home.join("socket");
    let length = beside.join(format!(".s.PGSQL.{PORT}")).as_os_str().len();
    let plain = !beside
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .any(|byte| b",\"'\\".contains(byte));
    if length <= LONGEST_SOCKET && plain {
        beside
    } else {
        Path::new("/tmp").join(format!("pg-{}", short_hash(home)))
    }
}

/// Makes sure that `dir` exists and that only `user` (and root) can enter it.
/// Under `/tmp` somebody else may have been there first, so it is checked.
pub(crate) fn private_dir(dir: &Path, user: &ServerUser) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => user.own(dir)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(ClusterError::io("create", dir)(error)),
    }
    let found = fs::symlink_metadata(dir).map_err(ClusterError::io("inspect", dir))?;
    if found.is_dir() && found.uid() == user.uid && found.mode().trailing_zeros() >= 6 {
        Ok(())
    } else {
        Err(ClusterError::NotPrivate {
            path: dir.into(),
            owner: user.uid,
        })
    }
}

/// A short name for a path: FNV-1a, 64 bits, in hexadecimal.
pub(crate) fn short_hash(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn ourselves(dir: &Path) -> ServerUser {
        ServerUser::owner_of(dir).unwrap()
    }

    #[test]
    fn fnv_matches_its_published_values() {
        assert_eq!(short_hash(Path::new("")), "cbf29ce484222325");
        assert_eq!(short_hash(Path::new("foobar")), "85944171f73967e8");
    }

    #[test]
    fn long_and_odd_paths_get_a_short_socket_folder() {
        assert_eq!(
            socket_dir(Path::new("/srv/data")),
            Path::new("/srv/data/socket")
        );
        let long = format!("/srv/{}", "x".repeat(100));
        for home in [long.as_str(), "/srv/a,b", "/srv/o'clock"] {
            let dir = socket_dir(Path::new(home));
            assert!(dir.starts_with("/tmp"), "{}", dir.display());
        }
    }

    #[test]
    fn a_private_folder_is_made_once_and_accepted_again() {
        let root = tempfile::tempdir().unwrap();
        let (user, dir) = (ourselves(root.path()), root.path().join("socket"));
        private_dir(&dir, &user).unwrap();
        private_dir(&dir, &user).unwrap();
        assert_eq!(
            fs::metadata(&dir).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }

    #[test]
    fn an_open_folder_or_a_link_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let user = ourselves(root.path());
        let (open, link) = (root.path().join("open"), root.path().join("link"));
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
        symlink(&open, &link).unwrap();
        for dir in [open, link] {
            let refused = private_dir(&dir, &user);
            assert!(
                matches!(refused, Err(ClusterError::NotPrivate { .. })),
                "{}",
                dir.display()
            );
        }
    }
}
