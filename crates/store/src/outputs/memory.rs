//! What was read of the outputs, remembered while they stay as they are.
//!
//! A page of a list is ten rows; to say how many there are in all, or to find those ten by
//! a text, PostgreSQL reads far more, and for a figure every one that counts. The database
//! names the state of its outputs (`output_revision`, made anew by a trigger with each
//! change), and each query compares that name in its own snapshot: an answer is either of
//! this very state, or read.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use archivist_domain::{OutputId, OutputType};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use super::{Output, OutputFilter, known_list, known_page};
use crate::Page;
use crate::analytics::{self, Figures, FunderRank, Overview, Scope};
use crate::statistics::{self, OutputGroup};

/// How many questions of each kind are remembered.
const CAPACITY: usize = 500;

/// The longest texts that are remembered, in bytes.
const MAX_TEXT: usize = 200;

/// The longest pages of a list that are remembered, in rows.
const MAX_ROWS: i64 = 100;

/// What was read before, for one process: at most a few megabytes. Losing it loses nothing.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

/// Answers about one state of the outputs: those about others are of no more use.
#[derive(Debug, Default)]
struct State {
    revision: Option<Uuid>,
    totals: Answers<OutputFilter, i64>,
    pages: Answers<Listing, Vec<OutputId>>,
    groups: Answers<(Option<String>, Vec<OutputType>), Vec<OutputGroup>>,
    figures: Answers<Scope, Figures>,
    funders: Answers<(Option<String>, i64), Vec<FunderRank>>,
    overviews: Answers<Option<String>, Overview>,
}

type Answers<K, V> = HashMap<K, V>;
/// Where answers of one kind stand.
type Place<K, V> = fn(&mut State) -> &mut Answers<K, V>;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Listing {
    filter: OutputFilter,
    skip: i64,
    limit: i64,
}

/// What is known of a page, about one state of the outputs.
struct Known {
    revision: Uuid,
    /// How many match in all.
    total: i64,
    /// Which stand on the page.
    ids: Option<Vec<OutputId>>,
}

/// What can be asked, and how many bytes of text it carries.
trait Question: Clone + Eq + Hash {
    fn text_bytes(&self) -> usize;
}

/// What the database answers to somebody who may know the answer.
pub(crate) struct Answer<V> {
    /// The state of the outputs in which it was read; `None` where it has no name.
    pub(crate) revision: Option<Uuid>,
    /// The answer; worthless where the state is the one that was known.
    pub(crate) value: V,
}

impl Memory {
    /// [`list`](super::list), without counting and searching for what is known: in one round
    /// trip, or in two where the outputs changed since the page was read.
    pub async fn list(
        &self,
        pool: &PgPool,
        filter: &OutputFilter,
        skip: i64,
        limit: i64,
    ) -> sqlx::Result<Page<Output>> {
        let listing = Listing {
            filter: filter.clone(),
            skip,
            limit,
        };
        let known = self.known_of(&listing);
        if let Some(known) = &known
            && let Some(ids) = &known.ids
            && let Some(page) = known_page(pool, known.revision, known.total, ids).await?
        {
            return Ok(page);
        }
        let total = known.map(|known| (known.revision, known.total));
        let found = known_list(pool, filter, skip, limit, total).await?;
        let page = found.value;
        if let Some(revision) = found.revision {
            self.remember(|state| &mut state.totals, filter, revision, page.total);
            if limit <= MAX_ROWS {
                let ids = page.rows.iter().map(|output| output.output_id).collect();
                self.remember(|state| &mut state.pages, &listing, revision, ids);
            }
        }
        Ok(page)
    }

    /// Outputs by type and status, of one owner or of everybody, of any of `types` (empty
    /// means all).
    pub async fn groups(
        &self,
        db: impl PgExecutor<'_>,
        owner: Option<&str>,
        types: &[OutputType],
    ) -> sqlx::Result<Vec<OutputGroup>> {
        let key = (owner.map(str::to_owned), types.to_vec());
        self.answer(
            |state| &mut state.groups,
            &key,
            |known| statistics::output_groups(db, owner, types, known),
        )
        .await
    }

    /// The figures of the outputs in scope.
    pub async fn figures(&self, db: impl PgExecutor<'_>, scope: &Scope) -> sqlx::Result<Figures> {
        self.answer(
            |state| &mut state.figures,
            scope,
            |known| analytics::figures(db, scope, known),
        )
        .await
    }

    /// The funders with the highest success rate, at most `limit`; of equal ones those that
    /// gave more first.
    pub async fn funders(
        &self,
        db: impl PgExecutor<'_>,
        owner: Option<&str>,
        limit: i64,
    ) -> sqlx::Result<Vec<FunderRank>> {
        let key = (owner.map(str::to_owned), limit);
        self.answer(
            |state| &mut state.funders,
            &key,
            |known| analytics::funders(db, owner, limit, known),
        )
        .await
    }

