//! The blob store: original files, by content, in a folder or in a bucket.
//!
//! A file is written on this machine first, hashed on the way, and becomes part of the
//! store when it is whole: it is moved into the folder, or sent to the bucket. A crash
//! leaves at worst a stray temporary file.
//!
//! A file lies under the SHA-256 of its content: two letters, a slash, the others. That
//! is so in a folder and in a bucket, so that either can be copied into the other.

mod bucket;
mod writer;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::fs;
use tokio::io::AsyncWriteExt;

pub use bucket::{AccessKey, Bucket, BucketAddress, Trouble};
pub use writer::BlobWriter;

/// Why the store does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// A file that should be there is not.
    #[error("the stored file {0} is missing")]
    Missing(String),
    /// A file has another content than it had.
    #[error("the stored file {0} is damaged: its content has another hash")]
    Damaged(String),
    /// The disk of this machine.
    #[error(transparent)]
    Disk(#[from] io::Error),
    /// The store itself.
    #[error(transparent)]
    Store(#[from] Trouble),
}

/// Original files, named by the SHA-256 of their content.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Where files are written and unpacked before they are kept, on this machine. If
    /// the store is a folder, it is this one.
    spool: PathBuf,
    /// The bucket, where the store is one.
    bucket: Option<Arc<Bucket>>,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blobs").field(&self.place()).finish()
    }
}

impl Blobs {
    /// Opens a folder, making it where it is not there.
    pub async fn in_folder(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(incoming(&folder)).await?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(io::Error::from)?;
        Ok(Self {
            store: Arc::new(store),
            spool: folder,
            bucket: None,
        })
    }

    /// Opens a bucket. Nothing is asked of it yet: see [`Blobs::check`].
    pub async fn in_bucket(bucket: Bucket, spool: PathBuf) -> Result<Self, BlobError> {
        fs::create_dir_all(incoming(&spool)).await?;
        Ok(Self {
            store: bucket.connect()?,
            spool,
            bucket: Some(Arc::new(bucket)),
        })
    }

    /// What people call the place: an address of a bucket, or a folder.
    pub fn place(&self) -> String {
        match &self.bucket {
            Some(bucket) => bucket.address.to_string(),
            None => self.spool.display().to_string(),
        }
    }

    /// Proves that files can be written, read and removed. A folder has shown that when
    /// it was opened.
    pub async fn check(&self) -> Result<(), BlobError> {
        match &self.bucket {
            Some(bucket) => Ok(bucket.check(self.store.as_ref()).await?),
            None => Ok(()),
        }
    }

