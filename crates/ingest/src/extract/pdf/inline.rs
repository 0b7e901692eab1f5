//! Content with so many pictures written into it that reading it may never end.
//!
//! Where such a picture ends can only be guessed: its data may hold the mark of its end. The
//! reader of content tries each mark, and reads what follows to see whether it makes sense, with
//! the pictures that it finds there in the same way. Content in which the marks are damaged
//! takes it twice as long for each further picture (found by fuzzing).

use std::borrow::Cow;

/// So many pictures in one content are taken for what they are.
const MAX_PICTURES: usize = 40;

/// A picture's properties are shorter, in bytes.
const MAX_PROPERTIES: usize = 1024;

/// The content; of one with more pictures than [`MAX_PICTURES`] all are blanked, up to the first
/// mark of their end. Nothing of the text is lost unless a mark is missing.
pub(super) fn bounded(content: &[u8]) -> Cow<'_, [u8]> {
    if marks(content, *b"BI").take(MAX_PICTURES + 1).count() <= MAX_PICTURES {
        return Cow::Borrowed(content);
    }
    let mut blanked = content.to_vec();
    let mut from = 0;
    while let Some(begin) = mark_from(content, *b"BI", from) {
        let properties_end = (begin + MAX_PROPERTIES).min(content.len());
        let data = mark_from(&content[..properties_end], *b"ID", begin + 2);
        let end = data.and_then(|data| mark_from(content, *b"EI", data + 2));
        // Two letters that begin no picture are blanked alone.
        let end = end.map_or(begin + 2, |end| end + 2);
        blanked[begin..end].fill(b' ');
        from = end;
    }
    Cow::Owned(blanked)
}

fn marks(content: &[u8], mark: [u8; 2]) -> impl Iterator<Item = usize> {
    let next = move |at: &usize| mark_from(content, mark, at + 2);
    std::iter::successors(mark_from(content, mark, 0), next)
}

/// Where a mark stands as a word by itself, from a place on.
fn mark_from(content: &[u8], mark: [u8; 2], from: usize) -> Option<usize> {
    let stands = |at: usize| {
        let before = at
            .checked_sub(1)
            .is_none_or(|before| is_end(content[before]));
        let after = content.get(at + 2).is_none_or(|byte| is_end(*byte));
        before && after
    };
    let rest = content.get(from..)?;
    let found = rest.windows(2).enumerate();
    let mut places = found
        .filter(|(_, pair)| **pair == mark)
        .map(|(at, _)| from + at);
    places.find(|at| stands(*at))
}

/// White space, or what begins another kind of word.
fn is_end(byte: u8) -> bool {
    matches!(
        byte,
        0 | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' | b'/' | b'[' | b']' | b'<' | b'>'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(count: usize) -> Vec<u8> {
        let picture = b"BI /W 2 /H 2 ID abcd EI (text) Tj\n";
        picture.repeat(count)
    }

    #[test]
    fn few_pictures_stay() {
        let content = pictures(MAX_PICTURES);
        assert_eq!(bounded(&content), content);
        assert_eq!(bounded(b""), Cow::Borrowed(b""));
    }

    #[test]
    fn of_many_only_the_text_stays() {
        let content = pictures(MAX_PICTURES + 1);
        let bounded = bounded(&content);
        assert_eq!(bounded.len(), content.len());
        let text = String::from_utf8(bounded.into_owned()).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words.len(), 2 * (MAX_PICTURES + 1));
        assert_eq!(words[..2], ["(text)", "Tj"]);
    }

    #[test]
    fn a_mark_without_its_end_takes_nothing_with_it() {
        let mut content = pictures(MAX_PICTURES);
        content.extend(b"BI (more) Tj");
        let text = String::from_utf8(bounded(&content).into_owned()).unwrap();
        assert!(
            text.ends_with("(more) Tj") && !text.contains("BI"),
            "{text}"
        );
    }
}
