-- A search engine outside of the process keeps the vectors of an embedding model, too, and a
-- generation those of one.
-- lint: allow-file(constraint-not-valid) because the table has a row or two for a whole site
SET LOCAL lock_timeout = '5s';

ALTER TABLE search_generations
    ADD COLUMN model_id integer,
    -- Up to where in the sequence of that model's vectors the engine has them.
    ADD COLUMN model_seq bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT search_generations_model_id_fkey FOREIGN KEY (model_id)
        REFERENCES embedding_models (model_id) ON DELETE SET NULL,
    ADD CONSTRAINT search_generations_model_seq_not_negative CHECK (model_seq >= 0);
