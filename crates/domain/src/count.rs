//! Words and characters as application portals count them.

/// Words: runs of characters between white space.
pub fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Characters including spaces, where a line end counts as one (`\r\n` too).
pub fn characters(text: &str) -> usize {
    text.chars().filter(|&c| c != '\r').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_like_a_portal() {
        assert_eq!(words("  Forty-two children,\nnine  coaches. "), 4);
        assert_eq!(words(""), 0);
        assert_eq!(characters("a b\r\nç"), 5);
    }
}
