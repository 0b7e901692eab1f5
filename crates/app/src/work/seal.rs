//! The audit log is sealed a few seconds behind those who write it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use archivist_store::audit::seal::{self, Reach};

use crate::site::Site;

/// How often is looked for rows without a seal.
const PAUSE: Duration = Duration::from_secs(2);

/// How often is looked for rows that came in behind the chain, and the log is told
/// how far the chain goes: a copy of its head that no change of the database reaches.
const THOROUGH: Duration = Duration::from_hours(1);

/// Seals for ever; returns only with an error. With several servers on one database
/// one of them does it at a time.
pub(crate) async fn follow(site: Arc<Site>) -> Result<()> {
    loop {
        seal(&site, Reach::All).await?;
        let begun = Instant::now();
        while begun.elapsed() < THOROUGH {
            tokio::time::sleep(PAUSE).await;
            seal(&site, Reach::Recent).await?;
        }
    }
}

async fn seal(site: &Site, reach: Reach) -> Result<()> {
    let sealed = seal::run(&site.state.pool, reach).await?;
    if let (Reach::All, Some(head)) = (reach, sealed.and_then(|sealed| sealed.head)) {
        tracing::info!(%head, "the audit log is sealed");
    }
    Ok(())
}
