CREATE TABLE passage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document uuid NOT NULL REFERENCES document ON DELETE CASCADE,
    position int NOT NULL, medium medium NOT NULL DEFAULT 'text', text text NOT NULL, UNIQUE (document, position));
CREATE TABLE vector (passage bigint PRIMARY KEY REFERENCES passage ON DELETE CASCADE, value bytea NOT NULL);
