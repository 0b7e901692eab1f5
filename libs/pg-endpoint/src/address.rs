//! What the name of a database asks for.

use std::fmt;

/// How the clients of one test are kept apart from those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// All share one transaction on one session, which is rolled back.
    Rollback,
    /// All share a database of their own, which is dropped.
    Clone,
    /// All share a database of their own, which is emptied and used again.
    Wipe,
}

impl Mode {
    /// The word for it in the name of a database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Clone => "clone",
            Self::Wipe => "wipe",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    /// Work in a scratch database.
    Use(Mode),
    /// End the scratch databases of this test.
    End,
}

/// A name such as `shop.rollback.test_17`, in its parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    pub(crate) template: String,
    pub(crate) wish: Wish,
    pub(crate) id: String,
}

impl Address {
    /// Reads a name: what stands before the first `.rollback.`, `.clone.`,
    /// `.wipe.` or `.end.` is the template, the rest the id.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let words = [
            (".rollback.", Wish::Use(Mode::Rollback)),
            (".clone.", Wish::Use(Mode::Clone)),
            (".wipe.", Wish::Use(Mode::Wipe)),
            (".end.", Wish::End),
        ];
        let found = words
            .into_iter()
            .filter_map(|(word, wish)| Some((name.find(word)?, word, wish)));
        let (start, word, wish) = found.min_by_key(|(start, ..)| *start)?;
        let (template, id) = (&name[..start], &name[start + word.len()..]);
        (!template.is_empty() && !id.is_empty()).then(|| Self {
            template: template.to_owned(),
            wish,
            id: id.to_owned(),
        })
    }
}

/// The name of a database that [`Address::parse`] reads.
pub(crate) fn name(template: &str, mode: Mode, id: &str) -> String {
    format!("{template}.{mode}.{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> Option<(String, Wish, String)> {
        Address::parse(name).map(|found| (found.template, found.wish, found.id))
    }

    #[test]
    fn the_first_mode_in_a_name_counts() {
        let expected = (
            "shop".to_owned(),
            Wish::Use(Mode::Wipe),
            "a.clone.b".to_owned(),
        );
        assert_eq!(parts("shop.wipe.a.clone.b"), Some(expected));
        let expected = (
            "my.app".to_owned(),
            Wish::Use(Mode::Rollback),
            "t[1-2]".to_owned(),
        );
        assert_eq!(parts("my.app.rollback.t[1-2]"), Some(expected));
        assert_eq!(
            parts("shop.end.7").map(|(_, wish, _)| wish),
            Some(Wish::End)
        );
    }

    #[test]
    fn names_without_all_three_parts_are_not_understood() {
        for name in [
            "shop",
            "shop.clone",
            "shop.clone.",
            ".clone.x",
            "shop.Clone.x",
            "",
        ] {
            assert_eq!(parts(name), None, "{name}");
        }
    }

    #[test]
    fn a_made_name_is_read_again() {
        for mode in [Mode::Rollback, Mode::Clone, Mode::Wipe] {
            let read = parts(&name("shop", mode, "x.y"));
            assert_eq!(
                read,
                Some(("shop".to_owned(), Wish::Use(mode), "x.y".to_owned()))
            );
        }
    }
}
