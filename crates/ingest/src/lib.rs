//! Bytes to text with pages and headings, and text to passages.
//!
//! The road of one document: what is locked is opened with its password, [`kind`] says
//! what the bytes are, [`extract`] turns them into blocks in reading
//! order, [`passages`] cuts the blocks into citable spans, [`describe`] proposes
//! metadata with its evidence. [`parse`] walks that road; [`sandbox`] walks it in a
//! child process with limits, which is the only way a server should.
//!
//! To add a format: a variant of [`FileKind`], how its bytes are recognised in
//! [`kind`], and a module in [`extract`].

mod bytes;
mod compound;
pub mod describe;
pub mod entities;
pub mod error;
pub mod extract;
pub mod fingerprint;
pub mod fuzz;
pub mod kind;
pub mod members;
pub mod ocr;
mod parse;
pub mod passages;
pub mod sandbox;
pub mod sensitive;
mod tidy;
mod unlock;

pub use describe::{Proposal, Suggestion};
pub use error::IngestError;
pub use extract::decode::{Decoded, decode};
pub use extract::{Block, BlockKind, Extracted, Given, Recognised};
pub use kind::FileKind;
pub use members::Member;
pub use ocr::{OcrError, Tesseract};
pub use parse::{Parsed, parse};
pub use passages::Passage;
pub use sandbox::{Confinement, Limits, Sandbox, child_main};
