//! Where the private cluster's files go.

use std::env;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder in memory, where the system has one.
const MEMORY: &str = "/dev/shm";

/// Free memory (in KiB) without which a cluster does not begin there: an empty
/// one takes 40 MB, its log of changes up to 256 MB, and then come the tests.
const ROOM: u64 = 1024 * 1024;

/// The folder of this user's cluster of one major version, if there is one. Creates
/// nothing.
pub(crate) fn of_version(major: u32, uid: u32) -> Option<PathBuf> {
    let bases = [PathBuf::from(MEMORY), on_disk()];
    let folders = bases.map(|base| base.join(own(uid)).join(major.to_string()));
    folders.into_iter().find(|folder| folder.exists())
}

fn own(uid: u32) -> String {
    format!("pg-testbed-{uid}")
}

/// The folder of this user's cluster of one major version, with its parents.
pub(crate) fn for_version(major: u32, uid: u32) -> io::Result<PathBuf> {
    let own = own(uid);
    let in_memory = Path::new(MEMORY).join(&own);
    let version = major.to_string();
    let base = if in_memory.join(&version).exists() || has_room(Path::new(MEMORY)) {
        in_memory
    } else {
        on_disk().join(own)
    };
    private(&base, uid)?;
    Ok(base.join(version))
}

/// Creates a folder for this user only, and checks that it is: its parent may
/// be open to all. The server of root is another user, who must get through.
fn private(dir: &Path, uid: u32) -> io::Result<()> {
    let mode = if uid == 0 { 0o711 } else { 0o700 };
    DirBuilder::new().recursive(true).mode(mode).create(dir)?;
    let found = fs::symlink_metadata(dir)?;
    if found.is_dir() && found.uid() == uid && found.mode() & 0o022 == 0 {
        return Ok(());
    }
    let message = format!(
        "{} is not a folder of yours alone: remove it",
        dir.display()
    );
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

/// The user's cache folder, or the folder for temporary files.
fn on_disk() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    cache
        .filter(|dir| dir.is_absolute())
        .or_else(home)
        .unwrap_or_else(env::temp_dir)
}

fn has_room(dir: &Path) -> bool {
    let output = Command::new("df").arg("-Pk").arg(dir).output();
    output.is_ok_and(|output| free(&String::from_utf8_lossy(&output.stdout)) >= ROOM)
}

/// The free KiB in what `df -Pk` prints, or 0.
fn free(table: &str) -> u64 {
    let row = table.lines().nth(1).unwrap_or_default();
    row.split_whitespace()
        .nth(3)
        .and_then(|column| column.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_free_space_that_df_prints() {
        let table = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                     tmpfs 24684096 1024 24683072 1% /dev/shm\n";
        assert_eq!(free(table), 24_683_072);
        assert_eq!(free("df: /dev/shm: No such file or directory\n"), 0);
    }
}
