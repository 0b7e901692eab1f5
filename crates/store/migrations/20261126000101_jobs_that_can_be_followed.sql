-- Jobs can be followed, called off and tried again, and a file can hold others.
-- lint: allow-file(constraint-not-valid) because jobs are removed after a month: the table is small
-- lint: allow-file(index-concurrently) because jobs are removed after a month: the table is small
SET LOCAL lock_timeout = '5s';

ALTER TABLE jobs
    -- The job of the file that this one came out of.
    ADD COLUMN parent_id uuid,
    ADD COLUMN page integer,
    ADD COLUMN pages integer,
    -- How often it was put off because of an error that passes.
    ADD COLUMN postponed integer NOT NULL DEFAULT 0,
    -- Sealed with the secret of the site; gone as soon as the job has ended.
    ADD COLUMN sealed_password bytea,
    -- A job that failed keeps its file until then, so that it can be tried again.
    ADD COLUMN file_kept_until timestamptz,
    ADD CONSTRAINT jobs_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES jobs (job_id) ON DELETE SET NULL,
    ADD CONSTRAINT jobs_pages_in_order CHECK (page >= 1 AND page <= pages),
    DROP CONSTRAINT jobs_state_known,
    ADD CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled'));
CREATE INDEX jobs_parent_id ON jobs (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_newest ON jobs (created_at DESC, job_id);
-- Whether a file is still needed is asked for every file that goes.
CREATE INDEX jobs_file ON jobs ((payload ->> 'sha256'))
    WHERE state IN ('queued', 'running') OR file_kept_until IS NOT NULL;

-- Who follows jobs, and the workers of every process, are told which one has changed.
CREATE FUNCTION note_job_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('job_changes', NEW.job_id::text);
    RETURN NULL;
END;
$$;
CREATE TRIGGER jobs_note_change AFTER INSERT OR UPDATE ON jobs
    FOR EACH ROW EXECUTE FUNCTION note_job_change();
