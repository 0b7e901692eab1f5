-- The audit log is append-only, and its rows are sealed into a chain of hashes.
SET LOCAL lock_timeout = '5s';

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: its rows are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END;
$$;

-- A trigger rather than rights: it holds for the owner of the table, too, who is
-- usually the role that the server signs in as.
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- No foreign key: a seal outlives its row, so that a removed row is seen to be missing.
CREATE TABLE audit_seals (
    seq bigint NOT NULL,
    log_id uuid NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT audit_seals_pkey PRIMARY KEY (seq),
    CONSTRAINT audit_seals_once_per_row UNIQUE (log_id),
    CONSTRAINT audit_seals_from_one CHECK (seq > 0)
);
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
