//! Embedding models are installed from the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::process::{self, archivist};

const PIECES: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "coach"];
const WIDTH: usize = 8;

/// A model of one layer in which every weight is the same.
fn write_model(folder: &Path) {
    let wide = [WIDTH, WIDTH];
    let mut shapes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (table, rows) in [("word", PIECES.len()), ("position", 16), ("token_type", 2)] {
        let name = format!("embeddings.{table}_embeddings.weight");
        shapes.insert(name, vec![rows, WIDTH]);
    }
    for linear in [
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
        "intermediate.dense",
        "output.dense",
    ] {
        let name = format!("encoder.layer.0.{linear}");
        shapes.insert(format!("{name}.weight"), wide.to_vec());
        shapes.insert(format!("{name}.bias"), vec![WIDTH]);
    }
    for part in [
        "embeddings",
        "encoder.layer.0.attention.output",
        "encoder.layer.0.output",
    ] {
        shapes.insert(format!("{part}.LayerNorm.weight"), vec![WIDTH]);
        shapes.insert(format!("{part}.LayerNorm.bias"), vec![WIDTH]);
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("model.safetensors"), safetensors(&shapes)).unwrap();
    let config = json!({
        "model_type": "bert", "hidden_size": WIDTH, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": WIDTH, "vocab_size": PIECES.len(),
        "max_position_embeddings": 16,
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("vocab.txt"), PIECES.join("\n")).unwrap();
}

/// The length of the header, the header in JSON, and all numbers.
fn safetensors(shapes: &BTreeMap<String, Vec<usize>>) -> Vec<u8> {
    let (mut header, mut end) = (serde_json::Map::new(), 0);
    for (name, shape) in shapes {
        let (start, numbers) = (end, shape.iter().product::<usize>());
        end += numbers * 4;
        let tensor = json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, end] });
        header.insert(name.clone(), tensor);
    }
    let header = Value::Object(header).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(0.25_f32.to_le_bytes().repeat(end / 4));
    file
}

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
    write_model(&source);
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
