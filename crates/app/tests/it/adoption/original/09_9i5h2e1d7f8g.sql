-- Programs as rows; documents still name them freely.
CREATE TABLE programs (
    program_id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    name varchar(100) NOT NULL CONSTRAINT unique_program_name UNIQUE,
    description text,
    display_order integer NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_by uuid CONSTRAINT fk_programs_created_by REFERENCES users (user_id) ON DELETE SET NULL
);
CREATE INDEX idx_programs_name ON programs (name);
CREATE INDEX idx_programs_active ON programs (active);
CREATE INDEX idx_programs_display_order ON programs (display_order);
CREATE FUNCTION update_programs_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = CURRENT_TIMESTAMP;
    RETURN NEW;
END $$;
CREATE TRIGGER trigger_update_programs_updated_at BEFORE UPDATE ON programs
    FOR EACH ROW EXECUTE FUNCTION update_programs_updated_at();
INSERT INTO programs (name, description, display_order) VALUES
    ('Early Childhood', 'The youngest', 60), ('Youth Development', 'The young', 50),
    ('Family Support', 'Families', 40), ('Education', 'Schools', 30),
    ('Health', 'Health', 20), ('General', 'Everything else', 10);
