//! A tiny model with made-up weights, against what the papers write down.

use std::collections::HashMap;
use std::fs;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use tempfile::TempDir;

use super::*;

const WIDTH: usize = 16;
const MIDDLE: usize = 24;
const HEADS: usize = 4;
const LAYERS: usize = 2;
const POSITIONS: usize = 12;
const PIECES: [&str; 9] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "coach", "##es", "read", "garden", "rent",
];

type Tensors = HashMap<String, (Vec<usize>, Vec<f32>)>;

/// The tensors of a model, drawn by a seed.
pub(crate) fn tensors(seed: u64, classifies: bool) -> Tensors {
    let mut random = StdRng::seed_from_u64(seed);
    let mut tensors = Tensors::new();
    let mut add = |name: String, shape: &[usize]| {
        let count = shape.iter().product();
        let numbers = (0..count).map(|_| random.random_range(-0.5..0.5)).collect();
        tensors.insert(name, (shape.to_vec(), numbers));
    };
    let prefix = if classifies { "bert." } else { "" };
    let tables = [
        ("word", PIECES.len()),
        ("position", POSITIONS),
        ("token_type", 2),
    ];
    for (table, rows) in tables {
        add(
            format!("{prefix}embeddings.{table}_embeddings.weight"),
            &[rows, WIDTH],
        );
    }
    let norm = |add: &mut dyn FnMut(String, &[usize]), name: &str| {
        add(format!("{prefix}{name}.LayerNorm.weight"), &[WIDTH]);
        add(format!("{prefix}{name}.LayerNorm.bias"), &[WIDTH]);
    };
    norm(&mut add, "embeddings");
    for layer in 0..LAYERS {
        let layer = format!("encoder.layer.{layer}");
        let linears = [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", MIDDLE, WIDTH),
            ("output.dense", WIDTH, MIDDLE),
        ];
        for (name, outputs, inputs) in linears {
            add(format!("{prefix}{layer}.{name}.weight"), &[outputs, inputs]);
            add(format!("{prefix}{layer}.{name}.bias"), &[outputs]);
        }
        norm(&mut add, &format!("{layer}.attention.output"));
        norm(&mut add, &format!("{layer}.output"));
    }
    if classifies {
        add("bert.pooler.dense.weight".to_owned(), &[WIDTH, WIDTH]);
        add("bert.pooler.dense.bias".to_owned(), &[WIDTH]);
        add("classifier.weight".to_owned(), &[1, WIDTH]);
        add("classifier.bias".to_owned(), &[1]);
    }
    tensors
}

/// Writes a model's folder.
pub(crate) fn write(folder: &Path, tensors: &Tensors) {
    let config = serde_json::json!({
        "model_type": "bert", "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "intermediate_size": MIDDLE, "vocab_size": PIECES.len(),
        "max_position_embeddings": POSITIONS, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    });
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("vocab.txt"), PIECES.join("\n")).unwrap();
    let bytes: HashMap<&String, (Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, (shape, numbers))| {
            let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            (name, (shape.clone(), bytes))
        })
        .collect();
    let views = bytes.iter().map(|(name, (shape, bytes))| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap();
        (name.as_str(), view)
    });
    let file = safetensors::serialize(views, None).unwrap();
    fs::write(folder.join("model.safetensors"), file).unwrap();
}

/// The papers' formulas, one number at a time.
struct Plain<'a> {
    tensors: &'a Tensors,
    prefix: &'static str,
}

