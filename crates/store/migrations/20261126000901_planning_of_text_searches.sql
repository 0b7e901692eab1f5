-- For each search PostgreSQL tries the pattern on its sample of every column, to guess how many
-- rows match: with the usual hundred texts a column that takes longer than the search itself. Ten
-- are the fewest that it guesses from.
SET LOCAL lock_timeout = '5s';
ALTER TABLE outputs ALTER COLUMN title SET STATISTICS 10;
ALTER TABLE outputs ALTER COLUMN content SET STATISTICS 10;
ALTER TABLE outputs ALTER COLUMN success_notes SET STATISTICS 10;
ANALYZE outputs (title, content, success_notes);
