//! What several rules say together.

use super::Suggestion;

/// No rule is ever quite sure.
const MOST: f32 = 0.99;

/// What one rule says.
#[derive(Debug, Clone)]
pub(super) struct Vote<T> {
    pub(super) value: T,
    /// How often the rule is right when it speaks, 0 to 1.
    pub(super) weight: f32,
    pub(super) evidence: String,
    pub(super) page: Option<u32>,
}

/// The value that is most likely right: its rules are taken as independent, and what
/// others say in its stead makes it less sure. The evidence is the strongest rule's.
pub(super) fn decide<T: PartialEq + Clone>(votes: &[Vote<T>]) -> Option<Suggestion<T>> {
    let support = |value: &T| {
        1.0 - votes
            .iter()
            .filter(|vote| vote.value == *value)
            .map(|vote| 1.0 - vote.weight)
            .product::<f32>()
    };
    // max_by keeps the last of equals, hence backwards.
    let best = votes
        .iter()
        .rev()
        .max_by(|a, b| support(&a.value).total_cmp(&support(&b.value)))?;
    let against = votes
        .iter()
        .filter(|vote| vote.value != best.value)
        .map(|vote| support(&vote.value))
        .fold(0.0, f32::max);
    let strongest = votes
        .iter()
        .rev()
        .filter(|vote| vote.value == best.value)
        .max_by(|a, b| a.weight.total_cmp(&b.weight))?;
    let confidence = support(&best.value) * (1.0 - against / 2.0);
    Some(Suggestion {
        value: best.value.clone(),
        evidence: strongest.evidence.clone(),
        page: strongest.page,
        confidence: (confidence.min(MOST) * 100.0).round() / 100.0,
    })
}
