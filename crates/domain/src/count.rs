//! Words as application portals count them.

/// Words: runs of characters between white space.
pub fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_like_a_portal() {
        assert_eq!(words("  Forty-two children,\nnine  coaches. "), 4);
        assert_eq!(words(""), 0);
    }
}
