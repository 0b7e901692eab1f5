//! SQL as words, texts and signs. Comments and white space are left out.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword, a name or a number.
    Word,
    /// A name in double quotes.
    Name,
    /// A text in quotes of any kind.
    Text,
    /// Any other character.
    Sign(u8),
}

/// A token and where it stands in the SQL, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) at: Range<usize>,
}

impl Token<'_> {
    /// Whether it is this keyword, given in lower case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_sign(&self, sign: u8) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// The name that it stands for, as PostgreSQL folds it.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_ascii_lowercase()),
            Kind::Name => Some(self.text[1..self.text.len() - 1].replace("\"\"", "\"")),
            Kind::Text | Kind::Sign(_) => None,
        }
    }

    /// What a text in plain quotes says.
    pub(super) fn content(&self) -> Option<String> {
        let inner = self.text.strip_prefix('\'')?.strip_suffix('\'')?;
        Some(inner.replace("''", "'"))
    }
}

/// Cuts SQL into tokens. What is not closed reaches to the end; the server will
/// complain about it.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut cutter = Cutter { sql, at: 0 };
    let mut found = Vec::new();
    while let Some(token) = cutter.next_token() {
        found.push(token);
    }
    found
}

struct Cutter<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Cutter<'a> {
    fn next_token(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let start = self.at;
        let first = self.byte(0)?;
        let kind = match first {
            b'\'' => self.quoted(1, b'\'', false, Kind::Text),
            b'"' => self.quoted(1, b'"', false, Kind::Name),
            b'$' => self.dollar(),
            b'e' | b'E' if self.byte(1) == Some(b'\'') => self.quoted(2, b'\'', true, Kind::Text),
            _ if is_word(first) => self.word(),
            _ => {
                self.at += 1;
                Kind::Sign(first)
            }
        };
        let at = start..self.at;
        Some(Token {
            kind,
            text: &self.sql[at.clone()],
            at,
        })
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.sql.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a str {
        &self.sql[self.at..]
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.skip_comment();
            } else if rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '\x0b') {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Comments of this kind nest.
    fn skip_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.sql.len() {
            match (self.byte(0), self.byte(1)) {
                (Some(b'/'), Some(b'*')) => depth += 1,
                (Some(b'*'), Some(b'/')) => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    /// A text that ends with `quote`; two of them stand for one.
    fn quoted(&mut self, opening: usize, quote: u8, escapes: bool, kind: Kind) -> Kind {
        self.at += opening;
        while let Some(byte) = self.byte(0) {
            let doubled = byte == quote && self.byte(1) == Some(quote);
            let skips_next = escapes && byte == b'\\' && self.byte(1).is_some();
            self.at += if doubled || skips_next { 2 } else { 1 };
            if byte == quote && !doubled {
                return kind;
            }
        }
        // It is not closed.
        self.at = self.sql.len();
        Kind::Text
    }

    /// `$tag$ … $tag$`, or a parameter such as `$1`.
    fn dollar(&mut self) -> Kind {
        let rest = self.rest();
        let Some(tag) = dollar_tag(rest) else {
            self.at += 1;
            return Kind::Sign(b'$');
        };
        let end = rest[tag.len()..].find(tag);
        self.at += end.map_or(rest.len(), |end| end + 2 * tag.len());
        Kind::Text
    }

    fn word(&mut self) -> Kind {
        let rest = self.rest().as_bytes();
        let end = rest.iter().position(|&byte| !is_word(byte) && byte != b'$');
        self.at += end.unwrap_or(rest.len());
        Kind::Word
    }
}

/// The `$tag$` at the beginning, if there is one.
fn dollar_tag(text: &str) -> Option<&str> {
    let length = text[1..].find(|c: char| c.is_ascii() && !is_word(c as u8))?;
    let is_tag = text[1 + length..].starts_with('$') && !text.as_bytes()[1].is_ascii_digit();
    is_tag.then(|| &text[..length + 2])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn quotes_of_all_kinds_are_one_token() {
        assert_eq!(texts("a'b;''c'd"), ["a", "'b;''c'", "d"]);
        assert_eq!(texts(r"E'a\';b' x"), [r"E'a\';b'", "x"]);
        assert_eq!(texts(r"'a\' x"), [r"'a\'", "x"]);
        assert_eq!(texts("\"a;\"\"b\".c"), ["\"a;\"\"b\"", ".", "c"]);
        assert_eq!(
            texts("$$a;$b$$ $t$ $$;$t$ $1"),
            ["$$a;$b$$", "$t$ $$;$t$", "$", "1"]
        );
        assert_eq!(texts("a$$b"), ["a$$b"]);
    }

    #[test]
    fn letters_of_any_script_are_letters() {
        assert_eq!(texts("$a€;b$ü$;$ü$"), ["$", "a€", ";", "b$ü$", ";", "$ü$"]);
        assert_eq!(texts(r"E'\é';ñ"), [r"E'\é'", ";", "ñ"]);
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(texts("a -- b;\n c /* d /* ; */ e */ f"), ["a", "c", "f"]);
        assert!(texts("/* open").is_empty());
    }

    #[test]
    fn what_is_not_closed_reaches_to_the_end() {
        for sql in ["'a; b", "\"a; b", "$x$a; b", "E'a\\", "$é$;b", "é'ü; b"] {
            assert!(!texts(sql).contains(&";"), "{sql}");
        }
    }

    #[test]
    fn names_are_folded_unless_quoted() {
        let names = tokens("Abc \"Abc\"\"d\" 'x'")
            .into_iter()
            .map(|token| token.name());
        let expected = [Some("abc".to_owned()), Some("Abc\"d".to_owned()), None];
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }
}
