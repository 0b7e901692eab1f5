//! What the testbed notes in the comment of a database, in front of the comment
//! that the migrations gave it.

/// Beginning of the note on a kept database.
const KEPT: &str = "pg-testbed: kept until ";

/// Beginning of the note on a template.
const USED: &str = "pg-testbed: last used ";

/// Comes between the time of a template's last use and its label.
const LABEL: &str = " label ";

/// Comes between the time until which a database is kept and its test.
const TEST: &str = " test ";

/// A note. Times are seconds since 1970 by the server's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// The database of a failed test stays.
    Kept {
        /// Until when.
        until: i64,
        /// The test's name, as far as it is known.
        test: String,
    },
    /// A template was last used at this time.
    Used {
        /// When.
        at: i64,
        /// What its makers call it.
        label: String,
    },
}

/// Takes a comment apart: our note, and the database's own comment.
pub(crate) fn read(comment: &str) -> (Option<Note>, &str) {
    let (first, own) = comment.split_once('\n').unwrap_or((comment, ""));
    match parse(first) {
        Some(note) => (Some(note), own),
        None => (None, comment),
    }
}

/// A comment with our note in front of the database's own.
pub(crate) fn write(note: &Note, own: &str) -> String {
    let note = match note {
        Note::Kept { until, test } => format!("{KEPT}{until}{TEST}{}", one_line(test)),
        Note::Used { at, label } => format!("{USED}{at}{LABEL}{}", one_line(label)),
    };
    if own.is_empty() {
        note
    } else {
        format!("{note}\n{own}")
    }
}

/// A text of several lines would hide the rest.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn parse(line: &str) -> Option<Note> {
    if let Some(rest) = line.strip_prefix(KEPT) {
        let (until, test) = time_and(rest, TEST)?;
        return Some(Note::Kept { until, test });
    }
    let (at, label) = time_and(line.strip_prefix(USED)?, LABEL)?;
    Some(Note::Used { at, label })
}

/// A time, and what follows it after this word.
fn time_and(text: &str, word: &str) -> Option<(i64, String)> {
    let (time, rest) = text.split_once(word).unwrap_or((text, ""));
    Some((time.parse().ok()?, rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_and_the_comment_below_it_are_read_back() {
        let used = Note::Used {
            at: 12,
            label: "my shop".to_owned(),
        };
        let kept = Note::Kept {
            until: 7,
            test: "orders::are_shipped".to_owned(),
        };
        for note in [kept, used] {
            for own in ["", "the shop's\ndatabase"] {
                assert_eq!(read(&write(&note, own)), (Some(note.clone()), own));
            }
        }
    }

    #[test]
    fn comments_of_others_are_left_whole() {
        for comment in ["", "the shop's\ndatabase", "pg-testbed: kept until noon"] {
            assert_eq!(read(comment), (None, comment));
        }
    }
}
