//! Whether a job is still its worker's.

use std::time::Duration;

use anyhow::Result;
use archivist_domain::JobId;
use archivist_store::jobs::{self, Worker};
use archivist_web::AppState;
use tokio::time::timeout;

/// How often is looked whether somebody has called off what is being done, beside
/// the bell that says so.
const GLANCE: Duration = Duration::from_secs(1);

/// Waits until the job is no longer this worker's.
pub(super) async fn taken_away(state: &AppState, worker: &Worker, id: JobId) -> Result<()> {
    let mut bell = state.jobs.listen();
    while jobs::is_owned(&state.pool, worker, id).await? {
        let ours = async { while bell.recv().await.is_ok_and(|job| job != id) {} };
        // Ending without the bell is the normal case.
        let _ = timeout(GLANCE, ours).await;
    }
    Ok(())
}
