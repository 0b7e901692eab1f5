-- Documents that are versions of each other: a chain of them, numbered from the oldest.
-- Numbers have an order, so there are no cycles, and no two of a chain are equal, so
-- there is one newest.
SET LOCAL lock_timeout = '5s';

CREATE TABLE document_versions (
    doc_id uuid NOT NULL,
    -- Names the chain; nothing else.
    chain_id uuid NOT NULL,
    -- There may be gaps: only the order counts.
    number integer NOT NULL,
    CONSTRAINT document_versions_pkey PRIMARY KEY (doc_id),
    CONSTRAINT document_versions_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE,
    -- At the end of a statement: one that makes room moves several.
    CONSTRAINT document_versions_one_per_place UNIQUE (chain_id, number) DEFERRABLE,
    CONSTRAINT document_versions_number_positive CHECK (number >= 1)
);

-- Search finds the newest of a chain, so a change of one concerns all of it. One that is
-- left alone is no version of anything.
CREATE FUNCTION note_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chain uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.chain_id ELSE NEW.chain_id END;
    changed uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.doc_id ELSE NEW.doc_id END;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('document_changes'));
    INSERT INTO document_changes (doc_id, seq)
    SELECT doc_id, nextval('document_change_seq')
    FROM (SELECT changed AS doc_id UNION SELECT v.doc_id FROM document_versions v WHERE v.chain_id = chain) AS affected
    ON CONFLICT (doc_id) DO UPDATE SET seq = EXCLUDED.seq;
    PERFORM pg_notify('document_changes', '');
    IF TG_OP = 'DELETE' THEN
        DELETE FROM document_versions v WHERE v.chain_id = chain
        AND NOT EXISTS (SELECT 1 FROM document_versions o WHERE o.chain_id = chain AND o.doc_id <> v.doc_id);
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER document_versions_note_change AFTER INSERT OR UPDATE OR DELETE ON document_versions
    FOR EACH ROW EXECUTE FUNCTION note_version_change();
