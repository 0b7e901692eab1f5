-- What embedding models have read of the passages. PostgreSQL keeps the vectors, so that a text
-- is read once for all processes; the search index holds them in eight bits.
SET LOCAL lock_timeout = '5s';

CREATE TABLE embedding_models (
    model_id integer GENERATED ALWAYS AS IDENTITY,
    provider text NOT NULL,
    model text NOT NULL,
    -- What else makes other vectors: digest and precision of the weights, or the address asked.
    variant text NOT NULL,
    dims integer NOT NULL,
    -- Tokens that were read, of passages that have gone since, too.
    tokens bigint NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL,
    -- When a process last wanted its vectors.
    wanted_at timestamp with time zone NOT NULL,
    -- When it had read every passage for the first time.
    completed_at timestamp with time zone,
    CONSTRAINT embedding_models_pkey PRIMARY KEY (model_id),
    CONSTRAINT embedding_models_identity_key UNIQUE (provider, model, variant, dims),
    CONSTRAINT embedding_models_dims_positive CHECK (dims > 0),
    CONSTRAINT embedding_models_tokens_not_negative CHECK (tokens >= 0)
);

CREATE TABLE passage_embeddings (
    model_id integer NOT NULL,
    passage_id uuid NOT NULL,
    -- Grows in the order of commits: one process at a time writes for a model.
    seq bigint GENERATED ALWAYS AS IDENTITY,
    -- Of the text that was read: a passage under another title has to be read again.
    text_digest bigint NOT NULL,
    -- Numbers of four bytes, the least significant byte first.
    vector bytea NOT NULL,
    CONSTRAINT passage_embeddings_pkey PRIMARY KEY (model_id, passage_id),
    CONSTRAINT passage_embeddings_model_id_fkey FOREIGN KEY (model_id) REFERENCES embedding_models (model_id) ON DELETE CASCADE,
    CONSTRAINT passage_embeddings_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages (passage_id) ON DELETE CASCADE
);
-- Numbers that look like chance: packing them costs time and gains nothing.
ALTER TABLE passage_embeddings ALTER COLUMN vector SET STORAGE EXTERNAL;
CREATE INDEX passage_embeddings_passage_id ON passage_embeddings (passage_id);
CREATE UNIQUE INDEX passage_embeddings_seq ON passage_embeddings (model_id, seq);
