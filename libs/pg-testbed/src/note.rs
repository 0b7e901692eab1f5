//! What the testbed notes in the comment of a database, in front of the comment
//! that the migrations gave it.

/// Beginning of the note on a kept database.
const KEPT: &str = "pg-testbed: kept until ";

/// Beginning of the note on a template.
const USED: &str = "pg-testbed: last used ";

/// Comes between the time of a template's last use and its label.
const LABEL: &str = " label ";

/// A note. Times are seconds since 1970 by the server's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// The database of a failed test stays until this time.
    KeptUntil(i64),
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
        Note::KeptUntil(time) => format!("{KEPT}{time}"),
        // A label of several lines would hide the rest.
        Note::Used { at, label } => format!("{USED}{at}{LABEL}{}", label.replace('\n', " ")),
    };
    if own.is_empty() {
        note
    } else {
        format!("{note}\n{own}")
    }
}

fn parse(line: &str) -> Option<Note> {
    if let Some(time) = line.strip_prefix(KEPT) {
        return time.parse().ok().map(Note::KeptUntil);
    }
    let rest = line.strip_prefix(USED)?;
    let (time, label) = rest.split_once(LABEL).unwrap_or((rest, ""));
    let (at, label) = (time.parse().ok()?, label.to_owned());
    Some(Note::Used { at, label })
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
        for note in [Note::KeptUntil(7), used] {
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
