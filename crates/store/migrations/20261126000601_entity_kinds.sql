-- What a passage names, as a closed set. In a migration of its own: a label is first used
-- in another transaction.
SET LOCAL lock_timeout = '5s';

CREATE TYPE entitykind AS ENUM ('person', 'place', 'organization', 'money', 'percent', 'date');