impl Plain<'_> {
    fn get(&self, name: &str) -> &[f32] {
        &self.tensors[&format!("{}{name}", self.prefix)].1
    }

    fn linear(&self, name: &str, x: &[f32]) -> Vec<f32> {
        let bias = self.get(&format!("{name}.bias"));
        let weights = self.get(&format!("{name}.weight"));
        let dot = |row: &[f32]| row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
        let outputs = weights.chunks_exact(x.len()).zip(bias);
        outputs.map(|(row, b)| dot(row) + b).collect()
    }

    fn norm(&self, name: &str, x: &[f32]) -> Vec<f32> {
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / x.len() as f32;
        let scale = self.get(&format!("{name}.LayerNorm.weight"));
        let shift = self.get(&format!("{name}.LayerNorm.bias"));
        let each = x.iter().zip(scale).zip(shift);
        each.map(|((x, scale), shift)| (x - mean) / (variance + 1e-12).sqrt() * scale + shift)
            .collect()
    }

    /// The pieces of a text, each a row.
    fn encode(&self, ids: &[usize], second: usize) -> Vec<Vec<f32>> {
        let row = |table: &str, at: usize| {
            let table = self.get(&format!("embeddings.{table}_embeddings.weight"));
            table[at * WIDTH..(at + 1) * WIDTH].to_vec()
        };
        let embedded = ids.iter().enumerate().map(|(at, id)| {
            let kind = row("token_type", usize::from(at >= second));
            let sum = add(&add(&row("word", *id), &row("position", at)), &kind);
            self.norm("embeddings", &sum)
        });
        let mut rows: Vec<Vec<f32>> = embedded.collect();
        for layer in 0..LAYERS {
            rows = self.layer(&format!("encoder.layer.{layer}"), &rows);
        }
        rows
    }

    fn layer(&self, name: &str, rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let all = |part: &str| -> Vec<Vec<f32>> {
            let name = format!("{name}.attention.self.{part}");
            rows.iter().map(|row| self.linear(&name, row)).collect()
        };
        let (queries, keys, values) = (all("query"), all("key"), all("value"));
        let wide = WIDTH / HEADS;
        let attended = queries.iter().map(|query| {
            let mut seen = Vec::new();
            for head in 0..HEADS {
                let part = head * wide..(head + 1) * wide;
                let dot = |key: &Vec<f32>| {
                    let pairs = query[part.clone()].iter().zip(&key[part.clone()]);
                    (pairs.map(|(q, k)| q * k).sum::<f32>() / (wide as f32).sqrt()).exp()
                };
                let weights: Vec<f32> = keys.iter().map(dot).collect();
                let total: f32 = weights.iter().sum();
                for at in part {
                    let mix = weights.iter().zip(&values).map(|(w, value)| w * value[at]);
                    seen.push(mix.sum::<f32>() / total);
                }
            }
            self.linear(&format!("{name}.attention.output.dense"), &seen)
        });
        let attended: Vec<Vec<f32>> = attended.collect();
        let each = rows.iter().zip(&attended).map(|(row, attended)| {
            let x = self.norm(&format!("{name}.attention.output"), &add(row, attended));
            let mut wide = self.linear(&format!("{name}.intermediate.dense"), &x);
            for x in &mut wide {
                *x = gelu(*x);
            }
            let narrow = self.linear(&format!("{name}.output.dense"), &wide);
            self.norm(&format!("{name}.output"), &add(&x, &narrow))
        });
        each.collect()
    }

    fn mean(&self, ids: &[usize]) -> Vec<f32> {
        let rows = self.encode(ids, ids.len());
        let mut sum = vec![0.0; WIDTH];
        for row in &rows {
            sum = add(&sum, row);
        }
        normalise(&mut sum);
        sum
    }
}

fn add(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// `x Φ(x)`, with the series of the error function.
fn gelu(x: f32) -> f32 {
    let z = f64::from(x) / std::f64::consts::SQRT_2;
    let (mut term, mut sum) = (z, z);
    for n in 1..60 {
        term *= -z * z / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    let erf = sum * 2.0 / std::f64::consts::PI.sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "the model's own precision")]
    let value = (f64::from(x) * 0.5 * (1.0 + erf)) as f32;
    value
}

fn close(found: &[f32], expected: &[f32], most: f32) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < most, "{found} for {expected}");
    }
}

fn texts() -> Vec<String> {
    [
        "Coaches read",
        "",
        "garden rent read coaches garden",
        "read",
    ]
    .map(str::to_owned)
    .into()
}

/// What the vocabulary makes of them.
const IDS: [&[usize]; 4] = [
    &[2, 4, 5, 6, 3],
    &[2, 3],
    &[2, 7, 8, 6, 4, 5, 7, 3],
    &[2, 6, 3],
];

#[test]
fn a_model_gives_what_the_papers_write_down() {
    let folder = TempDir::new().unwrap();
    let tensors = tensors(1, false);
    write(folder.path(), &tensors);
    let plain = Plain {
        tensors: &tensors,
        prefix: "",
    };
    for (precision, most) in [(Precision::F32, 1e-5), (Precision::Int8, 0.05)] {
        let model = LocalModel::open(folder.path(), "tiny", precision, 2).unwrap();
        let embedded = model.embed_blocking(&texts());
        assert_eq!(embedded.usage.tokens, 5 + 2 + 8 + 3);
        for (vector, ids) in embedded.vectors.iter().zip(IDS) {
            close(vector, &plain.mean(ids), most);
        }
    }
}

