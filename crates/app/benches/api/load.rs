//! Clients that ask one after the other, each on its own connection, and what it took.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::LocalSet;

use crate::client::Connection;

/// What many requests took.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Sorted, in microseconds.
    micros: Vec<u32>,
    /// Requests that were not answered with 200.
    pub(crate) errors: usize,
    pub(crate) bytes: usize,
    pub(crate) took: Duration,
}

impl Outcome {
    pub(crate) fn requests(&self) -> usize {
        self.micros.len()
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.requests() as f64 / self.took.as_secs_f64()
    }

    /// Which time `share` of a hundred requests stayed under, in milliseconds.
    pub(crate) fn percentile(&self, share: usize) -> f64 {
        let at = self.micros.len() * share / 100;
        let micros = self.micros.get(at.min(self.micros.len().saturating_sub(1)));
        f64::from(micros.copied().unwrap_or_default()) / 1000.0
    }

    fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.errors += other.errors;
        self.bytes += other.bytes;
    }
}

/// Lets `clients` ask for `time`; they take the requests in turn.
pub(crate) async fn run(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    clients: usize,
    time: Duration,
) -> Result<Outcome> {
    let requests = Rc::new(requests);
    let local = LocalSet::new();
    let begin = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|first| local.spawn_local(ask_on(address, Rc::clone(&requests), first, begin + time)))
        .collect();
    local.await;
    let mut outcome = Outcome::default();
    for task in tasks {
        outcome.add(task.await?);
    }
    outcome.took = begin.elapsed();
    outcome.micros.sort_unstable();
    Ok(outcome)
}

async fn ask_on(
    address: SocketAddr,
    requests: Rc<Vec<Vec<u8>>>,
    first: usize,
    end: Instant,
) -> Outcome {
    let mut outcome = Outcome::default();
    let Ok(mut connection) = Connection::open(address).await else {
        outcome.errors += 1;
        return outcome;
    };
    for request in requests.iter().cycle().skip(first % requests.len()) {
        let begin = Instant::now();
        if begin >= end {
            break;
        }
        match connection.ask(request).await {
            Ok(answer) if answer.status == 200 => outcome.bytes += answer.body.len(),
            Ok(_) => outcome.errors += 1,
            Err(_) => {
                // A connection that broke is one error, not one for each further try.
                outcome.errors += 1;
                return outcome;
            }
        }
        let micros = u32::try_from(begin.elapsed().as_micros()).unwrap_or(u32::MAX);
        outcome.micros.push(micros);
    }
    outcome
}
