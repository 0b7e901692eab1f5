//! Names of passages that survive another reading of the same file.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// Bytes of the hash that are kept: enough that two texts never share a key.
const HASH_BYTES: usize = 16;

/// The keys of a document's passages, given in order: a hash of the letters and digits
/// of the text, and which of several passages with that text it is.
///
/// Neither its number in the document nor spaces, hyphens and capitals count: a
/// passage put in before it, or a better reading of its punctuation, changes nothing.
pub fn keys<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    texts
        .into_iter()
        .map(|text| {
            let hash = hash(text);
            let occurrence = seen.entry(hash.clone()).or_default();
            *occurrence += 1;
            format!("{hash}-{occurrence}")
        })
        .collect()
}

fn hash(text: &str) -> String {
    let letters: String = text
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect();
    // Signs alone are compared as they are.
    let compared = if letters.is_empty() { text } else { &letters };
    let digest = Sha256::digest(compared.as_bytes());
    digest
        .iter()
        .take(HASH_BYTES)
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_spaces_hyphens_and_case_do_not_count() {
        let before = keys(["Our fam-\nilies read.", "Next."]);
        let after = keys(["New.", "our families read", "Next."]);
        assert_eq!(before[0], after[1]);
        assert_eq!(before[1], after[2]);
    }

    #[test]
    fn the_same_text_twice_has_two_keys() {
        let keys = keys(["Page left blank", "a", "Page left blank", "***", "---"]);
        let distinct: std::collections::HashSet<&String> = keys.iter().collect();
        assert_eq!(distinct.len(), 5);
        assert!(keys[2].ends_with("-2"));
    }
}
