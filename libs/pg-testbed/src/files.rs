//! The files of databases, on a server whose data folder is ours: the private
//! one. What is done with them is safe because of what `recycle` does first.
//!
//! As root we work in folders of the server's user, in which whoever is a superuser
//! of the server may lay links. So no link is followed: files are opened by what they
//! are, and written by being made anew.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, FileTimes};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown, lchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The time of change of a file that nobody has written to since it was copied
/// from the template with this number: a moment in 2001, another one for each
/// template, also for one that was made anew under the same name. Whoever writes
/// sets it to the present.
fn mark_of(template: u32) -> SystemTime {
    SystemTime::UNIX_EPOCH
        + Duration::new(1_000_000_000, 0)
        + Duration::from_micros(template.into())
}

/// Where the databases of a server have their files.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// With a folder for each database, named by its number.
    base: PathBuf,
    /// For folders that belong to no database just now. On the same file
    /// system, so that moving is renaming.
    aside: PathBuf,
}

/// The files of a template, as they stay.
#[derive(Debug)]
pub(crate) struct Original {
    folder: PathBuf,
    /// How long each is, in bytes.
    sizes: HashMap<OsString, u64>,
    mark: SystemTime,
}

impl Files {
    /// Those of the server with this data folder.
    pub(crate) fn of(data: &Path) -> Self {
        Self {
            base: data.join("base"),
            aside: data.with_file_name("aside"),
        }
    }

    /// The server's data folder.
    pub(crate) fn data(&self) -> &Path {
        self.base.parent().unwrap_or(&self.base)
    }

    /// The folder of the database with this number.
    fn folder(&self, database: u32) -> PathBuf {
        self.base.join(database.to_string())
    }

    /// Notes of a new clone, to which nobody has connected yet, that its files
    /// are as they were copied.
    pub(crate) fn mark(&self, database: u32, template: u32) -> io::Result<()> {
        for entry in fs::read_dir(real(&self.folder(database))?)? {
            mark(&open(&entry?.path())?, mark_of(template))?;
        }
        Ok(())
    }

    /// The files of a template. They do not change: nobody can connect to it.
    pub(crate) fn original(&self, database: u32) -> io::Result<Original> {
        let folder = self.folder(database);
        let mut sizes = HashMap::new();
        for entry in fs::read_dir(real(&folder)?)? {
            let entry = entry?;
            sizes.insert(entry.file_name(), entry.metadata()?.len());
        }
        let mark = mark_of(database);
        Ok(Original {
            folder,
            sizes,
            mark,
        })
    }

    /// Removes the files of a database that is only there to be copied.
    pub(crate) fn hollow(&self, database: u32) -> io::Result<()> {
        let folder = self.folder(database);
        let owner = folder.symlink_metadata()?;
        // Others may be copying it, if it was made before.
        if owner.is_dir() && fs::read_dir(&folder)?.next().is_none() {
            return Ok(());
        }
        fs::remove_dir_all(&folder)?;
        DirBuilder::new().mode(owner.mode()).create(&folder)?;
        lchown(&folder, Some(owner.uid()), Some(owner.gid()))
    }

    /// Takes the folder of a database away, to a place that the owner with this
    /// lock may use. `number` tells its folders apart.
    pub(crate) fn take(&self, database: u32, owner: i64, number: u64) -> io::Result<PathBuf> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&self.aside)?;
        let place = self.aside.join(format!("{owner:016x}_{number:x}"));
        fs::rename(self.folder(database), &place)?;
        Ok(place)
    }

    /// Gives a folder that was taken away to a database, in place of its own.
    pub(crate) fn give(&self, taken: &Path, database: u32) -> io::Result<()> {
        let folder = self.folder(database);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::rename(taken, folder),
        }
    }

    /// Removes those of the folders that no living owner has taken.
    pub(crate) fn clear(taken: &[PathBuf], held: &[i64]) {
        for folder in taken {
            let owner = owner_of(folder);
            if owner.is_none_or(|owner| !held.contains(&owner)) {
                // Another process may be at it too; what stays has a next time.
                let _ = fs::remove_dir_all(folder);
            }
        }
    }

    /// The folders that were taken away.
    pub(crate) fn taken(&self) -> io::Result<Vec<PathBuf>> {
        match fs::read_dir(&self.aside) {
            Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

impl Original {
    /// Makes the files in a folder that was taken away those of the template
    /// again: byte for byte, as if they had all been copied.
    pub(crate) fn restore(&self, taken: &Path) -> io::Result<()> {
        let mut missing: HashMap<_, _> = self.sizes.iter().collect();
        for entry in fs::read_dir(real(taken)?)? {
            let entry = entry?;
            let Some(size) = missing.remove(&entry.file_name()) else {
                fs::remove_file(entry.path())?;
                continue;
            };
            let now = entry.metadata()?;
            if !now.is_file() || now.len() != *size || now.modified()? != self.mark {
                self.copy(&entry.file_name(), taken)?;
            }
        }
        for name in missing.into_keys() {
            self.copy(name, taken)?;
        }
        Ok(())
    }

    fn copy(&self, name: &OsString, into: &Path) -> io::Result<()> {
        let (path, mut original) = (into.join(name), open(&self.folder.join(name))?);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut copy = File::options().write(true).create_new(true).open(&path)?;
        io::copy(&mut original, &mut copy)?;
        copy.set_permissions(original.metadata()?.permissions())?;
        // We may be root, and the server is somebody else.
        let owner = into.symlink_metadata()?;
        fchown(&copy, Some(owner.uid()), Some(owner.gid()))?;
        mark(&copy, self.mark)
    }
}

/// Opens a file that is one, and no link to one or something that can block.
fn open(path: &Path) -> io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other(format!("{} is no file", path.display())))
}

