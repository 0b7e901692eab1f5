-- Which state the library is in, so that what was found and counted in one state need not
-- be found and counted again while it lasts (as output_revision does for outputs).
SET LOCAL lock_timeout = '5s';

CREATE TABLE library_revision (
    only_row boolean NOT NULL DEFAULT true,
    -- Random rather than counted: no other state has the same, not even one that was
    -- rolled back, or restored from a backup.
    revision uuid NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT library_revision_pkey PRIMARY KEY (only_row),
    CONSTRAINT library_revision_is_one CHECK (only_row)
);
INSERT INTO library_revision DEFAULT VALUES;

CREATE FUNCTION renew_library_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The turn to change documents first, as note_document_change does: two that change
    -- the library in one transaction each would wait for each other otherwise.
    PERFORM pg_advisory_xact_lock(hashtext('document_changes'));
    UPDATE library_revision SET revision = gen_random_uuid();
    RETURN NULL;
END;
$$;

-- All that decides which documents a list has, and in what order.
CREATE TRIGGER documents_renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION renew_library_revision();
CREATE TRIGGER document_programs_renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON document_programs
    FOR EACH STATEMENT EXECUTE FUNCTION renew_library_revision();
CREATE TRIGGER document_tags_renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON document_tags
    FOR EACH STATEMENT EXECUTE FUNCTION renew_library_revision();
CREATE TRIGGER document_holds_renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON document_holds
    FOR EACH STATEMENT EXECUTE FUNCTION renew_library_revision();
CREATE TRIGGER document_reviews_renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON document_reviews
    FOR EACH STATEMENT EXECUTE FUNCTION renew_library_revision();
