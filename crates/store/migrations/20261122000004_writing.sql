-- Writing styles, prompt templates, conversations, outputs.
SET LOCAL lock_timeout = '5s';

CREATE TABLE writing_styles (
    style_id uuid NOT NULL,
    name varchar(100) NOT NULL,
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
    style_type styletype,
    CONSTRAINT writing_styles_pkey PRIMARY KEY (style_id),
    CONSTRAINT writing_styles_name_key UNIQUE (name),
    CONSTRAINT valid_style_type CHECK (type IN ('grant', 'proposal', 'report', 'general')),
    CONSTRAINT fk_writing_styles_created_by FOREIGN KEY (created_by) REFERENCES users (user_id) ON DELETE SET NULL
);
CREATE INDEX idx_writing_styles_type ON writing_styles (type);
CREATE INDEX idx_writing_styles_active ON writing_styles (active);
CREATE INDEX idx_writing_styles_created_by ON writing_styles (created_by);

CREATE TABLE prompt_templates (
    prompt_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    name varchar(100) NOT NULL,
    category varchar(50) NOT NULL,
    content text NOT NULL,
    variables jsonb,
    active boolean DEFAULT true,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    version integer DEFAULT 1,
    CONSTRAINT prompt_templates_pkey PRIMARY KEY (prompt_id),
    CONSTRAINT prompt_templates_name_key UNIQUE (name),
    CONSTRAINT valid_category CHECK (category IN ('Brand Voice', 'Audience-Specific', 'Section-Specific', 'General'))
);
CREATE INDEX idx_prompt_templates_category ON prompt_templates (category);
CREATE INDEX idx_prompt_templates_active ON prompt_templates (active);
CREATE TRIGGER update_prompt_templates_updated_at BEFORE UPDATE ON prompt_templates
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE conversations (
    conversation_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    name varchar(255),
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    user_id varchar(100),
    metadata jsonb,
    context jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT conversations_pkey PRIMARY KEY (conversation_id)
);
CREATE INDEX idx_conversations_user_id ON conversations (user_id);
CREATE INDEX idx_conversations_updated_at ON conversations (updated_at);
CREATE INDEX idx_conversations_context_writing_style ON conversations ((context ->> 'writing_style_id'));
CREATE TRIGGER update_conversations_updated_at BEFORE UPDATE ON conversations
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE messages (
    message_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    conversation_id uuid,
    role varchar(20) NOT NULL,
    content text NOT NULL,
    sources jsonb,
    metadata jsonb,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT messages_pkey PRIMARY KEY (message_id),
    CONSTRAINT valid_role CHECK (role IN ('user', 'assistant')),
    CONSTRAINT messages_conversation_id_fkey FOREIGN KEY (conversation_id)
        REFERENCES conversations (conversation_id) ON DELETE CASCADE
);
CREATE INDEX idx_messages_conversation_id ON messages (conversation_id);
CREATE INDEX idx_messages_created_at ON messages (created_at);

CREATE FUNCTION update_outputs_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = timezone('UTC', CURRENT_TIMESTAMP);
    RETURN NEW;
END;
$$;

CREATE TABLE outputs (
    output_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    conversation_id uuid,
    output_type outputtype NOT NULL,
    title varchar(500) NOT NULL,
    content text NOT NULL,
    word_count integer,
    status outputstatus NOT NULL DEFAULT 'draft',
    writing_style_id uuid,
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
    CONSTRAINT outputs_pkey PRIMARY KEY (output_id),
    CONSTRAINT fk_outputs_conversation_id FOREIGN KEY (conversation_id)
        REFERENCES conversations (conversation_id) ON DELETE SET NULL,
    CONSTRAINT fk_outputs_writing_style_id FOREIGN KEY (writing_style_id)
        REFERENCES writing_styles (style_id) ON DELETE SET NULL,
    CONSTRAINT outputs_requested_not_negative CHECK (requested_amount >= 0),
    CONSTRAINT outputs_awarded_not_negative CHECK (awarded_amount >= 0),
    -- A request of 0 counts as unknown.
    CONSTRAINT outputs_awarded_not_above_requested CHECK (requested_amount = 0 OR awarded_amount <= requested_amount),
    CONSTRAINT outputs_decision_not_before_submission CHECK (decision_date >= submission_date)
);
CREATE INDEX idx_outputs_conversation_id ON outputs (conversation_id);
CREATE INDEX idx_outputs_output_type ON outputs (output_type);
CREATE INDEX idx_outputs_status ON outputs (status);
CREATE INDEX idx_outputs_writing_style_id ON outputs (writing_style_id);
CREATE INDEX idx_outputs_created_by ON outputs (created_by);
CREATE INDEX idx_outputs_created_at ON outputs (created_at);
CREATE TRIGGER trigger_update_outputs_updated_at BEFORE UPDATE ON outputs
    FOR EACH ROW EXECUTE FUNCTION update_outputs_updated_at();
