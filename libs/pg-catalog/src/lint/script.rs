//! Statements, and reading them word by word.

use crate::sql::{Placed, Token, bracketed};

/// The statements of a script, without those that are empty.
pub(super) fn statements(tokens: &[Placed]) -> Vec<&[Placed]> {
    let mut statements = Vec::new();
    let mut from = 0;
    for (at, placed) in tokens.iter().enumerate() {
        let statement = &tokens[from..at];
        if placed.token == Token::Sign(';') && !is_inside_body(statement) {
            statements.push(statement);
            from = at + 1;
        }
    }
    statements.push(&tokens[from..]);
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// Whether a function body in SQL (`BEGIN ATOMIC … END`) is still open.
fn is_inside_body(statement: &[Placed]) -> bool {
    let opens = |pair: &[Placed]| pair[0].token.is_word("begin") && pair[1].token.is_word("atomic");
    let ends = statement
        .last()
        .is_some_and(|last| last.token.is_word("end"));
    statement.windows(2).any(opens) && !ends
}

/// Splits at commas that stand in no brackets.
pub(super) fn split_at_commas(tokens: &[Placed]) -> Vec<&[Placed]> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < tokens.len() {
        match tokens[at].token {
            Token::Sign('(') => at += bracketed(&tokens[at..]).unwrap_or(1),
            Token::Sign(',') => {
                parts.push(&tokens[from..at]);
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    parts.push(&tokens[from..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether these words follow each other somewhere.
pub(super) fn has(tokens: &[Placed], words: &[&str]) -> bool {
    find(tokens, words).is_some()
}

/// Where these words follow each other.
pub(super) fn find(tokens: &[Placed], words: &[&str]) -> Option<usize> {
    let is_there = |window: &[Placed]| {
        let mut pairs = window.iter().zip(words);
        pairs.all(|(placed, word)| placed.token.is_word(word))
    };
    tokens.windows(words.len()).position(is_there)
}

/// Reads a statement from its beginning.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    rest: &'t [Placed],
}

impl<'t> Reader<'t> {
    pub(super) fn new(tokens: &'t [Placed]) -> Self {
        Self { rest: tokens }
    }

    pub(super) fn rest(&self) -> &'t [Placed] {
        self.rest
    }

    /// Moves on if these words are next.
    pub(super) fn words(&mut self, words: &[&str]) -> bool {
        let mut next = self.rest.iter();
        let are_next = words
            .iter()
            .all(|word| next.next().is_some_and(|placed| placed.token.is_word(word)));
        if are_next {
            self.rest = &self.rest[words.len()..];
        }
        are_next
    }

    /// Moves on if one of these words is next.
    pub(super) fn any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.words(&[word]))
    }

    /// A name, which may have a schema; `public` is left out.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut parts = vec![self.next_name()?];
        while self
            .rest
            .first()
            .is_some_and(|next| next.token == Token::Sign('.'))
        {
            self.rest = &self.rest[1..];
            parts.push(self.next_name()?);
        }
        if parts.len() > 1 && parts[0] == "public" {
            parts.remove(0);
        }
        Some(parts.join("."))
    }

    fn next_name(&mut self) -> Option<String> {
        let name = self.rest.first()?.token.name()?.to_owned();
        self.rest = &self.rest[1..];
        Some(name)
    }
}
