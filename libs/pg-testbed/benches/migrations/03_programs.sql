CREATE TABLE program (
    id serial PRIMARY KEY, name text NOT NULL UNIQUE, since int CHECK (since > 1900));
INSERT INTO program (name, since) SELECT 'program ' || n, 1990 + n FROM generate_series(1, 8) AS n;
