-- A writer's list begins with the newest of one owner; and figures come from an index
-- alone, without the texts beside them.
-- lint: allow-file(index-concurrently) because people write outputs by hand: of 20,000 each is built in a tenth of a second
SET LOCAL lock_timeout = '5s';

CREATE INDEX idx_outputs_newest_of_owner ON outputs (created_by, created_at DESC, output_id);
CREATE INDEX idx_outputs_figures ON outputs (created_by, output_type, status)
    INCLUDE (requested_amount, awarded_amount, writing_style_id, funder_name, submission_date, created_at);
