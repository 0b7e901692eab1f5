CREATE TYPE role AS ENUM ('reader', 'writer', 'editor', 'admin');
CREATE TYPE status AS ENUM ('draft', 'sent', 'waiting', 'won', 'lost');
CREATE TYPE medium AS ENUM ('text', 'table', 'picture');
