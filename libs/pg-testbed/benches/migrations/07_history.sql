CREATE TABLE change (
    number bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), person uuid REFERENCES person,
    what text NOT NULL, before jsonb, after jsonb);
CREATE INDEX change_at ON change (at);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change (what, after) VALUES (TG_TABLE_NAME, to_jsonb(NEW));
    RETURN NEW;
END $$;
CREATE TRIGGER output_changed AFTER INSERT OR UPDATE ON output FOR EACH ROW EXECUTE FUNCTION note_change();
