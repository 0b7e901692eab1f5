CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, due timestamptz NOT NULL DEFAULT now(),
    tries int NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 10), done timestamptz);
CREATE INDEX job_due ON job (due) WHERE done IS NULL;
CREATE VIEW open_job AS SELECT id, kind, due FROM job WHERE done IS NULL;
