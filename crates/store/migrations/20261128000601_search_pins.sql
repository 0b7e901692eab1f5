-- Passages that editors keep on top of a search. They say what answers it, too, so that the
-- search can be measured by them.
SET LOCAL lock_timeout = '5s';

CREATE TABLE search_pins (
    pin_id uuid NOT NULL DEFAULT gen_random_uuid(),
    -- As it was typed, but in small letters and with single spaces.
    query text NOT NULL,
    passage_id uuid NOT NULL,
    doc_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text,
    CONSTRAINT search_pins_pkey PRIMARY KEY (pin_id),
    CONSTRAINT search_pins_passage_id_fkey FOREIGN KEY (passage_id) REFERENCES passages (passage_id) ON DELETE CASCADE,
    CONSTRAINT search_pins_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE,
    CONSTRAINT search_pins_query_not_empty CHECK (query <> ''),
    CONSTRAINT search_pins_once UNIQUE (query, passage_id)
);
CREATE INDEX search_pins_passage_id ON search_pins (passage_id);
CREATE INDEX search_pins_doc_id ON search_pins (doc_id);
