-- Documents without year and outcome, notes with quotes and line breaks, JSON that was
-- kept as a text, a message whose conversation is gone.
INSERT INTO documents (doc_id, filename, doc_type, year, outcome, notes, upload_date, file_size, created_by) VALUES
    ('d0000000-0000-4000-8000-000000000001', 'Leseförderung & more.pdf', 'Grant Proposal', 2021, 'Funded',
        E'She said: "it''s ours"; --\nand left', '2021-03-04 05:06:07.123456', 0, 'wren@meadow.example.org'),
    ('d0000000-0000-4000-8000-000000000002', 'no-year.txt', 'Other', NULL, NULL, NULL, '2020-01-01', NULL, NULL),
    ('d0000000-0000-4000-8000-000000000003', 'old.docx', 'Strategic Plan', 2000, 'N/A', '', '2020-01-02', 7, NULL);
INSERT INTO document_programs VALUES
    ('d0000000-0000-4000-8000-000000000001', 'Education'),
    ('d0000000-0000-4000-8000-000000000001', 'Health'),
    ('d0000000-0000-4000-8000-000000000002', 'General');
INSERT INTO document_tags VALUES ('d0000000-0000-4000-8000-000000000001', 'ümlaut tag');
INSERT INTO prompt_templates (name, category, content, variables, active, version) VALUES
    ('Spring appeal', 'General', 'Write for {audience}.', '["audience"]', NULL, NULL);
INSERT INTO conversations (conversation_id, name, metadata) VALUES
    ('c0000000-0000-4000-8000-000000000001', 'First', '{"k": [1, 2]}'),
    ('c0000000-0000-4000-8000-000000000002', NULL, '"{\"kept\": \"as a text\"}"');
INSERT INTO messages (conversation_id, role, content, sources) VALUES
    ('c0000000-0000-4000-8000-000000000001', 'user', 'Hello', NULL),
    ('c0000000-0000-4000-8000-000000000001', 'assistant', 'Hi [1]', '[{"id": 1}]'),
    (NULL, 'user', 'an orphan', NULL);
INSERT INTO audit_log (event_type, details) VALUES ('document.upload', '{"status_code": 201}');
