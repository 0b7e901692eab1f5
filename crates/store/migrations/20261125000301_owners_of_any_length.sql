-- Whoever has an account may own something: these columns hold addresses and take
-- all that users.email takes.
-- lint: allow-file(column-type) because a wider varchar changes the catalog only: no row, no index is written anew
SET LOCAL lock_timeout = '5s';

ALTER TABLE outputs ALTER COLUMN created_by TYPE varchar(255);
ALTER TABLE documents
    ALTER COLUMN created_by TYPE varchar(255),
    ALTER COLUMN sensitivity_confirmed_by TYPE varchar(255);
ALTER TABLE conversations ALTER COLUMN user_id TYPE varchar(255);
