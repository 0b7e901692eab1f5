//! What a model's folder says about it.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::EmbedError;

/// `config.json`, as far as it matters.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    pub(super) model_type: String,
    pub(super) hidden_size: usize,
    pub(super) num_hidden_layers: usize,
    pub(super) num_attention_heads: usize,
    pub(super) intermediate_size: usize,
    pub(super) max_position_embeddings: usize,
    pub(super) vocab_size: usize,
    #[serde(default = "usual_eps")]
    pub(super) layer_norm_eps: f32,
    #[serde(default = "usual_activation")]
    hidden_act: String,
}

fn usual_eps() -> f32 {
    1e-12
}

fn usual_activation() -> String {
    "gelu".to_owned()
}

/// How the vectors of a text's pieces become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first, special one.
    Class,
}

#[derive(Deserialize, Default)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the file has them")]
struct PoolingFile {
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
    pooling_mode_max_tokens: bool,
    pooling_mode_mean_sqrt_len_tokens: bool,
}

#[derive(Deserialize)]
struct SentenceFile {
    max_seq_length: Option<usize>,
}

impl Config {
    /// Reads and checks it.
    pub(super) fn open(folder: &Path) -> Result<Self, EmbedError> {
        let wrong = |what: String| EmbedError::Model(what);
        let config: Self = read(folder, "config.json")?
            .ok_or_else(|| wrong("There is no config.json: this is no model.".to_owned()))?;
        if config.model_type != "bert" {
            let kind = &config.model_type;
            return Err(wrong(format!(
                "The model is of the type {kind}: only models of the type bert are known, such as all-MiniLM-L6-v2."
            )));
        }
        if config.hidden_act != "gelu" {
            let activation = &config.hidden_act;
            return Err(wrong(format!(
                "The model uses {activation}: only gelu is known."
            )));
        }
        let heads = config.num_attention_heads;
        let is_whole = heads > 0 && config.hidden_size > 0 && config.intermediate_size > 0;
        if !is_whole || !config.hidden_size.is_multiple_of(heads) {
            let what = "config.json is wrong: heads do not divide the width.";
            return Err(wrong(what.to_owned()));
        }
        check_modules(folder)?;
        Ok(config)
    }

    /// How many pieces of a text are read.
    pub(super) fn max_pieces(&self, folder: &Path) -> usize {
        let said: Option<SentenceFile> = read(folder, "sentence_bert_config.json").ok().flatten();
        let said = said.and_then(|file| file.max_seq_length);
        said.unwrap_or(usize::MAX).min(self.max_position_embeddings)
    }
}

impl Pooling {
    /// What the folder says; the mean where it says nothing.
    pub(super) fn open(folder: &Path) -> Result<Self, EmbedError> {
        let file: Option<PoolingFile> = read(&folder.join("1_Pooling"), "config.json")?;
        let Some(file) = file else {
            return Ok(Self::Mean);
        };
        match (file.pooling_mode_cls_token, file.pooling_mode_mean_tokens) {
            _ if file.pooling_mode_max_tokens || file.pooling_mode_mean_sqrt_len_tokens => {
                let what = "The model pools in a way that is not known: only mean and cls are.";
                Err(EmbedError::Model(what.to_owned()))
            }
            (true, false) => Ok(Self::Class),
            (false, true) => Ok(Self::Mean),
            _ => {
                let what = "1_Pooling/config.json says neither mean nor cls.";
                Err(EmbedError::Model(what.to_owned()))
            }
        }
    }
}

/// One step of a sentence-transformer.
#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
}

/// Refuses steps that are not known: without them the vectors would be others.
fn check_modules(folder: &Path) -> Result<(), EmbedError> {
    let modules: Option<Vec<Module>> = read(folder, "modules.json")?;
    let known = ["Transformer", "Pooling", "Normalize"];
    let is_known = |module: &&Module| known.iter().any(|kind| module.kind.ends_with(kind));
    match modules.iter().flatten().find(|module| !is_known(module)) {
        None => Ok(()),
        Some(module) => Err(EmbedError::Model(format!(
            "The model has a step that is not known ({}): only transformer, pooling and normalising are.",
            module.kind
        ))),
    }
}

/// A file of JSON; `None` where it is not there.
fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, EmbedError> {
    let Ok(text) = fs::read_to_string(folder.join(name)) else {
        return Ok(None);
    };
    let wrong = |error| EmbedError::Model(format!("{name} cannot be read: {error}."));
    serde_json::from_str(&text).map(Some).map_err(wrong)
}