    /// The overview of one person's outputs, or of everybody's.
    pub async fn overview(
        &self,
        db: impl PgExecutor<'_>,
        owner: Option<&str>,
    ) -> sqlx::Result<Overview> {
        let key = owner.map(str::to_owned);
        self.answer(
            |state| &mut state.overviews,
            &key,
            |known| analytics::overview(db, owner, known),
        )
        .await
    }

    /// Asks with the state in which the answer is known, and takes the remembered answer
    /// where the outputs are still in it.
    async fn answer<K: Question, V: Clone, A>(
        &self,
        place: Place<K, V>,
        key: &K,
        ask: impl FnOnce(Option<Uuid>) -> A,
    ) -> sqlx::Result<V>
    where
        A: Future<Output = sqlx::Result<Answer<V>>>,
    {
        let known = self.known(place, key);
        let answer = ask(known.as_ref().map(|(revision, _)| *revision)).await?;
        match (known, answer.revision) {
            (Some((before, value)), Some(now)) if before == now => Ok(value),
            (_, Some(now)) => {
                self.remember(place, key, now, answer.value.clone());
                Ok(answer.value)
            }
            (_, None) => Ok(answer.value),
        }
    }

    fn known<K: Question, V: Clone>(&self, place: Place<K, V>, key: &K) -> Option<(Uuid, V)> {
        let mut state = self.lock();
        Some((state.revision?, place(&mut state).get(key)?.clone()))
    }

    fn known_of(&self, listing: &Listing) -> Option<Known> {
        let state = self.lock();
        Some(Known {
            revision: state.revision?,
            total: *state.totals.get(&listing.filter)?,
            ids: state.pages.get(listing).cloned(),
        })
    }

    fn remember<K: Question, V>(&self, place: Place<K, V>, key: &K, revision: Uuid, value: V) {
        let mut state = self.lock();
        if state.revision != Some(revision) {
            *state = State {
                revision: Some(revision),
                ..State::default()
            };
        }
        let answers = place(&mut state);
        if answers.contains_key(key) || key.text_bytes() > MAX_TEXT {
            return;
        }
        if answers.len() >= CAPACITY {
            answers.clear();
        }
        answers.insert(key.clone(), value);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bytes(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
}

impl Question for OutputFilter {
    fn text_bytes(&self) -> usize {
        let texts = [&self.owner, &self.funder, &self.search];
        let texts: usize = texts.map(|text| bytes(text.as_ref())).into_iter().sum();
        texts + self.types.len() + self.statuses.len()
    }
}

impl Question for Listing {
    fn text_bytes(&self) -> usize {
        self.filter.text_bytes()
    }
}

impl Question for Scope {
    fn text_bytes(&self) -> usize {
        bytes(self.owner.as_ref()) + bytes(self.funder.as_ref())
    }
}

impl Question for Option<String> {
    fn text_bytes(&self) -> usize {
        bytes(self.as_ref())
    }
}

impl<T: Clone + Eq + Hash> Question for (Option<String>, Vec<T>) {
    fn text_bytes(&self) -> usize {
        bytes(self.0.as_ref()) + self.1.len()
    }
}

impl Question for (Option<String>, i64) {
    fn text_bytes(&self) -> usize {
        bytes(self.0.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTALS: Place<OutputFilter, i64> = |state| &mut state.totals;

    fn search(text: &str) -> OutputFilter {
        OutputFilter {
            search: Some(text.to_owned()),
            ..OutputFilter::default()
        }
    }

    fn state(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn an_answer_is_known_until_the_outputs_change() {
        let memory = Memory::default();
        let total = |text| memory.known(TOTALS, &search(text));
        assert_eq!(total("a"), None);
        memory.remember(TOTALS, &search("a"), state(1), 7);
        memory.remember(TOTALS, &search("b"), state(1), 8);
        assert_eq!(total("a"), Some((state(1), 7)));
        memory.remember(TOTALS, &search("b"), state(2), 9);
        assert_eq!(total("a"), None);
        assert_eq!(total("b"), Some((state(2), 9)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let memory = Memory::default();
        for n in 0..3 * CAPACITY {
            memory.remember(TOTALS, &search(&n.to_string()), state(1), 0);
            assert!(memory.lock().totals.len() <= CAPACITY);
        }
        let long = search(&"x".repeat(MAX_TEXT + 1));
        memory.remember(TOTALS, &long, state(1), 0);
        assert_eq!(memory.known(TOTALS, &long), None);
    }
}
