//! Comments that say "on purpose, because".

use super::{Found, Rule};
use crate::sql::{Comment, Lexed};

/// `-- lint: allow(RULE) because REASON`.
pub(super) struct Allowance {
    pub(super) rule: Rule,
    /// Whether it was needed.
    pub(super) used: bool,
    /// Where the comment begins.
    pub(super) start: usize,
    /// Where what follows it begins.
    target: Option<usize>,
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
            Ok(rules) => {
                let target = following(lexed, comment);
                allowances.extend(rules.into_iter().map(|rule| Allowance {
                    rule,
                    used: false,
                    start: comment.start,
                    target,
                }));
            }
            Err(message) => malformed.push((comment.start, Rule::Allowance, message)),
        }
    }
    (allowances, malformed)
}

fn parse(text: &str) -> Result<Vec<Rule>, String> {
    let (names, rest) = text
        .strip_prefix("allow(")
        .and_then(|rest| rest.split_once(')'))
        .ok_or("`allow(RULE)` is expected here")?;
    let reason = rest.trim().strip_prefix("because").map(str::trim);
    if reason.is_none_or(str::is_empty) {
        return Err("`because` and a reason are expected here".to_owned());
    }
    names
        .split(',')
        .map(|name| Rule::from_name(name.trim()).ok_or(format!("there is no rule {name:?}")))
        .collect()
}

fn following(lexed: &Lexed, comment: &Comment) -> Option<usize> {
    let mut tokens = lexed.tokens.iter();
    tokens
        .find(|placed| placed.start > comment.start)
        .map(|placed| placed.start)
}

/// Whether an allowance is for this; it then counts as used.
pub(super) fn covers(allowances: &mut [Allowance], found: &Found) -> bool {
    let mut covered = false;
    for allowance in allowances {
        let is_there = [Some(found.at), Some(found.statement)].contains(&allowance.target);
        if allowance.rule == found.rule && is_there {
            allowance.used = true;
            covered = true;
        }
    }
    covered
}
