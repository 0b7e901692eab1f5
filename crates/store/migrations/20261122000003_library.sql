-- Programs and documents with their programs and tags.
SET LOCAL lock_timeout = '5s';

CREATE FUNCTION update_programs_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = timezone('UTC', CURRENT_TIMESTAMP);
    RETURN NEW;
END;
$$;

CREATE TABLE programs (
    program_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    name varchar(100) NOT NULL,
    description text,
    display_order integer NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_by uuid,
    CONSTRAINT programs_pkey PRIMARY KEY (program_id),
    CONSTRAINT unique_program_name UNIQUE (name),
    CONSTRAINT fk_programs_created_by FOREIGN KEY (created_by) REFERENCES users (user_id) ON DELETE SET NULL
);
CREATE INDEX idx_programs_active ON programs (active);
CREATE INDEX idx_programs_display_order ON programs (display_order);
CREATE INDEX idx_programs_created_by ON programs (created_by);
CREATE TRIGGER trigger_update_programs_updated_at BEFORE UPDATE ON programs
    FOR EACH ROW EXECUTE FUNCTION update_programs_updated_at();

CREATE TABLE documents (
    doc_id uuid NOT NULL DEFAULT uuid_generate_v4(),
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
    is_sensitive boolean NOT NULL DEFAULT false,
    sensitivity_level varchar(20),
    sensitivity_notes text,
    sensitivity_confirmed_at timestamp,
    sensitivity_confirmed_by varchar(100),
    CONSTRAINT documents_pkey PRIMARY KEY (doc_id),
    CONSTRAINT valid_year CHECK (year >= 2000 AND year <= EXTRACT(YEAR FROM CURRENT_DATE) + 1),
    CONSTRAINT valid_doc_type CHECK (doc_type IN (
        'Grant Proposal', 'Annual Report', 'Program Description', 'Impact Report', 'Strategic Plan', 'Other')),
    CONSTRAINT valid_outcome CHECK (outcome IN ('N/A', 'Funded', 'Not Funded', 'Pending', 'Final Report')),
    CONSTRAINT valid_sensitivity_level CHECK (sensitivity_level IN ('low', 'medium', 'high') OR sensitivity_level IS NULL)
);
CREATE INDEX idx_documents_filename ON documents (filename);
CREATE INDEX idx_documents_doc_type ON documents (doc_type);
CREATE INDEX idx_documents_year ON documents (year);
CREATE INDEX idx_documents_upload_date ON documents (upload_date);
CREATE INDEX idx_documents_sensitivity ON documents (is_sensitive, sensitivity_level);
CREATE TRIGGER update_documents_updated_at BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE document_programs (
    doc_id uuid NOT NULL,
    program varchar(100) NOT NULL,
    CONSTRAINT document_programs_pkey PRIMARY KEY (doc_id, program),
    CONSTRAINT document_programs_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE,
    -- A renamed program keeps its documents; a used one cannot vanish by accident.
    CONSTRAINT fk_document_programs_program FOREIGN KEY (program) REFERENCES programs (name)
        ON UPDATE CASCADE ON DELETE RESTRICT
);
CREATE INDEX idx_document_programs_program ON document_programs (program);

CREATE TABLE document_tags (
    doc_id uuid NOT NULL,
    tag varchar(100) NOT NULL,
    CONSTRAINT document_tags_pkey PRIMARY KEY (doc_id, tag),
    CONSTRAINT document_tags_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE
);
CREATE INDEX idx_document_tags_tag ON document_tags (tag);
