-- What was proposed about a document, who said what stands, and whether a person has
-- confirmed it; what people know of a document beside its type and year; what its
-- passages name.
SET LOCAL lock_timeout = '5s';

ALTER TABLE documents
    ADD COLUMN fiscal_year text,
    ADD COLUMN funder text,
    ADD COLUMN requested_amount numeric(12,2),
    ADD COLUMN awarded_amount numeric(12,2);

CREATE TABLE document_reviews (
    doc_id uuid NOT NULL,
    -- By field: person, list or proposal. What is not in it nobody has said.
    said_by jsonb NOT NULL,
    to_confirm boolean NOT NULL,
    confirmed_at timestamptz,
    confirmed_by text,
    CONSTRAINT document_reviews_pkey PRIMARY KEY (doc_id),
    CONSTRAINT document_reviews_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE,
    CONSTRAINT document_reviews_said_by_is_object CHECK (jsonb_typeof(said_by) = 'object')
);
CREATE INDEX document_reviews_to_confirm ON document_reviews (doc_id) WHERE to_confirm;

CREATE TABLE document_proposals (
    doc_id uuid NOT NULL,
    number integer NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    evidence text NOT NULL,
    page integer,
    confidence real NOT NULL,
    CONSTRAINT document_proposals_pkey PRIMARY KEY (doc_id, number),
    CONSTRAINT document_proposals_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES document_reviews (doc_id) ON DELETE CASCADE,
    CONSTRAINT document_proposals_field_known CHECK (field IN (
        'title', 'doc_type', 'year', 'fiscal_year', 'funder', 'requested_amount', 'awarded_amount', 'outcome', 'programs')),
    CONSTRAINT document_proposals_confidence_is_share CHECK (confidence >= 0 AND confidence <= 1)
);

-- One row a passage: an entity is its kind and its bytes in the passage's text.
CREATE TABLE passage_entities (
    passage_id uuid NOT NULL,
    kinds entitykind[] NOT NULL,
    starts integer[] NOT NULL,
    ends integer[] NOT NULL,
    CONSTRAINT passage_entities_pkey PRIMARY KEY (passage_id),
    CONSTRAINT passage_entities_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages (passage_id) ON DELETE CASCADE,
    CONSTRAINT passage_entities_same_length CHECK (
        cardinality(kinds) = cardinality(starts) AND cardinality(kinds) = cardinality(ends))
);
