-- What a new site starts with. Names are joined with the audiences and sections
-- of the API; the texts are a start, for editors to rewrite.
SET LOCAL lock_timeout = '5s';

INSERT INTO alembic_version (version_num) VALUES ('d90d97ca4bbf') ON CONFLICT DO NOTHING;

INSERT INTO programs (name, description, display_order) VALUES
    ('Early Childhood', 'Care and learning from birth to school age', 60),
    ('Youth Development', 'Mentoring, leadership and out-of-school time for young people', 50),
    ('Family Support', 'Services that help families stay stable and strong', 40),
    ('Education', 'Teaching, tutoring and school partnerships', 30),
    ('Health', 'Physical and mental health, prevention and access to care', 20),
    ('General', 'Work that spans programs, and the organization itself', 10)
ON CONFLICT DO NOTHING;

INSERT INTO system_config (key, value, description) VALUES
    ('llm_config', '{"model_name": "claude-sonnet-4-5-20250929", "temperature": 0.3, "max_tokens": 4096}',
        'The language model, where one is configured'),
    ('rag_config', '{"embedding_model": "text-embedding-3-small", "chunk_size": 500, "chunk_overlap": 50, "default_retrieval_count": 5, "similarity_threshold": 0.7, "recency_weight": 0.7}',
        'How documents are divided and searched'),
    ('user_preferences', '{"default_audience": null, "default_section": null, "default_tone": null, "citation_style": "numbered", "auto_save_interval": 60}',
        'Defaults for new drafts')
ON CONFLICT DO NOTHING;

INSERT INTO prompt_templates (name, category, content, variables) VALUES
    ('Default Brand Voice', 'Brand Voice',
        'Write as the organization itself: warm, plain and exact. Prefer short sentences and everyday words. Put people before programs, and results before intentions. Claim nothing that the documents do not show.', '[]'),
    ('Federal RFP', 'Audience-Specific',
        'The readers score against published criteria. Follow the order of the request, use its terms, and give figures with their year and source. Show compliance, capacity and sound management.', '[]'),
    ('Foundation Grant', 'Audience-Specific',
        'The readers are program officers who know the field. Connect the work to the foundation''s aims, show what has been learned, and be open about what is still uncertain.', '[]'),
    ('Corporate Sponsor', 'Audience-Specific',
        'The readers look for a clear fit and visible results. Be brief, lead with outcomes, and say how the partnership will be seen and shared.', '[]'),
    ('Individual Donor', 'Audience-Specific',
        'The reader is one person who may care. Tell what changes for people, name what a gift makes possible, and thank without flattery.', '[]'),
    ('General Public', 'Audience-Specific',
        'The readers may not know the organization. Explain terms, avoid abbreviations, and say in the first sentence what is done and for whom.', '[]'),
    ('Organizational Capacity', 'Section-Specific',
        'Show that the organization can do the work: mission and history, leadership and staff with their qualifications, governance, financial health, partners, and a record of managed grants.', '[]'),
    ('Program Description', 'Section-Specific',
        'Describe the need, who is served, what is done, how often and by whom, the evidence behind the approach, and the timeline.', '[]'),
    ('Impact & Outcomes', 'Section-Specific',
        'State results with numbers, period and source. Tell outputs from outcomes, compare with a baseline where there is one, and add one voice of a person served.', '[]'),
    ('Budget Narrative', 'Section-Specific',
        'Explain each cost: what it is, how it was calculated, and why the work needs it. Name other sources of income and what they pay for.', '[]'),
    ('Sustainability Plan', 'Section-Specific',
        'Say how the work goes on after the grant: diversified income, partnerships, capacity that stays, and what will be done if income falls short.', '[]'),
    ('Evaluation Plan', 'Section-Specific',
        'Name the questions, indicators and targets, how and when data are collected, who analyses them, and how the findings change the program.', '[]')
ON CONFLICT DO NOTHING;
