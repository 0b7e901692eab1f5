-- Outputs, their labels as texts.
CREATE TABLE outputs (
    output_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    conversation_id uuid CONSTRAINT fk_outputs_conversation_id
        REFERENCES conversations (conversation_id) ON DELETE SET NULL,
    output_type varchar(50) NOT NULL,
    title varchar(500) NOT NULL,
    content text NOT NULL,
    word_count integer,
    status varchar(50) NOT NULL DEFAULT 'draft',
    writing_style_id uuid CONSTRAINT fk_outputs_writing_style_id
        REFERENCES writing_styles (style_id) ON DELETE SET NULL,
    funder_name varchar(255),
    requested_amount numeric(12,2),
    awarded_amount numeric(12,2),
    submission_date date,
    decision_date date,
    success_notes text,
    metadata jsonb,
    created_by varchar(100),
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT valid_output_type CHECK (output_type IN (
        'grant_proposal', 'budget_narrative', 'program_description', 'impact_summary', 'other')),
    CONSTRAINT valid_status CHECK (status IN ('draft', 'submitted', 'pending', 'awarded', 'not_awarded'))
);
CREATE INDEX idx_outputs_conversation_id ON outputs (conversation_id);
CREATE INDEX idx_outputs_output_type ON outputs (output_type);
CREATE INDEX idx_outputs_status ON outputs (status);
CREATE INDEX idx_outputs_writing_style_id ON outputs (writing_style_id);
CREATE INDEX idx_outputs_created_by ON outputs (created_by);
CREATE INDEX idx_outputs_created_at ON outputs (created_at);
CREATE FUNCTION update_outputs_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = CURRENT_TIMESTAMP;
    RETURN NEW;
END $$;
CREATE TRIGGER trigger_update_outputs_updated_at BEFORE UPDATE ON outputs
    FOR EACH ROW EXECUTE FUNCTION update_outputs_updated_at();
