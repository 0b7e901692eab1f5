//! Counting: at most so many requests within any stretch of so many seconds.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// So many requests in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rate {
    /// How many.
    pub(crate) limit: u32,
    /// In how many seconds.
    pub(crate) window: u32,
}

/// How a count stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// The rate that is counted.
    pub(crate) rate: Rate,
    /// How many more may follow at once.
    pub(crate) remaining: u32,
    /// In how many seconds the first of those counted is forgotten: when a further
    /// one is possible, at the latest.
    pub(crate) reset: u32,
    /// Whether this one is within the limit.
    pub(crate) is_allowed: bool,
}

/// Counts by key. Memory is bounded: at most `capacity` keys are kept, each with as
/// many moments as its limit allows.
#[derive(Debug)]
pub(crate) struct Windows<K> {
    counts: Mutex<HashMap<(K, Rate), Moments>>,
    capacity: usize,
}

/// When the requests of one key came, in microseconds, oldest first.
type Moments = VecDeque<i64>;

impl<K: Hash + Eq + Clone> Windows<K> {
    /// With room for so many keys.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            counts: Mutex::new(HashMap::new()),
            capacity,
        }
    }

    /// Counts a request, unless the limit is reached: one that is refused does not
    /// prolong the wait.
    pub(crate) fn count(&self, key: &K, rate: Rate, now: DateTime<Utc>) -> Count {
        let now = now.timestamp_micros();
        let mut counts = self.lock();
        if counts.len() >= self.capacity {
            make_room(&mut counts, self.capacity, now);
        }
        let moments = counts.entry((key.clone(), rate)).or_default();
        forget(moments, rate, now);
        let is_allowed = moments.len() < limit(rate);
        if is_allowed {
            moments.push_back(now);
        }
        Count {
            rate,
            remaining: rate.limit - u32::try_from(moments.len()).unwrap_or(rate.limit),
            reset: seconds_until_free(moments, rate, now),
            is_allowed,
        }
    }

    /// Takes back the latest request of a key.
    pub(crate) fn take_back(&self, key: &K, rate: Rate) {
        if let Some(moments) = self.lock().get_mut(&(key.clone(), rate)) {
            moments.pop_back();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(K, Rate), Moments>> {
        // Nothing in here panics halfway through a change.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limit(rate: Rate) -> usize {
    usize::try_from(rate.limit).unwrap_or(usize::MAX)
}

fn micros(rate: Rate) -> i64 {
    i64::from(rate.window) * 1_000_000
}

/// Drops the moments that do not count any more, and those of a future that a clock
/// set back has taken away.
fn forget(moments: &mut Moments, rate: Rate, now: i64) {
    moments.retain(|&moment| moment <= now && now - moment < micros(rate));
}

fn seconds_until_free(moments: &Moments, rate: Rate, now: i64) -> u32 {
    let free_at = moments.front().map_or(now, |first| first + micros(rate));
    // Rounded up: who comes back then is let in.
    let seconds = (free_at - now + 999_999) / 1_000_000;
    u32::try_from(seconds).unwrap_or(0)
}

/// Drops keys that count nothing any more. Where that is not enough, those that have
/// been quiet for longest go, a tenth at a time, so that a flood of addresses costs
/// little for each.
fn make_room<K: Hash + Eq + Clone>(
    counts: &mut HashMap<(K, Rate), Moments>,
    capacity: usize,
    now: i64,
) {
    counts.retain(|(_, rate), moments| {
        forget(moments, *rate, now);
        !moments.is_empty()
    });
    if counts.len() < capacity {
        return;
    }
    let mut latest: Vec<_> = counts.values().filter_map(|m| m.back().copied()).collect();
    latest.sort_unstable();
    let bound = latest[capacity / 10];
    counts.retain(|_, moments| moments.back().is_some_and(|&moment| moment > bound));
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const FIVE: Rate = Rate {
        limit: 5,
        window: 60,
    };

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(millis)
    }

    #[test]
    fn no_stretch_of_a_window_holds_more_than_the_limit() {
        let windows = Windows::new(10);
        let mut allowed = Vec::new();
        for millis in (0..300_000).step_by(1_700) {
            if windows.count(&"a", FIVE, at(millis)).is_allowed {
                allowed.push(millis);
            }
        }
        assert!(allowed.windows(6).all(|six| six[5] - six[0] >= 60_000));
        assert!(allowed.len() >= 24, "{allowed:?}");
    }

    #[test]
    fn who_waits_as_told_is_let_in() {
        let windows = Windows::new(10);
        let counts: Vec<_> = (0..5)
            .map(|n| windows.count(&"a", FIVE, at(n * 1000)).remaining)
            .collect();
        assert_eq!(counts, [4, 3, 2, 1, 0]);
        let refused = windows.count(&"a", FIVE, at(10_500));
        assert!(!refused.is_allowed);
        assert_eq!((refused.remaining, refused.reset), (0, 50));
        assert!(!windows.count(&"a", FIVE, at(59_999)).is_allowed);
        assert!(windows.count(&"a", FIVE, at(60_500)).is_allowed);
    }

    #[test]
    fn keys_and_rates_are_counted_apart() {
        let windows = Windows::new(10);
        let once = Rate { limit: 1, ..FIVE };
        assert!(windows.count(&"a", once, at(0)).is_allowed);
        assert!(!windows.count(&"a", once, at(1)).is_allowed);
        assert!(windows.count(&"b", once, at(1)).is_allowed);
        assert!(windows.count(&"a", FIVE, at(1)).is_allowed);
    }

    #[test]
    fn what_is_taken_back_does_not_count() {
        let windows = Windows::new(10);
        for _ in 0..20 {
            assert!(windows.count(&"a", FIVE, at(0)).is_allowed);
            windows.take_back(&"a", FIVE);
        }
    }

    #[test]
    fn a_flood_of_keys_does_not_grow_for_ever() {
        let windows = Windows::new(1000);
        for n in 0..50_000_i64 {
            windows.count(&n, FIVE, at(n / 100));
            assert!(windows.lock().len() <= 1000);
        }
        let latest = windows.count(&49_999, FIVE, at(500)).remaining;
        assert_eq!(latest, 3, "the latest are kept");
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let windows = Windows::new(10);
        for _ in 0..5 {
            windows.count(&"a", FIVE, at(3_600_000));
        }
        assert!(windows.count(&"a", FIVE, at(0)).is_allowed);
    }
}
