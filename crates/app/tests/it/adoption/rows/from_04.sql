-- Twins by letter case, somebody who has left, a superuser; all have one password.
INSERT INTO users (user_id, email, hashed_password, role, is_active, is_superuser)
SELECT user_id::uuid, email, 'PASSWORD', role, is_active, is_superuser FROM (VALUES
    ('a0000000-0000-4000-8000-000000000001', 'rowan@meadow.example.org', 'admin', true, false),
    ('a0000000-0000-4000-8000-000000000002', 'finch@meadow.example.org', 'editor', true, false),
    ('a0000000-0000-4000-8000-000000000003', 'wren@meadow.example.org', 'writer', true, false),
    ('a0000000-0000-4000-8000-000000000004', 'Wren@Meadow.example.org', 'writer', true, false),
    ('a0000000-0000-4000-8000-000000000005', 'gone@meadow.example.org', 'writer', false, false),
    ('a0000000-0000-4000-8000-000000000006', 'root@meadow.example.org', 'writer', true, true)
) AS t (user_id, email, role, is_active, is_superuser);
-- Two sign-ins of one second, and a session that is over.
INSERT INTO user_sessions (user_id, access_token, refresh_token, expires_at) VALUES
    ('a0000000-0000-4000-8000-000000000003', 'one.and.the.same', 'its.refresh', '2090-01-01'),
    ('a0000000-0000-4000-8000-000000000003', 'one.and.the.same', 'its.refresh', '2090-01-01'),
    ('a0000000-0000-4000-8000-000000000001', 'over', NULL, '2001-01-01');
