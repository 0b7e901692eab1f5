CREATE TABLE document (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL, owner uuid REFERENCES person,
    program int REFERENCES program, year int CHECK (year BETWEEN 1900 AND 2100),
    facts jsonb NOT NULL DEFAULT '{}', made timestamptz NOT NULL DEFAULT now());
CREATE INDEX document_year ON document (year);
CREATE INDEX document_facts ON document USING gin (facts);
CREATE TABLE file (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document uuid NOT NULL REFERENCES document ON DELETE CASCADE,
    bytes bigint NOT NULL CHECK (bytes >= 0), digest bytea NOT NULL UNIQUE);
