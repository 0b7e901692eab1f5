ALTER TABLE writing_styles ADD CONSTRAINT fk_writing_styles_created_by
    FOREIGN KEY (created_by) REFERENCES users (user_id) ON DELETE SET NULL;
