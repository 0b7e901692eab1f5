-- More that every archive begins with (archivist_search::Synonyms::built_in). What editors have
-- made of the first ones stays as it is.
SET LOCAL lock_timeout = '5s';

UPDATE search_synonyms
SET wordings = ARRAY['LOI', 'Letter of Intent', 'Letter of Inquiry', 'Letter of Interest']
WHERE wordings = ARRAY['LOI', 'Letter of Intent', 'Letter of Inquiry'];

INSERT INTO search_synonyms (wordings)
SELECT string_to_array(written, ' | ')
FROM (VALUES
    ('CFDA | Assistance Listing | Catalog of Federal Domestic Assistance'),
    ('CSR | Corporate Social Responsibility'),
    ('DAF | Donor-Advised Fund'),
    ('FY | Fiscal Year'),
    ('GOS | General Operating Support'),
    ('IRB | Institutional Review Board'),
    ('MTDC | Modified Total Direct Costs'),
    ('NGO | Non-Governmental Organization'),
    ('NICRA | Negotiated Indirect Cost Rate Agreement'),
    ('nonprofit | non-profit'),
    ('RFI | Request for Information'),
    ('RFQ | Request for Qualifications | Request for Quotation'),
    ('UEI | Unique Entity Identifier'),
    ('website | web site')
) AS more (written)
WHERE NOT EXISTS (
    SELECT 1 FROM search_synonyms AS known
    WHERE EXISTS (
        SELECT 1 FROM unnest(known.wordings) AS w (wording)
        WHERE lower(w.wording) = lower(split_part(more.written, ' | ', 1))
    )
);
