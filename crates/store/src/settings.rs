//! What a site has set by itself (`system_config`), and how often.

use archivist_domain::config::{Config, LlmConfig, RagConfig, UserPreferences};
use chrono::NaiveDateTime;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sqlx::PgExecutor;

use crate::audit::{Audited, Facts};
use crate::json::decoded;

/// The keys of the sections. The table holds other keys as well: facts about the
/// database, and what sites of the original kept there.
const LLM: &str = "llm_config";
const RAG: &str = "rag_config";
const PREFERENCES: &str = "user_preferences";

/// How often the sections were written, under a key beside theirs.
const STATE: &str = "config_state";

/// Sections to be written; `None` leaves a section as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigChange {
    /// The language model.
    pub llm_config: Option<LlmConfig>,
    /// How documents are divided and searched.
    pub rag_config: Option<RagConfig>,
    /// Where new drafts begin.
    pub user_preferences: Option<UserPreferences>,
}

/// How often the configuration was written, and when last (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigState {
    /// When one of its sections was last written.
    pub last_updated: NaiveDateTime,
    /// How often it was changed or reset.
    pub update_count: i64,
}

/// The configuration; what the database lacks, or holds in a shape that is none, is
/// as it was at first.
pub async fn read(db: impl PgExecutor<'_>) -> sqlx::Result<Config> {
    let found = sqlx::query!(
        "SELECT key, value FROM system_config WHERE key IN ($1, $2, $3)",
        LLM,
        RAG,
        PREFERENCES
    )
    .fetch_all(db)
    .await?;
    let mut stored: Map<_, _> = found.into_iter().map(|r| (r.key, r.value)).collect();
    Ok(Config {
        llm_config: completed(stored.remove(LLM)),
        rag_config: completed(stored.remove(RAG)),
        user_preferences: completed(stored.remove(PREFERENCES)),
    })
}

/// How often the configuration was written, and when.
pub async fn state(db: impl PgExecutor<'_>) -> sqlx::Result<ConfigState> {
    sqlx::query_as!(
        ConfigState,
        r#"SELECT coalesce(max(updated_at), timezone('UTC', now())) AS "last_updated!",
                  coalesce(max((value ->> 'update_count')::bigint) FILTER (WHERE key = $4), 0) AS "update_count!"
           FROM system_config WHERE key IN ($1, $2, $3, $4)"#,
        LLM,
        RAG,
        PREFERENCES,
        STATE
    )
    .fetch_one(db)
    .await
}

/// Writes sections, and returns the configuration as it then is.
pub async fn update(tx: &mut Audited, change: &ConfigChange) -> sqlx::Result<Config> {
    write(tx, "config.update", change).await
}

/// Writes all sections as they were at first, and returns them.
pub async fn reset(tx: &mut Audited) -> sqlx::Result<Config> {
    let Config {
        llm_config,
        rag_config,
        user_preferences,
    } = Config::default();
    let all = ConfigChange {
        llm_config: Some(llm_config),
        rag_config: Some(rag_config),
        user_preferences: Some(user_preferences),
    };
    write(tx, "config.reset", &all).await
}

async fn write(tx: &mut Audited, event: &str, change: &ConfigChange) -> sqlx::Result<Config> {
    // Two who write take turns, or one would tell of what the other has changed.
    count(tx).await?;
    let old = read(&mut **tx).await?;
    let mut new = old.clone();
    if let Some(section) = &change.llm_config {
        put(tx, LLM, section).await?;
        new.llm_config.clone_from(section);
    }
    if let Some(section) = &change.rag_config {
        put(tx, RAG, section).await?;
        new.rag_config.clone_from(section);
    }
    if let Some(section) = &change.user_preferences {
        put(tx, PREFERENCES, section).await?;
        new.user_preferences.clone_from(section);
    }
    tx.write_of_site(event, "config", facts(&old), facts(&new))
        .await?;
    Ok(new)
}

/// Counts one more write. The row is held until the transaction ends.
async fn count(tx: &mut Audited) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO system_config (key, value, description)
         VALUES ($1, '{\"update_count\": 1}', 'How often the configuration was written')
         ON CONFLICT (key) DO UPDATE SET value = jsonb_build_object(
             'update_count', coalesce((system_config.value ->> 'update_count')::bigint, 0) + 1)",
        STATE
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put(tx: &mut Audited, key: &str, section: &impl Serialize) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO system_config (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        key,
        Value::Object(object(section))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn object(section: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(section) {
        Ok(Value::Object(fields)) => fields,
        _ => unreachable!("a section has fields with names"),
    }
}

/// A section with what is stored of it. A field of the wrong kind counts as missing:
/// one bad value must not hide the others.
fn completed<T: Default + Serialize + DeserializeOwned>(stored: Option<Value>) -> T {
    let mut fields = object(&T::default());
    let Some(Value::Object(stored)) = stored.map(decoded) else {
        return T::default();
    };
    for (name, value) in stored {
        let Some(usual) = fields.insert(name.clone(), value) else {
            continue;
        };
        if serde_json::from_value::<T>(Value::Object(fields.clone())).is_err() {
            fields.insert(name, usual);
        }
    }
    serde_json::from_value(Value::Object(fields)).unwrap_or_default()
}

/// Every field by its full name, for the log.
fn facts(config: &Config) -> Facts {
    let sections = [
        (LLM, object(&config.llm_config)),
        (RAG, object(&config.rag_config)),
        (PREFERENCES, object(&config.user_preferences)),
    ];
    let named = |(section, fields): (&'static str, Map<_, _>)| {
        let name = move |(field, value)| (format!("{section}.{field}"), value);
        fields.into_iter().map(name)
    };
    sections.into_iter().flat_map(named).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_section_is_completed_field_by_field() {
        let stored = json!({ "temperature": "hot", "max_tokens": 600, "provider": "other" });
        let section: LlmConfig = completed(Some(stored.clone()));
        let expected = LlmConfig {
            max_tokens: 600,
            ..LlmConfig::default()
        };
        assert_eq!(section, expected);
        let as_text = Value::String(stored.to_string());
        assert_eq!(completed::<LlmConfig>(Some(as_text)), expected);
        for none in [None, Some(Value::Null), Some(json!([1]))] {
            assert_eq!(completed::<LlmConfig>(none), LlmConfig::default());
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let preferences = UserPreferences {
            default_tone: Some("Warm".to_owned()),
            ..UserPreferences::default()
        };
        let stored = Value::Object(object(&preferences));
        assert_eq!(completed::<UserPreferences>(Some(stored)), preferences);
    }
}
