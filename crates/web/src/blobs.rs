//! The blob store: original files, in a folder, by content.
//!
//! A file is written beside its final place, hashed on the way, and moved there
//! when whole, so that a crash leaves at worst a stray temporary file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::fs;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// A folder of files, named by the SHA-256 of their content.
#[derive(Debug, Clone)]
pub struct BlobFolder {
    root: PathBuf,
}

impl BlobFolder {
    /// Opens the folder, making it where it is not there.
    pub async fn open(root: PathBuf) -> io::Result<Self> {
        let folder = Self { root };
        fs::create_dir_all(folder.incoming()).await?;
        Ok(folder)
    }

    /// Removes what writes left that ended before `before` without being kept: a
    /// process that was killed cannot clear up after itself.
    pub async fn clear_unfinished(&self, before: SystemTime) -> io::Result<()> {
        let mut entries = fs::read_dir(self.incoming()).await?;
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
        let path = self.incoming().join(Uuid::new_v4().to_string());
        Ok(BlobWriter {
            file: fs::File::create_new(&path).await?,
            folder: self.clone(),
            path,
            hash: Sha256::new(),
            size: 0,
            kept: false,
        })
    }

    /// Where a stored file lies.
    pub fn path(&self, sha256: &str) -> PathBuf {
        let (start, rest) = sha256.split_at(sha256.len().min(2));
        self.root.join(start).join(rest)
    }

    /// Removes a stored file; one that is gone already is fine.
    pub async fn remove(&self, sha256: &str) -> io::Result<()> {
        match fs::remove_file(self.path(sha256)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn unpacking(&self) -> PathBuf {
        self.root.join("unpacking")
    }

    fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }
}

/// A file being written. Dropped before [`BlobWriter::keep`], it leaves nothing.
#[derive(Debug)]
pub struct BlobWriter {
    folder: BlobFolder,
    path: PathBuf,
    file: fs::File,
    hash: Sha256,
    size: u64,
    kept: bool,
}

impl BlobWriter {
    /// Appends bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// Bytes written so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of the bytes written so far, lower-case hex.
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    /// Where the file lies until it is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings all bytes written so far to [`BlobWriter::path`], so that they can
    /// be read there.
    pub async fn flush(&mut self) -> io::Result<()> {
        self.file.flush().await
    }

    /// Makes the file part of the store, on disk for good.
    pub async fn keep(mut self) -> io::Result<()> {
        self.file.sync_all().await?;
        let place = self.folder.path(&self.sha256());
        let holder = place.parent().unwrap_or(&self.folder.root);
        fs::create_dir_all(holder).await?;
        fs::rename(&self.path, &place).await?;
        self.kept = true;
        // Names are on disk for good only when their folders are.
        sync_folder(holder).await?;
        sync_folder(&self.folder.root).await
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if !self.kept {
            // Best effort: the next start clears what is left here.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

async fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
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
        let blobs = BlobFolder::open(folder.path().join("files")).await.unwrap();
        let mut writer = blobs.begin().await.unwrap();
        writer.write(b"abc").await.unwrap();
        let sha256 = writer.sha256();
        writer.keep().await.unwrap();
        assert_eq!(
            sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(fs::read(blobs.path(&sha256)).await.unwrap(), b"abc");

        let mut writer = blobs.begin().await.unwrap();
        writer.write(b"half").await.unwrap();
        let path = writer.path().to_owned();
        writer.flush().await.unwrap();
        assert_eq!(fs::read(&path).await.unwrap(), b"half");
        drop(writer);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn only_what_a_dead_process_left_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = BlobFolder::open(folder.path().join("files")).await.unwrap();
        let writer = blobs.begin().await.unwrap();
        let touched = writer.path().metadata().unwrap().modified().unwrap();
        blobs.clear_unfinished(touched).await.unwrap();
        assert!(writer.path().exists());
        let later = touched + std::time::Duration::from_secs(1);
        blobs.clear_unfinished(later).await.unwrap();
        assert!(!writer.path().exists());
    }
}
