//! `archivist eval`.

mod own;

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use archivist_embed::Embedder;
use archivist_embed::local::{LocalModel, Precision};
use archivist_search::evaluate::{Collection, Evaluation, Interval, Measures};
use archivist_search::{
    DenseState, Index, Learned, MIN_SEARCHES, Mode, PassageVector, QueryVector, SearchRequest,
};
use serde_json::{Map, Value, json};
use tokio::task;

use super::print_json;
use crate::config::{EvalArgs, PlaceArgs};
use crate::models::folder_of;

/// The modes that are compared, each with its name; the first is what the others have to
/// be better than.
const MODES: [(&str, Mode); 3] = [
    ("lexical", Mode::Lexical),
    ("dense", Mode::Dense),
    ("hybrid", Mode::Hybrid),
];

/// So many passages a model reads at a time.
const READ_AT_ONCE: usize = 256;

/// How each mode did on a collection.
struct Report {
    documents: usize,
    /// What likeness by learned vectors counts, where there are any.
    trust: Option<f32>,
    modes: Vec<(&'static str, Evaluation)>,
    /// The last of the modes with one signal each, and with all of them.
    signals: Vec<(&'static str, Evaluation)>,
    /// What an order learned from what people chose would bring, where that was looked at.
    learned: Option<Learned>,
    seed: u64,
}

/// A search in this mode without any signal.
fn plain(mode: Mode) -> SearchRequest {
    SearchRequest {
        mode,
        recency_weight: 0.0,
        outcome_weight: 0.0,
        named_weight: 0.0,
        diversity: 0.0,
        ..SearchRequest::default()
    }
}

/// Both voices with each signal at its usual weight, and with all of them, as people search. Years
/// and outcomes say nothing where no document has them.
fn with_signals(years: bool, outcomes: bool) -> Vec<(&'static str, SearchRequest)> {
    let SearchRequest {
        diversity,
        named_weight,
        recency_weight,
        outcome_weight,
        ..
    } = SearchRequest::default();
    let hybrid = || plain(Mode::Hybrid);
    let mut requests = vec![
        (
            "diversity",
            SearchRequest {
                diversity,
                ..hybrid()
            },
        ),
        (
            "named",
            SearchRequest {
                named_weight,
                ..hybrid()
            },
        ),
    ];
    if years {
        let recency = SearchRequest {
            recency_weight,
            ..hybrid()
        };
        requests.push(("recency", recency));
    }
    if outcomes {
        let outcome = SearchRequest {
            outcome_weight,
            ..hybrid()
        };
        requests.push(("outcome", outcome));
    }
    requests.push(("all", SearchRequest::default()));
    requests
}

/// Measures every mode on a collection and prints the figures.
pub(crate) async fn eval(place: &PlaceArgs, mut args: EvalArgs) -> Result<ExitCode> {
    let is_json = args.json;
    if let Some(model) = &mut args.model {
        *model = folder_of(place, model)?;
    }
    let report = match args.collection.clone() {
        Some(folder) => task::spawn_blocking(move || measure(&folder, &args)).await??,
        None => own::measure(place, args.seed).await?,
    };
    if is_json {
        print_json(&report.as_json());
    } else {
        report.print();
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(folder: &Path, args: &EvalArgs) -> Result<Report> {
    let collection = Collection::read(folder);
    let folder = folder.display();
    let collection =
        collection.with_context(|| format!("{folder} is no collection in BEIR's form"))?;
    let collection = if args.by_title {
        collection.by_title()
    } else {
        collection
    };
    let mut index = collection.index(args.seed);
    let vectors = match &args.model {
        Some(folder) => read_all(&collection, &mut index, folder, args.int8)?,
        None => HashMap::new(),
    };
    let evaluate = |how: &SearchRequest| collection.evaluate_with(&index, how, &vectors);
    let modes = MODES.map(|(name, mode)| (name, evaluate(&plain(mode))));
    let (years, outcomes) = collection.signals();
    let signals = with_signals(years, outcomes).into_iter();
    let signals = signals.map(|(name, how)| (name, evaluate(&how)));
    let report = Report {
        documents: collection.corpus.len(),
        trust: trust(&index),
        modes: modes.into(),
        signals: signals.collect(),
        learned: None,
        seed: args.seed,
    };
    ensure!(
        report.queries() > 0,
        "{folder} has no query with a relevant document: qrels/test.tsv has to name queries of \
         queries.jsonl, with grades above 0"
    );
    Ok(report)
}

/// What likeness by learned vectors counts, where there are any.
fn trust(index: &Index) -> Option<f32> {
    match index.dense_state() {
        DenseState::Ready { trust, .. } => Some(trust),
        _ => None,
    }
}

/// Has a model read the collection into the index; returns what it makes of the queries.
fn read_all(
    collection: &Collection,
    index: &mut Index,
    folder: &Path,
    int8: bool,
) -> Result<HashMap<String, QueryVector>> {
    let precision = if int8 {
        Precision::Int8
    } else {
        Precision::F32
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let model = LocalModel::open(folder, "eval", precision, threads)?;
    let identity = model.identity().to_string();
    index.expect_vectors(&identity, model.identity().dims);
    loop {
        let unread = index.unread(&identity, READ_AT_ONCE);
        if unread.is_empty() {
            break;
        }
        let texts: Vec<String> = unread.iter().map(|passage| passage.text.clone()).collect();
        let vectors = model.embed_blocking(&texts).vectors;
        let read = unread.into_iter().zip(vectors);
        let read = read.map(|(unread, values)| PassageVector {
            place: unread.place,
            digest: unread.digest,
            values,
        });
        index.set_vectors(&identity, &read.collect::<Vec<_>>());
    }
    let texts: Vec<String> = collection
        .queries
        .iter()
        .map(|query| query.text.clone())
        .collect();
    let vectors = model.embed_blocking(&texts).vectors.into_iter();
    let of_query = |(text, values): (String, Vec<f32>)| {
        let identity = identity.clone();
        (text, QueryVector { identity, values })
    };
    Ok(texts.into_iter().zip(vectors).map(of_query).collect())
}

impl Report {
    fn queries(&self) -> usize {
        self.modes.first().map_or(0, |(_, found)| found.count())
    }

    /// Each mode but the first, with what it gains over that one.
    fn gains(&self) -> impl Iterator<Item = (&'static str, Evaluation)> {
        let (_, base) = &self.modes[0];
        let others = self.modes.iter().skip(1);
        others.map(|(name, found)| (*name, found.gain_over(base)))
    }

    fn as_json(&self) -> Value {
        let of_each = |value: &dyn Fn(&Evaluation) -> Value| by_name(&self.modes, value);
        let interval = |found: &Evaluation| {
            let Interval { low, high } = self.interval(found);
            json!({ "low": low, "high": high })
        };
        let gains: Map<String, Value> = self
            .gains()
            .map(|(name, gain)| {
                let (mean, interval) = (gain.mean(), self.interval(&gain));
                (
                    name.to_owned(),
                    json!({ "mean": mean, "low": interval.low, "high": interval.high }),
                )
            })
            .collect();
        let mut told = json!({
            "documents": self.documents,
            "queries": self.queries(),
            "vectors_trained": self.trust.is_some(),
            "vectors_trust": self.trust.map(|trust| (f64::from(trust) * 1000.0).round() / 1000.0),
            "modes": of_each(&|found| json!(found.mean())),
            "intervals": of_each(&interval),
            "gains_over_lexical": gains,
            "signals": by_name(&self.signals, &|found| json!(found.mean())),
            "signal_intervals": by_name(&self.signals, &interval),
        });
        if let Some(learned) = &self.learned {
            let Interval { low, high } = learned.interval;
            told["learned_order"] = json!({
                "searches": learned.searches,
                "searches_needed": MIN_SEARCHES,
                "gain": { "mean": learned.gain, "low": low, "high": high },
                "helps": learned.helps(),
                "weights": learned.ranker.map(|ranker| ranker.weights()),
            });
        }
        told
    }

    fn interval(&self, found: &Evaluation) -> Interval {
        found.interval(self.seed)
    }

    fn print(&self) {
        say!(
            "{} documents, {} queries with a relevant document",
            self.documents,
            self.queries()
        );
        match self.trust {
            None => say!("Too few documents to learn vectors from: only words are compared."),
            Some(trust) => say!(
                "Learned vectors count {trust:.2} of what they count at best, by how well they find \
                 passages again"
            ),
        }
        say!("");
        say!("mode         nDCG@10  95 % confidence     MAP     MRR   R@10  R@100");
        for (name, found) in &self.modes {
            say!("{}", self.line(name, found));
        }
        for (name, found) in &self.signals {
            say!("{}", self.line(&format!("+ {name}"), found));
        }
        say!("");
        for (name, gain) in self.gains() {
            let (mean, Interval { low, high }) = (gain.mean(), self.interval(&gain));
            say!(
                "{name} over lexical, nDCG@10: {:+.4} ({:+.4} to {:+.4})",
                mean.ndcg_at_10,
                low.ndcg_at_10,
                high.ndcg_at_10
            );
        }
        if let Some(learned) = &self.learned {
            say!("{}", told(learned));
        }
    }

    fn line(&self, name: &str, found: &Evaluation) -> String {
        let Measures {
            ndcg_at_10,
            map,
            mrr,
            recall_at_10,
            recall_at_100,
        } = found.mean();
        let Interval { low, high } = self.interval(found);
        let (low, high) = (low.ndcg_at_10, high.ndcg_at_10);
        format!(
            "{name:<11}  {ndcg_at_10:>7.4}  {low:.4} to {high:.4}  {map:.4}  {mrr:.4}  \
             {recall_at_10:.4}  {recall_at_100:.4}"
        )
    }
}

/// What an order that was learned is worth.
fn told(learned: &Learned) -> String {
    let searches = learned.searches;
    if learned.ranker.is_none() {
        return format!(
            "an order learned from what people choose: not before {MIN_SEARCHES} searches say what \
             to put first; {searches} do now"
        );
    }
    let (gain, Interval { low, high }) = (learned.gain.ndcg_at_10, learned.interval);
    let verdict = if learned.helps() {
        "it helps, and servers use it"
    } else {
        "that may be chance, so it is not used"
    };
    format!(
        "an order learned from {searches} searches, nDCG@10: {gain:+.4} ({:+.4} to {:+.4}); {verdict}",
        low.ndcg_at_10, high.ndcg_at_10
    )
}

fn by_name(
    found: &[(&'static str, Evaluation)],
    value: &dyn Fn(&Evaluation) -> Value,
) -> Map<String, Value> {
    let named = found.iter();
    named
        .map(|(name, found)| ((*name).to_owned(), value(found)))
        .collect()
}
