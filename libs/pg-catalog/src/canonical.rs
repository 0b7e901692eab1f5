//! Texts as every supported version of PostgreSQL would print them, on one line.

use crate::sql::{Placed, Token, bracketed, lex};

/// Stands for a line break inside a quoted text.
const LINE_BREAK: char = '␤';

/// A text on one line: outside of quotes, white space becomes one space.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut quote = None;
    for c in text.trim().chars() {
        match quote {
            Some(open) => {
                line.push(if c == '\n' { LINE_BREAK } else { c });
                if c == open {
                    quote = None;
                }
            }
            None if c.is_whitespace() => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            None => {
                quote = matches!(c, '\'' | '"').then_some(c);
                line.push(c);
            }
        }
    }
    line
}

/// A definition on one line, with lists of texts as they are before a dump is
/// restored: after it PostgreSQL prints `ARRAY[('a'::character varying)::text, …]` for
/// what was `(ARRAY['a'::character varying, …])::text[]`, and means the same.
pub(crate) fn definition(text: &str) -> String {
    const OPEN: &str = "ARRAY[(";
    let line = one_line(text);
    let (mut restored, mut rest) = (String::with_capacity(line.len()), line.as_str());
    while let Some(at) = rest.find(OPEN) {
        let (before, list) = rest.split_at(at);
        restored.push_str(before);
        if let Some((labels, after)) = cast_labels(&list["ARRAY[".len()..]) {
            restored.extend(["(ARRAY[", &labels.join(", "), "])::text[]"]);
            rest = after;
        } else {
            restored.push_str(OPEN);
            rest = &list[OPEN.len()..];
        }
    }
    restored + rest
}

/// The labels of a list in which each is cast by itself, and what follows the list.
fn cast_labels(mut list: &str) -> Option<(Vec<&str>, &str)> {
    const VARYING: &str = "::character varying";
    let mut labels = Vec::new();
    loop {
        let label = list.strip_prefix('(')?;
        let end = quoted_end(label)?;
        let after = label[end..].strip_prefix(VARYING)?;
        labels.push(&label[..end + VARYING.len()]);
        let after = after.strip_prefix(")::text")?;
        if let Some(rest) = after.strip_prefix(']') {
            return Some((labels, rest));
        }
        list = after.strip_prefix(", ")?;
    }
}

/// Where a quoted text that begins here ends; a doubled quote is part of it.
fn quoted_end(text: &str) -> Option<usize> {
    let mut quotes = text.match_indices('\'').map(|(at, _)| at);
    (quotes.next()? == 0).then_some(())?;
    loop {
        let at = quotes.next()?;
        if !text[at + 1..].starts_with('\'') {
            return Some(at + 1);
        }
        quotes.next();
    }
}

/// The text of a view. PostgreSQL 15 names the table before each column even
/// where the view reads one table only; later versions do not. So neither do we.
pub(crate) fn view(definition: &str) -> String {
    let line = one_line(definition);
    let Some(lexed) = lex(&line) else { return line };
    let Some(table) = only_table(&lexed.tokens) else {
        return line;
    };
    let mut short = String::with_capacity(line.len());
    let mut from = 0;
    for prefix in prefixes(&lexed.tokens, &table) {
        short.push_str(&line[from..prefix.start]);
        from = prefix.end;
    }
    short + &line[from..]
}

/// The words that may follow the FROM clause.
const AFTER_FROM: [&str; 9] = [
    "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for",
];

/// The name under which a query reads its only table (or function, or
/// subquery); `None` where it reads several, or none.
fn only_table(tokens: &[Placed]) -> Option<String> {
    let outer = outside_brackets(tokens);
    let is_any =
        |placed: &&Placed, words: &[&str]| words.iter().any(|word| placed.token.is_word(word));
    if outer
        .iter()
        .any(|it| is_any(it, &["union", "intersect", "except"]))
    {
        return None;
    }
    let from = outer.iter().position(|it| it.token.is_word("from"))? + 1;
    let clause: Vec<_> = outer[from..]
        .iter()
        .take_while(|it| !is_any(it, &AFTER_FROM) && it.token != Token::Sign(';'))
        .collect();
    let joins = clause
        .iter()
        .any(|it| is_any(it, &["join"]) || it.token == Token::Sign(','));
    let last = clause.iter().rev().find_map(|it| it.token.name())?;
    (!joins).then(|| last.to_owned())
}

