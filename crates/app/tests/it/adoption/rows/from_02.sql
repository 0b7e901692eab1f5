INSERT INTO writing_styles (style_id, name, type, prompt_content, samples, active, created_at, updated_at) VALUES
    ('50000000-0000-4000-8000-000000000001', 'Plain', 'grant', 'Write plainly.', '["one", "two"]', true, '2022-02-02', '2022-02-02'),
    ('50000000-0000-4000-8000-000000000002', 'Warm', 'general', 'Write warmly.', '"[\"a text\"]"', false, '2022-02-02', '2022-02-02');
