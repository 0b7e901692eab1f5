//! The search is measured on a collection that is known.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::process::{self, archivist};

/// Thirty documents, each about a plant of its own, in three beds of ten.
fn write_collection(folder: &Path) {
    let bed = |n: usize| ["orchard apples", "pond lilies", "kitchen beans"][n % 3];
    let line = |n: usize| {
        let text = format!("Plant{n} grows among the {}.", bed(n));
        format!(
            "{}\n",
            serde_json::json!({ "_id": format!("d{n}"), "title": format!("Bed {n}"), "text": text })
        )
    };
    let corpus: String = (0..30).map(line).collect();
    let queries = "{\"_id\":\"q1\",\"text\":\"plant7\"}\n{\"_id\":\"q2\",\"text\":\"plant11 or lilies\"}\n{\"_id\":\"q3\",\"text\":\"unjudged\"}\n";
    let judgements = "query-id\tcorpus-id\tscore\nq1\td7\t1\nq2\td11\t2\nq2\td1\t1\n";
    fs::create_dir_all(folder.join("qrels")).unwrap();
    fs::write(folder.join("corpus.jsonl"), corpus).unwrap();
    fs::write(folder.join("queries.jsonl"), queries).unwrap();
    fs::write(folder.join("qrels/test.tsv"), judgements).unwrap();
}

fn eval(folder: &Path, flags: &[&str]) -> process::Finished {
    let mut command = archivist();
    process::run(command.arg("eval").arg(folder).args(flags))
}

#[test]
fn a_collection_is_measured_in_every_mode_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    write_collection(folder.path());
    let found = eval(folder.path(), &["--json"]).json();
    assert_eq!(
        found["queries"], 2,
        "the one without judgements is not asked"
    );
    assert_eq!(found["documents"], 30);
    for mode in ["lexical", "dense", "hybrid"] {
        for measure in ["ndcg@10", "map", "mrr", "recall@10", "recall@100"] {
            let mean = found["modes"][mode][measure].as_f64().unwrap();
            let end = |end: &str| found["intervals"][mode][end][measure].as_f64().unwrap();
            assert!(end("low") <= mean && mean <= end("high"), "{mode}: {found}");
        }
    }
    assert_eq!(found["modes"]["lexical"]["mrr"], 1.0, "{found}");
    assert!(found["gains_over_lexical"]["hybrid"]["mean"]["map"].is_f64());
    for signal in ["diversity", "named", "all"] {
        assert!(found["signals"][signal]["ndcg@10"].is_f64(), "{found}");
        let interval = &found["signal_intervals"][signal];
        assert!(interval["low"]["ndcg@10"].is_f64(), "{found}");
    }
    let said = eval(folder.path(), &[]).ok();
    assert!(said.contains("30 documents, 2 queries") && said.contains("hybrid over lexical"));
    assert!(said.contains("Learned vectors count"), "{said}");
    assert!(found["vectors_trust"].is_f64(), "{found}");
    let by_title = eval(folder.path(), &["--by-title", "--json"]).json();
    assert_eq!(by_title["queries"], Value::from(30));
}

#[test]
fn what_is_no_collection_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let said = eval(folder.path(), &[]).failed();
    assert!(
        said.contains("BEIR") && said.contains("corpus.jsonl"),
        "{said}"
    );
    write_collection(folder.path());
    fs::write(folder.path().join("qrels/test.tsv"), "q\td\ts\nq1\td7\t0\n").unwrap();
    let said = eval(folder.path(), &[]).failed();
    assert!(said.contains("no query with a relevant document"), "{said}");
}
