//! Jobs as a stream: what changes is told when it changes.

use std::collections::HashMap;
use std::time::Duration;

use archivist_domain::{JobId, UserId};
use archivist_store::jobs::{self, JobFilter};
use axum::response::Response;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, timeout};

use crate::api::feed::{self, Feed, Gone};
use crate::error::Error;
use crate::jobs::{JobInfo, describe};
use crate::state::AppState;

/// How long to wait for the bell before looking all the same.
const POLL: Duration = Duration::from_secs(1);

/// Changes that come close together are told together.
const BREATH: Duration = Duration::from_millis(50);

/// Who follows must show now and then that they still may.
const LONGEST: Duration = Duration::from_mins(5);

/// More are not told at the beginning.
const MOST: i64 = 500;

/// The events of one job, to its end.
pub(super) fn one(state: AppState, job: JobId) -> Response {
    let (feed, response) = feed::channel();
    let seen = HashMap::from([(job, None)]);
    spawn(Follower {
        bell: state.jobs.listen(),
        feed,
        state,
        scope: None,
        only: Some(job),
        seen,
    });
    response
}

/// The events of all jobs of one person, or of everybody.
pub(super) fn all(state: AppState, scope: Option<UserId>) -> Response {
    let (feed, response) = feed::channel();
    spawn(Follower {
        bell: state.jobs.listen(),
        feed,
        state,
        scope,
        only: None,
        seen: HashMap::new(),
    });
    response
}

fn spawn(mut follower: Follower) {
    tokio::spawn(async move {
        if let Err(Interrupted::Failed(error)) = follower.follow().await {
            // The stream ends; who follows asks again.
            error.log();
        }
    });
}

/// Why a stream ends early.
enum Interrupted {
    Failed(Error),
    ClientGone,
}

impl<E: Into<Error>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

struct Follower {
    state: AppState,
    feed: Feed,
    bell: Receiver<JobId>,
    scope: Option<UserId>,
    only: Option<JobId>,
    /// The jobs that have not ended, as they were told.
    seen: HashMap<JobId, Option<JobInfo>>,
}

impl Follower {
    async fn follow(&mut self) -> Result<(), Interrupted> {
        let end = Instant::now() + LONGEST;
        self.find_open().await?;
        while Instant::now() < end {
            if self.seen.is_empty() && (self.only.is_some() || !self.find_open().await?) {
                return Ok(());
            }
            self.wait().await?;
            let ids = self.seen.keys().copied().collect();
            self.tell(JobFilter::among(ids, self.scope), i64::MAX)
                .await?;
        }
        Ok(())
    }

    /// Tells what waits and runs; says whether there is any.
    async fn find_open(&mut self) -> Result<bool, Interrupted> {
        let filter = match self.only {
            Some(job) => JobFilter::among(vec![job], self.scope),
            None => JobFilter::open(self.scope),
        };
        self.tell(filter, MOST).await?;
        Ok(!self.seen.is_empty())
    }

    /// Waits for something to happen, and notes the jobs that it happened to.
    async fn wait(&mut self) -> Result<(), Interrupted> {
        let rung = tokio::select! {
            () = self.feed.closed() => return Err(Interrupted::ClientGone),
            rung = timeout(POLL, self.bell.recv()) => rung,
        };
        match rung {
            Err(_) => return Ok(()),
            Ok(Ok(job)) => self.note(job),
            Ok(Err(RecvError::Lagged(_))) => {
                self.find_open().await?;
            }
            // Nobody rings any more: only looking is left.
            Ok(Err(RecvError::Closed)) => sleep(POLL).await,
        }
        sleep(BREATH).await;
        while let Ok(job) = self.bell.try_recv() {
            self.note(job);
        }
        Ok(())
    }

    fn note(&mut self, job: JobId) {
        if self.only.is_none_or(|only| only == job) {
            self.seen.entry(job).or_default();
        }
    }

    /// Tells those that are not as they were told last. Ended ones, and those that are
    /// gone or somebody else's, are then forgotten.
    async fn tell(&mut self, filter: JobFilter, limit: i64) -> Result<(), Interrupted> {
        let mut found = jobs::list(&self.state.pool, &filter, 0, limit).await?;
        // The oldest goes first.
        found.reverse();
        let found = describe(&self.state, &found).await;
        if let Some(asked) = filter.ids {
            let is_there = |id: &JobId| found.iter().any(|job| job.job_id == *id);
            self.seen
                .retain(|id, _| is_there(id) || !asked.contains(id));
        }
        for job in found {
            let known = self.seen.get(&job.job_id).and_then(Option::as_ref);
            if known != Some(&job) {
                self.feed
                    .send(&job)
                    .await
                    .map_err(|Gone| Interrupted::ClientGone)?;
            }
            if job.status.is_final() {
                self.seen.remove(&job.job_id);
            } else {
                self.seen.insert(job.job_id, Some(job));
            }
        }
        Ok(())
    }
}
