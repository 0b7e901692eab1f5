-- Deleted documents can come back for a while, and what is cited of them stays for ever.
SET LOCAL lock_timeout = '5s';

CREATE TABLE deleted_documents (
    doc_id uuid NOT NULL,
    deleted_at timestamptz NOT NULL,
    deleted_by uuid,
    filename text NOT NULL,
    title text,
    year integer,
    -- The file is kept as long as this row is.
    file_sha256 text,
    -- Its rows as they were, by table. NULL when it can no longer come back: then only
    -- what is cited is left.
    kept_rows jsonb,
    CONSTRAINT deleted_documents_pkey PRIMARY KEY (doc_id),
    CONSTRAINT deleted_documents_deleted_by_fkey FOREIGN KEY (deleted_by) REFERENCES users (user_id) ON DELETE SET NULL,
    CONSTRAINT deleted_documents_file_sha256_fkey FOREIGN KEY (file_sha256) REFERENCES files (sha256) ON DELETE RESTRICT
);
CREATE INDEX deleted_documents_deleted_at ON deleted_documents (deleted_at);
CREATE INDEX deleted_documents_deleted_by ON deleted_documents (deleted_by);
CREATE INDEX deleted_documents_file_sha256 ON deleted_documents (file_sha256);

CREATE TABLE deleted_passages (
    passage_id uuid NOT NULL,
    doc_id uuid NOT NULL,
    kept_row jsonb NOT NULL,
    CONSTRAINT deleted_passages_pkey PRIMARY KEY (passage_id),
    CONSTRAINT deleted_passages_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES deleted_documents (doc_id) ON DELETE CASCADE
);
CREATE INDEX deleted_passages_doc_id ON deleted_passages (doc_id);

-- A citation knows for ever what it cites, whether that is there, deleted or back again.
ALTER TABLE output_sources
    DROP CONSTRAINT output_sources_passage_id_fkey,
    DROP CONSTRAINT output_sources_doc_id_fkey;

CREATE FUNCTION rows_of_document(source regclass, document uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    found jsonb;
BEGIN
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t)), ''[]'') FROM %s t WHERE t.doc_id = $1', source)
    INTO found USING document;
    RETURN found;
END;
$$;

-- Columns that have come since get their defaults, and those that have gone are left out.
CREATE FUNCTION put_rows_back(target regclass, kept jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text := (
        SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
        WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND kept -> 0 ? attname
    );
BEGIN
    IF columns IS NOT NULL THEN
        EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)', target, columns)
        USING kept;
    END IF;
END;
$$;
