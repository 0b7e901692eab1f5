//! What embedding models have read of the passages.
//!
//! A vector belongs to a model, a passage and the digest of the text that was read. One process
//! at a time reads for a model, the one that has its [`Turn`]; all follow by the sequence of
//! the vectors, whose order is that of the commits.

use std::collections::HashMap;

use archivist_domain::{DocumentId, PassageId};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{Connection, PgExecutor};

use crate::turn;

/// The first half of the advisory locks that are turns; the second is the model's id.
const TURNS: i32 = 0x656d_6265;

/// Which model made a vector; see the fields of the same names of an embedder's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// Where it runs.
    pub provider: String,
    /// Its name there.
    pub model: String,
    /// What else makes other vectors.
    pub variant: String,
    /// The width of its vectors.
    pub dims: i32,
}

/// A model that has read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its id here.
    pub model_id: i32,
    /// Which one it is.
    pub name: ModelName,
    /// Tokens that it has read here.
    pub tokens: i64,
    /// When it had read every passage for the first time.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A vector of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    /// The passage.
    pub passage_id: PassageId,
    /// The document that it is of.
    pub doc_id: DocumentId,
    /// Of the text that was read.
    pub text_digest: i64,
    /// Its numbers.
    pub values: Vec<f32>,
}

/// A vector in the sequence of its model.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its place.
    pub seq: i64,
    /// The vector.
    pub vector: Vector,
}

/// Notes that a model is wanted, and makes it known where it is new.
pub async fn want(
    db: impl PgExecutor<'_>,
    name: &ModelName,
    now: DateTime<Utc>,
) -> sqlx::Result<Model> {
    let row = sqlx::query!(
        "INSERT INTO embedding_models (provider, model, variant, dims, created_at, wanted_at)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (provider, model, variant, dims) DO UPDATE SET wanted_at = excluded.wanted_at
         RETURNING model_id, tokens, completed_at",
        name.provider,
        name.model,
        name.variant,
        name.dims,
        now
    )
    .fetch_one(db)
    .await?;
    Ok(Model {
        model_id: row.model_id,
        name: name.clone(),
        tokens: row.tokens,
        completed_at: row.completed_at,
    })
}

/// Notes that a model has read every passage.
pub async fn complete(
    db: impl PgExecutor<'_>,
    model_id: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE embedding_models SET completed_at = coalesce(completed_at, $2) WHERE model_id = $1",
        model_id,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All models that have read here, the one wanted last first.
pub async fn models(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Model>> {
    let rows = sqlx::query!(
        "SELECT model_id, provider, model, variant, dims, tokens, completed_at
         FROM embedding_models ORDER BY wanted_at DESC, model_id DESC"
    )
    .fetch_all(db)
    .await?;
    let model = rows.into_iter().map(|row| Model {
        model_id: row.model_id,
        name: ModelName {
            provider: row.provider,
            model: row.model,
            variant: row.variant,
            dims: row.dims,
        },
        tokens: row.tokens,
        completed_at: row.completed_at,
    });
    Ok(model.collect())
}

/// How many passages each model has read, by its id, and how many there are.
pub async fn counts(pool: &PgPool) -> sqlx::Result<(HashMap<i32, i64>, i64)> {
    let rows = sqlx::query!(
        r#"SELECT model_id, count(*) AS "read!" FROM passage_embeddings GROUP BY model_id"#
    )
    .fetch_all(pool)
    .await?;
    let passages = sqlx::query_scalar!(r#"SELECT count(*) AS "passages!" FROM passages"#)
        .fetch_one(pool)
        .await?;
    let read = rows.into_iter().map(|row| (row.model_id, row.read));
    Ok((read.collect(), passages))
}

/// Forgets models that nobody has wanted since `before`, with their vectors; but not the latest
/// that had read everything, which serves until another has.
pub async fn forget_unwanted(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = sqlx::query!(
        "DELETE FROM embedding_models WHERE wanted_at < $1 AND model_id IS DISTINCT FROM (
             SELECT model_id FROM embedding_models WHERE completed_at IS NOT NULL
             ORDER BY wanted_at DESC, model_id DESC LIMIT 1)",
        before
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

/// A vector as the database has it.
struct Row {
    seq: i64,
    passage_id: PassageId,
    doc_id: DocumentId,
    text_digest: i64,
    vector: Vec<u8>,
}

impl From<Row> for Vector {
    fn from(row: Row) -> Self {
        Self {
            passage_id: row.passage_id,
            doc_id: row.doc_id,
            text_digest: row.text_digest,
            values: numbers(&row.vector),
        }
    }
}

/// Up to `limit` vectors of a model after number `seq`, in their order.
pub async fn since(
    db: impl PgExecutor<'_>,
    model_id: i32,
    seq: i64,
    limit: i64,
) -> sqlx::Result<Vec<Kept>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT seq, passage_id AS "passage_id: PassageId", doc_id AS "doc_id: DocumentId",
               text_digest, vector
           FROM passage_embeddings JOIN passages USING (passage_id)
           WHERE model_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"#,
        model_id,
        seq,
        limit
    )
    .fetch_all(db)
    .await?;
    let kept = rows.into_iter().map(|row| Kept {
        seq: row.seq,
        vector: row.into(),
    });
    Ok(kept.collect())
}

/// The vectors that a model has of the passages of these documents, in no order.
pub async fn of_documents(
    db: impl PgExecutor<'_>,
    model_id: i32,
    ids: &[DocumentId],
) -> sqlx::Result<Vec<Vector>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT seq, passage_id AS "passage_id: PassageId", doc_id AS "doc_id: DocumentId",
               text_digest, vector
           FROM passage_embeddings JOIN passages USING (passage_id)
           WHERE model_id = $1 AND doc_id = ANY($2)"#,
        model_id,
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Vector::from).collect())
}

