//! SQL split into tokens: enough to read what PostgreSQL prints and what people
//! write into migrations, without a grammar.

/// A piece of SQL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A keyword or plain identifier, in lower case.
    Word(String),
    /// A quoted identifier.
    Quoted(String),
    /// A string constant, also one between dollar signs.
    Text(String),
    /// A number without its sign.
    Number(String),
    /// Any other character, such as a bracket.
    Sign(char),
}

impl Token {
    /// Whether it is this keyword or plain identifier (given in lower case).
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found == word)
    }

    /// The name, where it can be one.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    /// Its first byte.
    pub(crate) start: usize,
    /// The byte behind it.
    pub(crate) end: usize,
}

/// A `--` comment.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    /// What follows the dashes, trimmed.
    pub(crate) text: String,
    pub(crate) start: usize,
}

/// What SQL is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Placed>,
    pub(crate) comments: Vec<Comment>,
}

/// Splits SQL; `None` when a quote or comment is not closed.
pub(crate) fn lex(sql: &str) -> Option<Lexed> {
    let mut lexed = Lexed::default();
    let mut at = 0;
    while at < sql.len() {
        at += step(&sql[at..], at, &mut lexed)?;
    }
    Some(lexed)
}

/// Only the tokens, without their places.
pub(crate) fn tokens(sql: &str) -> Option<Vec<Token>> {
    let placed = lex(sql)?.tokens;
    Some(placed.into_iter().map(|placed| placed.token).collect())
}

/// The number of the line of a byte, from 1.
pub(crate) fn line_of(sql: &str, at: usize) -> usize {
    1 + sql[..at].bytes().filter(|byte| *byte == b'\n').count()
}

/// The length of a pair of brackets with what it holds, where the first of
/// these tokens opens it.
pub(crate) fn bracketed(tokens: &[Placed]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Reads what `rest` begins with and returns its length in bytes.
fn step(rest: &str, at: usize, lexed: &mut Lexed) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if let Some(comment) = rest.strip_prefix("--") {
        let text = comment.lines().next().unwrap_or_default();
        let (length, text) = (2 + text.len(), text.trim().to_owned());
        lexed.comments.push(Comment { text, start: at });
        return Some(length);
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let (token, length) = token(rest, first)?;
    let (start, end) = (at, at + length);
    lexed.tokens.push(Placed { token, start, end });
    Some(length)
}

fn token(rest: &str, first: char) -> Option<(Token, usize)> {
    let escaped = rest.starts_with("E'") || rest.starts_with("e'");
    if escaped || first == '\'' {
        let prefix = usize::from(escaped);
        let (text, length) = quoted(&rest[prefix..], '\'', escaped)?;
        return Some((Token::Text(text), prefix + length));
    }
    if first == '"' {
        let (name, length) = quoted(rest, '"', false)?;
        return Some((Token::Quoted(name), length));
    }
    if let Some(mark) = dollar_mark(rest) {
        let body = &rest[mark.len()..];
        let length = body.find(mark)?;
        return Some((
            Token::Text(body[..length].to_owned()),
            length + 2 * mark.len(),
        ));
    }
    if first.is_ascii_digit() {
        let length = number_length(rest);
        return Some((Token::Number(rest[..length].to_owned()), length));
    }
    if first.is_alphabetic() || first == '_' {
        let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let length = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        return Some((Token::Word(rest[..length].to_lowercase()), length));
    }
    Some((Token::Sign(first), first.len_utf8()))
}

/// `12`, `1.5`, `1e-9`; a dot only where a digit follows, as in `1..2`.
fn number_length(rest: &str) -> usize {
    let digits = |from: usize| {
        let end = rest[from..].find(|c: char| !c.is_ascii_digit());
        end.map_or(rest.len(), |end| from + end)
    };
    let followed_by_digit = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut end = digits(0);
    if rest[end..].starts_with('.') && followed_by_digit(end + 1) {
        end = digits(end + 1);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
        if followed_by_digit(end + 1 + sign) {
            end = digits(end + 1 + sign);
        }
    }
    end
}

/// Reads up to the closing quote, where a doubled quote stands for one (and a
/// backslash escapes, if `backslashes`). Returns the content and the length.
fn quoted(text: &str, quote: char, backslashes: bool) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslashes {
            content.push(chars.next()?.1);
        } else if c != quote {
            content.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            content.push(quote);
        } else {
            return Some((content, at + quote.len_utf8()));
        }
    }
    None
}

/// The mark that opens a text between dollar signs: `$$` or `$tag$`.
fn dollar_mark(rest: &str) -> Option<&str> {
    let (tag, _) = rest.strip_prefix('$')?.split_once('$')?;
    let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !tag.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &rest[..tag.len() + 2])
}

/// The length of a block comment, which may hold others.
fn block_comment(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += rest[at..].chars().next()?.len_utf8();
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Token {
        Token::Word(text.to_owned())
    }

    fn text(text: &str) -> Token {
        Token::Text(text.to_owned())
    }

    #[test]
    fn texts_keep_what_looks_like_sql() {
        let sql = r#"A 'it''s; --' "B ""b""" E'x\'y' $f$ $$ ; $f$"#;
        let expected = [
            word("a"),
            text("it's; --"),
            Token::Quoted("B \"b\"".to_owned()),
            text("x'y"),
            text(" $$ ; "),
        ];
        assert_eq!(tokens(sql).unwrap(), expected);
    }

    #[test]
    fn numbers_end_where_they_end() {
        let number = |text: &str| Token::Number(text.to_owned());
        let expected = [
            number("1.5"),
            number("2e-3"),
            word("em"),
            number("7"),
            Token::Sign('.'),
        ];
        assert_eq!(tokens("1.5 2e-3em 7.").unwrap(), expected);
    }

    #[test]
    fn comments_are_kept_apart() {
        let lexed = lex("-- one\nSELECT /* a /* b */ c */ 1 -- two").unwrap();
        let comments: Vec<_> = lexed.comments.iter().map(|it| it.text.as_str()).collect();
        assert_eq!((comments, lexed.tokens.len()), (vec!["one", "two"], 2));
    }

    #[test]
    fn what_is_not_closed_is_refused() {
        for sql in ["'open", "\"open", "$$ open", "/* open /* */", "E'\\"] {
            assert!(lex(sql).is_none(), "{sql}");
        }
    }

    #[test]
    fn parameters_are_no_quotes() {
        assert_eq!(
            tokens("$1").unwrap(),
            [Token::Sign('$'), Token::Number("1".to_owned())]
        );
    }
}
