-- The largest amount, an amount of 0, metadata that was kept as a text, a decision
-- before the submission, and more awarded than asked for.
INSERT INTO outputs (output_id, output_type, title, content, status, funder_name, requested_amount,
    awarded_amount, submission_date, decision_date, metadata, created_by, conversation_id, writing_style_id) VALUES
    ('e0000000-0000-4000-8000-000000000001', 'grant_proposal', 'Draft', 'Text.', 'draft', NULL, NULL, NULL, NULL, NULL,
        NULL, 'wren@meadow.example.org', 'c0000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000001'),
    ('e0000000-0000-4000-8000-000000000002', 'impact_summary', 'Largest', 'Text.', 'awarded', 'The Brook Fund',
        9999999999.99, 123456.78, '2023-01-02', '2023-01-02', '{"a": 1}', 'finch@meadow.example.org', NULL, NULL),
    ('e0000000-0000-4000-8000-000000000003', 'other', 'Kept as a text', 'Text.', 'pending', 'the brook fund ', 0, NULL,
        '2023-01-02', NULL, '"{\"a\": 2}"', 'wren@meadow.example.org', NULL, NULL),
    ('e0000000-0000-4000-8000-000000000004', 'budget_narrative', 'Decided early', 'Text.', 'not_awarded', 'Hill Trust',
        12.50, 0, '2023-03-02', '2023-03-01', NULL, 'wren@meadow.example.org', NULL, NULL),
    ('e0000000-0000-4000-8000-000000000005', 'other', 'Generous', 'Text.', 'awarded', 'Hill Trust',
        100, 150, NULL, NULL, NULL, NULL, NULL, NULL);
