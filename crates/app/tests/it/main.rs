//! Integration tests: the real program on a real PostgreSQL.

mod access;
mod adoption;
mod audit;
mod auth;
mod browser;
mod chat;
mod compose;
mod defects;
mod documents;
mod health;
mod import;
mod limits;
mod openapi;
mod outputs;
mod parity;
mod programs;
mod prompts;
mod query;
mod queue;
mod schema;
mod search;
mod serve;
mod settings;
mod styles;
mod support;
mod users;
