-- What the original never kept: the files themselves, their passages, background
-- work, and the sequence of changes that search indexes follow.
SET LOCAL lock_timeout = '5s';

-- Stored files by content; the bytes lie in the blob store under the same hash.
CREATE TABLE files (
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    media_type text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT files_pkey PRIMARY KEY (sha256),
    CONSTRAINT files_sha256_is_lower_hex CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT files_size_not_negative CHECK (size_bytes >= 0)
);

-- lint: allow(constraint-not-valid) because the first release makes it, on a table without rows
ALTER TABLE documents
    ADD COLUMN title text,
    ADD COLUMN page_count integer,
    ADD COLUMN file_sha256 text,
    ADD CONSTRAINT documents_file_sha256_fkey FOREIGN KEY (file_sha256) REFERENCES files (sha256) ON DELETE RESTRICT;
-- The same bytes are one document.
-- lint: allow(index-concurrently) because the first release makes it, on a table without rows
CREATE UNIQUE INDEX documents_file_once ON documents (file_sha256);

CREATE TABLE passages (
    passage_id uuid NOT NULL,
    doc_id uuid NOT NULL,
    ordinal integer NOT NULL,
    content text NOT NULL,
    heading text,
    page_first integer,
    page_last integer,
    word_count integer NOT NULL,
    CONSTRAINT passages_pkey PRIMARY KEY (passage_id),
    CONSTRAINT passages_once_per_place UNIQUE (doc_id, ordinal),
    CONSTRAINT passages_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE,
    CONSTRAINT passages_pages_in_order CHECK (page_last >= page_first)
);

CREATE TABLE jobs (
    job_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    kind text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL DEFAULT 'queued',
    progress text,
    result jsonb,
    attempts integer NOT NULL DEFAULT 0,
    -- The advisory lock that the working process holds: it dies with the process.
    worker bigint,
    run_after timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    requested_by uuid,
    CONSTRAINT jobs_pkey PRIMARY KEY (job_id),
    CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest')),
    CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'running', 'done', 'failed')),
    CONSTRAINT jobs_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES users (user_id) ON DELETE SET NULL
);
CREATE INDEX jobs_open ON jobs (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_requested_by ON jobs (requested_by);

-- One row per document that ever was: the number of its latest change.
CREATE SEQUENCE document_change_seq;
CREATE TABLE document_changes (
    doc_id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT document_changes_pkey PRIMARY KEY (doc_id)
);
CREATE UNIQUE INDEX document_changes_seq ON document_changes (seq);

-- Numbers become visible in their order: writers queue on one lock until they
-- commit, so a reader that has seen number n has seen every number below it.
CREATE FUNCTION note_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.doc_id ELSE NEW.doc_id END;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('document_changes'));
    INSERT INTO document_changes (doc_id, seq) VALUES (changed, nextval('document_change_seq'))
    ON CONFLICT (doc_id) DO UPDATE SET seq = EXCLUDED.seq;
    PERFORM pg_notify('document_changes', '');
    RETURN NULL;
END;
$$;
CREATE TRIGGER documents_note_change AFTER INSERT OR UPDATE OR DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION note_document_change();
CREATE TRIGGER document_programs_note_change AFTER INSERT OR UPDATE OR DELETE ON document_programs
    FOR EACH ROW EXECUTE FUNCTION note_document_change();
CREATE TRIGGER document_tags_note_change AFTER INSERT OR UPDATE OR DELETE ON document_tags
    FOR EACH ROW EXECUTE FUNCTION note_document_change();

-- Names this database: what is derived from it elsewhere (a saved search index)
-- carries the name, so that it is never taken for another's.
INSERT INTO system_config (key, value, description)
VALUES ('site_id', to_jsonb(uuid_generate_v4()), 'Names this database; do not change');
