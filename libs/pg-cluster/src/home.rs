//! In which folder the cluster lives: the data folder itself, or, for root
//! whose data folder the server's user cannot enter, a place of the system.
//!
//! The two folders then name each other: `cluster-home` in the data folder and
//! `belongs-to` in the cluster's. The cluster's folder has a random part in its
//! name, so that a data folder that was removed and made anew begins empty
//! instead of picking up the old database.

use std::ffi::OsString;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::error::ClusterError;
use crate::place::short_hash;
use crate::user::ServerUser;

const POINTER: &str = "cluster-home";
const OWNER: &str = "belongs-to";

/// The cluster's folder for the data folder `dir`, chosen and created at the
/// first time, with a note when it is elsewhere. `system` is where it goes then.
pub(crate) fn settle(dir: &Path, system: &Path) -> Result<(PathBuf, Option<String>), ClusterError> {
    if let Some(home) = locate(dir)? {
        let note = (home != dir).then(|| note(dir, &home));
        return Ok((home, note));
    }
    let user = ServerUser::for_new_data()?;
    if !user.is_somebody_else() || user.can_enter(dir) {
        return Ok((dir.into(), None));
    }
    let home = create_elsewhere(dir, system)?;
    let note = note(dir, &home);
    Ok((home, Some(note)))
}

/// The folder of a cluster that was settled before.
pub(crate) fn locate(dir: &Path) -> Result<Option<PathBuf>, ClusterError> {
    let pointer = dir.join(POINTER);
    match read_path(&pointer)? {
        Some(home) => follow(dir, pointer, home).map(Some),
        None if dir.join("pgdata").exists() => Ok(Some(dir.into())),
        None => Ok(None),
    }
}

/// Checks that the home agrees that it belongs to `dir`. A data folder that was
/// moved takes its home along; a copy does not get it.
fn follow(dir: &Path, pointer: PathBuf, home: PathBuf) -> Result<PathBuf, ClusterError> {
    let Some(owner) = read_path(&home.join(OWNER))? else {
        return Err(ClusterError::HomeMissing { pointer, home });
    };
    if owner == dir {
        return Ok(home);
    }
    if read_path(&owner.join(POINTER))?.as_ref() == Some(&home) {
        return Err(ClusterError::HomeOfAnother {
            pointer,
            home,
            owner,
        });
    }
    write_path(&home.join(OWNER), dir)?;
    Ok(home)
}

fn create_elsewhere(dir: &Path, system: &Path) -> Result<PathBuf, ClusterError> {
    let unique = RandomState::new().hash_one(dir);
    let home = system.join(format!("{}-{unique:016x}", short_hash(dir)));
    fs::create_dir_all(&home).map_err(ClusterError::io("create", &home))?;
    write_path(&home.join(OWNER), dir)?;
    write_path(&dir.join(POINTER), &home)?;
    Ok(home)
}

fn note(dir: &Path, home: &Path) -> String {
    format!(
        "PostgreSQL does not run as root, and its user cannot enter {}: \
         the database is kept in {} instead",
        dir.display(),
        home.display()
    )
}

/// The path that is the content of a file, or `None` when there is no such file.
fn read_path(file: &Path) -> Result<Option<PathBuf>, ClusterError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(OsString::from_vec(bytes).into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ClusterError::io("read", file)(error)),
    }
}

fn write_path(file: &Path, path: &Path) -> Result<(), ClusterError> {
    let bytes = path.as_os_str().as_encoded_bytes();
    fs::write(file, bytes).map_err(ClusterError::io("write", file))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folders {
        root: tempfile::TempDir,
        data: PathBuf,
        home: PathBuf,
    }

    /// A data folder whose cluster was put elsewhere.
    fn relocated() -> Folders {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        fs::create_dir(&data).unwrap();
        let home = create_elsewhere(&data, &root.path().join("system")).unwrap();
        Folders { root, data, home }
    }

    #[test]
    fn the_pointer_leads_to_the_home() {
        let folders = relocated();
        assert_eq!(locate(&folders.data).unwrap(), Some(folders.home));
    }

    #[test]
    fn a_recreated_data_folder_does_not_find_the_old_home() {
        let folders = relocated();
        fs::remove_dir_all(&folders.data).unwrap();
        fs::create_dir(&folders.data).unwrap();
        assert_eq!(locate(&folders.data).unwrap(), None);
        let anew = create_elsewhere(&folders.data, &folders.root.path().join("system")).unwrap();
        assert_ne!(anew, folders.home);
    }

    #[test]
    fn a_moved_data_folder_keeps_its_home_and_a_copy_is_refused() {
        let folders = relocated();
        let moved = folders.root.path().join("moved");
        fs::rename(&folders.data, &moved).unwrap();
        assert_eq!(locate(&moved).unwrap(), Some(folders.home));

        let copy = folders.root.path().join("copy");
        fs::create_dir(&copy).unwrap();
        fs::copy(moved.join(POINTER), copy.join(POINTER)).unwrap();
        assert!(matches!(
            locate(&copy),
            Err(ClusterError::HomeOfAnother { .. })
        ));
    }

    #[test]
    fn a_home_that_vanished_is_an_error() {
        let folders = relocated();
        fs::remove_dir_all(&folders.home).unwrap();
        assert!(matches!(
            locate(&folders.data),
            Err(ClusterError::HomeMissing { .. })
        ));
    }
}
