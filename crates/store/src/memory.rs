//! What was read of a table, remembered while its rows stay as they are.
//!
//! The database names the state of what is listed (a revision, made anew by a trigger with
//! each change), and each query compares that name in its own snapshot: an answer is either
//! of this very state, or read. See [`outputs::Memory`](crate::outputs::Memory) and
//! [`documents::Memory`](crate::documents::Memory).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// How many questions of each kind are remembered.
const CAPACITY: usize = 500;

/// The longest texts that are remembered, in bytes.
const MAX_TEXT: usize = 200;

/// The longest pages of a list that are remembered, in rows.
pub(crate) const MAX_ROWS: i64 = 100;

/// What was read before, for one process: at most a few megabytes. Losing it loses nothing.
#[derive(Debug, Default)]
pub struct Memory<A>(Mutex<State<A>>);

/// Answers about one state: those about others are of no more use.
#[derive(Debug, Default)]
struct State<A> {
    revision: Option<Uuid>,
    answers: A,
}

/// Answers of one kind.
pub(crate) type Answers<K, V> = HashMap<K, V>;

/// Where answers of one kind stand.
pub(crate) type Place<A, K, V> = fn(&mut A) -> &mut Answers<K, V>;

/// What can be asked, and how many bytes of text it carries.
pub(crate) trait Question: Clone + Eq + Hash {
    fn text_bytes(&self) -> usize;
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Listing<F> {
    pub(crate) filter: F,
    pub(crate) skip: i64,
    pub(crate) limit: i64,
}

/// What the database answers to somebody who may know the answer.
pub(crate) struct Answer<V> {
    /// The state in which it was read; `None` where it has no name.
    pub(crate) revision: Option<Uuid>,
    /// The answer; worthless where the state is the one that was known.
    pub(crate) value: V,
}

impl<A: Default> Memory<A> {
    /// Asks with the state in which the answer is known, and takes the remembered answer
    /// where that state lasts.
    pub(crate) async fn answer<K: Question, V: Clone, F>(
        &self,
        place: Place<A, K, V>,
        key: &K,
        ask: impl FnOnce(Option<Uuid>) -> F,
    ) -> sqlx::Result<V>
    where
        F: Future<Output = sqlx::Result<Answer<V>>>,
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

    /// What is remembered, and of which state.
    pub(crate) fn known<K: Question, V: Clone>(
        &self,
        place: Place<A, K, V>,
        key: &K,
    ) -> Option<(Uuid, V)> {
        let mut state = self.lock();
        Some((state.revision?, place(&mut state.answers).get(key)?.clone()))
    }

    /// Remembers an answer, and forgets those about other states.
    pub(crate) fn remember<K: Question, V>(
        &self,
        place: Place<A, K, V>,
        key: &K,
        revision: Uuid,
        value: V,
    ) {
        let mut state = self.lock();
        if state.revision != Some(revision) {
            *state = State {
                revision: Some(revision),
                answers: A::default(),
            };
        }
        let answers = place(&mut state.answers);
        if answers.contains_key(key) || key.text_bytes() > MAX_TEXT {
            return;
        }
        if answers.len() >= CAPACITY {
            answers.clear();
        }
        answers.insert(key.clone(), value);
    }

    fn lock(&self) -> MutexGuard<'_, State<A>> {
        // Nothing in here panics halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The length of a text that may be missing.
pub(crate) fn bytes(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
}

impl<F: Question> Question for Listing<F> {
    fn text_bytes(&self) -> usize {
        self.filter.text_bytes()
    }
}

impl Question for bool {
    fn text_bytes(&self) -> usize {
        0
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

    #[derive(Debug, Default)]
    struct Totals(Answers<(Option<String>, i64), i64>);

    const TOTALS: Place<Totals, (Option<String>, i64), i64> = |answers| &mut answers.0;

    fn search(text: &str) -> (Option<String>, i64) {
        (Some(text.to_owned()), 0)
    }

    fn state(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn an_answer_is_known_until_the_state_changes() {
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
            assert!(memory.lock().answers.0.len() <= CAPACITY);
        }
        let long = search(&"x".repeat(MAX_TEXT + 1));
        memory.remember(TOTALS, &long, state(1), 0);
        assert_eq!(memory.known(TOTALS, &long), None);
    }
}
