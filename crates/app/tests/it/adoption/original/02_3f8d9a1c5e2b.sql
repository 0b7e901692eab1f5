-- Writing styles; who made one is not tied to anybody yet.
CREATE TABLE writing_styles (
    style_id uuid PRIMARY KEY,
    name varchar(100) NOT NULL UNIQUE,
    type varchar(50) NOT NULL,
    description text,
    prompt_content text NOT NULL,
    samples jsonb,
    analysis_metadata jsonb,
    sample_count integer,
    active boolean NOT NULL,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    created_by uuid,
    CONSTRAINT valid_style_type CHECK (type IN ('grant', 'proposal', 'report', 'general'))
);
CREATE INDEX idx_writing_styles_type ON writing_styles (type);
CREATE INDEX idx_writing_styles_active ON writing_styles (active);
CREATE INDEX idx_writing_styles_created_by ON writing_styles (created_by);
