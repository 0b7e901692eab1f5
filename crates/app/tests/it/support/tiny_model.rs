//! A model of one layer in the form of MiniLM, small enough to be written by hand: each word points in
//! a direction, and a text in the mean of those of its words.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

/// How wide its vectors are.
pub(crate) const WIDTH: usize = 8;

const SPECIAL: [&str; 4] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

/// What a model knows.
#[derive(Debug, Default)]
pub(crate) struct TinyModel {
    /// Its words with their directions, below [`WIDTH`]. All others say nothing.
    pub(crate) words: Vec<(String, usize)>,
    /// It judges passages, by how much they have of this direction, instead of making vectors.
    pub(crate) judges_by: Option<usize>,
}

type Tensor = (Vec<usize>, Vec<f32>);

impl TinyModel {
    /// One whose words all point in the same direction.
    pub(crate) fn of_one_direction(words: &[&str]) -> Self {
        let words = words.iter().map(|word| ((*word).to_owned(), 0));
        Self {
            words: words.collect(),
            judges_by: None,
        }
    }

    /// Writes it as model hubs have them.
    pub(crate) fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let file = safetensors(&self.tensors());
        fs::write(folder.join("model.safetensors"), file).unwrap();
        let words = self.words.iter().map(|(word, _)| word.as_str());
        let pieces: Vec<&str> = SPECIAL.into_iter().chain(words).collect();
        let config = json!({
            "model_type": "bert", "hidden_size": WIDTH, "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": WIDTH, "vocab_size": pieces.len(),
            "max_position_embeddings": 64,
        });
        fs::write(folder.join("config.json"), config.to_string()).unwrap();
        fs::write(folder.join("vocab.txt"), pieces.join("\n")).unwrap();
    }

    /// Attention looks at all words alike and hands on what it sees; all else leaves as it is.
    fn tensors(&self) -> BTreeMap<String, Tensor> {
        let prefix = if self.judges_by.is_some() {
            "bert."
        } else {
            ""
        };
        let mut tensors = BTreeMap::new();
        let mut add =
            |name: &str, tensor: Tensor| tensors.insert(format!("{prefix}{name}"), tensor);
        let directions = self.words.iter().map(|(_, direction)| one_hot(*direction));
        let rows = SPECIAL.iter().map(|_| vec![0.0; WIDTH]).chain(directions);
        let rows: Vec<f32> = rows.flatten().collect();
        let of_words = (vec![rows.len() / WIDTH, WIDTH], rows);
        add("embeddings.word_embeddings.weight", of_words);
        for (table, rows) in [("position", 64), ("token_type", 2)] {
            let name = format!("embeddings.{table}_embeddings.weight");
            add(&name, (vec![rows, WIDTH], vec![0.0; rows * WIDTH]));
        }
        for (name, scale) in [
            ("encoder.layer.0.attention.self.query", 0.0),
            ("encoder.layer.0.attention.self.key", 0.0),
            ("encoder.layer.0.attention.self.value", 1.0),
            ("encoder.layer.0.attention.output.dense", 1.0),
            ("encoder.layer.0.intermediate.dense", 0.0),
            ("encoder.layer.0.output.dense", 0.0),
        ] {
            add(&format!("{name}.weight"), identity(scale));
            add(&format!("{name}.bias"), (vec![WIDTH], vec![0.0; WIDTH]));
        }
        for part in [
            "embeddings",
            "encoder.layer.0.attention.output",
            "encoder.layer.0.output",
        ] {
            let name = format!("{part}.LayerNorm");
            add(&format!("{name}.weight"), (vec![WIDTH], vec![1.0; WIDTH]));
            add(&format!("{name}.bias"), (vec![WIDTH], vec![0.0; WIDTH]));
        }
        if let Some(direction) = self.judges_by {
            add("pooler.dense.weight", identity(1.0));
            add("pooler.dense.bias", (vec![WIDTH], vec![0.0; WIDTH]));
            let weights = one_hot(direction).into_iter().map(|weight| 8.0 * weight);
            let classifier = (vec![1, WIDTH], weights.collect());
            tensors.insert("classifier.weight".to_owned(), classifier);
            tensors.insert("classifier.bias".to_owned(), (vec![1], vec![0.0]));
        }
        tensors
    }
}

fn one_hot(direction: usize) -> Vec<f32> {
    let mut row = vec![0.0; WIDTH];
    row[direction] = 1.0;
    row
}

fn identity(scale: f32) -> Tensor {
    let rows = (0..WIDTH).flat_map(one_hot).map(|number| scale * number);
    (vec![WIDTH, WIDTH], rows.collect())
}

/// The length of the header, the header in JSON, and all numbers.
fn safetensors(tensors: &BTreeMap<String, Tensor>) -> Vec<u8> {
    let (mut header, mut end) = (Map::new(), 0);
    for (name, (shape, numbers)) in tensors {
        let (start, bytes) = (end, numbers.len() * 4);
        end += bytes;
        let tensor = json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, end] });
        header.insert(name.clone(), tensor);
    }
    let header = Value::Object(header).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    let numbers = tensors.values().flat_map(|(_, numbers)| numbers);
    file.extend(numbers.flat_map(|number| number.to_le_bytes()));
    file
}
