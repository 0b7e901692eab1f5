//! The clock, passed in so that tests can set it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};

/// Tells the time in UTC.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the clock"
        )]
        Self(Arc::new(Utc::now))
    }

    /// A clock that `tell` sets.
    pub fn from_fn(tell: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }

    /// The current year (UTC).
    pub fn year(&self) -> i32 {
        self.now().year()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_69_the_year_is_that_of_utc() {
        let eve = DateTime::parse_from_rfc3339("2025-12-31T22:30:00-05:00").unwrap();
        let clock = Clock::from_fn(move || eve.to_utc());
        assert_eq!(clock.year(), 2026);
    }
}
