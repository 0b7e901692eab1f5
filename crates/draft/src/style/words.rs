//! The words by which features of a style are known. All in lower case.

/// A way in which one thought is tied to the one before.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: &'static str,
    /// How it helps a reader.
    pub(super) use_it: &'static str,
    pub(super) phrases: &'static [&'static str],
}

#[rustfmt::skip]
pub(super) const LINKS: &[Link] = &[
    Link { name: "addition", use_it: "to set a second point beside the first", phrases: &[
        "also", "in addition", "additionally", "furthermore", "moreover", "besides", "likewise",
        "similarly", "as well as", "not only", "too",
    ] },
    Link { name: "contrast", use_it: "to turn against what the reader expects", phrases: &[
        "but", "however", "yet", "although", "though", "despite", "in contrast", "by contrast",
        "on the other hand", "nevertheless", "nonetheless", "instead", "rather than", "whereas", "even so",
    ] },
    Link { name: "cause and effect", use_it: "to say why something is done or what followed", phrases: &[
        "because", "therefore", "as a result", "so that", "consequently", "thus", "hence", "for this reason",
        "this means", "that is why", "which is why", "in turn", "in order to",
    ] },
    Link { name: "time and order", use_it: "to take the reader through a year or a process", phrases: &[
        "first", "second", "third", "then", "next", "finally", "afterward", "meanwhile", "since then",
        "today", "now", "over time", "last year", "this year", "next year", "each year", "every year",
        "at first", "at the same time", "until then", "by then",
    ] },
    Link { name: "example", use_it: "to show one case after the rule", phrases: &[
        "for example", "for instance", "such as", "including", "in particular", "namely", "especially",
    ] },
    Link { name: "emphasis", use_it: "to mark what must not be missed", phrases: &[
        "indeed", "in fact", "above all", "most importantly", "most of all", "notably", "of course", "even more",
    ] },
    Link { name: "summing up", use_it: "to close a line of thought", phrases: &[
        "in short", "in summary", "overall", "in conclusion", "ultimately", "in sum", "taken together", "altogether",
    ] },
];

#[rustfmt::skip]
pub(super) const SUBORDINATORS: &[&str] = &[
    "because", "although", "though", "while", "whereas", "since", "unless", "until", "when",
    "whenever", "where", "which", "who", "whom", "whose", "if", "so that",
];

#[rustfmt::skip]
pub(super) const PREPOSITIONS: &[&str] = &[
    "in", "at", "on", "through", "with", "for", "from", "by", "during", "after", "before", "over",
    "across", "among", "within", "without", "under", "as", "of", "to", "beyond", "between", "since", "despite",
];

#[rustfmt::skip]
pub(super) const DETERMINERS: &[&str] = &[
    "the", "a", "an", "each", "every", "all", "many", "most", "some", "no", "both", "several", "another",
];

#[rustfmt::skip]
pub(super) const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    "hundred", "thousand", "million", "half", "dozen", "twice",
];

#[rustfmt::skip]
pub(super) const HEDGES: &[&str] = &[
    "may", "might", "could", "perhaps", "possibly", "likely", "seem", "seems", "appear", "appears",
    "suggest", "suggests", "generally", "often", "usually", "typically", "approximately", "roughly",
    "hope", "expect", "estimate", "estimated", "tend", "tends", "largely", "somewhat", "potentially",
];

#[rustfmt::skip]
pub(super) const CERTAIN: &[&str] = &[
    "will", "must", "always", "never", "clearly", "proven", "certainly", "ensure", "ensures",
    "guarantee", "definitely", "undoubtedly", "proves", "committed", "every", "demonstrated",
];

#[rustfmt::skip]
pub(super) const WARM: &[&str] = &[
    "together", "welcome", "welcomes", "care", "caring", "trust", "hope", "dignity", "belong",
    "belonging", "heart", "joy", "proud", "celebrate", "kindness", "neighbor", "neighbors", "thank",
    "thanks", "grateful", "gratitude", "share", "shared", "love", "home", "friends", "smile",
];

#[rustfmt::skip]
pub(super) const URGENT: &[&str] = &[
    "urgent", "urgently", "crisis", "critical", "immediate", "immediately", "emergency", "desperate",
    "severe", "alarming", "pressing", "vital", "essential", "crucial", "dire",
];

#[rustfmt::skip]
pub(super) const PRAISE: &[&str] = &[
    "unique", "innovative", "groundbreaking", "transformative", "leading", "best", "unparalleled",
    "unprecedented", "exceptional", "outstanding", "premier", "excellence", "revolutionary",
    "remarkable", "extraordinary", "passionate", "incredible", "amazing",
];

#[rustfmt::skip]
pub(super) const FORMAL: &[&str] = &[
    "furthermore", "moreover", "therefore", "thus", "hence", "pursuant", "utilize", "utilizes",
    "facilitate", "facilitates", "implement", "implementation", "herein", "whereas", "regarding",
    "commence", "endeavor", "comprise", "thereby", "upon", "shall", "demonstrate", "demonstrates",
    "consequently", "additionally", "respectively", "accordingly",
];