/// The vectors that a model has of these passages, in no order.
pub async fn of_passages(
    db: impl PgExecutor<'_>,
    model_id: i32,
    ids: &[PassageId],
) -> sqlx::Result<Vec<Vector>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT seq, passage_id AS "passage_id: PassageId", doc_id AS "doc_id: DocumentId",
               text_digest, vector
           FROM passage_embeddings JOIN passages USING (passage_id)
           WHERE model_id = $1 AND passage_id = ANY($2)"#,
        model_id,
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Vector::from).collect())
}

/// Of which texts a model has vectors among the passages of these documents, by their digests.
pub async fn digests(
    db: impl PgExecutor<'_>,
    model_id: i32,
    ids: &[DocumentId],
) -> sqlx::Result<HashMap<PassageId, i64>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT passage_id AS "passage_id: PassageId", text_digest
           FROM passage_embeddings JOIN passages USING (passage_id)
           WHERE model_id = $1 AND doc_id = ANY($2)"#,
        model_id,
        &ids
    )
    .fetch_all(db)
    .await?;
    let digest = rows
        .into_iter()
        .map(|row| (row.passage_id, row.text_digest));
    Ok(digest.collect())
}

/// Up to `limit` of a model's vectors, drawn by chance: by the digests of their texts.
pub async fn sample(
    db: impl PgExecutor<'_>,
    model_id: i32,
    limit: i64,
) -> sqlx::Result<Vec<Vec<f32>>> {
    let vectors = sqlx::query_scalar!(
        "SELECT vector FROM passage_embeddings WHERE model_id = $1
         ORDER BY text_digest, passage_id LIMIT $2",
        model_id,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(vectors.iter().map(|bytes| numbers(bytes)).collect())
}

/// A model by its id.
pub async fn model(db: impl PgExecutor<'_>, model_id: i32) -> sqlx::Result<Option<Model>> {
    let models = models(db).await?;
    Ok(models.into_iter().find(|model| model.model_id == model_id))
}

/// The right to read for a model, which one process at a time has. It ends with its
/// connection, however the process ends; what it keeps goes through that connection, so that
/// nothing of it can commit after it has ended.
#[derive(Debug)]
pub struct Turn {
    model_id: i32,
    connection: PgConnection,
}

impl Turn {
    /// Takes the turn, unless another process has it.
    pub async fn take(options: &PgConnectOptions, model_id: i32) -> sqlx::Result<Option<Self>> {
        let taken = turn::take(options, TURNS, model_id).await?;
        Ok(taken.map(|connection| Self {
            model_id,
            connection,
        }))
    }

    /// Whose turn it is.
    pub const fn model_id(&self) -> i32 {
        self.model_id
    }

    /// Keeps vectors, in place of older ones of the same passages, and counts the tokens that
    /// were read for them. Passages that have gone meanwhile are passed over.
    pub async fn keep(&mut self, vectors: &[Vector], tokens: i64) -> sqlx::Result<()> {
        let ids: Vec<_> = vectors.iter().map(|v| v.passage_id.0).collect();
        let digests: Vec<_> = vectors.iter().map(|v| v.text_digest).collect();
        let values: Vec<_> = vectors.iter().map(|v| bytes(&v.values)).collect();
        let mut tx = self.connection.begin().await?;
        // Written anew rather than changed: a new row has a new place in the sequence.
        sqlx::query!(
            "DELETE FROM passage_embeddings WHERE model_id = $1 AND passage_id = ANY($2)",
            self.model_id,
            &ids
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "INSERT INTO passage_embeddings (model_id, passage_id, text_digest, vector)
             SELECT $1, passages.passage_id, read.digest, read.vector
             FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS read (passage_id, digest, vector)
             JOIN passages USING (passage_id)
             FOR KEY SHARE OF passages",
            self.model_id,
            &ids,
            &digests,
            &values
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "UPDATE embedding_models SET tokens = tokens + $2 WHERE model_id = $1",
            self.model_id,
            tokens
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    let (whole, _) = bytes.as_chunks::<4>();
    whole.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were() {
        let values = [0.0, -1.5, f32::MIN_POSITIVE, 0.1];
        assert_eq!(numbers(&bytes(&values)), values);
    }
}