/// A folder that is one, and no link to one.
fn real(folder: &Path) -> io::Result<&Path> {
    if folder.symlink_metadata()?.is_dir() {
        return Ok(folder);
    }
    let why = format!("{} is no folder", folder.display());
    Err(io::Error::other(why))
}

fn mark(file: &File, time: SystemTime) -> io::Result<()> {
    file.set_times(FileTimes::new().set_modified(time))
}

/// The lock in a taken folder's name.
fn owner_of(taken: &Path) -> Option<i64> {
    let name = taken.file_name()?.to_str()?;
    let (owner, _) = name.split_once('_')?;
    Some(u64::from_str_radix(owner, 16).ok()?.cast_signed())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A data folder with a template and a clone of it.
    fn clone_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Files, Original) {
        let data = tempfile::tempdir().unwrap();
        let of = Files::of(&data.path().join("pgdata"));
        for database in [1, 2] {
            fs::create_dir_all(of.folder(database)).unwrap();
            for (name, text) in files {
                fs::write(of.folder(database).join(name), text).unwrap();
            }
        }
        of.mark(2, 1).unwrap();
        let original = of.original(1).unwrap();
        (data, of, original)
    }

    fn content(folder: &Path) -> Vec<(String, String)> {
        let mut content: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                let text = fs::read_to_string(entry.path()).unwrap();
                (entry.file_name().into_string().unwrap(), text)
            })
            .collect();
        content.sort();
        content
    }

    #[test]
    fn whatever_was_written_becomes_the_template_s() {
        let (_data, files, original) =
            clone_of(&[("1", "one"), ("2", "two"), ("3", ""), ("4", "four")]);
        let folder = files.folder(2);
        fs::write(folder.join("1"), "eno").unwrap();
        fs::write(folder.join("3"), "three").unwrap();
        fs::remove_file(folder.join("4")).unwrap();
        fs::write(folder.join("5"), "five").unwrap();
        let taken = files.take(2, -1, 7).unwrap();
        original.restore(&taken).unwrap();
        files.give(&taken, 3).unwrap();
        assert_eq!(content(&files.folder(3)), content(&files.folder(1)));
    }

    #[test]
    fn what_was_not_written_is_left_alone() {
        let (_data, files, original) = clone_of(&[("1", "one")]);
        let taken = files.take(2, 1, 1).unwrap();
        let before = taken.join("1").metadata().unwrap().ctime_nsec();
        original.restore(&taken).unwrap();
        assert_eq!(taken.join("1").metadata().unwrap().ctime_nsec(), before);
    }

    #[test]
    fn a_clone_of_a_template_that_was_made_anew_becomes_the_new_one_s() {
        let (_data, files, _) = clone_of(&[("1", "one")]);
        fs::create_dir(files.folder(7)).unwrap();
        fs::write(files.folder(7).join("1"), "eno").unwrap();
        let taken = files.take(2, 1, 1).unwrap();
        files.original(7).unwrap().restore(&taken).unwrap();
        assert_eq!(content(&taken), content(&files.folder(7)));
    }

    #[test]
    fn links_are_not_followed() {
        let (data, files, original) = clone_of(&[("1", "one"), ("2", "two")]);
        let elsewhere = data.path().join("elsewhere");
        fs::write(&elsewhere, "mine").unwrap();
        let before = elsewhere.metadata().unwrap().modified().unwrap();
        // In a used clone: it is replaced, and what it leads to is left alone.
        fs::remove_file(files.folder(2).join("1")).unwrap();
        symlink(&elsewhere, files.folder(2).join("1")).unwrap();
        files.mark(2, 1).unwrap_err();
        let taken = files.take(2, 1, 1).unwrap();
        original.restore(&taken).unwrap();
        assert_eq!(content(&taken), content(&files.folder(1)));
        assert!(taken.join("1").symlink_metadata().unwrap().is_file());
        // In the template: it is not read.
        fs::remove_file(files.folder(1).join("2")).unwrap();
        symlink(&elsewhere, files.folder(1).join("2")).unwrap();
        fs::remove_file(taken.join("2")).unwrap();
        original.restore(&taken).unwrap_err();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
        let after = elsewhere.metadata().unwrap().modified().unwrap();
        assert_eq!(after, before);
    }

    #[test]
    fn a_link_in_place_of_a_folder_is_no_folder() {
        let (data, files, original) = clone_of(&[("1", "one")]);
        let elsewhere = data.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("1"), "mine").unwrap();
        fs::remove_dir_all(files.folder(2)).unwrap();
        symlink(&elsewhere, files.folder(2)).unwrap();
        files.mark(2, 1).unwrap_err();
        files.original(2).unwrap_err();
        let taken = files.take(2, 1, 1).unwrap();
        original.restore(&taken).unwrap_err();
        Files::clear(&[taken], &[]);
        symlink(&elsewhere, files.folder(2)).unwrap();
        files.hollow(2).unwrap();
        assert_eq!(content(&files.folder(2)), []);
        assert_eq!(fs::read_to_string(elsewhere.join("1")).unwrap(), "mine");
    }

    #[test]
    fn folders_of_owners_who_are_gone_are_removed() {
        let (_data, files, _) = clone_of(&[("1", "one")]);
        let of_the_living = files.take(1, 5, 1).unwrap();
        files.take(2, i64::MIN, 1).unwrap();
        Files::clear(&files.taken().unwrap(), &[5]);
        assert_eq!(files.taken().unwrap(), [of_the_living]);
    }
}
