CREATE TABLE setting (name text PRIMARY KEY, value jsonb NOT NULL);
INSERT INTO setting VALUES ('language', '"en"'), ('limit', '250'), ('theme', '"paper"');
CREATE TABLE style (id serial PRIMARY KEY, name text NOT NULL UNIQUE, rules jsonb NOT NULL DEFAULT '[]');
CREATE TABLE prompt (id serial PRIMARY KEY, style int REFERENCES style, text text NOT NULL);
