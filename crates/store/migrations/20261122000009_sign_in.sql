-- Sign-in without regard to letter case, passwords to be changed, and refresh
-- tokens that live longer than the access they renew.
-- lint: allow-file(index-concurrently) because the first release makes them, on tables without rows
SET LOCAL lock_timeout = '5s';

ALTER TABLE users ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;
CREATE INDEX idx_users_email_folded ON users (lower(email));

ALTER TABLE user_sessions ADD COLUMN refresh_expires_at timestamptz;
CREATE INDEX idx_user_sessions_refresh_token ON user_sessions (refresh_token);
