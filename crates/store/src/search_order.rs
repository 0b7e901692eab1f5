//! The order of passages that was learned from what people chose.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::types::Json;

use crate::turn;

/// The kind of advisory lock that the turn to learn is.
const TURNS: i32 = 0x6c65_6172;

/// What was learned last.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedOrder {
    /// By the names of features; `None` where there was too little to learn from.
    pub weights: Option<BTreeMap<String, f32>>,
    /// How many searches had something to teach.
    pub searches: i32,
    /// What nDCG@10 gains on searches that were not learned from, −1 to 1.
    pub gain: f64,
    /// Where that lies with 95 % confidence: from here
    pub gain_low: f64,
    /// to here.
    pub gain_high: f64,
    /// Whether it has its say.
    pub is_on: bool,
    /// When it was learned.
    pub learned_at: DateTime<Utc>,
}

/// What was learned last, if anything was.
pub async fn latest(db: impl PgExecutor<'_>) -> sqlx::Result<Option<LearnedOrder>> {
    let row = sqlx::query!(
        r#"SELECT weights AS "weights: Json<BTreeMap<String, f32>>", searches, gain, gain_low,
                  gain_high, is_on, learned_at
           FROM search_order"#
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| LearnedOrder {
        weights: row.weights.map(|Json(weights)| weights),
        searches: row.searches,
        gain: row.gain,
        gain_low: row.gain_low,
        gain_high: row.gain_high,
        is_on: row.is_on,
        learned_at: row.learned_at,
    }))
}

/// The right to learn, which one process at a time has.
#[derive(Debug)]
pub struct Turn(PgConnection);

impl Turn {
    /// Takes the turn, unless another process has it.
    pub async fn take(options: &PgConnectOptions) -> sqlx::Result<Option<Self>> {
        Ok(turn::take(options, TURNS, 0).await?.map(Self))
    }

    /// Keeps what was learned, in place of what was learned before. The turn ends.
    pub async fn save(mut self, learned: &LearnedOrder) -> sqlx::Result<()> {
        sqlx::query!(
            "INSERT INTO search_order (weights, searches, gain, gain_low, gain_high, is_on, learned_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (only_row) DO UPDATE
             SET weights = excluded.weights, searches = excluded.searches, gain = excluded.gain,
                 gain_low = excluded.gain_low, gain_high = excluded.gain_high,
                 is_on = excluded.is_on, learned_at = excluded.learned_at",
            learned.weights.as_ref().map(Json) as _,
            learned.searches,
            learned.gain,
            learned.gain_low,
            learned.gain_high,
            learned.is_on,
            learned.learned_at
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }
}
