//! What a change of the configuration holds.

use std::fmt::Display;
use std::ops::RangeInclusive;

use archivist_domain::config::{LlmConfig, RagConfig, UserPreferences};
use archivist_store::settings::ConfigChange;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bounds;
use crate::error::{Error, FieldProblem};

const CITATION_STYLES: [&str; 3] = ["numbered", "footnote", "apa"];

/// Sections to write; one that is left out or null stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({
    "rag_config": {"default_retrieval_count": 8, "recency_weight": 0.5},
    "user_preferences": {"default_tone": "Warm"},
}))]
pub(super) struct UpdateConfig {
    /// The language model.
    llm_config: Option<LlmSection>,
    /// How documents are divided and searched.
    rag_config: Option<RagSection>,
    /// Where new drafts begin.
    user_preferences: Option<PreferencesSection>,
}

/// The language model; what is left out or null is as it was at first.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct LlmSection {
    /// Its name. Without effect.
    #[schema(min_length = 1, default = "claude-sonnet-4-5-20250929")]
    model_name: Option<String>,
    /// Its randomness. Without effect on the built-in composer.
    #[schema(minimum = 0, maximum = 1, default = 0.3)]
    temperature: Option<f64>,
    /// Its longest reply, in its tokens; few of them make short drafts.
    #[schema(minimum = 512, maximum = 8192, default = 4096)]
    max_tokens: Option<u32>,
}

/// How documents are divided and searched; what is left out or null is as it was at
/// first.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct RagSection {
    /// The embedding model. Without effect.
    #[schema(min_length = 1, default = "text-embedding-3-small")]
    embedding_model: Option<String>,
    /// How long a passage is. Without effect.
    #[schema(minimum = 100, maximum = 1000, default = 500)]
    chunk_size: Option<u32>,
    /// How much of it the next one repeats: less than `chunk_size`. Without effect.
    #[schema(minimum = 0, maximum = 200, default = 50)]
    chunk_overlap: Option<u32>,
    /// How many passages a draft uses where the request does not say; more than 15
    /// count as 15.
    #[schema(minimum = 1, maximum = 20, default = 5)]
    default_retrieval_count: Option<u32>,
    /// How near a passage must be. Without effect.
    #[schema(minimum = 0, maximum = 1, default = 0.7)]
    similarity_threshold: Option<f64>,
    /// How much the age of a document counts where the request does not say.
    #[schema(minimum = 0, maximum = 1, default = 0.7)]
    recency_weight: Option<f64>,
}

/// Where new drafts begin; what is left out or null is as it was at first.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct PreferencesSection {
    /// For whom: the first choice of the page for drafts.
    #[schema(example = "Foundation Grant")]
    default_audience: Option<String>,
    /// Which section: the first choice of the page for drafts.
    #[schema(example = "Organizational Capacity")]
    default_section: Option<String>,
    /// How they sound where the request does not say.
    #[schema(example = "Professional")]
    default_tone: Option<String>,
    /// How sources are shown: `numbered`, `footnote` or `apa`. Without effect.
    #[schema(default = "numbered")]
    citation_style: Option<String>,
    /// After how many seconds a client saves by itself. Without effect.
    #[schema(minimum = 10, maximum = 300, default = 60)]
    auto_save_interval: Option<u32>,
}

impl UpdateConfig {
    /// What to write, if all of it will do: first the limits of every section (422),
    /// then what must fit together (400).
    pub(super) fn check(self) -> Result<ConfigChange, Error> {
        let change = ConfigChange {
            llm_config: self.llm_config.map(Into::into),
            rag_config: self.rag_config.map(Into::into),
            user_preferences: self.user_preferences.map(Into::into),
        };
        let problems = out_of_range(&change);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        match contradiction(&change) {
            Some(message) => Err(Error::refused(message)),
            None => Ok(change),
        }
    }
}

fn out_of_range(change: &ConfigChange) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if let Some(llm) = &change.llm_config {
        problems.extend([
            outside("llm_config", "temperature", &llm.temperature, 0.0..=1.0),
            outside("llm_config", "max_tokens", &llm.max_tokens, 512..=8192),
        ]);
    }
    if let Some(rag) = &change.rag_config {
        let (count, near) = (rag.default_retrieval_count, rag.similarity_threshold);
        problems.extend([
            outside("rag_config", "chunk_size", &rag.chunk_size, 100..=1000),
            outside("rag_config", "chunk_overlap", &rag.chunk_overlap, 0..=200),
            outside("rag_config", "default_retrieval_count", &count, 1..=20),
            outside("rag_config", "similarity_threshold", &near, 0.0..=1.0),
            outside(
                "rag_config",
                "recency_weight",
                &rag.recency_weight,
                0.0..=1.0,
            ),
        ]);
    }
    if let Some(preferences) = &change.user_preferences {
        let seconds = preferences.auto_save_interval;
        problems.push(outside(
            "user_preferences",
            "auto_save_interval",
            &seconds,
            10..=300,
        ));
    }
    problems.into_iter().flatten().collect()
}

