//! Whether a sentence has a finite verb, guessed without a grammar.
//!
//! Notes and lists are full of fragments ("External evaluation of the project.")
//! and orders ("Train five cohorts.") that end like sentences. A draft is better
//! without a good sentence than with one of those, so the guess leans to "no".

use crate::text::Word;

/// Whether the words state something: an auxiliary, a subject pronoun or a
/// known verb where a verb can stand, and no order at the start.
pub(super) fn is_a_statement(words: &[Word]) -> bool {
    let is_order = words
        .first()
        .is_some_and(|word| VERBS.contains(&word.lower.as_str()));
    let is_verb_at = |at: usize| {
        let word = words[at].lower.as_str();
        AUXILIARIES.contains(&word) || PAST_FORMS.contains(&word) || is_regular_verb(words, at)
    };
    !is_order && (0..words.len()).any(is_verb_at)
}

fn is_regular_verb(words: &[Word], at: usize) -> bool {
    let word = words[at].lower.as_str();
    let Some(before) = at.checked_sub(1).map(|before| words[before].lower.as_str()) else {
        return false;
    };
    let may_follow = !BEFORE_NOUNS.contains(&before);
    let is_base = VERBS.contains(&word);
    may_follow
        && (word.ends_with("ed") || is_third_person(word) || (is_base && is_plural_subject(before)))
}

fn is_third_person(word: &str) -> bool {
    let is_verb = |base: &str| VERBS.contains(&base);
    word.strip_suffix('s').is_some_and(is_verb)
        || word.strip_suffix("es").is_some_and(is_verb)
        || word
            .strip_suffix("ies")
            .is_some_and(|base| is_verb(&format!("{base}y")))
}

/// Whether a base form after this word can be its verb: "coaches meet", but not
/// "reading support".
fn is_plural_subject(word: &str) -> bool {
    const PLURALS: [&str; 10] = [
        "children", "people", "women", "men", "staff", "who", "that", "which", "alumni", "here",
    ];
    let is_adverb = word.ends_with("ly");
    PLURALS.contains(&word) || is_adverb || (word.ends_with('s') && !word.ends_with("ss"))
}

/// After these comes a noun or an infinitive, whatever the word looks like.
const BEFORE_NOUNS: [&str; 24] = [
    "a",
    "an",
    "the",
    "of",
    "for",
    "in",
    "to",
    "with",
    "and",
    "or",
    "our",
    "their",
    "its",
    "this",
    "these",
    "by",
    "on",
    "from",
    "as",
    "at",
    "no",
    "his",
    "her",
    "community",
];

const AUXILIARIES: [&str; 24] = [
    "is", "are", "was", "were", "has", "have", "had", "will", "can", "could", "may", "might",
    "must", "should", "would", "do", "does", "did", "we", "they", "he", "she", "it", "cannot",
];

/// Past forms that do not end in "ed".
const PAST_FORMS: [&str; 40] = [
    "became",
    "began",
    "brought",
    "built",
    "came",
    "cut",
    "drew",
    "fell",
    "felt",
    "found",
    "gave",
    "got",
    "grew",
    "held",
    "kept",
    "knew",
    "learnt",
    "led",
    "left",
    "made",
    "met",
    "paid",
    "put",
    "ran",
    "rose",
    "said",
    "saw",
    "sent",
    "sought",
    "spent",
    "spoke",
    "stood",
    "taught",
    "thought",
    "told",
    "took",
    "understood",
    "went",
    "won",
    "wrote",
];

/// Verbs of grant writing in their base form.
const VERBS: &[&str] = &[
    "accept",
    "achieve",
    "address",
    "advance",
    "advise",
    "aim",
    "allow",
    "apply",
    "approve",
    "assess",
    "assist",
    "attend",
    "award",
    "become",
    "begin",
    "benefit",
    "bring",
    "build",
    "carry",
    "celebrate",
    "collaborate",
    "collect",
    "combine",
    "come",
    "complete",
    "conduct",
    "connect",
    "consist",
    "contain",
    "continue",
    "contribute",
    "convene",
    "coordinate",
    "cover",
    "create",
    "deliver",
    "demonstrate",
    "depend",
    "describe",
    "design",
    "develop",
    "direct",
    "distribute",
    "donate",
    "draw",
    "earn",
    "employ",
    "empower",
    "enable",
    "encourage",
    "engage",
    "enroll",
    "ensure",
    "establish",
    "evaluate",
    "exceed",
    "expand",
    "expect",
    "explore",
    "face",
    "facilitate",
    "find",
    "focus",
    "follow",
    "foster",
    "gain",
    "gather",
    "give",
    "govern",
    "grow",
    "guide",
    "help",
    "hire",
    "hold",
    "host",
    "identify",
    "implement",
    "improve",
    "include",
    "increase",
    "inform",
    "inspire",
    "integrate",
    "invest",
    "invite",
    "join",
    "keep",
    "know",
    "lack",
    "launch",
    "lead",
    "learn",
    "link",
    "live",
    "maintain",
    "make",
    "manage",
    "match",
    "mean",
    "measure",
    "meet",
    "mentor",
    "monitor",
    "need",
    "offer",
    "operate",
    "organize",
    "oversee",
    "participate",
    "partner",
    "pay",
    "perform",
    "play",
    "prepare",
    "present",
    "promote",
    "protect",
    "prove",
    "provide",
    "publish",
    "purchase",
    "raise",
    "reach",
    "read",
    "receive",
    "recognize",
    "record",
    "recruit",
    "reduce",
    "reflect",
    "rely",
    "remain",
    "renew",
    "report",
    "represent",
    "require",
    "respond",
    "review",
    "rise",
    "run",
    "say",
    "secure",
    "seek",
    "select",
    "send",
    "serve",
    "set",
    "share",
    "show",
    "speak",
    "spend",
    "stand",
    "start",
    "stay",
    "strengthen",
    "strive",
    "suggest",
    "supervise",
    "support",
    "sustain",
    "take",
    "teach",
    "tell",
    "test",
    "track",
    "train",
    "turn",
    "understand",
    "use",
    "visit",
    "volunteer",
    "want",
    "win",
    "work",
    "write",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn statements_have_a_verb_where_one_can_stand() {
        for (sentence, expected) in [
            ("Parents describe evenings when a child reads aloud.", true),
            (
                "The board's finance committee reviews the budget each quarter.",
                true,
            ),
            ("Riverside University evaluates our results.", true),
            ("Enrollment rose in every one of the nine schools.", true),
            (
                "External evaluation of impacts and learning arising of the project.",
                false,
            ),
            ("Analysis of the reading support landscape.", false),
            (
                "Train at least five cohorts of fifty people per year.",
                false,
            ),
            ("Data as of 31 December 2024.", false),
        ] {
            assert_eq!(
                is_a_statement(&text::words(sentence)),
                expected,
                "{sentence}"
            );
        }
    }
}
