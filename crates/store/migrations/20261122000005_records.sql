-- The audit log, the configuration, and the mark that tools of the original look for.
SET LOCAL lock_timeout = '5s';

CREATE TABLE audit_log (
    log_id uuid NOT NULL DEFAULT uuid_generate_v4(),
    event_type varchar(50) NOT NULL,
    entity_type varchar(50),
    entity_id uuid,
    user_id varchar(100),
    details jsonb,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT audit_log_pkey PRIMARY KEY (log_id)
);
CREATE INDEX idx_audit_log_event_type ON audit_log (event_type);
CREATE INDEX idx_audit_log_entity_type ON audit_log (entity_type);
CREATE INDEX idx_audit_log_created_at ON audit_log (created_at);
CREATE INDEX idx_audit_log_user_id ON audit_log (user_id);
CREATE INDEX idx_audit_log_entity ON audit_log (entity_type, entity_id);

CREATE TABLE system_config (
    key varchar(100) NOT NULL,
    value jsonb NOT NULL,
    description text,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT system_config_pkey PRIMARY KEY (key)
);
CREATE TRIGGER update_system_config_updated_at BEFORE UPDATE ON system_config
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE alembic_version (
    version_num varchar(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
