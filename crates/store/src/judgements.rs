//! What a site's own people have said, by what they did, about which passages answer what.

use archivist_domain::PassageId;
use sqlx::PgExecutor;

/// A passage that answers a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What is looked for.
    pub query: String,
    /// The passage.
    pub passage_id: PassageId,
    /// 2 where an editor pinned it to the search, 1 where people chose it there or a text about it
    /// cites the passage.
    pub grade: i32,
}

/// Pins and choices by their searches, citations of answers by the questions before them, and citations of
/// outputs by their titles; of passages that are in the library, each once with its highest
/// grade, by query.
pub async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Judgement>> {
    // Sources of an adopted site may name no passage, or in another way.
    sqlx::query_as!(
        Judgement,
        r#"WITH said AS (
               SELECT query, passage_id, 2 AS grade FROM search_pins
               UNION ALL
               SELECT query, passage_id, 1 FROM search_clicks
               UNION ALL
               SELECT o.title, s.passage_id, 1 FROM output_sources s JOIN outputs o USING (output_id)
               UNION ALL
               SELECT question.content,
                      CASE WHEN source ->> 'passage_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                           THEN (source ->> 'passage_id')::uuid END, 1
               FROM messages answer
               CROSS JOIN LATERAL (SELECT m.content FROM messages m
                   WHERE m.conversation_id = answer.conversation_id AND m.role = 'user'
                     AND m.created_at <= answer.created_at
                   ORDER BY m.created_at DESC LIMIT 1) AS question
               CROSS JOIN LATERAL jsonb_array_elements(
                   CASE WHEN jsonb_typeof(answer.sources) = 'array' THEN answer.sources ELSE '[]' END) AS source
               WHERE answer.role = 'assistant')
           SELECT query AS "query!", passage_id AS "passage_id!: PassageId", max(grade) AS "grade!"
           FROM said JOIN passages USING (passage_id)
           GROUP BY query, passage_id ORDER BY query, passage_id"#
    )
    .fetch_all(db)
    .await
}
