-- An organization that has written for ten years with forty people: 20,000 outputs, and
-- 10,000 documents in its library.
-- The same each time: the seed is fixed.
SELECT setseed(0.42);

-- Words of two to four syllables. Few are in most texts and most are in few.
CREATE TEMP TABLE words AS
SELECT n, (SELECT string_agg(substr('bdfglmnprstv', 1 + floor(random() * 12)::int, 1)
                          || substr('aeiou', 1 + floor(random() * 5)::int, 1), '')
           FROM generate_series(1, 2 + n % 3)) AS word
FROM generate_series(0, 2999) n;

CREATE TEMP TABLE sentences AS
SELECT n, (SELECT initcap(min(word)) || ' ' || string_agg(word, ' ') || '.'
           FROM (SELECT floor(3000 * power(random(), 4))::int AS n
                 FROM generate_series(1, 10 + s.n % 20)) AS picked JOIN words USING (n))
         || CASE WHEN s.n % 400 = 0 THEN ' Our kitchen garden feeds the neighbourhood.'
                 WHEN s.n % 40 = 0 THEN ' Evening literacy classes are free.' ELSE '' END AS text
FROM generate_series(0, 3999) s (n);
CREATE UNIQUE INDEX ON sentences (n);

INSERT INTO writing_styles (style_id, name, type, prompt_content, active, created_at, updated_at)
SELECT uuid_generate_v5(uuid_nil(), 'style ' || n), 'Style ' || n, 'grant', 'Write plainly.', true,
       '2016-01-01', '2016-01-01'
FROM generate_series(1, 8) n;

-- What is known of each before its text. Early ones are decided, late ones on their way.
CREATE TEMP TABLE facts AS
SELECT n, now() AT TIME ZONE 'UTC' - (20000 - n) * interval '4 hours 23 minutes' AS created_at,
       floor(40 * power(random(), 2))::int AS owner, floor(120 * power(random(), 2))::int AS funder,
       1 + floor(random() * 8)::int AS style, random() AS fate, random() AS kind,
       (1 + floor(random() * 200)) * 2500 AS amount, 6 + floor(90 * power(random(), 4))::int AS length
FROM generate_series(1, 20000) n;

INSERT INTO outputs (output_type, title, content, word_count, status, writing_style_id, funder_name, requested_amount,
    awarded_amount, submission_date, decision_date, success_notes, metadata, created_by, created_at, updated_at)
SELECT (enum_range(NULL::outputtype))[1 + floor(7 * kind * kind)::int],
       'Section ' || n || ' on ' || (SELECT split_part(text, '.', 1) FROM sentences s WHERE s.n = facts.n % 4000),
       content, array_length(string_to_array(content, ' '), 1), status,
       CASE WHEN n % 5 <> 0 THEN uuid_generate_v5(uuid_nil(), 'style ' || style) END,
       CASE WHEN status <> 'draft' OR n % 2 = 0 THEN initcap((SELECT word FROM words w WHERE w.n = funder)) || ' Foundation ' || funder END,
       CASE WHEN status <> 'draft' THEN amount END,
       CASE WHEN status = 'awarded' THEN round((amount * (0.4 + 0.6 * fate))::numeric, 2) END,
       CASE WHEN status <> 'draft' THEN created_at::date + 14 END,
       CASE WHEN status IN ('awarded', 'not_awarded') THEN created_at::date + 120 END,
       CASE WHEN status IN ('awarded', 'not_awarded') AND n % 3 = 0 THEN (SELECT text FROM sentences s WHERE s.n = facts.n % 4000) END,
       CASE WHEN n % 4 = 0 THEN jsonb_build_object('section', 'need', 'limit', 3000) END,
       CASE WHEN owner = 7 THEN 'walter@example.org' ELSE 'writer-' || owner || '@example.org' END,
       created_at, created_at
FROM facts,
    LATERAL (SELECT string_agg(text, ' ' ORDER BY place) AS content
             FROM (SELECT place, floor(4000 * random())::int AS n
                   FROM generate_series(1, length + 0 * facts.n) AS place) AS picked
             JOIN sentences USING (n)) AS texts,
    LATERAL (SELECT CASE WHEN n > 19000 AND fate < 0.5 OR fate < 0.2 THEN 'draft'
                         WHEN n > 19000 THEN CASE WHEN fate < 0.7 THEN 'submitted' ELSE 'pending' END
                         WHEN fate < 0.55 THEN 'awarded' WHEN fate < 0.95 THEN 'not_awarded'
                         ELSE 'pending' END::outputstatus AS status) AS fates;

INSERT INTO programs (name) SELECT 'Program ' || n FROM generate_series(1, 12) n;

-- Without passages: lists and figures do not read them.
INSERT INTO documents (doc_id, filename, title, doc_type, year, outcome, funder, upload_date, file_size, chunks_count,
    page_count, is_sensitive, sensitivity_level, created_by)
SELECT uuid_generate_v5(uuid_nil(), 'document ' || n), (SELECT word FROM words w WHERE w.n = d.n % 3000) || '-' || n || '.pdf',
       CASE WHEN n % 10 <> 0 THEN (SELECT split_part(text, '.', 1) FROM sentences s WHERE s.n = d.n % 4000) END,
       (ARRAY['Grant Proposal', 'Annual Report', 'Program Description', 'Impact Report'])[1 + n % 4],
       2010 + n % 15, CASE WHEN n % 3 = 0 THEN 'Funded' WHEN n % 3 = 1 THEN 'Not Funded' END,
       initcap((SELECT word FROM words w WHERE w.n = d.n % 120)) || ' Foundation',
       timestamp '2016-01-01' + n * interval '8 hours', 20000 + n, 12, 8, false, 'low', 'walter@example.org'
FROM generate_series(1, 10000) AS d (n);
INSERT INTO document_programs (doc_id, program)
SELECT uuid_generate_v5(uuid_nil(), 'document ' || n), 'Program ' || 1 + n % 12 FROM generate_series(1, 10000) n;
INSERT INTO document_tags (doc_id, tag)
SELECT uuid_generate_v5(uuid_nil(), 'document ' || n), 'tag ' || n % 40 FROM generate_series(1, 10000) n;
INSERT INTO document_holds (doc_id)
SELECT uuid_generate_v5(uuid_nil(), 'document ' || n) FROM generate_series(100, 10000, 100) n;
INSERT INTO document_reviews (doc_id, said_by, to_confirm)
SELECT uuid_generate_v5(uuid_nil(), 'document ' || n), '{}', n % 4 = 0 FROM generate_series(1, 10000) n;
