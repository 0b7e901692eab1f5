ALTER TABLE conversations ADD COLUMN context jsonb NOT NULL DEFAULT '{}';
CREATE INDEX idx_conversations_context_writing_style ON conversations ((context ->> 'writing_style_id'));
