//! Work in the background of the server.

mod entities;
mod findings;
pub(crate) mod fingerprints;
mod follower;
pub(crate) mod ingest;
pub(crate) mod ocr;
pub(crate) mod order;
pub(crate) mod outside;
mod owned;
mod passages;
mod proposals;
pub(crate) mod reindex;
pub(crate) mod reprocess;
mod seal;
mod unpack;
pub(crate) mod vectors;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use archivist_web::{intake, removal};
use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::site::{READERS, Site};

/// How long to wait before trying again after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How often is looked whether the private PostgreSQL lives.
const PULSE: Duration = Duration::from_secs(2);

/// How often ended sessions and old jobs are cleared away.
const TIDY: Duration = Duration::from_hours(1);

/// How long a file may take to come in.
const UNFINISHED_UPLOAD: TimeDelta = TimeDelta::days(1);

/// How long ended jobs are kept, in days.
const JOB_DAYS: i32 = 30;

/// How long it is kept that a passage was chosen.
const CLICKS_KEPT: TimeDelta = TimeDelta::days(730);

/// Background tasks that run until they are told to stop.
pub(crate) struct Background {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Background {
    /// Starts all of them.
    pub(crate) fn start(site: &Arc<Site>) -> Self {
        let mut background = Self {
            stop: watch::channel(false).0,
            tasks: JoinSet::new(),
        };
        for _ in 0..READERS {
            background.spawn("ingest", site, ingest::work);
        }
        background.spawn("text recognition", site, ocr::work);
        background.spawn("jobs", site, ingest::ring);
        if site.state.outside.is_some() {
            background.spawn("search engine", site, outside::follow);
            background.spawn("search engine upkeep", site, outside::keep);
        } else {
            background.spawn("index", site, reindex::follow);
            background.spawn("index upkeep", site, reindex::keep);
        }
        background.spawn("embedding", site, vectors::read_on);
        background.spawn("order", site, order::follow);
        background.spawn("fingerprints", site, fingerprints::follow);
        background.spawn("seal", site, seal::follow);
        background.spawn("database", site, watch_database);
        background.spawn("tidy", site, tidy_up);
        background
    }

    /// Runs an endless task, again after each failure, until told to stop.
    fn spawn<F>(&mut self, name: &'static str, site: &Arc<Site>, task: fn(Arc<Site>) -> F)
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let (site, stopped) = (site.clone(), told(self.stop.subscribe()));
        self.tasks.spawn(async move {
            tokio::select! {
                () = stopped => {}
                () = keep_doing(name, || task(site.clone())) => {}
            }
        });
    }

    /// Stops all tasks. What they were doing is either done or taken up again at
    /// the next start.
    pub(crate) async fn stop(mut self) {
        // An error means that every task has ended already.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn told(mut stop: watch::Receiver<bool>) {
    // An error means that nobody is left to tell: time to stop, too.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn keep_doing<F: Future<Output = Result<()>>>(name: &'static str, task: impl Fn() -> F) {
    loop {
        if let Err(error) = task().await {
            tracing::warn!(
                task = name,
                error = format!("{error:#}"),
                "background work failed; trying again"
            );
        }
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

async fn watch_database(site: Arc<Site>) -> Result<()> {
    loop {
        tokio::time::sleep(PULSE).await;
        site.database.revive().await?;
    }
}

async fn tidy_up(site: Arc<Site>) -> Result<()> {
    loop {
        let now = site.state.clock.now();
        archivist_store::sessions::purge(&site.state.pool, now).await?;
        archivist_store::jobs::purge(&site.state.pool, JOB_DAYS).await?;
        archivist_store::clicks::purge(&site.state.pool, now - CLICKS_KEPT).await?;
        drop_expired_files(&site).await?;
        removal::sweep(&site.state, now).await?;
        vectors::forget_unwanted(&site, now).await?;
        let abandoned = now - UNFINISHED_UPLOAD;
        site.state.blobs.clear_unfinished(abandoned.into()).await?;
        tokio::time::sleep(TIDY).await;
    }
}

/// Drops the files of jobs that failed and that nobody has tried again.
async fn drop_expired_files(site: &Site) -> Result<()> {
    loop {
        let mut tx = site.state.pool.begin().await?;
        let Some(sha256) = archivist_store::jobs::expire_file(&mut tx).await? else {
            return Ok(());
        };
        intake::drop_unused(&mut tx, &site.state.blobs, &sha256).await?;
        tx.commit().await?;
    }
}
