//! Which embedding model reads for the search.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use archivist_embed::local::Precision;
use archivist_embed::remote::Dialect;
use archivist_web::secret::Secret;
use clap::Args;
use url::Url;

use super::{endpoint, key, secret};

/// Which models the search uses.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Embedding models")]
pub(crate) struct EmbeddingArgs {
    /// What the search knows of meaning beside what it learns from the archive: `archive`
    /// (nothing), `local:NAME` or `local:NAME:int8` (a model of `archivist model install`),
    /// `openai`, `openai:MODEL`, `voyage` or `voyage:MODEL` (a service, which gets to read
    /// every passage)
    #[arg(
        id = "embeddings",
        long = "embeddings",
        value_name = "MODEL",
        env = "ARCHIVIST_EMBEDDINGS",
        default_value = "archive",
        global = true,
        hide_short_help = true
    )]
    pub choice: Choice,
    /// Where the service is that speaks as OpenAI or Voyage does (http://host:port/v1);
    /// theirs when not given
    #[arg(
        id = "embeddings_address",
        long = "embeddings-address",
        value_name = "URL",
        env = "ARCHIVIST_EMBEDDINGS_ADDRESS",
        value_parser = endpoint,
        global = true,
        hide_short_help = true
    )]
    pub address: Option<Url>,
    /// The key of the service
    #[arg(
        id = "embeddings_key",
        long = "embeddings-key",
        value_name = "KEY",
        env = "ARCHIVIST_EMBEDDINGS_KEY",
        hide_env_values = true,
        value_parser = secret,
        global = true,
        hide_short_help = true
    )]
    pub key: Option<Secret>,
    /// File with the key of the service
    #[arg(
        id = "embeddings_key_file",
        long = "embeddings-key-file",
        value_name = "FILE",
        env = "ARCHIVIST_EMBEDDINGS_KEY_FILE",
        global = true,
        hide_short_help = true
    )]
    pub key_file: Option<PathBuf>,
    /// What a million tokens cost there, in US dollars [default: its list price, where that
    /// is known]
    #[arg(
        id = "embeddings_price",
        long = "embeddings-price",
        value_name = "USD",
        env = "ARCHIVIST_EMBEDDINGS_PRICE",
        value_parser = price,
        global = true,
        hide_short_help = true
    )]
    pub price: Option<f64>,
    /// A cross-encoder of `archivist model install` that judges the best hits of a search
    #[arg(
        id = "reranker",
        long = "reranker",
        value_name = "NAME",
        env = "ARCHIVIST_RERANKER",
        global = true,
        hide_short_help = true
    )]
    pub reranker: Option<String>,
}

impl EmbeddingArgs {
    /// The key, where there is one.
    pub(crate) fn key(&self) -> Result<Option<String>> {
        key(
            self.key.as_ref(),
            self.key_file.as_deref(),
            "ARCHIVIST_EMBEDDINGS_KEY",
        )
    }
}

/// What reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// No model: what is learned from the archive suffices.
    Archive,
    /// A model that is installed.
    Local {
        /// Its name.
        name: String,
        /// How exactly it calculates.
        precision: Precision,
    },
    /// A service.
    Service {
        /// How it speaks.
        dialect: Dialect,
        /// The model's name there.
        model: String,
    },
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let service = |dialect: Dialect| {
            let model = if rest.is_empty() {
                dialect.model()
            } else {
                rest
            };
            Self::Service {
                dialect,
                model: model.to_owned(),
            }
        };
        match kind {
            "archive" if rest.is_empty() => Ok(Self::Archive),
            "local" => local(rest),
            "openai" => Ok(service(Dialect::OpenAi)),
            "voyage" => Ok(service(Dialect::Voyage)),
            _ => Err(
                "it must be archive, local:NAME, local:NAME:int8, openai, openai:MODEL, voyage or \
                 voyage:MODEL"
                    .to_owned(),
            ),
        }
    }
}

fn local(text: &str) -> Result<Choice, String> {
    let (name, precision) = match text.rsplit_once(':') {
        None => (text, Precision::F32),
        Some((name, "f32")) => (name, Precision::F32),
        Some((name, "int8")) => (name, Precision::Int8),
        Some((_, other)) => return Err(format!("'{other}' is no precision: use f32 or int8")),
    };
    if !archivist_embed::install::is_name(name) {
        return Err(
            "name the model as `archivist model list` does: local:NAME or local:NAME:int8"
                .to_owned(),
        );
    }
    Ok(Choice::Local {
        name: name.to_owned(),
        precision,
    })
}

fn price(text: &str) -> Result<f64, String> {
    let price: Option<f64> = text.parse().ok();
    price
        .filter(|price| price.is_finite() && *price >= 0.0)
        .ok_or_else(|| "it must be a number of dollars, such as 0.02".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read() {
        let read = |text: &str| text.parse::<Choice>().unwrap();
        assert_eq!(read("archive"), Choice::Archive);
        assert_eq!(
            read("local:minilm:int8"),
            Choice::Local {
                name: "minilm".into(),
                precision: Precision::Int8
            }
        );
        let service = |dialect, model: &str| Choice::Service {
            dialect,
            model: model.into(),
        };
        assert_eq!(
            read("openai"),
            service(Dialect::OpenAi, "text-embedding-3-small")
        );
        assert_eq!(
            read("openai:nomic-embed-text:v1.5"),
            service(Dialect::OpenAi, "nomic-embed-text:v1.5")
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [
            "",
            "bert",
            "local",
            "local:",
            "local:../x",
            "local:a:b",
            "archive:x",
        ] {
            assert!(text.parse::<Choice>().is_err(), "{text}");
        }
    }
}
