//! Rich Text Format cut into tokens.

/// The longest control word of the specification has 32 letters.
const MAX_WORD: usize = 32;

/// A piece of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` or `\word12`
    Word(&'a str, Option<i32>),
    /// `\~` and the like.
    Symbol(u8),
    /// `\'e9`
    Byte(u8),
    /// Anything else, without line ends.
    Text(&'a [u8]),
}

/// The tokens of a file.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What the backslash at the beginning of the rest introduces.
    fn control(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.rest.get(1..)?.split_first()?;
        if first.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.rest = rest;
        if *first != b'\'' {
            return Some(Token::Symbol(*first));
        }
        let digits = rest
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                self.rest = &rest[2..];
                Some(Token::Byte(byte))
            }
            None => Some(Token::Symbol(b'\'')),
        }
    }

    fn word(&mut self) -> Token<'a> {
        let after = &self.rest[1..];
        let (name, after) = after.split_at(run(after, u8::is_ascii_alphabetic).min(MAX_WORD));
        let sign = usize::from(after.first() == Some(&b'-'));
        let digits = run(&after[sign..], u8::is_ascii_digit);
        let (number, after) = match digits {
            0 => after.split_at(0),
            _ => after.split_at(sign + digits),
        };
        // One space belongs to the word.
        self.rest = after.strip_prefix(b" ").unwrap_or(after);
        let name = std::str::from_utf8(name).unwrap_or_default();
        let number = std::str::from_utf8(number).unwrap_or_default();
        let value = number.parse().ok();
        if name == "bin" {
            let length = usize::try_from(value.unwrap_or(0)).unwrap_or(0);
            self.rest = self.rest.get(length..).unwrap_or_default();
        }
        Token::Word(name, value)
    }
}

fn run(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| belongs(byte)).count()
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let ends = run(self.rest, |byte| matches!(byte, b'\r' | b'\n' | 0));
        self.rest = &self.rest[ends..];
        let token = match self.rest.first()? {
            b'{' => Token::Open,
            b'}' => Token::Close,
            b'\\' => return self.control(),
            _ => {
                let special = |byte: &u8| matches!(byte, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0);
                let (text, rest) = self.rest.split_at(run(self.rest, |byte| !special(byte)));
                self.rest = rest;
                return Some(Token::Text(text));
            }
        };
        self.rest = &self.rest[1..];
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_their_number_and_one_space() {
        let tokens: Vec<_> = Tokens::new(b"{\\b0  x\r\ny\\u-10 ?\\'e9\\~\\}}").collect();
        let expected = [
            Token::Open,
            Token::Word("b", Some(0)),
            Token::Text(b" x"),
            Token::Text(b"y"),
            Token::Word("u", Some(-10)),
            Token::Text(b"?"),
            Token::Byte(0xe9),
            Token::Symbol(b'~'),
            Token::Symbol(b'}'),
            Token::Close,
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn binary_data_is_passed_over() {
        let tokens: Vec<_> = Tokens::new(b"\\bin4 {{{{x\\bin999 y").collect();
        let expected = [
            Token::Word("bin", Some(4)),
            Token::Text(b"x"),
            Token::Word("bin", Some(999)),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn a_torn_end_ends() {
        for torn in [&b"\\"[..], b"\\'", b"\\'e", b"\\u", b"\\bin"] {
            assert!(Tokens::new(torn).count() <= 2);
        }
    }
}
