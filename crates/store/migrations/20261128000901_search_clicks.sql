-- What people chose among what a search found, and the order that was learned from it.
SET LOCAL lock_timeout = '5s';

-- Nobody's name: how often, not who.
CREATE TABLE search_clicks (
    -- As it was typed, but in small letters and with single spaces.
    query text NOT NULL,
    passage_id uuid NOT NULL,
    clicks integer NOT NULL DEFAULT 1,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT search_clicks_pkey PRIMARY KEY (query, passage_id),
    CONSTRAINT search_clicks_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages (passage_id) ON DELETE CASCADE,
    CONSTRAINT search_clicks_query_not_empty CHECK (query <> ''),
    CONSTRAINT search_clicks_positive CHECK (clicks > 0)
);
CREATE INDEX search_clicks_passage_id ON search_clicks (passage_id);

-- What was learned last.
CREATE TABLE search_order (
    only_row boolean NOT NULL DEFAULT true,
    -- By the names of features; NULL where there was too little to learn from.
    weights jsonb,
    -- How many searches had something to teach.
    searches integer NOT NULL,
    -- What nDCG@10 gains on searches that were not learned from, and the interval of 95 %.
    gain double precision NOT NULL,
    gain_low double precision NOT NULL,
    gain_high double precision NOT NULL,
    -- Whether it has its say: it surely helps.
    is_on boolean NOT NULL,
    learned_at timestamp with time zone NOT NULL,
    CONSTRAINT search_order_pkey PRIMARY KEY (only_row),
    CONSTRAINT search_order_is_one CHECK (only_row)
);
