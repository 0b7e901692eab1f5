-- Trigram indexes for the substring searches of the API.
-- lint: allow-file(index-concurrently) because the first release makes them, on tables without rows
SET LOCAL lock_timeout = '5s';

CREATE INDEX idx_documents_filename_trgm ON documents USING gin (filename gin_trgm_ops);
CREATE INDEX idx_documents_title_trgm ON documents USING gin (title gin_trgm_ops);
CREATE INDEX idx_outputs_title_trgm ON outputs USING gin (title gin_trgm_ops);
CREATE INDEX idx_outputs_content_trgm ON outputs USING gin (content gin_trgm_ops);
CREATE INDEX idx_outputs_funder_trgm ON outputs USING gin (funder_name gin_trgm_ops);
CREATE INDEX idx_outputs_notes_trgm ON outputs USING gin (success_notes gin_trgm_ops);