#[rustfmt::skip]
pub(super) const JARGON: &[&str] = &[
    "stakeholder", "stakeholders", "leverage", "leveraging", "synergy", "framework", "holistic",
    "metrics", "deliverables", "scalable", "empower", "empowerment", "empowering", "underserved",
    "wraparound", "continuum", "paradigm", "capacity", "sustainability", "sustainable", "outcomes",
    "outputs", "intervention", "interventions", "modality", "replicable", "robust",
];

#[rustfmt::skip]
pub(super) const PEOPLE: &[&str] = &[
    "children", "families", "students", "youth", "participants", "clients", "residents", "patients",
    "people", "women", "men", "parents", "neighbors", "seniors", "adults", "members", "learners",
    "individuals", "beneficiaries", "households", "teachers", "volunteers", "caregivers", "teens",
    "tenants", "veterans", "guests", "girls", "boys", "elders", "readers", "workers", "farmers",
];

#[rustfmt::skip]
pub(super) const EVIDENCE: &[&str] = &[
    "data", "study", "studies", "survey", "surveys", "evaluation", "evaluations", "research",
    "assessment", "assessments", "measured", "measure", "evidence", "statistics", "records",
    "analysis", "findings", "baseline", "benchmark", "scores", "census", "interviews", "according",
];

#[rustfmt::skip]
pub(super) const COMPARISONS: &[&str] = &[
    "compared with", "compared to", "up from", "down from", "more than", "fewer than", "less than",
    "an increase", "a decrease", "increased by", "decreased by", "rose from", "fell from", "rose to",
    "fell to", "grew from", "grew to", "than the year before", "twice as",
];

/// The organization as somebody else would speak of it.
#[rustfmt::skip]
pub(super) const THIRD_PERSON: &[&str] = &[
    "the organization", "the agency", "the center", "the foundation", "the association",
    "the coalition", "the institute", "the nonprofit", "the project", "the program", "the applicant",
];

pub(super) const WE: &[&str] = &["we", "our", "us", "ours", "ourselves"];
pub(super) const I: &[&str] = &["i", "my", "me", "mine", "myself"];
pub(super) const YOU: &[&str] = &["you", "your", "yours"];

pub(super) const BE: &[&str] = &["is", "are", "was", "were", "be", "been", "being", "am"];

/// Participles that do not end in "ed".
#[rustfmt::skip]
pub(super) const PARTICIPLES: &[&str] = &[
    "given", "held", "built", "made", "taken", "known", "shown", "seen", "found", "paid", "met",
    "run", "led", "kept", "sent", "spent", "taught", "told", "written", "chosen", "drawn", "driven",
    "grown", "brought", "bought", "sought", "set", "put", "won", "lost", "left", "felt", "heard",
    "read", "sold", "spoken", "understood", "begun", "done",
];

/// They look like participles after "be", and only describe.
#[rustfmt::skip]
pub(super) const ADJECTIVES: &[&str] = &[
    "committed", "dedicated", "interested", "excited", "pleased", "experienced", "united",
    "concerned", "tired", "located", "needed", "related", "limited", "convinced", "determined",
];

/// What a sentence does in its paragraph.
#[derive(Debug)]
pub(super) struct Move {
    pub(super) name: &'static str,
    /// What it is for, in an instruction.
    pub(super) task: &'static str,
    pub(super) cues: &'static [&'static str],
}

#[rustfmt::skip]
pub(super) const MOVES: &[Move] = &[
    Move { name: "need", task: "say what is lacking, and for whom", cues: &[
        "need", "lack", "face", "barrier", "gap", "challenge", "struggle", "shortage", "risk", "poverty",
        "cannot", "unable", "problem", "hunger", "isolation", "crisis", "without", "waitlist", "too few",
    ] },
    Move { name: "action", task: "say what is done, by whom and how often", cues: &[
        "provide", "offer", "serve", "train", "teach", "deliver", "host", "partner with", "visit", "build",
        "launch", "expand", "support", "organize", "coordinate", "help", "work with", "meet", "run", "coach",
    ] },
    Move { name: "result", task: "say what came of it", cues: &[
        "result", "improve", "increase", "reduce", "gain", "achieve", "outcome", "success", "reach",
        "complete", "graduate", "rose", "grew", "fell", "percent", "exceed",
    ] },
    Move { name: "reason", task: "say why it is so", cues: &[
        "because", "therefore", "as a result", "so that", "this means", "which is why", "in order to", "reason",
    ] },
    Move { name: "example", task: "show one case or one voice", cues: &[
        "for example", "for instance", "said", "says", "tell", "recall", "story", "remember",
    ] },
    Move { name: "plan", task: "say what comes next", cues: &[
        "will", "plan", "propose", "goal", "aim", "request", "intend", "next year", "by the end of",
    ] },
];