/// The tokens that stand in no brackets.
fn outside_brackets(tokens: &[Placed]) -> Vec<&Placed> {
    let mut outer = Vec::new();
    let mut at = 0;
    while let Some(placed) = tokens.get(at) {
        if placed.token == Token::Sign('(') {
            at += bracketed(&tokens[at..]).unwrap_or(tokens.len() - at);
        } else {
            outer.push(placed);
            at += 1;
        }
    }
    outer
}

/// The places of `table.` before a column of the outermost query.
fn prefixes(tokens: &[Placed], table: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(placed) = tokens.get(at) {
        let after = |n: usize| tokens.get(at + n).map(|it| &it.token);
        let opens_query = placed.token == Token::Sign('(')
            && after(1)
                .is_some_and(|it| ["select", "with", "values"].iter().any(|w| it.is_word(w)));
        let begins_name = at
            .checked_sub(1)
            .is_none_or(|before| tokens[before].token != Token::Sign('.'));
        if opens_query {
            at += bracketed(&tokens[at..]).unwrap_or(tokens.len() - at);
            continue;
        }
        if begins_name && placed.token.name() == Some(table) && after(1) == Some(&Token::Sign('.'))
        {
            found.push(placed.start..tokens[at + 1].end);
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_of_several_lines_becomes_one() {
        assert_eq!(
            one_line(" SELECT 1\n   FROM t\n\n  LIMIT 1;\n"),
            "SELECT 1 FROM t LIMIT 1;"
        );
    }

    #[test]
    fn quoted_texts_stay_what_they_are() {
        assert_eq!(
            one_line("'a  b\n''c'  ||\n\"d  e\""),
            "'a  b␤''c' || \"d  e\""
        );
    }

    #[test]
    fn a_list_of_texts_reads_the_same_after_a_dump_is_restored() {
        let before = "CHECK (((a)::text = ANY ((ARRAY['x'::character varying, 'it''s, (y)'::character varying])::text[])))";
        let after = "CHECK (((a)::text = ANY (ARRAY[('x'::character varying)::text, ('it''s, (y)'::character varying)::text])))";
        assert_eq!(definition(before), before);
        assert_eq!(definition(after), before);
        for other in ["ARRAY[(1)::text]", "ARRAY[('a'::text)]", "ARRAY[('a"] {
            assert_eq!(definition(other), other);
        }
    }

    #[test]
    fn both_spellings_of_a_view_become_the_shorter_one() {
        let spellings = [
            (
                " SELECT customer.id\n   FROM customer\n  WHERE (customer.born < 2000);",
                " SELECT id\n   FROM customer\n  WHERE (born < 2000);",
            ),
            (
                "SELECT e.a, (SELECT o.b FROM o WHERE (o.c = e.c)) AS b FROM audit.entry e;",
                "SELECT a, (SELECT o.b FROM o WHERE (o.c = e.c)) AS b FROM audit.entry e;",
            ),
            (
                "SELECT s.n FROM (SELECT t.n FROM t) s GROUP BY s.n;",
                "SELECT n FROM (SELECT t.n FROM t) s GROUP BY n;",
            ),
            (
                "SELECT EXTRACT(year FROM t.day) AS y FROM t;",
                "SELECT EXTRACT(year FROM day) AS y FROM t;",
            ),
        ];
        for (long, short) in spellings {
            assert_eq!(view(long), one_line(short));
            assert_eq!(view(short), one_line(short));
        }
    }

    #[test]
    fn a_query_on_several_tables_keeps_their_names() {
        let views = [
            "SELECT a.x FROM (a JOIN b ON ((a.id = b.id)));",
            "SELECT a.x FROM a, b WHERE (a.id = b.id);",
            "SELECT a.x FROM a UNION SELECT b.x FROM b;",
            "SELECT 1 AS one;",
        ];
        for definition in views {
            assert_eq!(view(definition), definition);
        }
    }
}
