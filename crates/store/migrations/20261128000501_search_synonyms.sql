-- Wordings that stand for each other in searches. Those there are in the beginning are the
-- search's own (archivist_search::Synonyms::built_in); editors change them as they like.
SET LOCAL lock_timeout = '5s';

CREATE TABLE search_synonyms (
    synonym_id uuid NOT NULL DEFAULT gen_random_uuid(),
    wordings text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    CONSTRAINT search_synonyms_pkey PRIMARY KEY (synonym_id),
    CONSTRAINT search_synonyms_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (user_id) ON DELETE SET NULL,
    CONSTRAINT search_synonyms_wordings_several CHECK (cardinality(wordings) BETWEEN 2 AND 12)
);
CREATE INDEX search_synonyms_created_by ON search_synonyms (created_by);

-- Who follows the changes of documents looks for these, too.
CREATE FUNCTION note_synonym_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('document_changes', 'synonyms');
    RETURN NULL;
END;
$$;
CREATE TRIGGER search_synonyms_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON search_synonyms
    FOR EACH STATEMENT EXECUTE FUNCTION note_synonym_change();

INSERT INTO search_synonyms (wordings) VALUES
    (ARRAY['501(c)(3)', '501c3', 'tax-exempt']),
    (ARRAY['BIPOC', 'Black, Indigenous and People of Color']),
    (ARRAY['CBO', 'Community-Based Organization']),
    (ARRAY['CDBG', 'Community Development Block Grant']),
    (ARRAY['DEI', 'Diversity, Equity and Inclusion']),
    (ARRAY['ED', 'Executive Director']),
    (ARRAY['EIN', 'Employer Identification Number']),
    (ARRAY['FBO', 'Faith-Based Organization']),
    (ARRAY['FTE', 'Full-Time Equivalent']),
    (ARRAY['KPI', 'Key Performance Indicator']),
    (ARRAY['LMI', 'Low to Moderate Income']),
    (ARRAY['LOI', 'Letter of Intent', 'Letter of Inquiry']),
    (ARRAY['MOU', 'Memorandum of Understanding']),
    (ARRAY['NOFO', 'NOFA', 'FOA', 'Notice of Funding Opportunity', 'Funding Opportunity Announcement']),
    (ARRAY['PD', 'Professional Development']),
    (ARRAY['RFP', 'Request for Proposal']),
    (ARRAY['ROI', 'Return on Investment']),
    (ARRAY['SEL', 'Social-Emotional Learning']),
    (ARRAY['SOW', 'Statement of Work', 'Scope of Work']),
    (ARRAY['STEM', 'Science, Technology, Engineering and Mathematics']),
    (ARRAY['TA', 'Technical Assistance']),
    (ARRAY['YTD', 'Year to Date']);