    /// Removes what writes left that ended before `before` without being kept: a
    /// process that was killed cannot clear up after itself.
    pub async fn clear_unfinished(&self, before: SystemTime) -> io::Result<()> {
        let mut entries = fs::read_dir(incoming(&self.spool)).await?;
        while let Some(entry) = entries.next_entry().await? {
            let touched = entry.metadata().await.and_then(|m| m.modified());
            if touched.is_ok_and(|time| time < before) {
                fs::remove_file(entry.path()).await?;
            }
        }
        match fs::read_dir(self.unpacking()).await {
            Ok(mut folders) => {
                while let Some(folder) = folders.next_entry().await? {
                    let touched = folder.metadata().await.and_then(|m| m.modified());
                    if touched.is_ok_and(|time| time < before) {
                        fs::remove_dir_all(folder.path()).await?;
                    }
                }
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A folder for files that are about to be taken apart; it goes when dropped.
    pub async fn scratch(&self) -> io::Result<TempDir> {
        let unpacking = self.unpacking();
        fs::create_dir_all(&unpacking).await?;
        TempDir::new_in(unpacking)
    }

    /// Begins a new file.
    pub async fn begin(&self) -> io::Result<BlobWriter> {
        BlobWriter::new(self.clone()).await
    }

    /// A stored file as one of this machine, for programs that read files.
    pub async fn fetch(&self, sha256: &str) -> Result<LocalFile, BlobError> {
        if self.bucket.is_none() {
            return Ok(LocalFile {
                path: self.file(sha256),
                _copy: None,
            });
        }
        let folder = self.scratch().await?;
        let path = folder.path().join("original");
        self.copy_to(sha256, &path).await?;
        Ok(LocalFile {
            path,
            _copy: Some(folder),
        })
    }

    /// Copies a stored file to a new one of this machine; what is written there has been
    /// proved to be what was kept.
    async fn copy_to(&self, sha256: &str, path: &Path) -> Result<(), BlobError> {
        let mut file = fs::File::create_new(path).await?;
        let mut hash = Sha256::new();
        let mut pieces = self.read(sha256, None).await?;
        while let Some(piece) = pieces.try_next().await? {
            hash.update(&piece);
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        if hex(&hash.finalize()) == sha256 {
            Ok(())
        } else {
            Err(BlobError::Damaged(sha256.to_owned()))
        }
    }

    /// The content of a stored file, or a part of it, piece by piece.
    pub async fn read(
        &self,
        sha256: &str,
        part: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let options = GetOptions::new().with_range(part);
        let found = self.store.get_opts(&key(sha256), options).await;
        let found = found.map_err(|error| lost(sha256, &error))?;
        let pieces = found.into_stream();
        Ok(Box::pin(pieces.map_err(|error| Trouble::of(&error).into())))
    }

    /// How many bytes of a file are stored; `None` where it is not there.
    pub async fn size(&self, sha256: &str) -> Result<Option<u64>, BlobError> {
        match self.store.head(&key(sha256)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(error) => match lost(sha256, &error) {
                BlobError::Missing(_) => Ok(None),
                other => Err(other),
            },
        }
    }

    /// Whether a stored file has the content that its name says.
    pub async fn is_sound(&self, sha256: &str) -> Result<bool, BlobError> {
        let mut hash = Sha256::new();
        let mut pieces = self.read(sha256, None).await?;
        while let Some(piece) = pieces.try_next().await? {
            hash.update(&piece);
        }
        Ok(hex(&hash.finalize()) == sha256)
    }

    /// Removes a stored file; one that is gone already is fine.
    pub async fn remove(&self, sha256: &str) -> Result<(), BlobError> {
        match self.store.delete(&key(sha256)).await {
            Ok(()) => Ok(()),
            Err(error) => match lost(sha256, &error) {
                BlobError::Missing(_) => Ok(()),
                other => Err(other),
            },
        }
    }

    /// Where a file lies in a folder.
    fn file(&self, sha256: &str) -> PathBuf {
        let (start, rest) = parts(sha256);
        self.spool.join(start).join(rest)
    }

    fn unpacking(&self) -> PathBuf {
        self.spool.join("unpacking")
    }
}

/// A stored file as one of this machine. What had to be copied goes when this is dropped.
#[derive(Debug)]
pub struct LocalFile {
    path: PathBuf,
    _copy: Option<TempDir>,
}

impl LocalFile {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn incoming(spool: &Path) -> PathBuf {
    spool.join("incoming")
}

fn parts(sha256: &str) -> (&str, &str) {
    sha256.split_at(sha256.len().min(2))
}

fn key(sha256: &str) -> Key {
    let (start, rest) = parts(sha256);
    Key::from(format!("{start}/{rest}"))
}

/// An error of the store about one file.
fn lost(sha256: &str, error: &object_store::Error) -> BlobError {
    match Trouble::of(error) {
        Trouble::NoSuchFile => BlobError::Missing(sha256.to_owned()),
        other => BlobError::Store(other),
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_kept_file_lies_under_its_hash_and_a_dropped_one_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path().join("files")).await.unwrap();
        let mut writer = blobs.begin().await.unwrap();
        writer.write(b"abc").await.unwrap();
        let sha256 = writer.sha256();
        writer.keep().await.unwrap();
        assert_eq!(
            sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let kept = blobs.fetch(&sha256).await.unwrap();
        assert_eq!(fs::read(kept.path()).await.unwrap(), b"abc");

        let mut writer = blobs.begin().await.unwrap();
        writer.write(b"half").await.unwrap();
        let path = writer.path().to_owned();
        writer.flush().await.unwrap();
        assert_eq!(fs::read(&path).await.unwrap(), b"half");
        drop(writer);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_part_is_read_and_what_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path().to_owned()).await.unwrap();
        let mut writer = blobs.begin().await.unwrap();
        writer.write(b"orchard").await.unwrap();
        let sha256 = writer.sha256();
        writer.keep().await.unwrap();
        let part = blobs.read(&sha256, Some(2..5)).await.unwrap();
        let part: Vec<Bytes> = part.try_collect().await.unwrap();
        assert_eq!(part.concat(), b"cha");
        assert_eq!(blobs.size(&sha256).await.unwrap(), Some(7));
        assert!(blobs.is_sound(&sha256).await.unwrap());
        blobs.remove(&sha256).await.unwrap();
        blobs.remove(&sha256).await.unwrap();
        assert_eq!(blobs.size(&sha256).await.unwrap(), None);
        let gone = blobs.read(&sha256, None).await.err().unwrap();
        assert!(matches!(gone, BlobError::Missing(_)), "{gone:?}");
    }

    #[tokio::test]
    async fn a_file_with_another_content_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path().to_owned()).await.unwrap();
        let mut writer = blobs.begin().await.unwrap();
        writer.write(b"orchard").await.unwrap();
        let sha256 = writer.sha256();
        writer.keep().await.unwrap();
        fs::write(blobs.file(&sha256), b"orchids").await.unwrap();
        assert!(!blobs.is_sound(&sha256).await.unwrap());
        let copied = blobs.copy_to(&sha256, &folder.path().join("copy")).await;
        assert!(matches!(copied, Err(BlobError::Damaged(_))), "{copied:?}");
    }

    #[tokio::test]
    async fn only_what_a_dead_process_left_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path().join("files")).await.unwrap();
        let writer = blobs.begin().await.unwrap();
        let touched = writer.path().metadata().unwrap().modified().unwrap();
        blobs.clear_unfinished(touched).await.unwrap();
        assert!(writer.path().exists());
        let later = touched + std::time::Duration::from_secs(1);
        blobs.clear_unfinished(later).await.unwrap();
        assert!(!writer.path().exists());
    }
}
