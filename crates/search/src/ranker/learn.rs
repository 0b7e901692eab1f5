//! Learning an order from what people chose, and finding out whether it is better.
//!
//! For each search, each passage that was chosen should come before each that was not, or less so
//! (pairwise logistic loss, Burges et al., "Learning to Rank using Gradient Descent", 2005), with
//! the order there is as the beginning: the difference of two passages is that of the logarithms
//! of their scores plus `w · (x − y)`. The loss of each search counts the same, and weights are
//! kept small.
//!
//! Whether it helps is found out on searches that it has not learned from: five parts, each by
//! what the four others teach.

use archivist_domain::PassageId;

use super::{Features, POOL, Ranker};
use crate::evaluate::{Evaluation, Interval, Judged, Measures, measures};
use crate::index::Index;
use crate::records::{Mode, SearchRequest};
use crate::search::{self, Found};

/// With fewer judged searches chance would teach.
pub const MIN_SEARCHES: usize = 50;

const PARTS: usize = 5;
/// Steps of gradient descent, and their length. The loss is convex and its gradient at most some
/// units long.
const STEPS: usize = 400;
const STEP: f32 = 0.5;
/// How much weights cost, against the loss of a search.
const SMALL: f32 = 0.02;

/// What was learned, and what it is worth.
#[derive(Debug, Clone)]
pub struct Learned {
    /// From all searches; nothing where there were too few.
    pub ranker: Option<Ranker>,
    /// How many searches have something to teach.
    pub searches: usize,
    /// What searches gain that were not learned from, on average.
    pub gain: Measures,
    /// Where that lies with 95 % confidence.
    pub interval: Interval,
}

/// A search with its best passages and what was said of them.
#[derive(Debug, Clone)]
pub struct Lesson {
    passages: Vec<(PassageId, f32, Features)>,
    /// Of these passages, in their order.
    grades: Vec<u32>,
    /// Of all, those included that were not found.
    judged: Judged,
}

impl Learned {
    /// Learns an order from judged searches. The same seed gives the same intervals.
    pub fn from(mut lessons: Vec<Lesson>, seed: u64) -> Self {
        lessons.retain(|lesson| lesson.pairs().next().is_some());
        let mut gains = vec![Measures::default(); lessons.len()];
        let is_enough = lessons.len() >= MIN_SEARCHES;
        for part in (0..PARTS).filter(|_| is_enough) {
            let is_left_out = |at: usize| at % PARTS == part;
            let others = lessons
                .iter()
                .enumerate()
                .filter(|(at, _)| !is_left_out(*at));
            let ranker = taught(&others.map(|(_, lesson)| lesson).collect::<Vec<_>>());
            for at in (0..lessons.len()).filter(|at| is_left_out(*at)) {
                gains[at] = lessons[at].gain(&ranker);
            }
        }
        let gains = Evaluation::of(gains);
        Self {
            ranker: is_enough.then(|| taught(&lessons.iter().collect::<Vec<_>>())),
            searches: lessons.len(),
            gain: gains.mean(),
            interval: gains.interval(seed),
        }
    }

    /// Whether there was enough, and what was learned surely helps.
    pub fn helps(&self) -> bool {
        self.ranker.is_some() && self.interval.low.ndcg_at_10 > 0.0
    }
}

impl Index {
    /// What a judged search can teach: its best passages as they stand without anything learned.
    /// `current_year` is what age is reckoned from.
    pub fn lesson(&self, judged: &Judged, current_year: i32) -> Lesson {
        let request = SearchRequest {
            mode: Mode::Hybrid,
            pinned: Vec::new(),
            ..judged.request.clone()
        };
        let found = search::best_with_features(self, &request, POOL, current_year);
        let passages: Vec<_> = found
            .into_iter()
            .map(
                |Found {
                     passage,
                     score,
                     features,
                 }| (passage, score.max(f32::MIN_POSITIVE).ln(), features),
            )
            .collect();
        let grade = |id: &PassageId| judged.grades.get(id).copied().unwrap_or_default();
        Lesson {
            grades: passages.iter().map(|(id, ..)| grade(id)).collect(),
            passages,
            judged: judged.clone(),
        }
    }
}

impl Lesson {
    /// Places of two passages, the better one first.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let places = 0..self.passages.len();
        places.clone().flat_map(move |better| {
            let worse = places.clone();
            worse
                .filter(move |&worse| self.grades[better] > self.grades[worse])
                .map(move |worse| (better, worse))
        })
    }

    /// What an answer is worth in which they stand by what was learned.
    fn measured(&self, ranker: Option<&Ranker>) -> Measures {
        let score = |(_, score, features): &(PassageId, f32, Features)| {
            score + ranker.map_or(0.0, |ranker| ranker.push(features))
        };
        let mut order: Vec<&(PassageId, f32, Features)> = self.passages.iter().collect();
        order.sort_by(|a, b| score(b).total_cmp(&score(a)));
        let ids: Vec<String> = order.iter().map(|(id, ..)| id.to_string()).collect();
        let answer: Vec<&str> = ids.iter().map(String::as_str).collect();
        let grades = self.judged.grades.iter();
        let grades = grades.map(|(id, grade)| (id.to_string(), *grade)).collect();
        measures::of_answer(&answer, &grades)
    }

    fn gain(&self, ranker: &Ranker) -> Measures {
        self.measured(Some(ranker)).minus(self.measured(None))
    }

    /// Adds the gradient of this search's mean loss over pairs.
    fn add_gradient(&self, ranker: &Ranker, gradient: &mut Features) {
        let push: Vec<f32> = self
            .passages
            .iter()
            .map(|(_, score, features)| score + ranker.push(features))
            .collect();
        let share = 1.0 / self.pairs().count().max(1) as f32;
        for (better, worse) in self.pairs() {
            let wrong = 1.0 / (1.0 + (push[better] - push[worse]).exp());
            let (x, y) = (&self.passages[better].2, &self.passages[worse].2);
            for ((sum, x), y) in gradient.iter_mut().zip(x).zip(y) {
                *sum -= share * wrong * (x - y);
            }
        }
    }
}

/// Gradient descent from no weights at all.
fn taught(lessons: &[&Lesson]) -> Ranker {
    let mut ranker = Ranker {
        weights: Features::default(),
    };
    let count = lessons.len().max(1) as f32;
    for _ in 0..STEPS {
        let mut gradient = Features::default();
        for lesson in lessons {
            lesson.add_gradient(&ranker, &mut gradient);
        }
        for (weight, slope) in ranker.weights.iter_mut().zip(gradient) {
            *weight -= STEP * (slope / count + SMALL * *weight);
        }
    }
    ranker
}
