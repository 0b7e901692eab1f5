ALTER TABLE documents
    ADD COLUMN is_sensitive boolean NOT NULL DEFAULT false,
    ADD COLUMN sensitivity_level varchar(20),
    ADD COLUMN sensitivity_notes text,
    ADD COLUMN sensitivity_confirmed_at timestamp,
    ADD COLUMN sensitivity_confirmed_by varchar(100),
    ADD CONSTRAINT valid_sensitivity_level
        CHECK (sensitivity_level IN ('low', 'medium', 'high') OR sensitivity_level IS NULL);
CREATE INDEX idx_documents_sensitivity ON documents (is_sensitive, sensitivity_level);
