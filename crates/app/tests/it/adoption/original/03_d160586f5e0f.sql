-- What a site started with; the texts are of no matter here.
INSERT INTO system_config (key, value, description) VALUES
    ('llm_config', '{"temperature": 0.3}', 'Model'),
    ('rag_config', '{"chunk_size": 500}', 'Search'),
    ('user_preferences', '{"citation_style": "numbered"}', 'Preferences');
INSERT INTO prompt_templates (name, category, content, variables)
SELECT name, category, 'A text for ' || name, '[]' FROM (VALUES
    ('Default Brand Voice', 'Brand Voice'),
    ('Federal RFP', 'Audience-Specific'), ('Foundation Grant', 'Audience-Specific'),
    ('Corporate Sponsor', 'Audience-Specific'), ('Individual Donor', 'Audience-Specific'),
    ('General Public', 'Audience-Specific'),
    ('Organizational Capacity', 'Section-Specific'), ('Program Description', 'Section-Specific'),
    ('Impact & Outcomes', 'Section-Specific'), ('Budget Narrative', 'Section-Specific'),
    ('Sustainability Plan', 'Section-Specific'), ('Evaluation Plan', 'Section-Specific')) AS t (name, category);
