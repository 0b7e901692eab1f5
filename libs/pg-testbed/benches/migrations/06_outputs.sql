CREATE TABLE funder (id serial PRIMARY KEY, name text NOT NULL UNIQUE, site text);
CREATE TABLE output (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL, funder int REFERENCES funder,
    author uuid NOT NULL REFERENCES person, status status NOT NULL DEFAULT 'draft',
    asked numeric(12, 2) CHECK (asked >= 0), given numeric(12, 2), CHECK (given IS NULL OR status = 'won'));
CREATE INDEX output_status ON output (status);
CREATE TABLE source (
    output uuid REFERENCES output ON DELETE CASCADE, passage bigint REFERENCES passage, sentence int NOT NULL,
    PRIMARY KEY (output, passage, sentence));
