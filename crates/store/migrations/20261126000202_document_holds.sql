-- Documents that may hold personal data: nobody but editors sees them until one of
-- them has decided. What was found is kept masked, with its place.
SET LOCAL lock_timeout = '5s';

CREATE TABLE document_holds (
    doc_id uuid NOT NULL,
    held_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    released_by text,
    CONSTRAINT document_holds_pkey PRIMARY KEY (doc_id),
    CONSTRAINT document_holds_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE
);

CREATE TABLE document_findings (
    doc_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    passage integer NOT NULL,
    page integer,
    starts integer NOT NULL,
    ends integer NOT NULL,
    masked text NOT NULL,
    confidence real NOT NULL,
    CONSTRAINT document_findings_pkey PRIMARY KEY (doc_id, number),
    CONSTRAINT document_findings_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES document_holds (doc_id) ON DELETE CASCADE,
    CONSTRAINT document_findings_in_order CHECK (ends >= starts)
);

-- A released document becomes searchable: indexes have to hear of it.
CREATE TRIGGER document_holds_note_change AFTER INSERT OR UPDATE OR DELETE ON document_holds
    FOR EACH ROW EXECUTE FUNCTION note_document_change();
