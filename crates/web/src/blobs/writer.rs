//! A file on its way into the store.

use std::io;
use std::path::{Path, PathBuf};

use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use super::{BlobError, Blobs, Trouble, hex, incoming, key};

/// Larger files are sent to a bucket in parts of this size, each held in memory while it
/// is under way. Services ask for 5 MiB at least.
const PART_BYTES: u64 = 8 * 1024 * 1024;

/// A file being written. Dropped before [`BlobWriter::keep`], it leaves nothing.
#[derive(Debug)]
pub struct BlobWriter {
    blobs: Blobs,
    path: PathBuf,
    file: fs::File,
    hash: Sha256,
    size: u64,
    is_moved: bool,
}

impl BlobWriter {
    pub(super) async fn new(blobs: Blobs) -> io::Result<Self> {
        let path = incoming(&blobs.spool).join(Uuid::new_v4().to_string());
        Ok(Self {
            file: fs::File::create_new(&path).await?,
            blobs,
            path,
            hash: Sha256::new(),
            size: 0,
            is_moved: false,
        })
    }

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

    /// Makes the file part of the store, for good.
    pub async fn keep(mut self) -> Result<(), BlobError> {
        if self.blobs.bucket.is_some() {
            self.flush().await?;
            self.send().await
        } else {
            Ok(self.move_into_place().await?)
        }
    }

    async fn move_into_place(&mut self) -> io::Result<()> {
        self.file.sync_all().await?;
        let place = self.blobs.file(&self.sha256());
        let holder = place.parent().unwrap_or(&self.blobs.spool);
        fs::create_dir_all(holder).await?;
        fs::rename(&self.path, &place).await?;
        self.is_moved = true;
        // Names are on disk for good only when their folders are.
        sync_folder(holder).await?;
        sync_folder(&self.blobs.spool).await
    }

    /// Sends the file to the bucket, where it appears when all of it has arrived.
    async fn send(&self) -> Result<(), BlobError> {
        let key = key(&self.sha256());
        let store = &self.blobs.store;
        let mut file = fs::File::open(&self.path).await?;
        if self.size <= PART_BYTES {
            let payload = next_part(&mut file).await?;
            let sent = store.put(&key, payload).await;
            sent.map_err(|error| Trouble::of(&error))?;
            return Ok(());
        }
        let upload = store.put_multipart(&key).await;
        let mut upload = upload.map_err(|error| Trouble::of(&error))?;
        let sent = self.send_parts(&mut file, upload.as_mut()).await;
        if sent.is_err() {
            // Best effort: where the service does not answer, a rule of the bucket's has
            // to remove what has arrived (docs/configuration.md).
            let _ = upload.abort().await;
        }
        sent
    }

    async fn send_parts(
        &self,
        file: &mut fs::File,
        upload: &mut dyn MultipartUpload,
    ) -> Result<(), BlobError> {
        for _ in 0..self.size.div_ceil(PART_BYTES) {
            let sent = upload.put_part(next_part(file).await?).await;
            sent.map_err(|error| Trouble::of(&error))?;
        }
        let done = upload.complete().await;
        done.map_err(|error| Trouble::of(&error))?;
        Ok(())
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if !self.is_moved {
            // Best effort: the next start clears what is left here.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

async fn next_part(file: &mut fs::File) -> io::Result<PutPayload> {
    let mut part = Vec::new();
    file.take(PART_BYTES).read_to_end(&mut part).await?;
    Ok(part.into())
}

async fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
}
