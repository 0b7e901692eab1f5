//! The labels that a CHECK constraint allows in a text column.

use crate::sql::{Token, tokens};

/// The column and the labels of a CHECK that allows a closed set of texts, as
/// `pg_get_constraintdef` writes it:
///
/// ```
/// let definition = "CHECK (((role)::text = ANY ((ARRAY['writer'::character varying, \
///                   'editor'::character varying])::text[])))";
/// let labels = vec!["writer".to_owned(), "editor".to_owned()];
/// assert_eq!(pg_catalog::check_labels(definition), Some(("role".to_owned(), labels)));
/// ```
///
/// `IN (…)`, comparisons with `=`, and `OR column IS NULL` are understood too.
/// `None` for every other condition, also when anything is added with `AND`.
pub fn check_labels(definition: &str) -> Option<(String, Vec<String>)> {
    let tokens = tokens(definition)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
    };
    parser.word("check")?;
    let allowed = parser.condition()?;
    // What may follow the condition: NO INHERIT, NOT VALID, NOT ENFORCED.
    let rest_is_words = parser
        .rest()
        .iter()
        .all(|token| matches!(token, Token::Word(_)));
    (rest_is_words && !allowed.labels.is_empty()).then_some((allowed.column, allowed.labels))
}

/// What a condition allows in its column: these labels (or none, for a bare
/// `IS NULL`).
struct Allowed {
    column: String,
    labels: Vec<String>,
}

/// A recursive-descent parser. A method that returns `None` may have moved on;
/// [`Parser::attempt`] goes back.
struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t [Token] {
        &self.tokens[self.at..]
    }

    fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let parsed = parse(self);
        if parsed.is_none() {
            self.at = before;
        }
        parsed
    }

    fn next(&mut self) -> Option<&'t Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.attempt(|p| matches!(p.next()?, Token::Word(found) if found == word).then_some(()))
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        self.attempt(|p| matches!(p.next()?, Token::Sign(found) if *found == sign).then_some(()))
    }

    /// `term [OR term]…`, all about one column.
    fn condition(&mut self) -> Option<Allowed> {
        let mut all = self.term()?;
        while self.word("or").is_some() {
            let more = self.term()?;
            if more.column != all.column {
                return None;
            }
            all.labels.extend(more.labels);
        }
        Some(all)
    }

    fn term(&mut self) -> Option<Allowed> {
        self.attempt(Self::comparison)
            .or_else(|| self.in_brackets(Self::condition))
    }

    /// `column IS NULL`, `column = label`, `column = ANY (array)`, `column IN (…)`.
    fn comparison(&mut self) -> Option<Allowed> {
        let column = self.column()?;
        let labels = if self.word("is").is_some() {
            self.word("null").map(|()| Vec::new())
        } else if self.word("in").is_some() {
            self.in_brackets(Self::labels)
        } else {
            self.sign('=')?;
            let any = self.word("any").is_some();
            if any {
                self.in_brackets(Self::array)
            } else {
                self.label().map(|label| vec![label])
            }
        };
        labels.map(|labels| Allowed { column, labels })
    }

    fn column(&mut self) -> Option<String> {
        let name = match self.attempt(|p| p.in_brackets(Self::column)) {
            Some(inner) => inner,
            None => match self.next()? {
                Token::Word(name) | Token::Quoted(name) => name.clone(),
                _ => return None,
            },
        };
        self.casts()?;
        Some(name)
    }

    fn array(&mut self) -> Option<Vec<String>> {
        let labels = if self.word("array").is_some() {
            self.sign('[')?;
            let labels = self.labels()?;
            self.sign(']')?;
            labels
        } else {
            self.in_brackets(Self::array)?
        };
        self.casts()?;
        Some(labels)
    }

    fn labels(&mut self) -> Option<Vec<String>> {
        let mut labels = vec![self.label()?];
        while self.sign(',').is_some() {
            labels.push(self.label()?);
        }
        Some(labels)
    }

    fn label(&mut self) -> Option<String> {
        let label = match self.attempt(|p| p.in_brackets(Self::label)) {
            Some(inner) => inner,
            None => match self.next()? {
                Token::Text(label) => label.clone(),
                _ => return None,
            },
        };
        self.casts()?;
        Some(label)
    }

    /// Any number of `::type`; the type may have several words, a schema, a
    /// length and array brackets.
    fn casts(&mut self) -> Option<()> {
        while self.sign(':').is_some() {
            self.sign(':')?;
            self.type_name()?;
        }
        Some(())
    }

    fn type_name(&mut self) -> Option<()> {
        let (Token::Word(first) | Token::Quoted(first)) = self.next()? else {
            return None;
        };
        if first == "character" {
            let _ = self.word("varying");
        }
        while self.sign('.').is_some() {
            self.next()?;
        }
        let length = |p: &mut Self| p.in_brackets(|p| p.next().map(|_| ()));
        let _ = self.attempt(length);
        while self.sign('[').is_some() {
            self.sign(']')?;
        }
        Some(())
    }

    fn in_brackets<T>(&mut self, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.sign('(')?;
        let parsed = inner(self)?;
        self.sign(')')?;
        Some(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_closed_set_is_understood() {
        let expected = ("c".to_owned(), vec!["a".to_owned(), "b".to_owned()]);
        let spellings = [
            "CHECK ((c = ANY (ARRAY['a'::text, 'b'::text])))",
            "CHECK (((c)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            "CHECK (((c)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))",
            "CHECK (((c)::text = ANY ((ARRAY['a'::character varying(20), 'b'::character varying(20)])::text[])))",
            "CHECK (((c IS NULL) OR (c = ANY (ARRAY['a'::text, 'b'::text]))))",
            "CHECK (((c = ANY (ARRAY['a'::text, 'b'::text])) OR (c IS NULL))) NOT VALID",
            "CHECK (c = ANY (ARRAY['a'::text, 'b'::text])) NO INHERIT",
            "CHECK (c IN ('a', 'b'))",
            "CHECK (((c = 'a'::text) OR (c = 'b'::text)))",
            "CHECK ((c = ANY (ARRAY['a'::public.\"Kind\", 'b'::public.\"Kind\"])))",
        ];
        for spelling in spellings {
            assert_eq!(
                check_labels(spelling).as_ref(),
                Some(&expected),
                "{spelling}"
            );
        }
    }

    #[test]
    fn quotes_in_labels_and_columns_are_undone() {
        let definition = r#"CHECK (("My ""own"" column" = ANY (ARRAY['it''s'::text, '(b], '::text, E'back\\slash'::text])))"#;
        let labels = ["it's", "(b], ", "back\\slash"].map(str::to_owned).to_vec();
        assert_eq!(
            check_labels(definition),
            Some(("My \"own\" column".to_owned(), labels))
        );
    }

    #[test]
    fn other_conditions_are_not_label_lists() {
        let others = [
            "CHECK ((year > 1900))",
            "CHECK ((c <> ALL (ARRAY['a'::text, 'b'::text])))",
            "CHECK (((c = ANY (ARRAY['a'::text, 'b'::text])) AND (n > 0)))",
            "CHECK (((c = ANY (ARRAY['a'::text])) OR (d = ANY (ARRAY['b'::text]))))",
            "CHECK ((n = ANY (ARRAY[1, 2])))",
            "CHECK ((c IS NULL))",
            "CHECK ((c IS NOT NULL))",
            "CHECK ((lower(c) = ANY (ARRAY['a'::text])))",
            "CHECK ((c = 'open",
            "UNIQUE (c)",
            "",
        ];
        for other in others {
            assert_eq!(check_labels(other), None, "{other}");
        }
    }
}
