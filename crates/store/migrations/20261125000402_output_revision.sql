-- Which state the outputs are in, so that what was counted of one state need not be
-- counted again while it lasts.
SET LOCAL lock_timeout = '5s';

CREATE TABLE output_revision (
    only_row boolean NOT NULL DEFAULT true,
    -- Random rather than counted: no other state has the same, not even one that was
    -- rolled back, or restored from a backup.
    revision uuid NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT output_revision_pkey PRIMARY KEY (only_row),
    CONSTRAINT output_revision_is_one CHECK (only_row)
);
INSERT INTO output_revision DEFAULT VALUES;

CREATE FUNCTION renew_output_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE output_revision SET revision = gen_random_uuid();
    RETURN NULL;
END;
$$;

CREATE TRIGGER outputs_renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON outputs
    FOR EACH STATEMENT EXECUTE FUNCTION renew_output_revision();
