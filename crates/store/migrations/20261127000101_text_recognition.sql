-- Pages that are pictures are read by a job of its own, page by page.
-- lint: allow-file(constraint-not-valid) because jobs are removed after a month: the table is small
-- lint: allow-file(index-concurrently) because jobs are removed after a month: the table is small
SET LOCAL lock_timeout = '5s';

ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_known,
    ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('ingest', 'ocr'));
-- The pages of a document are read by one job at a time.
CREATE UNIQUE INDEX jobs_one_recognition ON jobs ((payload ->> 'doc_id'))
    WHERE kind = 'ocr' AND state IN ('queued', 'running');

-- What was read on the pictures of pages. It belongs to the file: whoever reads the file again has it.
CREATE TABLE recognised_pages (
    file_sha256 text NOT NULL,
    page integer NOT NULL,
    languages text NOT NULL,
    paragraphs text[] NOT NULL,
    CONSTRAINT recognised_pages_pkey PRIMARY KEY (file_sha256, page),
    CONSTRAINT recognised_pages_page_counts_from_one CHECK (page >= 1),
    CONSTRAINT recognised_pages_file_sha256_fkey FOREIGN KEY (file_sha256) REFERENCES files (sha256) ON DELETE CASCADE
);
