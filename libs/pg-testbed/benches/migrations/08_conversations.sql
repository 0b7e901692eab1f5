CREATE TABLE conversation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), person uuid NOT NULL REFERENCES person, title text NOT NULL);
CREATE TABLE message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, conversation uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
    text text NOT NULL, made timestamptz NOT NULL DEFAULT now());
CREATE INDEX message_conversation ON message (conversation, made);
