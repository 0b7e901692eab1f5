ALTER TABLE document_programs DROP CONSTRAINT valid_program;
ALTER TABLE document_programs ADD CONSTRAINT fk_document_programs_program
    FOREIGN KEY (program) REFERENCES programs (name) ON DELETE RESTRICT;
CREATE INDEX idx_document_programs_program_fk ON document_programs (program);
