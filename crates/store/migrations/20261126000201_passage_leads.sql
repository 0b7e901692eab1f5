-- What a passage's first sentence leans on: the end of the passage before it.
SET LOCAL lock_timeout = '5s';

ALTER TABLE passages ADD COLUMN lead text;
