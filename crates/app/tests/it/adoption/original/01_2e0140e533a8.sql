-- The first tables of the original.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE documents (
    doc_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    filename varchar(255) NOT NULL,
    doc_type varchar(50) NOT NULL,
    year integer,
    outcome varchar(50),
    notes text,
    upload_date timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    file_size integer,
    chunks_count integer DEFAULT 0,
    created_by varchar(100),
    updated_at timestamp DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT valid_year CHECK (year >= 2000 AND year <= EXTRACT(YEAR FROM CURRENT_DATE) + 1),
    CONSTRAINT valid_doc_type CHECK (doc_type IN (
        'Grant Proposal', 'Annual Report', 'Program Description', 'Impact Report', 'Strategic Plan', 'Other')),
    CONSTRAINT valid_outcome CHECK (outcome IN ('N/A', 'Funded', 'Not Funded', 'Pending', 'Final Report'))
);
CREATE INDEX idx_documents_filename ON documents (filename);
CREATE INDEX idx_documents_doc_type ON documents (doc_type);
CREATE INDEX idx_documents_year ON documents (year);
CREATE INDEX idx_documents_upload_date ON documents (upload_date);

CREATE TABLE document_programs (
    doc_id uuid NOT NULL REFERENCES documents (doc_id) ON DELETE CASCADE,
    program varchar(100) NOT NULL,
    PRIMARY KEY (doc_id, program),
    CONSTRAINT valid_program CHECK (program IN (
        'Early Childhood', 'Youth Development', 'Family Support', 'Education', 'Health', 'General'))
);
CREATE INDEX idx_document_programs_program ON document_programs (program);

CREATE TABLE document_tags (
    doc_id uuid NOT NULL REFERENCES documents (doc_id) ON DELETE CASCADE,
    tag varchar(100) NOT NULL,
    PRIMARY KEY (doc_id, tag)
);
CREATE INDEX idx_document_tags_tag ON document_tags (tag);

CREATE TABLE prompt_templates (
    prompt_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    name varchar(100) NOT NULL UNIQUE,
    category varchar(50) NOT NULL,
    content text NOT NULL,
    variables jsonb,
    active boolean DEFAULT true,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    version integer DEFAULT 1,
    CONSTRAINT valid_category CHECK (category IN ('Brand Voice', 'Audience-Specific', 'Section-Specific', 'General'))
);
CREATE INDEX idx_prompt_templates_category ON prompt_templates (category);
CREATE INDEX idx_prompt_templates_active ON prompt_templates (active);

CREATE TABLE conversations (
    conversation_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    name varchar(255),
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    user_id varchar(100),
    metadata jsonb
);
CREATE INDEX idx_conversations_user_id ON conversations (user_id);
CREATE INDEX idx_conversations_updated_at ON conversations (updated_at);

CREATE TABLE messages (
    message_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    conversation_id uuid REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    role varchar(20) NOT NULL,
    content text NOT NULL,
    sources jsonb,
    metadata jsonb,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT valid_role CHECK (role IN ('user', 'assistant'))
);
CREATE INDEX idx_messages_conversation_id ON messages (conversation_id);
CREATE INDEX idx_messages_created_at ON messages (created_at);

CREATE TABLE system_config (
    key varchar(100) PRIMARY KEY,
    value jsonb NOT NULL,
    description text,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE audit_log (
    log_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    event_type varchar(50) NOT NULL,
    entity_type varchar(50),
    entity_id uuid,
    user_id varchar(100),
    details jsonb,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_audit_log_event_type ON audit_log (event_type);
CREATE INDEX idx_audit_log_entity_type ON audit_log (entity_type);
CREATE INDEX idx_audit_log_created_at ON audit_log (created_at);

CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = CURRENT_TIMESTAMP;
    RETURN NEW;
END $$;
CREATE TRIGGER update_documents_updated_at BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
CREATE TRIGGER update_prompt_templates_updated_at BEFORE UPDATE ON prompt_templates
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
CREATE TRIGGER update_conversations_updated_at BEFORE UPDATE ON conversations
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
CREATE TRIGGER update_system_config_updated_at BEFORE UPDATE ON system_config
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE alembic_version (
    version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY
);
