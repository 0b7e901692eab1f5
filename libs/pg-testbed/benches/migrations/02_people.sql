CREATE TABLE person (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''), role role NOT NULL DEFAULT 'reader',
    made timestamptz NOT NULL DEFAULT now());
CREATE TABLE session (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), person uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    ends timestamptz NOT NULL, UNIQUE (person, ends));
CREATE INDEX session_ends ON session (ends);
