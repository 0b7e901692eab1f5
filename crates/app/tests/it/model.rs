//! Embedding models are installed from the command line.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::process::{self, archivist};
use crate::support::tiny_model::{TinyModel, WIDTH};

fn model(data: &Path, args: &[&str]) -> process::Finished {
    let mut command = archivist();
    process::run(command.arg("--data").arg(data).arg("model").args(args))
}

#[test]
fn a_model_is_installed_and_listed_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let said = model(&data, &["list"]).ok();
    assert!(said.contains("No model is installed"), "{said}");

    let source = folder.path().join("tiny-v1.5");
    TinyModel::of_one_direction(&["coach"]).write(&source);
    let source = source.to_str().unwrap();
    let said = model(&data, &["install", source]).ok();
    assert!(
        said.contains("tiny-v1.5 (embedder, 8 numbers a vector"),
        "{said}"
    );
    model(&data, &["install", source, "--name", "other"]).ok();
    let found = model(&data, &["list", "--json"]).json();
    assert_eq!(found["models"][0]["name"], "other");
    assert_eq!(found["models"][1]["name"], "tiny-v1.5");
    assert_eq!(found["models"][1]["kind"], "embedder");
    assert_eq!(found["models"][1]["dims"], WIDTH);
}

#[test]
fn what_is_no_model_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let gone = model(&data, &["install", "org/somewhere"]);
    assert_ne!(gone.code, Some(0));
    assert!(gone.stderr.contains("--hub"), "{gone:?}");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let none = model(&data, &["install", empty.to_str().unwrap()]);
    assert_ne!(none.code, Some(0));
    assert!(none.stderr.contains("There is no model"), "{none:?}");
    let found = model(&data, &["list", "--json"]).json();
    assert_eq!(found, json!({ "models": [] }));
}
