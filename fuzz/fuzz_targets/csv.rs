//! See `archivist_ingest::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| archivist_ingest::fuzz::run("csv", data));
