//! What drafts and searches take from the site's configuration where a request does not say.

use archivist_domain::config::Config;
use archivist_store::{DatabaseError, PgPool, settings};

/// The most passages that a draft can use: the configuration may name more.
pub const MAX_SOURCES: u32 = 15;

/// The tone where neither the request nor the configuration names one.
const TONE: &str = "Professional";

/// Values for a request that leaves them out.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// How it should sound.
    pub tone: String,
    /// How many passages to use at most.
    pub max_sources: u32,
    /// How much the age of a document counts.
    pub recency_weight: f32,
    /// The longest reply of a language model, in its tokens.
    pub max_tokens: u32,
    /// Randomness of a language model.
    pub temperature: f32,
}

impl Defaults {
    /// As the configuration is now.
    pub async fn read(pool: &PgPool) -> Result<Self, DatabaseError> {
        Ok(settings::read(pool).await?.into())
    }
}

/// Old databases may hold values that are none: those are brought into range.
impl From<Config> for Defaults {
    fn from(config: Config) -> Self {
        let Config {
            llm_config: llm,
            rag_config: rag,
            user_preferences: preferences,
        } = config;
        Self {
            tone: (preferences.default_tone).unwrap_or_else(|| TONE.to_owned()),
            max_sources: rag.default_retrieval_count.clamp(1, MAX_SOURCES),
            recency_weight: share(rag.recency_weight),
            max_tokens: llm.max_tokens.clamp(512, 8192),
            temperature: share(llm.temperature),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "between 0 and 1 only digits beyond the seventh are lost"
)]
fn share(value: f64) -> f32 {
    value.clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_site_has_the_defaults_of_the_contract() {
        let expected = Defaults {
            tone: "Professional".to_owned(),
            max_sources: 5,
            recency_weight: 0.7,
            max_tokens: 4096,
            temperature: 0.3,
        };
        assert_eq!(Defaults::from(Config::default()), expected);
    }

    #[test]
    fn what_no_request_may_ask_for_is_brought_into_range() {
        let mut config = Config::default();
        config.rag_config.default_retrieval_count = 20;
        config.llm_config.max_tokens = 100_000;
        config.llm_config.temperature = -1.0;
        let defaults = Defaults::from(config);
        assert_eq!((defaults.max_sources, defaults.max_tokens), (15, 8192));
        assert!(defaults.temperature.abs() < f32::EPSILON);
    }
}
