//! The database guards its own invariants.

use std::collections::BTreeSet;

use sqlx::PgPool;

use crate::support::template;

/// A CHECK, and a statement that it must refuse.
const REFUSED: &[(&str, &str)] = &[
    (
        "audit_seals_from_one",
        "INSERT INTO audit_seals VALUES (0, uuid_generate_v4(), '', '', now())",
    ),
    (
        "document_findings_in_order",
        "WITH held AS (INSERT INTO document_holds (doc_id) SELECT doc_id FROM documents RETURNING doc_id) INSERT INTO document_findings (doc_id, number, kind, passage, starts, ends, masked, confidence) SELECT doc_id, 1, 'iban', 0, 5, 4, '*', 1 FROM held",
    ),
    (
        "document_fingerprints_shingles_not_negative",
        "INSERT INTO document_fingerprints (doc_id, shingles, least) SELECT doc_id, -1, '' FROM documents",
    ),
    (
        "document_versions_number_positive",
        "INSERT INTO document_versions (doc_id, chain_id, number) SELECT doc_id, doc_id, 0 FROM documents",
    ),
    (
        "document_proposals_confidence_is_share",
        "WITH r AS (INSERT INTO document_reviews (doc_id, said_by, to_confirm) SELECT doc_id, '{}', true FROM documents RETURNING doc_id) INSERT INTO document_proposals (doc_id, number, field, value, evidence, confidence) SELECT doc_id, 1, 'year', '2024', 'e', 1.5 FROM r",
    ),
    (
        "document_proposals_field_known",
        "WITH r AS (INSERT INTO document_reviews (doc_id, said_by, to_confirm) SELECT doc_id, '{}', true FROM documents RETURNING doc_id) INSERT INTO document_proposals (doc_id, number, field, value, evidence, confidence) SELECT doc_id, 1, 'colour', 'red', 'e', 1 FROM r",
    ),
    (
        "document_reviews_said_by_is_object",
        "INSERT INTO document_reviews (doc_id, said_by, to_confirm) SELECT doc_id, '[]', true FROM documents",
    ),
    (
        "embedding_models_dims_positive",
        "INSERT INTO embedding_models (provider, model, variant, dims, created_at, wanted_at) VALUES ('local', 'm', 'v', 0, now(), now())",
    ),
    (
        "embedding_models_tokens_not_negative",
        "INSERT INTO embedding_models (provider, model, variant, dims, tokens, created_at, wanted_at) VALUES ('local', 'm', 'v', 3, -1, now(), now())",
    ),
    (
        "files_sha256_is_lower_hex",
        "INSERT INTO files (sha256, size_bytes, media_type) VALUES ('ABC', 1, 'x')",
    ),
    (
        "files_size_not_negative",
        "INSERT INTO files (sha256, size_bytes, media_type) VALUES (repeat('a', 64), -1, 'x')",
    ),
    (
        "jobs_kind_known",
        "INSERT INTO jobs (kind, payload) VALUES ('dance', '{}')",
    ),
    (
        "jobs_pages_in_order",
        "INSERT INTO jobs (kind, payload, page, pages) VALUES ('ingest', '{}', 3, 2)",
    ),
    (
        "jobs_state_known",
        "INSERT INTO jobs (kind, payload, state) VALUES ('ingest', '{}', 'lost')",
    ),
    (
        "library_revision_is_one",
        "INSERT INTO library_revision (only_row) VALUES (false)",
    ),
    (
        "output_revision_is_one",
        "INSERT INTO output_revision (only_row) VALUES (false)",
    ),
    (
        "saved_searches_name_not_empty",
        "INSERT INTO saved_searches (user_id, name, query) VALUES (gen_random_uuid(), '', 'q=x')",
    ),
    (
        "saved_searches_query_not_empty",
        "INSERT INTO saved_searches (user_id, name, query) VALUES (gen_random_uuid(), 'x', '')",
    ),
    (
        "search_clicks_positive",
        "INSERT INTO search_clicks (query, passage_id, clicks, last_at) VALUES ('a', gen_random_uuid(), 0, now())",
    ),
    (
        "search_clicks_query_not_empty",
        "INSERT INTO search_clicks (query, passage_id, last_at) VALUES ('', gen_random_uuid(), now())",
    ),
    (
        "search_generations_counts_not_negative",
        "INSERT INTO search_generations (engine, survey, passages, created_at) VALUES ('here', '', -1, now())",
    ),
    (
        "search_generations_model_seq_not_negative",
        "INSERT INTO search_generations (engine, survey, passages, model_seq, created_at) VALUES ('here', '', 0, -1, now())",
    ),
    (
        "search_order_is_one",
        "INSERT INTO search_order (only_row, searches, gain, gain_low, gain_high, is_on, learned_at) VALUES (false, 0, 0, 0, 0, false, now())",
    ),
    (
        "search_pins_query_not_empty",
        "INSERT INTO search_pins (query, passage_id, doc_id) VALUES ('', gen_random_uuid(), gen_random_uuid())",
    ),
    (
        "search_synonyms_wordings_several",
        "INSERT INTO search_synonyms (wordings) VALUES (ARRAY['LOI'])",
    ),
    (
        "output_sources_number_positive",
        "INSERT INTO output_sources (output_id, number, title, filename, excerpt) SELECT output_id, 0, 't', 'f', 'e' FROM outputs",
    ),
    (
        "outputs_awarded_not_above_requested",
        "UPDATE outputs SET requested_amount = 5, awarded_amount = 5.01",
    ),
    (
        "outputs_awarded_not_negative",
        "UPDATE outputs SET awarded_amount = -0.01",
    ),
    (
        "outputs_decision_not_before_submission",
        "UPDATE outputs SET submission_date = '2026-05-02', decision_date = '2026-05-01'",
    ),
    (
        "outputs_requested_not_negative",
        "UPDATE outputs SET requested_amount = -0.01",
    ),
    (
        "passage_entities_same_length",
        "INSERT INTO passage_entities VALUES (uuid_generate_v4(), '{date}', '{1,2}', '{3}')",
    ),
    (
        "passages_pages_in_order",
        "INSERT INTO passages (passage_id, doc_id, ordinal, content, word_count, page_first, page_last) SELECT uuid_generate_v4(), doc_id, 0, 'c', 1, 2, 1 FROM documents",
    ),
    (
        "recognised_pages_page_counts_from_one",
        "INSERT INTO recognised_pages VALUES (repeat('0', 64), 0, 'eng', '{}')",
    ),
    (
        "valid_category",
        "UPDATE prompt_templates SET category = 'Audience'",
    ),
    (
        "valid_doc_type",
        "UPDATE documents SET doc_type = 'annual report'",
    ),
    ("valid_outcome", "UPDATE documents SET outcome = 'Won'"),
    (
        "valid_role",
        "INSERT INTO messages (role, content) VALUES ('system', 'c')",
    ),
    (
        "valid_sensitivity_level",
        "UPDATE documents SET sensitivity_level = 'LOW'",
    ),
    (
        "valid_style_type",
        "INSERT INTO writing_styles (style_id, name, type, prompt_content, active, created_at, updated_at) VALUES (uuid_generate_v4(), 'n', 'letter', 'p', true, now(), now())",
    ),
    ("valid_year", "UPDATE documents SET year = 1999"),
];

