//! How many outputs match, remembered while the outputs stay as they are.
//!
//! A page of a list is ten rows; to say how many there are in all, PostgreSQL reads every
//! one that matches. The database names the state of its outputs (`output_revision`, made
//! anew by a trigger with each change), and the query that reads a page compares it in the
//! same snapshot: a total is either of this very state, or counted.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Output, OutputFilter, counted_list};
use crate::Page;

/// How many filters are remembered.
const CAPACITY: usize = 1000;

/// The longest texts that are remembered, in bytes: together a few hundred kilobytes.
const MAX_TEXT: usize = 200;

/// What was counted before, for one process. Losing it loses nothing.
#[derive(Debug, Default)]
pub struct Totals(Mutex<Known>);

/// The totals of one state: those of others are of no more use.
#[derive(Debug, Default)]
struct Known {
    revision: Option<Uuid>,
    totals: HashMap<OutputFilter, i64>,
}

/// How many there were in one state of the outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) revision: Uuid,
    pub(super) total: i64,
}

impl Totals {
    /// [`list`](super::list), without counting what is known.
    pub async fn list(
        &self,
        db: impl PgExecutor<'_>,
        filter: &OutputFilter,
        skip: i64,
        limit: i64,
    ) -> sqlx::Result<Page<Output>> {
        let known = self.known(filter);
        let found = counted_list(db, filter, skip, limit, known).await?;
        if let Some(revision) = found.revision {
            let total = found.page.total;
            self.remember(filter, Counted { revision, total });
        }
        Ok(found.page)
    }

    fn known(&self, filter: &OutputFilter) -> Option<Counted> {
        let known = self.lock();
        Some(Counted {
            revision: known.revision?,
            total: *known.totals.get(filter)?,
        })
    }

    fn remember(&self, filter: &OutputFilter, counted: Counted) {
        let mut known = self.lock();
        if known.revision != Some(counted.revision) {
            known.revision = Some(counted.revision);
            known.totals.clear();
        }
        if known.totals.contains_key(filter) || !is_short(filter) {
            return;
        }
        if known.totals.len() >= CAPACITY {
            known.totals.clear();
        }
        known.totals.insert(filter.clone(), counted.total);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Nothing in here panics halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_short(filter: &OutputFilter) -> bool {
    let texts = [&filter.owner, &filter.funder, &filter.search];
    let bytes: usize = texts.into_iter().flatten().map(String::len).sum();
    bytes + filter.types.len() + filter.statuses.len() <= MAX_TEXT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str) -> OutputFilter {
        OutputFilter {
            search: Some(text.to_owned()),
            ..OutputFilter::default()
        }
    }

    fn counted(revision: u128, total: i64) -> Counted {
        Counted {
            revision: Uuid::from_u128(revision),
            total,
        }
    }

    #[test]
    fn a_total_is_known_until_the_outputs_change() {
        let totals = Totals::default();
        assert_eq!(totals.known(&search("a")), None);
        totals.remember(&search("a"), counted(1, 7));
        totals.remember(&search("b"), counted(1, 8));
        assert_eq!(totals.known(&search("a")), Some(counted(1, 7)));
        totals.remember(&search("b"), counted(2, 9));
        assert_eq!(totals.known(&search("a")), None);
        assert_eq!(totals.known(&search("b")), Some(counted(2, 9)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let totals = Totals::default();
        for n in 0..3 * CAPACITY {
            totals.remember(&search(&n.to_string()), counted(1, 0));
            assert!(totals.lock().totals.len() <= CAPACITY);
        }
        let long = search(&"x".repeat(MAX_TEXT + 1));
        totals.remember(&long, counted(1, 0));
        assert_eq!(totals.known(&long), None);
    }
}
