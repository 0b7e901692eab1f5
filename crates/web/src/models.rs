//! The embedding models of this site: what reads searches, and what judges what was found.
//!
//! A site without them searches by words and by what it has learned from its own archive; so
//! does one whose model has not read the archive yet, or does not answer in time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use archivist_embed::remote::Dialect;
use archivist_embed::{EmbedError, Embedder, Purpose, Reranker};
use archivist_search::{Index, Mode, QueryVector, SearchRequest};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::timeout;

use crate::clock::Clock;

/// So many searches are read together: fewer than are remembered, and few enough to be read in
/// time.
const AT_ONCE: usize = 32;

/// How long a search waits for a model.
const PATIENCE: Duration = Duration::from_secs(3);

/// For how long searches do without a model that kept one of them waiting in vain. Then one of them
/// asks again.
const REST: TimeDelta = TimeDelta::seconds(10);

/// The longest rest: a service that asks for more may be well again before.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(5);

/// How many vectors of searches are remembered: whoever turns pages or narrows a search down
/// asks with the same words.
const REMEMBERED: usize = 128;

/// A model whose vectors the index may hold.
#[derive(Clone)]
pub struct Voice {
    /// Its number in the database.
    pub model_id: i32,
    /// What makes its vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Its name in the index.
    pub identity: Arc<str>,
    /// What a million tokens cost in US dollars, where that is known.
    pub price: Option<f64>,
}

impl Voice {
    /// A model by its number in the database.
    pub fn new(model_id: i32, embedder: Arc<dyn Embedder>, price: Option<f64>) -> Self {
        let identity = embedder.identity().to_string().into();
        Self {
            model_id,
            embedder,
            identity,
            price,
        }
    }
}

/// What last went wrong with a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What a person should know.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A vector of a search: the model's name, the words, the numbers.
type Remembered = (Arc<str>, String, Vec<f32>);

/// The embedding models of this process.
#[derive(Clone, Default)]
pub struct Voices {
    /// The one that the settings name, once it can be asked.
    pub wanted: Option<Voice>,
    /// One that has read everything before, and answers until the wanted one has.
    pub before: Option<Voice>,
}

impl Voices {
    /// Both, the wanted one first.
    pub fn iter(&self) -> impl Iterator<Item = &Voice> {
        self.wanted.iter().chain(&self.before)
    }
}

/// The models of this process.
#[derive(Default)]
pub struct Models {
    voices: RwLock<Voices>,
    reranker: Option<Arc<dyn Reranker>>,
    remembered: Mutex<VecDeque<Remembered>>,
    trouble: Mutex<Option<Trouble>>,
    /// While searches do without, since a model did not answer one.
    rest: Mutex<Option<Rest>>,
}

/// A time in which a model is not asked.
#[derive(Debug, Clone, Copy)]
struct Rest {
    since: DateTime<Utc>,
    length: TimeDelta,
}

impl Rest {
    fn end(&self) -> DateTime<Utc> {
        self.since + self.length
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        // A clock that was set back ends it, too.
        now < self.since || now >= self.end()
    }
}

impl Models {
    /// Without embedding models, but perhaps with one that judges what was found.
    pub fn with_reranker(reranker: Option<Arc<dyn Reranker>>) -> Self {
        Self {
            reranker,
            ..Self::default()
        }
    }

    /// The embedding models.
    pub fn voices(&self) -> Voices {
        let voices = self.voices.read().unwrap_or_else(PoisonError::into_inner);
        voices.clone()
    }

    /// Replaces the embedding models.
    pub fn set_voices(&self, voices: Voices) {
        *self.voices.write().unwrap_or_else(PoisonError::into_inner) = voices;
        *self.rest() = None;
    }

    /// The model that answers: the first that has read nearly everything.
    pub fn serving(&self, index: &Index) -> Option<Voice> {
        let has_read = |voice: &&Voice| index.coverage(&voice.identity).is_enough();
        self.voices().iter().find(has_read).cloned()
    }

    /// One of the models, by its number in the database.
    pub fn voice(&self, model_id: i32) -> Option<Voice> {
        let voices = self.voices();
        voices.iter().find(|v| v.model_id == model_id).cloned()
    }

