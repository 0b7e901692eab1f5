//! HTTP: one flat router, extractors that prove who asks and that they may, the
//! JSON API under `/api`, and the pages.
//!
//! A request takes two hops: router → handler → store. Errors are one type; a
//! layer renders them as JSON for the API and as a page for the browser.

mod accept;
pub mod accounts;
pub mod address;
pub mod api;
pub mod auth;
pub mod blobs;
mod bounds;
mod clicks;
pub mod client;
pub mod clock;
pub mod cpu;
pub mod defaults;
pub mod drafting;
pub mod error;
pub mod extract;
pub mod intake;
pub mod jobs;
mod lax;
pub mod limit;
pub mod metrics;
pub mod models;
mod outputs;
pub mod outside;
mod pages;
mod partial;
mod pins;
pub mod recognition;
pub mod record;
pub mod removal;
mod rerank;
pub mod retrieve;
pub mod review;
pub mod router;
mod saved_searches;
pub mod secret;
mod sent;
pub mod similar;
pub mod state;
mod synonyms;
mod trace;
mod versions;
pub mod wire;

pub use error::Error;
pub use router::router;
pub use state::{AppState, Settings};
