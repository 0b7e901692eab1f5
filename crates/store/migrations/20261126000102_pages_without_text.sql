-- Which pages of a document are pictures: they need text recognition.
SET LOCAL lock_timeout = '5s';

ALTER TABLE documents ADD COLUMN pages_without_text integer[] NOT NULL DEFAULT '{}';