    /// What last went wrong, until something goes right.
    pub fn trouble(&self) -> Option<Trouble> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes whether a model did as it should.
    pub fn note(&self, went: Result<(), &EmbedError>, clock: &Clock) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        *trouble = went.err().map(|error| Trouble {
            message: error.to_string(),
            at: clock.now(),
        });
    }

    /// What judges hits, where this site has that.
    pub(crate) fn reranker(&self) -> Option<&Arc<dyn Reranker>> {
        self.reranker.as_ref()
    }

    /// Whether this site has a model that judges hits.
    pub const fn has_reranker(&self) -> bool {
        self.reranker.is_some()
    }

    /// Gives requests the vectors of their words. Where no model serves, or it does not answer,
    /// they stay as they are.
    pub(crate) async fn read(
        &self,
        serving: Option<Voice>,
        requests: &mut [SearchRequest],
        clock: &Clock,
    ) {
        let Some(voice) = serving else { return };
        let wanted = requests.iter_mut().filter(|r| r.mode != Mode::Lexical);
        let mut wanted: Vec<&mut SearchRequest> = wanted.collect();
        for some in wanted.chunks_mut(AT_ONCE) {
            self.read_some(&voice, some, clock).await;
        }
    }

    async fn read_some(&self, voice: &Voice, wanted: &mut [&mut SearchRequest], clock: &Clock) {
        let mut texts: Vec<String> = Vec::new();
        for request in wanted.iter() {
            let text = request.text.trim();
            if !text.is_empty() && self.recall(voice, text).is_none() {
                texts.push(text.to_owned());
            }
        }
        if !texts.is_empty() && self.may_ask(clock) {
            self.learn(voice, texts, clock).await;
        }
        for request in wanted {
            let text = request.text.trim();
            let values = if text.is_empty() {
                Some(Vec::new())
            } else {
                self.recall(voice, text)
            };
            request.vector = values.map(|values| QueryVector {
                identity: voice.identity.to_string(),
                values,
            });
        }
    }

    /// Whether a search may ask. After a rest one may, and the others go on doing without until it
    /// has an answer.
    fn may_ask(&self, clock: &Clock) -> bool {
        let mut rest = self.rest();
        let now = clock.now();
        let Some(before) = *rest else { return true };
        if before.is_over(now) {
            *rest = Some(Rest {
                since: now,
                length: REST,
            });
            return true;
        }
        false
    }

    /// Has the model read texts, and remembers what it made of them.
    async fn learn(&self, voice: &Voice, texts: Vec<String>, clock: &Clock) {
        let embedded = timeout(PATIENCE, voice.embedder.embed(&texts, Purpose::Query)).await;
        let away = |_| EmbedError::Away {
            service: voice.embedder.identity().model.clone(),
            reason: format!("no answer within {} seconds", PATIENCE.as_secs()),
            retry_after: None,
        };
        match embedded.map_err(away).and_then(|embedded| embedded) {
            Ok(embedded) => {
                self.note(Ok(()), clock);
                *self.rest() = None;
                let read = texts.into_iter().zip(embedded.vectors);
                let read = read.map(|(text, values)| (voice.identity.clone(), text, values));
                let mut remembered = self.remembered();
                remembered.extend(read);
                let surplus = remembered.len().saturating_sub(REMEMBERED);
                remembered.drain(..surplus);
            }
            Err(error) => {
                tracing::warn!(%error, "searched without the embedding model");
                self.note(Err(&error), clock);
                let mut rest = self.rest();
                let next = rest_after(&error, clock.now());
                // Of searches that waited at once one may have been told more than another.
                *rest = next.map(|next| rest.map_or(next, |known| longer(known, next)));
            }
        }
    }

    fn recall(&self, voice: &Voice, text: &str) -> Option<Vec<f32>> {
        let remembered = self.remembered();
        let is_it =
            |(identity, known, _): &&Remembered| *identity == voice.identity && known == text;
        remembered
            .iter()
            .find(is_it)
            .map(|(.., values)| values.clone())
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Option<Rest>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, VecDeque<Remembered>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn longer(one: Rest, other: Rest) -> Rest {
    if one.end() > other.end() { one } else { other }
}

/// For how long a model is not asked that failed like this: not at all where it refused a text, for
/// that is an answer, and others may do; as long as it asks for, where that is longer, within bounds.
fn rest_after(error: &EmbedError, now: DateTime<Utc>) -> Option<Rest> {
    let asked_for = match error {
        EmbedError::Refused { .. } => return None,
        EmbedError::Away { retry_after, .. } => *retry_after,
        EmbedError::Model(_) | EmbedError::Key { .. } => None,
    };
    let asked_for = asked_for.and_then(|wait| TimeDelta::from_std(wait).ok());
    Some(Rest {
        since: now,
        length: asked_for.map_or(REST, |wait| wait.clamp(REST, LONGEST_REST)),
    })
}

/// What so many tokens cost in US dollars by the list price of a service's model, where that is
/// known.
pub fn cost(provider: &str, model: &str, tokens: i64) -> Option<f64> {
    let dialect = [Dialect::OpenAi, Dialect::Voyage]
        .into_iter()
        .find(|dialect| dialect.as_str() == provider)?;
    Some(dialect.list_price(model)? * millions(tokens))
}

impl Voice {
    /// What so many tokens cost in US dollars, where its price is known.
    pub fn cost(&self, tokens: i64) -> Option<f64> {
        Some(self.price? * millions(tokens))
    }
}

#[expect(clippy::cast_precision_loss, reason = "cents are shown")]
fn millions(tokens: i64) -> f64 {
    tokens as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

    use archivist_embed::{Embedded, Identity, Usage};
    use futures_util::future::{BoxFuture, FutureExt as _};

    use super::*;

    /// Makes a vector of a text's length, and knows how many it was given at once and how often it
    /// was asked.
    struct Counting {
        identity: Identity,
        most: AtomicUsize,
        asked: AtomicUsize,
        /// What it says in place of vectors.
        trouble: Mutex<Option<Box<dyn Fn() -> EmbedError + Send>>>,
    }

    impl Counting {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                identity: Identity {
                    provider: "local".to_owned(),
                    model: "counting".to_owned(),
                    variant: String::new(),
                    dims: 1,
                },
                most: AtomicUsize::new(0),
                asked: AtomicUsize::new(0),
                trouble: Mutex::default(),
            })
        }

        fn fail(&self, trouble: impl Fn() -> EmbedError + Send + 'static) {
            *self.trouble.lock().unwrap() = Some(Box::new(trouble));
        }

        fn be_away(&self, retry_after: Option<Duration>) {
            self.fail(move || EmbedError::Away {
                service: "counting".to_owned(),
                reason: "no answer".to_owned(),
                retry_after,
            });
        }

        fn be_well(&self) {
            *self.trouble.lock().unwrap() = None;
        }

        fn result(&self, texts: &[String]) -> Result<Embedded, EmbedError> {
            if let Some(trouble) = &*self.trouble.lock().unwrap() {
                return Err(trouble());
            }
            Ok(Embedded {
                vectors: texts.iter().map(|text| vec![text.len() as f32]).collect(),
                usage: Usage::default(),
            })
        }
    }

    impl Embedder for Counting {
        fn identity(&self) -> &Identity {
            &self.identity
        }

        fn embed<'a>(
            &'a self,
            texts: &'a [String],
            _: Purpose,
        ) -> BoxFuture<'a, Result<Embedded, EmbedError>> {
            self.most.fetch_max(texts.len(), Ordering::Relaxed);
            self.asked.fetch_add(1, Ordering::Relaxed);
            async move {
                // Others get their turn before it answers.
                tokio::task::yield_now().await;
                self.result(texts)
            }
            .boxed()
        }
    }

    #[tokio::test]
    async fn any_number_of_searches_is_read_a_few_at_a_time() {
        let embedder = Counting::new();
        let voice = Voice::new(1, embedder.clone(), None);
        let mut requests: Vec<SearchRequest> = (0..3 * REMEMBERED)
            .map(|length| SearchRequest::new("x".repeat(length)))
            .collect();
        let models = Models::default();
        models
            .read(Some(voice), &mut requests, &Clock::system())
            .await;
        for (length, request) in requests.iter().enumerate() {
            let vector = request.vector.as_ref().expect("it was read");
            let expected = if length == 0 {
                vec![]
            } else {
                vec![length as f32]
            };
            assert_eq!(vector.values, expected);
        }
        assert_eq!(embedder.most.load(Ordering::Relaxed), AT_ONCE);
    }

    /// Searches by a model and a clock that the test sets.
    struct Searches {
        embedder: Arc<Counting>,
        models: Models,
        voice: Voice,
        seconds: Arc<AtomicI64>,
    }

    impl Searches {
        fn new() -> Self {
            let embedder = Counting::new();
            Self {
                voice: Voice::new(1, embedder.clone(), None),
                embedder,
                models: Models::default(),
                seconds: Arc::default(),
            }
        }

        fn pass(&self, seconds: i64) {
            self.seconds.fetch_add(seconds, Ordering::Relaxed);
        }

        fn asked(&self) -> usize {
            self.embedder.asked.load(Ordering::Relaxed)
        }

        /// Which of these searches, done at once, got a vector.
        async fn read<const N: usize>(&self, texts: [&str; N]) -> [bool; N] {
            let seconds = Arc::clone(&self.seconds);
            let clock = Clock::from_fn(move || {
                DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds.load(Ordering::Relaxed))
            });
            let mut requests = texts.map(|text| SearchRequest::new(text.to_owned()));
            let voice = Some(self.voice.clone());
            self.models.read(voice, &mut requests, &clock).await;
            requests.map(|request| request.vector.is_some())
        }
    }

    #[tokio::test]
    async fn a_model_that_is_away_keeps_one_search_waiting_and_not_the_others() {
        let searches = Searches::new();
        assert_eq!(searches.read(["known"]).await, [true]);
        searches.embedder.be_away(None);
        assert_eq!(searches.read(["one"]).await, [false]);
        assert_eq!(searches.asked(), 2);
        assert_eq!(
            searches.read(["two", "known"]).await,
            [false, true],
            "what is remembered needs no model"
        );
        assert_eq!(searches.asked(), 2);
        searches.pass(REST.num_seconds());
        let both = tokio::join!(searches.read(["three"]), searches.read(["four"]));
        assert_eq!(both, ([false], [false]));
        assert_eq!(searches.asked(), 3, "one asks again for all");
        searches.embedder.be_well();
        searches.pass(REST.num_seconds());
        assert_eq!(searches.read(["five"]).await, [true]);
        assert_eq!(searches.read(["six"]).await, [true]);
    }

    #[tokio::test]
    async fn a_rest_is_as_long_as_the_service_asks_for() {
        let searches = Searches::new();
        searches.embedder.be_away(Some(Duration::from_mins(1)));
        assert_eq!(searches.read(["one"]).await, [false]);
        searches.embedder.be_well();
        searches.pass(REST.num_seconds());
        assert_eq!(searches.read(["two"]).await, [false]);
        searches.pass(60);
        assert_eq!(searches.read(["three"]).await, [true]);
        searches.embedder.be_away(None);
        assert_eq!(searches.read(["four"]).await, [false]);
        searches.embedder.be_well();
        searches.pass(-3600);
        assert_eq!(
            searches.read(["five"]).await,
            [true],
            "the clock was set back"
        );
    }

    #[tokio::test]
    async fn a_rest_ends_in_minutes_whatever_is_asked_for() {
        let searches = Searches::new();
        searches.embedder.be_away(Some(Duration::from_hours(24)));
        assert_eq!(searches.read(["one"]).await, [false]);
        searches.embedder.be_well();
        searches.pass(LONGEST_REST.num_seconds());
        assert_eq!(searches.read(["two"]).await, [true]);
    }

    #[test]
    fn the_longer_of_two_rests_counts() {
        let rest = |length| Rest {
            since: DateTime::UNIX_EPOCH,
            length: TimeDelta::seconds(length),
        };
        for (one, other) in [(10, 60), (60, 10)] {
            assert_eq!(
                longer(rest(one), rest(other)).length,
                TimeDelta::seconds(60)
            );
        }
    }

    #[tokio::test]
    async fn a_text_that_is_refused_is_no_reason_to_rest() {
        let searches = Searches::new();
        searches.embedder.be_away(None);
        assert_eq!(searches.read(["one"]).await, [false]);
        searches.pass(REST.num_seconds());
        searches.embedder.fail(|| EmbedError::Refused {
            service: "counting".to_owned(),
            reason: "too long".to_owned(),
        });
        assert_eq!(searches.read(["two"]).await, [false]);
        searches.embedder.be_well();
        assert_eq!(searches.read(["three"]).await, [true]);
    }
}
