//! What an audience and a tone prefer among sentences that fit equally well.

use archivist_domain::Audience;

use super::candidate::Candidate;
use crate::text;

/// Sentences up to this length read easily.
const BRIEF_WORDS: usize = 22;

const COMPLIANCE: &[&str] = &[
    "audit",
    "compliance",
    "policy",
    "evaluation",
    "evidence",
    "standard",
    "governance",
    "board",
    "measured",
    "percent",
    "assessment",
    "internal controls",
];
const OUTCOMES: &[&str] = &[
    "outcome",
    "result",
    "improve",
    "learn",
    "community",
    "partner",
    "evaluation",
    "change",
    "increase",
];
const BUSINESS: &[&str] = &[
    "volunteer",
    "employer",
    "business",
    "partner",
    "sponsor",
    "workforce",
    "reach",
    "visibility",
    "local",
];
const PEOPLE: &[&str] = &[
    "child",
    "family",
    "parent",
    "mother",
    "student",
    "neighbor",
    "volunteer",
    "she",
    "he",
    "story",
    "reads",
];

/// What tips the scales.
pub(super) struct Preference {
    cues: Vec<Vec<String>>,
    figures: bool,
}

impl Preference {
    /// Federal and technical readers: figures, governance, compliance.
    /// Foundations: outcomes and learning. Companies: volunteers, reach, local
    /// ties, figures. Donors, the public and warm tones: people, short sentences.
    pub(super) fn of(audience: Audience, tone: &str) -> Self {
        let (cues, figures) = match audience {
            Audience::FederalRfp => (COMPLIANCE, true),
            Audience::FoundationGrant => (OUTCOMES, true),
            Audience::CorporateSponsor => (BUSINESS, true),
            Audience::IndividualDonor | Audience::GeneralPublic => (PEOPLE, false),
        };
        let tone = tone.to_lowercase();
        let sounds = |words: &[&str]| words.iter().any(|word| tone.contains(word));
        if sounds(&[
            "warm",
            "personal",
            "conversational",
            "story",
            "inspir",
            "heart",
        ]) {
            Self::new(&[cues, PEOPLE], false)
        } else if sounds(&["technical", "formal", "data", "academic", "evidence"]) {
            Self::new(&[cues, COMPLIANCE], true)
        } else {
            Self::new(&[cues], figures)
        }
    }

    fn new(cues: &[&[&str]], figures: bool) -> Self {
        let cues = cues
            .iter()
            .copied()
            .flatten()
            .map(|cue| text::stems(cue))
            .collect();
        Self { cues, figures }
    }

    /// How welcome a sentence is, 0 to 1: half for what it speaks of, half for
    /// figures (or for brevity).
    pub(super) fn score(&self, candidate: &Candidate) -> f32 {
        let speaks = self
            .cues
            .iter()
            .any(|cue| text::holds_phrase(&candidate.stems, cue));
        let reads = if self.figures {
            candidate.has_figure
        } else {
            candidate.words <= BRIEF_WORDS
        };
        0.5 * f32::from(u8::from(speaks)) + 0.5 * f32::from(u8::from(reads))
    }
}
