//! `archivist eval`.

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use archivist_search::evaluate::{Collection, Evaluation, Interval, Measures};
use archivist_search::{DenseState, Mode};
use serde_json::{Map, Value, json};
use tokio::task;

use super::print_json;
use crate::config::EvalArgs;

/// The modes that are compared, each with its name; the first is what the others have to
/// be better than.
const MODES: [(&str, Mode); 3] = [
    ("lexical", Mode::Lexical),
    ("dense", Mode::Dense),
    ("hybrid", Mode::Hybrid),
];

/// How each mode did on a collection.
struct Report {
    documents: usize,
    is_trained: bool,
    modes: Vec<(&'static str, Evaluation)>,
    seed: u64,
}

/// Measures every mode on a collection and prints the figures.
pub(crate) async fn eval(args: EvalArgs) -> Result<ExitCode> {
    let is_json = args.json;
    let report = task::spawn_blocking(move || measure(&args)).await??;
    if is_json {
        print_json(&report.as_json());
    } else {
        report.print();
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(args: &EvalArgs) -> Result<Report> {
    let folder = args.collection.display();
    let collection = Collection::read(&args.collection)
        .with_context(|| format!("{folder} is no collection in BEIR's form"))?;
    let collection = if args.by_title {
        collection.by_title()
    } else {
        collection
    };
    let index = collection.index(args.seed);
    let modes = MODES.map(|(name, mode)| (name, collection.evaluate(&index, mode)));
    let report = Report {
        documents: collection.corpus.len(),
        is_trained: matches!(index.dense_state(), DenseState::Ready { .. }),
        modes: modes.into(),
        seed: args.seed,
    };
    ensure!(
        report.queries() > 0,
        "{folder} has no query with a relevant document: qrels/test.tsv has to name queries of \
         queries.jsonl, with grades above 0"
    );
    Ok(report)
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
        let of_each = |value: &dyn Fn(&Evaluation) -> Value| -> Map<String, Value> {
            let modes = self.modes.iter();
            modes
                .map(|(name, found)| ((*name).to_owned(), value(found)))
                .collect()
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
        json!({
            "documents": self.documents,
            "queries": self.queries(),
            "vectors_trained": self.is_trained,
            "modes": of_each(&|found| json!(found.mean())),
            "intervals": of_each(&|found| {
                let Interval { low, high } = self.interval(found);
                json!({ "low": low, "high": high })
            }),
            "gains_over_lexical": gains,
        })
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
        if !self.is_trained {
            say!("Too few documents to learn vectors from: only words are compared.");
        }
        say!("");
        say!("mode      nDCG@10  95 % confidence     MAP     MRR   R@10  R@100");
        for (name, found) in &self.modes {
            say!("{}", self.line(name, found));
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
            "{name:<8}  {ndcg_at_10:>7.4}  {low:.4} to {high:.4}  {map:.4}  {mrr:.4}  \
             {recall_at_10:.4}  {recall_at_100:.4}"
        )
    }
}
