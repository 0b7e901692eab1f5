//! Which texts go into one request.

use std::ops::Range;

/// The most texts that every service takes at once.
const TEXTS: usize = 96;
/// So many bytes are surely fewer tokens than every service takes at once.
const BYTES: usize = 100_000;

/// Runs of texts, each for one request; a single text may be longer.
pub(super) fn batches(texts: &[String]) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, text) in texts.iter().enumerate() {
        if at > start && (at - start == TEXTS || bytes + text.len() > BYTES) {
            batches.push(start..at);
            (start, bytes) = (at, 0);
        }
        bytes += text.len();
    }
    if start < texts.len() {
        batches.push(start..texts.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_hold_a_limited_number_and_size() {
        let short = vec!["word".to_owned(); 100];
        assert_eq!(batches(&short), [0..96, 96..100]);
        let long = vec!["a".repeat(60_000), "b".repeat(60_000), "c".repeat(200_000)];
        assert_eq!(batches(&long), [0..1, 1..2, 2..3]);
        assert_eq!(batches(&[]), []);
    }
}
