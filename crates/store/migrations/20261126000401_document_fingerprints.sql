-- What documents have in common is found by their fingerprints.
SET LOCAL lock_timeout = '5s';

CREATE TABLE document_fingerprints (
    doc_id uuid NOT NULL,
    -- Distinct runs of words.
    shingles integer NOT NULL,
    -- The least value of each hash function, four bytes each.
    least bytea NOT NULL,
    CONSTRAINT document_fingerprints_pkey PRIMARY KEY (doc_id),
    CONSTRAINT document_fingerprints_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE,
    CONSTRAINT document_fingerprints_shingles_not_negative CHECK (shingles >= 0)
);

-- Two documents that have a band in common may be near duplicates.
CREATE TABLE document_bands (
    band bigint NOT NULL,
    doc_id uuid NOT NULL,
    CONSTRAINT document_bands_pkey PRIMARY KEY (band, doc_id),
    CONSTRAINT document_bands_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES document_fingerprints (doc_id) ON DELETE CASCADE
);
CREATE INDEX document_bands_doc_id ON document_bands (doc_id);
