//! Comments that say "on purpose, because".

use super::{Found, Rule};
use crate::sql::{Comment, Lexed};

/// `-- lint: allow(RULE) because REASON`, or `allow-file(RULE)`.
pub(super) struct Allowance {
    pub(super) rule: Rule,
    /// Whether it was needed.
    pub(super) used: bool,
    /// Where the comment begins.
    pub(super) start: usize,
    scope: Scope,
}

/// What an allowance is for.
#[derive(Clone, Copy)]
enum Scope {
    File,
    /// What begins here.
    At(usize),
    /// Nothing: nothing follows the comment.
    Nothing,
}

/// What is wrong with a comment, and where.
type Malformed = (usize, Rule, String);

/// The allowances among the comments, and those that are not well formed.
pub(super) fn read(lexed: &Lexed) -> (Vec<Allowance>, Vec<Malformed>) {
    let mut allowances = Vec::new();
    let mut malformed = Vec::new();
    for comment in &lexed.comments {
        let Some(text) = comment.text.strip_prefix("lint:") else {
            continue;
        };
        match parse(text.trim()) {
            Ok((rules, for_file)) => {
                let scope = if for_file {
                    Scope::File
                } else {
                    following(lexed, comment)
                };
                allowances.extend(rules.into_iter().map(|rule| Allowance {
                    rule,
                    used: false,
                    start: comment.start,
                    scope,
                }));
            }
            Err(message) => malformed.push((comment.start, Rule::Allowance, message)),
        }
    }
    (allowances, malformed)
}

/// The rules, and whether they may be broken in the whole file.
fn parse(text: &str) -> Result<(Vec<Rule>, bool), String> {
    let for_file = text.strip_prefix("allow-file(");
    let (names, rest) = for_file
        .or_else(|| text.strip_prefix("allow("))
        .and_then(|rest| rest.split_once(')'))
        .ok_or("`allow(RULE)` is expected here")?;
    let reason = rest.trim().strip_prefix("because").map(str::trim);
    if reason.is_none_or(str::is_empty) {
        return Err("`because` and a reason are expected here".to_owned());
    }
    let rules = names
        .split(',')
        .map(|name| Rule::from_name(name.trim()).ok_or(format!("there is no rule {name:?}")));
    Ok((rules.collect::<Result<_, _>>()?, for_file.is_some()))
}

fn following(lexed: &Lexed, comment: &Comment) -> Scope {
    let mut tokens = lexed.tokens.iter();
    tokens
        .find(|placed| placed.start > comment.start)
        .map_or(Scope::Nothing, |placed| Scope::At(placed.start))
}

/// Whether an allowance is for this; it then counts as used.
pub(super) fn covers(allowances: &mut [Allowance], found: &Found) -> bool {
    let mut covered = false;
    for allowance in allowances {
        let is_there = match allowance.scope {
            Scope::File => true,
            Scope::At(start) => start == found.at || start == found.statement,
            Scope::Nothing => false,
        };
        if allowance.rule == found.rule && is_there {
            allowance.used = true;
            covered = true;
        }
    }
    covered
}
