//! What this process has answered since it started.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use axum::http::StatusCode;

/// Counters of one process; the requests of all its connections meet here.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: AtomicU64,
    errors: AtomicU64,
    micros: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Requests answered.
    pub requests: u64,
    /// Those answered with 400 or more.
    pub errors: u64,
    /// How long all of them took together. A stream counts until it begins.
    pub total: Duration,
}

impl Metrics {
    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
        self.requests.fetch_add(1, Relaxed);
        if status.is_client_error() || status.is_server_error() {
            self.errors.fetch_add(1, Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Relaxed);
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        Counts {
            requests: self.requests.load(Relaxed),
            errors: self.errors.load(Relaxed),
            total: Duration::from_micros(self.micros.load(Relaxed)),
        }
    }
}

impl Counts {
    /// Errors among all requests, in percent; 0 when there were none.
    #[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
    pub fn error_rate(&self) -> f64 {
        100.0 * self.errors as f64 / self.requests.max(1) as f64
    }

    /// Mean time of an answer, in milliseconds; 0 when there was none.
    #[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
    pub fn mean_millis(&self) -> f64 {
        1000.0 * self.total.as_secs_f64() / self.requests.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_times_are_counted() {
        let metrics = Metrics::default();
        assert!(metrics.counts().mean_millis().abs() < f64::EPSILON);
        for status in [200, 304, 404, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            metrics.count(status, Duration::from_millis(3));
        }
        let counts = metrics.counts();
        assert_eq!((counts.requests, counts.errors), (4, 2));
        assert!((counts.error_rate() - 50.0).abs() < 1e-9);
        assert!((counts.mean_millis() - 3.0).abs() < 1e-9);
    }
}
