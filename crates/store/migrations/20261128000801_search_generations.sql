-- Passages that a search engine outside of the process keeps. All that one survey of the library
-- made is a generation: the next is filled beside it, and then takes its place.
SET LOCAL lock_timeout = '5s';

CREATE TABLE search_generations (
    generation_id uuid NOT NULL DEFAULT gen_random_uuid(),
    -- Which engine has it.
    engine text NOT NULL,
    -- What was learned about the library; derived, and read by the search alone.
    survey bytea NOT NULL,
    -- How many passages were surveyed.
    passages bigint NOT NULL,
    -- How many came or went since it serves.
    changes bigint NOT NULL DEFAULT 0,
    -- Where in the change sequence it is.
    position bigint NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL,
    -- Since when it answers; NULL while it is filled.
    serves_since timestamp with time zone,
    CONSTRAINT search_generations_pkey PRIMARY KEY (generation_id),
    CONSTRAINT search_generations_counts_not_negative CHECK (passages >= 0 AND changes >= 0 AND position >= 0)
);
