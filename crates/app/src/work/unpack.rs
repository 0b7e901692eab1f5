//! Files that hold others: each of those becomes a job, and a document, of its own.

use std::path::Path;

use anyhow::{Context, Result};
use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_ingest::{FileKind, Given, IngestError, Member};
use archivist_store::PgConnection;
use archivist_store::jobs::Claimed;
use archivist_web::intake::{self, Asked, Metadata, Order, Queued, Receipt};
use archivist_web::secret::Secret;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::site::Site;

/// Bytes copied at a time.
const PIECE: usize = 256 * 1024;

/// The files that came out of another, until they are kept.
pub(super) struct Unpacked {
    members: Vec<Member>,
    // Removed when dropped.
    _folder: TempDir,
}

impl Unpacked {
    /// Unpacks a file in the sandbox.
    pub(super) async fn of(
        site: &Site,
        order: &Order,
        file: &Path,
        given: &Given<'_>,
    ) -> Result<Self, IngestError> {
        let folder = site.state.blobs.scratch().await?;
        let (sandbox, into) = (&site.sandbox, folder.path());
        let members = sandbox.unpack(file, &order.filename, given, into).await?;
        Ok(Self {
            members,
            _folder: folder,
        })
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Keeps every file and queues its job, in the transaction that ends the job of the
    /// file that held them. Those that could not be unpacked have a job that has failed.
    pub(super) async fn queue(
        &self,
        site: &Site,
        conn: &mut PgConnection,
        parent: &Claimed,
        queued: &Queued,
        password: Option<&Secret>,
    ) -> Result<()> {
        let asked = Asked {
            user: parent.requested_by,
            parent: Some(parent.job_id),
            password,
        };
        for member in &self.members {
            let order = order_for(member, &queued.order);
            match &member.trouble {
                Some(trouble) => {
                    let reason = trouble.to_string();
                    intake::refuse_member(conn, &order, &Receipt::Refused { reason }, asked)
                        .await?;
                }
                None => keep(site, conn, member, order, asked).await?,
            }
        }
        Ok(())
    }
}

async fn keep(
    site: &Site,
    conn: &mut PgConnection,
    member: &Member,
    order: Order,
    asked: Asked<'_>,
) -> Result<()> {
    let mut blob = site.state.blobs.begin().await?;
    let mut from = tokio::fs::File::open(&member.path).await?;
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await? {
            0 => break,
            n => blob.write(&piece[..n]).await?,
        }
    }
    let order = Order {
        sha256: blob.sha256(),
        size: blob.size(),
        ..order
    };
    let kind = FileKind::of_name(&order.filename);
    let media_type = kind.map_or("application/octet-stream", FileKind::media_type);
    intake::submit_member(&site.state, conn, blob, media_type, order, asked)
        .await
        .context("a file out of an archive could not be kept")?;
    Ok(())
}

/// What is said of the file that held it holds for a member, too; only the title is the
/// other's own.
fn order_for(member: &Member, parent: &Order) -> Order {
    let name = member.name.rsplit('/').next().unwrap_or(&member.name);
    Order {
        sha256: String::new(),
        size: member.bytes,
        filename: name.chars().take(MAX_FILENAME_CHARS).collect(),
        inside: Some(member.name.clone()),
        metadata: Metadata {
            title: None,
            ..parent.metadata.clone()
        },
        ..parent.clone()
    }
}
