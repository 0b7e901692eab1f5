-- Extensions and the four native ENUM types.
--
-- Idempotent: a missing type is created, a type with fewer labels gets the
-- missing ones at their place, and a type with labels that we do not know, or
-- in another order, stops the migration and changes nothing.
SET LOCAL lock_timeout = '5s';

CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION pg_temp.ensure_enum(type_name text, used_by text, wanted text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    existing text[];
    label text;
    following text;
BEGIN
    SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) INTO existing
    FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace AND n.nspname = current_schema()
    LEFT JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE t.typname = type_name AND t.typtype = 'e'
    GROUP BY t.oid;

    IF existing IS NULL THEN
        EXECUTE format('CREATE TYPE %I AS ENUM (%s)', type_name,
            (SELECT string_agg(quote_literal(l), ', ' ORDER BY i) FROM unnest(wanted) WITH ORDINALITY AS w(l, i)));
        RETURN;
    END IF;

    existing := array_remove(existing, NULL);
    FOREACH label IN ARRAY existing LOOP
        IF label <> ALL (wanted) THEN
            RAISE EXCEPTION 'ENUM type % (of column %) has the label ''%'', which Org Archivist does not know', type_name, used_by, label
                USING HINT = format('Known labels are: %s. Rename the label or move its rows, then migrate again.', array_to_string(wanted, ', '));
        END IF;
    END LOOP;
    IF existing <> ARRAY(SELECT l FROM unnest(wanted) WITH ORDINALITY AS w(l, i) WHERE l = ANY (existing) ORDER BY i) THEN
        RAISE EXCEPTION 'ENUM type % (of column %) has its labels in the order %, but % is expected', type_name, used_by,
            array_to_string(existing, ', '), array_to_string(wanted, ', ');
    END IF;

    -- From the last to the first, so that the label to insert before is already there.
    following := NULL;
    FOR i IN REVERSE array_length(wanted, 1)..1 LOOP
        IF wanted[i] <> ALL (existing) THEN
            IF following IS NULL THEN
                EXECUTE format('ALTER TYPE %I ADD VALUE %L', type_name, wanted[i]);
            ELSE
                EXECUTE format('ALTER TYPE %I ADD VALUE %L BEFORE %L', type_name, wanted[i], following);
            END IF;
        END IF;
        following := wanted[i];
    END LOOP;
END;
$$;

SELECT pg_temp.ensure_enum('userrole', 'users.role', ARRAY['writer', 'editor', 'admin']);
SELECT pg_temp.ensure_enum('outputtype', 'outputs.output_type', ARRAY[
    'grant_proposal', 'letter_of_inquiry', 'grant_report', 'budget_narrative',
    'program_description', 'impact_summary', 'other']);
SELECT pg_temp.ensure_enum('outputstatus', 'outputs.status', ARRAY[
    'draft', 'submitted', 'pending', 'awarded', 'not_awarded']);
SELECT pg_temp.ensure_enum('styletype', 'writing_styles.style_type', ARRAY[
    'narrative', 'technical', 'persuasive', 'academic', 'other']);

DROP FUNCTION pg_temp.ensure_enum(text, text, text[]);
