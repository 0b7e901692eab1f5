//! What a search engine outside of the process keeps, and how far it is.
//!
//! One process at a time fills it for all, the one that has the [`Turn`].

use archivist_domain::GenerationId;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, PgExecutor};

use crate::turn;

/// The kind of advisory lock that the turn is.
const TURNS: i32 = 0x656e_6769;

/// All that one survey of the library made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its id.
    pub generation_id: GenerationId,
    /// How many passages were surveyed.
    pub passages: i64,
    /// How many came or went since it serves.
    pub changes: i64,
    /// Where in the change sequence it is.
    pub position: i64,
    /// The embedding model whose vectors it has, too.
    pub model_id: Option<i32>,
    /// Where in the sequence of that model's vectors it is.
    pub model_seq: i64,
    /// Since when it answers; `None` while it is filled.
    pub serves_since: Option<DateTime<Utc>>,
}

/// The generations of an engine: the one that answers first, then those that are filled, the
/// oldest first.
pub async fn list(db: impl PgExecutor<'_>, engine: &str) -> sqlx::Result<Vec<Generation>> {
    sqlx::query_as!(
        Generation,
        r#"SELECT generation_id AS "generation_id: GenerationId", passages, changes, position,
                  model_id, model_seq, serves_since
           FROM search_generations WHERE engine = $1
           ORDER BY serves_since DESC NULLS LAST, created_at, generation_id"#,
        engine
    )
    .fetch_all(db)
    .await
}

/// What was learned about the library for a generation; `None` where it has gone.
pub async fn survey(db: impl PgExecutor<'_>, id: GenerationId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT survey FROM search_generations WHERE generation_id = $1",
        id.0
    )
    .fetch_optional(db)
    .await
}

/// The right to fill an engine.
#[derive(Debug)]
pub struct Turn {
    engine: String,
    connection: PgConnection,
}

impl Turn {
    /// Takes the turn, unless another process has it.
    pub async fn take(options: &PgConnectOptions, engine: &str) -> sqlx::Result<Option<Self>> {
        let taken = turn::take(options, TURNS, 0).await?;
        Ok(taken.map(|connection| Self {
            engine: engine.to_owned(),
            connection,
        }))
    }

    /// Begins a generation, which does not answer yet. What the model has read until now comes
    /// with the documents.
    pub async fn begin(
        &mut self,
        survey: &[u8],
        passages: i64,
        model_id: Option<i32>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<GenerationId> {
        sqlx::query_scalar!(
            r#"INSERT INTO search_generations
                   (engine, survey, passages, model_id, model_seq, created_at)
               VALUES ($1, $2, $3, $4,
                   (SELECT coalesce(max(seq), 0) FROM passage_embeddings WHERE model_id = $4), $5)
               RETURNING generation_id AS "generation_id: GenerationId""#,
            self.engine,
            survey,
            passages,
            model_id,
            now
        )
        .fetch_one(&mut self.connection)
        .await
    }

    /// Notes where in the change sequence a generation is, and how many passages came or went.
    pub async fn advance(
        &mut self,
        id: GenerationId,
        position: i64,
        changes: i64,
    ) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE search_generations SET position = $2, changes = changes + $3
             WHERE generation_id = $1",
            id.0,
            position,
            changes
        )
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Notes where in the sequence of its model's vectors a generation is.
    pub async fn advance_model(&mut self, id: GenerationId, seq: i64) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE search_generations SET model_seq = $2 WHERE generation_id = $1",
            id.0,
            seq
        )
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Has a generation answer from now on.
    pub async fn serve(&mut self, id: GenerationId, now: DateTime<Utc>) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE search_generations SET serves_since = $2, changes = 0 WHERE generation_id = $1",
            id.0,
            now
        )
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Forgets a generation.
    pub async fn discard(&mut self, id: GenerationId) -> sqlx::Result<()> {
        sqlx::query!(
            "DELETE FROM search_generations WHERE generation_id = $1",
            id.0
        )
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Whether the turn is still this process's: its connection lives.
    pub async fn is_alive(&mut self) -> bool {
        self.connection.ping().await.is_ok()
    }
}