/// A column of each native type, and a statement that the type must refuse.
const REFUSED_BY_TYPE: &[(&str, &str)] = &[
    (
        "entitykind",
        "INSERT INTO passage_entities VALUES (uuid_generate_v4(), '{colour}', '{1}', '{3}')",
    ),
    ("outputstatus", "UPDATE outputs SET status = 'won'"),
    (
        "outputtype",
        "UPDATE outputs SET output_type = 'GRANT_PROPOSAL'",
    ),
    (
        "styletype",
        "INSERT INTO writing_styles (style_id, name, type, prompt_content, active, created_at, updated_at, style_type) VALUES (uuid_generate_v4(), 'n', 'grant', 'p', true, now(), now(), 'poetic')",
    ),
    (
        "userrole",
        "INSERT INTO users (email, hashed_password, role) VALUES ('a@example.org', 'x', 'owner')",
    ),
];

/// A document and an output, to be changed.
const ROWS: &str = "INSERT INTO documents (filename, doc_type) VALUES ('a.txt', 'Other');
     INSERT INTO outputs (output_type, title, content) VALUES ('other', 't', 'c');";

async fn give_rows(pool: &PgPool) {
    sqlx::raw_sql(ROWS).execute(pool).await.unwrap();
}

/// Runs a statement, undoes it, and says how the database took it.
async fn attempt(pool: &PgPool, statement: &'static str) -> Result<u64, sqlx::Error> {
    let mut tx = pool.begin().await.unwrap();
    let result = sqlx::query(statement).execute(&mut *tx).await;
    tx.rollback().await.unwrap();
    result.map(|done| done.rows_affected())
}

#[pg_testbed::test(template = template(), mode = rollback)]
async fn every_check_refuses_what_it_should(pool: PgPool) {
    give_rows(&pool).await;
    for (name, statement) in REFUSED {
        let error = attempt(&pool, statement).await.expect_err(name);
        let constraint = error.as_database_error().and_then(|e| e.constraint());
        assert_eq!(constraint, Some(*name), "{statement}: {error}");
    }
    let checks: Vec<String> = sqlx::query_scalar(
        "SELECT conname::text FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let tried: BTreeSet<_> = REFUSED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        tried,
        checks.into_iter().collect(),
        "a CHECK without a case, or the reverse"
    );
}

#[pg_testbed::test(template = template(), mode = rollback)]
async fn every_native_type_refuses_what_it_does_not_know(pool: PgPool) {
    give_rows(&pool).await;
    for (name, statement) in REFUSED_BY_TYPE {
        let error = attempt(&pool, statement).await.expect_err(name);
        let refusal = error.as_database_error().expect("the database's refusal");
        // invalid_text_representation
        assert_eq!(refusal.code().as_deref(), Some("22P02"), "{statement}");
        assert!(refusal.message().contains(name), "{refusal}");
    }
    let types: Vec<String> = sqlx::query_scalar(
        "SELECT typname::text FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let tried: Vec<_> = REFUSED_BY_TYPE.iter().map(|(name, _)| *name).collect();
    assert_eq!(tried, types, "a type without a case, or the reverse");
}

#[pg_testbed::test(template = template(), mode = rollback)]
async fn the_last_year_is_next_year(pool: PgPool) {
    give_rows(&pool).await;
    let next = "UPDATE documents SET year = EXTRACT(YEAR FROM CURRENT_DATE) + 1";
    assert_eq!(attempt(&pool, next).await.unwrap(), 1);
    let after = "UPDATE documents SET year = EXTRACT(YEAR FROM CURRENT_DATE) + 2";
    let error = attempt(&pool, after).await.unwrap_err();
    let constraint = error.as_database_error().and_then(|e| e.constraint());
    assert_eq!(constraint, Some("valid_year"), "{error}");
    assert_eq!(
        attempt(&pool, "UPDATE documents SET year = 2000")
            .await
            .unwrap(),
        1
    );
}