#[test]
fn pooling_by_the_first_piece_and_the_limit_of_length_are_read() {
    let folder = TempDir::new().unwrap();
    let tensors = tensors(2, false);
    write(folder.path(), &tensors);
    fs::create_dir(folder.path().join("1_Pooling")).unwrap();
    let pooling = r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#;
    fs::write(folder.path().join("1_Pooling/config.json"), pooling).unwrap();
    let limit = r#"{"max_seq_length": 4}"#;
    fs::write(folder.path().join("sentence_bert_config.json"), limit).unwrap();
    let model = LocalModel::open(folder.path(), "tiny", Precision::F32, 1).unwrap();
    let found = model
        .embed_blocking(&["garden rent read".to_owned()])
        .vectors;
    let plain = Plain {
        tensors: &tensors,
        prefix: "",
    };
    let mut first = plain.encode(&[2, 7, 8, 3], 4)[0].clone();
    normalise(&mut first);
    close(&found[0], &first, 1e-5);
}

#[test]
fn a_cross_encoder_judges_pairs() {
    let folder = TempDir::new().unwrap();
    let tensors = tensors(3, true);
    write(folder.path(), &tensors);
    let plain = Plain {
        tensors: &tensors,
        prefix: "bert.",
    };
    let rows = plain.encode(&[2, 6, 3, 7, 8, 3], 3);
    let mut pooled = plain.linear("pooler.dense", &rows[0]);
    for x in &mut pooled {
        *x = x.tanh();
    }
    let bare = Plain {
        tensors: &tensors,
        prefix: "",
    };
    let expected = bare.linear("classifier", &pooled);
    let model = CrossEncoder::open(folder.path(), Precision::F32, 1).unwrap();
    let found = model.score_blocking("read", &["garden rent".to_owned(), "rent".to_owned()]);
    close(&found[..1], &expected, 1e-4);
    assert_eq!(found.len(), 2);
}

#[test]
fn an_identity_tells_weights_and_precision_apart() {
    let variant = |seed, precision| {
        let folder = TempDir::new().unwrap();
        write(folder.path(), &tensors(seed, false));
        let model = LocalModel::open(folder.path(), "tiny", precision, 1).unwrap();
        model.identity().clone()
    };
    let one = variant(1, Precision::F32);
    assert_eq!((one.provider.as_str(), one.dims), ("local", WIDTH));
    assert_eq!(one, variant(1, Precision::F32));
    assert_ne!(one, variant(1, Precision::Int8));
    assert_ne!(one, variant(2, Precision::F32));
}

#[test]
fn what_is_no_model_is_told() {
    let folder = TempDir::new().unwrap();
    let error = |folder: &Path| {
        let opened = LocalModel::open(folder, "x", Precision::F32, 1);
        opened.unwrap_err().to_string()
    };
    assert!(error(folder.path()).contains("config.json"));
    let mut wrong = tensors(1, false);
    wrong.remove("encoder.layer.1.output.dense.bias");
    write(folder.path(), &wrong);
    let missing = error(folder.path());
    assert!(
        missing.contains("encoder.layer.1.output.dense.bias is missing"),
        "{missing}"
    );
    fs::write(folder.path().join("model.safetensors"), "nonsense").unwrap();
    assert!(error(folder.path()).contains("damaged"));
    let config = r#"{"model_type": "t5"}"#;
    fs::write(folder.path().join("config.json"), config).unwrap();
    assert!(!error(folder.path()).is_empty());
}

#[test]
fn a_step_that_is_not_known_and_a_width_of_nothing_are_refused() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &tensors(1, false));
    let open = || LocalModel::open(folder.path(), "x", Precision::F32, 1);
    let modules = |last: &str| {
        let modules = format!(
            r#"[{{"type": "sentence_transformers.models.Transformer"}}, {{"type": "sentence_transformers.models.{last}"}}]"#
        );
        fs::write(folder.path().join("modules.json"), modules).unwrap();
    };
    modules("Normalize");
    assert!(open().is_ok());
    modules("Dense");
    assert!(open().unwrap_err().to_string().contains("Dense"));
    modules("Pooling");
    let config = fs::read_to_string(folder.path().join("config.json")).unwrap();
    let config = config.replace(r#""hidden_size":16"#, r#""hidden_size":0"#);
    fs::write(folder.path().join("config.json"), config).unwrap();
    assert!(
        open()
            .unwrap_err()
            .to_string()
            .contains("config.json is wrong")
    );
}
