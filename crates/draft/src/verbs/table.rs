//! The words by which verbs are known.

/// After these comes a noun or an infinitive, whatever the word looks like.
#[rustfmt::skip]
pub(super) const BEFORE_NOUNS: &[&str] = &[
    "a", "an", "the", "of", "for", "in", "to", "with", "and", "or", "our", "their", "its",
    "this", "these", "by", "on", "from", "as", "at", "no", "his", "her", "community",
];

/// Verbs and pronouns that only a statement holds.
#[rustfmt::skip]
pub(super) const AUXILIARIES: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "had", "will", "can", "could", "may", "might",
    "must", "should", "would", "do", "does", "did", "we", "they", "he", "she", "it", "cannot",
];

/// Past forms that do not end in "ed".
#[rustfmt::skip]
pub(super) const PAST_FORMS: &[&str] = &[
    "became", "began", "brought", "built", "came", "cut", "drew", "fell", "felt", "found",
    "gave", "got", "grew", "held", "kept", "knew", "learnt", "led", "left", "made", "met",
    "paid", "put", "ran", "rose", "said", "saw", "sent", "sought", "spent", "spoke", "stood",
    "taught", "thought", "told", "took", "understood", "went", "won", "wrote",
];

/// Verbs of grant writing in their base form.
#[rustfmt::skip]
pub(super) const VERBS: &[&str] = &[
    "accept", "achieve", "address", "advance", "advise", "aim", "allow", "apply", "approve",
    "assess", "assist", "attend", "award", "become", "begin", "benefit", "bring", "build",
    "carry", "celebrate", "collaborate", "collect", "combine", "come", "complete", "conduct",
    "connect", "consist", "contain", "continue", "contribute", "convene", "coordinate",
    "cover", "create", "deliver", "demonstrate", "depend", "describe", "design", "develop",
    "direct", "distribute", "donate", "draw", "earn", "employ", "empower", "enable",
    "encourage", "engage", "enroll", "ensure", "establish", "evaluate", "exceed", "expand",
    "expect", "explore", "face", "facilitate", "find", "focus", "follow", "foster", "gain",
    "gather", "give", "govern", "grow", "guide", "help", "hire", "hold", "host", "identify",
    "implement", "improve", "include", "increase", "inform", "inspire", "integrate", "invest",
    "invite", "join", "keep", "know", "lack", "launch", "lead", "learn", "link", "live",
    "maintain", "make", "manage", "match", "mean", "measure", "meet", "mentor", "monitor",
    "need", "offer", "operate", "organize", "oversee", "participate", "partner", "pay",
    "perform", "play", "prepare", "present", "promote", "protect", "prove", "provide",
    "publish", "purchase", "raise", "reach", "read", "receive", "recognize", "record",
    "recruit", "reduce", "reflect", "rely", "remain", "renew", "report", "represent",
    "require", "respond", "review", "rise", "run", "say", "secure", "seek", "select", "send",
    "serve", "set", "share", "show", "speak", "spend", "stand", "start", "stay", "strengthen",
    "strive", "suggest", "supervise", "support", "sustain", "take", "teach", "tell", "test",
    "track", "train", "turn", "understand", "use", "visit", "volunteer", "want", "win",
    "work", "write",
];
