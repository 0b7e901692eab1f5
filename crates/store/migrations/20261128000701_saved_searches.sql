-- Searches that a person comes back to.
SET LOCAL lock_timeout = '5s';

CREATE TABLE saved_searches (
    search_id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name text NOT NULL,
    -- What stands behind the question mark of the search's address.
    query text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT saved_searches_pkey PRIMARY KEY (search_id),
    CONSTRAINT saved_searches_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT saved_searches_name_not_empty CHECK (name <> ''),
    CONSTRAINT saved_searches_query_not_empty CHECK (query <> ''),
    CONSTRAINT saved_searches_one_of_a_name UNIQUE (user_id, name)
);