fn outside<T: PartialOrd + Display>(
    section: &str,
    field: &str,
    value: &T,
    allowed: RangeInclusive<T>,
) -> Option<FieldProblem> {
    let mut problem = FieldProblem::body(section, bounds::number(value, &allowed)?);
    problem.loc.push(field.into());
    Some(problem)
}

fn contradiction(change: &ConfigChange) -> Option<String> {
    let llm = change.llm_config.as_ref();
    let rag = change.rag_config.as_ref();
    let preferences = change.user_preferences.as_ref();
    if llm.is_some_and(|llm| llm.model_name.trim().is_empty()) {
        return Some("llm_config.model_name must not be empty".to_owned());
    }
    if rag.is_some_and(|rag| rag.embedding_model.trim().is_empty()) {
        return Some("rag_config.embedding_model must not be empty".to_owned());
    }
    if rag.is_some_and(|rag| rag.chunk_overlap >= rag.chunk_size) {
        let message = "rag_config.chunk_overlap must be less than rag_config.chunk_size";
        return Some(message.to_owned());
    }
    let style = preferences.map(|it| it.citation_style.as_str());
    style.filter(|it| !CITATION_STYLES.contains(it)).map(|_| {
        let known = CITATION_STYLES.join(", ");
        format!("user_preferences.citation_style must be one of {known}")
    })
}

impl From<LlmSection> for LlmConfig {
    fn from(section: LlmSection) -> Self {
        let usual = Self::default();
        Self {
            model_name: section.model_name.unwrap_or(usual.model_name),
            temperature: section.temperature.unwrap_or(usual.temperature),
            max_tokens: section.max_tokens.unwrap_or(usual.max_tokens),
        }
    }
}

impl From<RagSection> for RagConfig {
    fn from(section: RagSection) -> Self {
        let usual = Self::default();
        Self {
            embedding_model: section.embedding_model.unwrap_or(usual.embedding_model),
            chunk_size: section.chunk_size.unwrap_or(usual.chunk_size),
            chunk_overlap: section.chunk_overlap.unwrap_or(usual.chunk_overlap),
            default_retrieval_count: (section.default_retrieval_count)
                .unwrap_or(usual.default_retrieval_count),
            similarity_threshold: (section.similarity_threshold)
                .unwrap_or(usual.similarity_threshold),
            recency_weight: section.recency_weight.unwrap_or(usual.recency_weight),
        }
    }
}

impl From<PreferencesSection> for UserPreferences {
    fn from(section: PreferencesSection) -> Self {
        let usual = Self::default();
        Self {
            default_audience: section.default_audience,
            default_section: section.default_section,
            default_tone: section.default_tone,
            citation_style: section.citation_style.unwrap_or(usual.citation_style),
            auto_save_interval: section
                .auto_save_interval
                .unwrap_or(usual.auto_save_interval),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(body: Value) -> Result<ConfigChange, Error> {
        serde_json::from_value::<UpdateConfig>(body)
            .unwrap()
            .check()
    }

    #[test]
    fn a_section_is_replaced_as_a_whole() {
        let change =
            check(json!({ "llm_config": { "temperature": 0 }, "rag_config": null })).unwrap();
        let expected = LlmConfig {
            temperature: 0.0,
            ..LlmConfig::default()
        };
        assert_eq!(change.llm_config, Some(expected));
        assert_eq!((change.rag_config, change.user_preferences), (None, None));
        assert_eq!(
            check(json!({ "llm": {} })).unwrap(),
            ConfigChange::default()
        );
    }

    #[test]
    fn every_limit_is_named() {
        let error = check(json!({
            "llm_config": { "temperature": 1.1, "max_tokens": 511 },
            "rag_config": {
                "chunk_size": 1001, "chunk_overlap": 201, "default_retrieval_count": 0,
                "similarity_threshold": -0.1, "recency_weight": 2,
            },
            "user_preferences": { "auto_save_interval": 9, "citation_style": "mla" },
        }));
        let Err(Error::Invalid(problems)) = error else {
            panic!("refused");
        };
        assert_eq!(problems.len(), 8);
        assert_eq!(problems[0].loc, ["body", "llm_config", "temperature"]);
        assert_eq!(problems[0].msg, "must be between 0 and 1");
    }

    #[test]
    fn what_contradicts_itself_is_400() {
        for body in [
            json!({ "llm_config": { "model_name": " " } }),
            json!({ "rag_config": { "embedding_model": "" } }),
            json!({ "rag_config": { "chunk_size": 150, "chunk_overlap": 150 } }),
            json!({ "user_preferences": { "citation_style": "APA" } }),
        ] {
            let error = check(body).unwrap_err();
            assert_eq!(error.status(), axum::http::StatusCode::BAD_REQUEST);
        }
    }
}
