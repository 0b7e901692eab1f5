//! What a site has set by itself, under the names that clients know.
//!
//! It is kept in the database and read at each request that depends on it.

use serde::{Deserialize, Serialize};

/// All settings, section by section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config {
    /// The language model.
    pub llm_config: LlmConfig,
    /// How documents are divided and searched.
    pub rag_config: RagConfig,
    /// Where new drafts begin.
    pub user_preferences: UserPreferences,
}

/// The language model, where one is configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LlmConfig {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(example = "claude-sonnet-4-5-20250929"))]
    pub model_name: String,
    /// Its randomness.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1, example = 0.3))]
    pub temperature: f64,
    /// Its longest reply, in its tokens.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 512, maximum = 8192, example = 4096)
    )]
    pub max_tokens: u32,
}

/// How documents are divided and searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RagConfig {
    /// The embedding model.
    #[cfg_attr(feature = "openapi", schema(example = "text-embedding-3-small"))]
    pub embedding_model: String,
    /// How long a passage is.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 100, maximum = 1000, example = 500)
    )]
    pub chunk_size: u32,
    /// How much of it the next one repeats.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 200, example = 50))]
    pub chunk_overlap: u32,
    /// How many passages a draft uses.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 20, example = 5))]
    pub default_retrieval_count: u32,
    /// How near a passage must be.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1, example = 0.7))]
    pub similarity_threshold: f64,
    /// How much the age of a document counts.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1, example = 0.7))]
    pub recency_weight: f64,
}

/// Where new drafts begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPreferences {
    /// For whom.
    #[cfg_attr(feature = "openapi", schema(example = "Federal RFP"))]
    pub default_audience: Option<String>,
    /// Which section.
    #[cfg_attr(feature = "openapi", schema(example = "Impact & Outcomes"))]
    pub default_section: Option<String>,
    /// How they sound.
    #[cfg_attr(feature = "openapi", schema(example = "Warm"))]
    pub default_tone: Option<String>,
    /// How sources are shown.
    #[cfg_attr(feature = "openapi", schema(example = "numbered"))]
    pub citation_style: String,
    /// After how many seconds a client saves by itself.
    #[cfg_attr(feature = "openapi", schema(minimum = 10, maximum = 300, example = 60))]
    pub auto_save_interval: u32,
}

impl Default for LlmConfig {
    fn default() -> Self {
        Self {
            model_name: "claude-sonnet-4-5-20250929".to_owned(),
            temperature: 0.3,
            max_tokens: 4096,
        }
    }
}

impl Default for RagConfig {
    fn default() -> Self {
        Self {
            embedding_model: "text-embedding-3-small".to_owned(),
            chunk_size: 500,
            chunk_overlap: 50,
            default_retrieval_count: 5,
            similarity_threshold: 0.7,
            recency_weight: 0.7,
        }
    }
}

impl Default for UserPreferences {
    fn default() -> Self {
        Self {
            default_audience: None,
            default_section: None,
            default_tone: None,
            citation_style: "numbered".to_owned(),
            auto_save_interval: 60,
        }
    }
}
