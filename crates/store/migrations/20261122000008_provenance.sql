-- Where an output's claims come from. The excerpt is kept as it was cited, so
-- that a source stays readable after its document has gone.
SET LOCAL lock_timeout = '5s';

CREATE TABLE output_sources (
    output_id uuid NOT NULL,
    number integer NOT NULL,
    passage_id uuid,
    doc_id uuid,
    title text NOT NULL,
    filename text NOT NULL,
    year integer,
    page integer,
    heading text,
    excerpt text NOT NULL,
    CONSTRAINT output_sources_pkey PRIMARY KEY (output_id, number),
    CONSTRAINT output_sources_output_id_fkey FOREIGN KEY (output_id) REFERENCES outputs (output_id) ON DELETE CASCADE,
    CONSTRAINT output_sources_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages (passage_id) ON DELETE SET NULL,
    CONSTRAINT output_sources_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE SET NULL,
    CONSTRAINT output_sources_number_positive CHECK (number > 0)
);
CREATE INDEX output_sources_passage_id ON output_sources (passage_id);
CREATE INDEX output_sources_doc_id ON output_sources (doc_id);
