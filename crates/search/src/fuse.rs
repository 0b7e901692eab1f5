//! Two voices, one score.

use crate::embed::Embedder;
use crate::embed::lsa::Lsa;
use crate::language::Languages;

/// What the dense voice counts against 1 for the lexical one: for a query that
/// names something in a word or two, and for one that describes it at length.
/// Many words add up to a sure direction; few may stand for a name.
const DENSE_WEIGHTS: (f32, f32) = (0.3, 0.8);

/// The dense voice: cosines by slot, the cosine that chance gives, and what the voice counts
/// against one that can be trusted wholly.
#[derive(Debug)]
pub(crate) struct Cosines {
    pub(crate) by_slot: Vec<f32>,
    pub(crate) floor: f32,
    /// The same by slot, where it differs.
    pub(crate) floors: Option<Vec<f32>>,
    pub(crate) trust: f32,
}

impl Cosines {
    /// Those of a model that learned from the archive, of passages in these languages.
    pub(crate) fn learned(
        by_slot: Vec<f32>,
        model: &Lsa,
        languages: impl Iterator<Item = Languages>,
    ) -> Self {
        let floors = model.has_floors().then_some(languages);
        Self {
            by_slot,
            floor: model.floor(Languages::ALL),
            floors: floors.map(|all| all.map(|languages| model.floor(languages)).collect()),
            trust: model.trust(),
        }
    }

    /// Whether the cosine of a slot means something.
    fn means(&self, slot: usize) -> bool {
        let floor = self
            .floors
            .as_ref()
            .map_or(self.floor, |floors| floors[slot]);
        self.by_slot[slot] > floor
    }

    /// The cosine of a slot where it means something.
    pub(crate) fn above_floor(&self, slot: usize) -> Option<f32> {
        self.means(slot).then(|| self.by_slot[slot])
    }
}

/// Scores from 0 to 1 by slot; 0 where no voice found anything. `breadth` is
/// that of the query, 0 to 1.
///
/// Each voice is divided by its best score, then they are averaged by weight. A
/// passage that shares no word with the query needs a cosine above the floor.
pub(crate) fn fuse(lexical: Option<&[f32]>, dense: Option<&Cosines>, breadth: f32) -> Vec<f32> {
    match (lexical, dense) {
        (Some(words), Some(cosines)) if best(words) > 0.0 => {
            both(words, cosines, dense_weight(cosines, breadth))
        }
        (_, Some(cosines)) => alone(cosines),
        (Some(words), None) => {
            let scale = inverse(best(words));
            words.iter().map(|w| w * scale).collect()
        }
        (None, None) => Vec::new(),
    }
}

fn dense_weight(cosines: &Cosines, breadth: f32) -> f32 {
    let (narrow, broad) = DENSE_WEIGHTS;
    cosines.trust * (narrow + (broad - narrow) * breadth)
}

fn both(words: &[f32], cosines: &Cosines, dense_weight: f32) -> Vec<f32> {
    let word_scale = inverse(best(words)) / (1.0 + dense_weight);
    let dense_scale = dense_weight * inverse(best(&cosines.by_slot)) / (1.0 + dense_weight);
    let by_slot = words.iter().zip(&cosines.by_slot);
    let fused = |(&word, &cosine): (&f32, &f32), floor: f32| {
        if word > 0.0 || cosine > floor {
            word * word_scale + cosine.max(0.0) * dense_scale
        } else {
            0.0
        }
    };
    match &cosines.floors {
        None => by_slot.map(|pair| fused(pair, cosines.floor)).collect(),
        Some(floors) => {
            let by_slot = by_slot.zip(floors);
            by_slot.map(|(pair, &floor)| fused(pair, floor)).collect()
        }
    }
}

/// What the model's voice counts against 1 for the lexical one; the learned voice counts what it
/// counts without a model. Other weights were tried on four test sets (decision 0040).
const MODEL_WEIGHT: f32 = 1.5;

/// How many standard deviations above the mean a model's cosine has to be to mean something by
/// itself.
const UNLIKELY: f32 = 2.5;

/// What is above what chance gives, and the least there is: models find everything a little
/// alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chance {
    pub(crate) floor: f32,
    pub(crate) least: f32,
}

impl Chance {
    /// By the cosines of those that are drawn.
    pub(crate) fn of(cosines: &[f32], drawn: &[f32]) -> Self {
        let found = || {
            let pairs = cosines.iter().zip(drawn);
            pairs.filter(|(_, drawn)| **drawn > 0.0).map(|(c, _)| *c)
        };
        let count = found().count().max(1) as f32;
        let mean = found().sum::<f32>() / count;
        let spread = found().map(|c| (c - mean) * (c - mean)).sum::<f32>() / count;
        Self {
            floor: mean + UNLIKELY * spread.sqrt(),
            least: least(cosines),
        }
    }
}

/// The least of the cosines that there are.
fn least(cosines: &[f32]) -> f32 {
    let those = cosines.iter().copied().filter(|cosine| *cosine != 0.0);
    those.fold(1.0, f32::min)
}

/// The voice of an embedding model.
#[derive(Debug)]
pub(crate) struct ModelVoice {
    pub(crate) cosines: Cosines,
    /// The least cosine of the archive, as far as is known.
    pub(crate) least: f32,
}

impl ModelVoice {
    pub(crate) fn new(by_slot: Vec<f32>, chance: Chance) -> Self {
        Self {
            least: chance.least.min(least(&by_slot)),
            cosines: Cosines {
                by_slot,
                floor: chance.floor,
                floors: None,
                trust: 1.0,
            },
        }
    }

    /// The same voice of some of its passages.
    pub(crate) fn with(&self, by_slot: Vec<f32>) -> Self {
        Self {
            cosines: Cosines {
                by_slot,
                floor: self.cosines.floor,
                floors: None,
                trust: self.cosines.trust,
            },
            least: self.least,
        }
    }
}

/// The same with the voice of an embedding model, which is scaled from its least to its best.
pub(crate) fn with_model(
    lexical: Option<&[f32]>,
    learned: Option<&Cosines>,
    model: &ModelVoice,
    breadth: f32,
) -> Vec<f32> {
    let Some(words) = lexical else {
        // Who asks for meaning alone wants its order; where it ends is theirs to see.
        return model
            .cosines
            .by_slot
            .iter()
            .map(|cosine| cosine.max(0.0))
            .collect();
    };
    let learned_weight = learned.map_or(0.0, |l| dense_weight(l, breadth));
    let total = 1.0 + MODEL_WEIGHT + learned_weight;
    let word_scale = inverse(best(words)) / total;
    let ModelVoice {
        cosines: model,
        least,
    } = model;
    let model_scale = MODEL_WEIGHT * inverse(best(&model.by_slot) - least) / total;
    let learned_scale = learned.map_or(0.0, |l| learned_weight * inverse(best(&l.by_slot)) / total);
    let by_slot = words.iter().zip(&model.by_slot).enumerate();
    let fused = by_slot.map(|(at, (&word, &cosine))| {
        let likeness = learned.map_or(0.0, |l| l.by_slot[at]);
        let is_alike = learned.is_some_and(|l| l.above_floor(at).is_some());
        if word > 0.0 || cosine > model.floor || is_alike {
            let others = word * word_scale + likeness.max(0.0) * learned_scale;
            if cosine == 0.0 {
                // The model has not read it: the others speak for it alone, or what has just come
                // in would stand behind all that the model knows.
                others * total / (total - MODEL_WEIGHT)
            } else {
                others + (cosine - least).max(0.0) * model_scale
            }
        } else {
            0.0
        }
    });
    fused.collect()
}

/// Cosines need no scaling: they are comparable as they are.
fn alone(cosines: &Cosines) -> Vec<f32> {
    let slots = 0..cosines.by_slot.len();
    slots
        .map(|slot| cosines.above_floor(slot).unwrap_or_default())
        .collect()
}

/// The best of scores, at least 0.
pub(crate) fn best(scores: &[f32]) -> f32 {
    // Side by side, as a comparison would have to wait for the one before it.
    let (chunks, rest) = scores.as_chunks::<16>();
    let mut lanes = [0.0_f32; 16];
    for chunk in chunks {
        for (lane, &score) in lanes.iter_mut().zip(chunk) {
            *lane = if score > *lane { score } else { *lane };
        }
    }
    rest.iter().chain(&lanes).copied().fold(0.0, f32::max)
}

fn inverse(best: f32) -> f32 {
    if best > 0.0 { 1.0 / best } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosines(by_slot: &[f32]) -> Cosines {
        Cosines {
            by_slot: by_slot.to_vec(),
            floor: 0.4,
            floors: None,
            trust: 1.0,
        }
    }

    #[test]
    fn each_voice_is_scaled_by_its_best() {
        let fused = fuse(
            Some(&[8.0, 4.0, 0.0]),
            Some(&cosines(&[0.0, 0.8, 0.8])),
            1.0,
        );
        let weight = DENSE_WEIGHTS.1;
        let whole = 1.0 + weight;
        let expected = [1.0 / whole, (0.5 + weight) / whole, weight / whole];
        for (score, expected) in fused.iter().zip(expected) {
            assert!((score - expected).abs() < 1e-6, "{fused:?}");
        }
    }

    #[test]
    fn a_voice_that_is_trusted_less_counts_less() {
        let doubted = Cosines {
            trust: 0.5,
            ..cosines(&[0.0, 0.8])
        };
        let fused = fuse(Some(&[8.0, 0.0]), Some(&doubted), 1.0);
        assert!(
            (fused[1] / fused[0] - 0.5 * DENSE_WEIGHTS.1).abs() < 1e-6,
            "{fused:?}"
        );
    }

    #[test]
    fn beside_a_model_the_others_count_as_without_it() {
        let chance = Chance {
            floor: 0.4,
            least: 0.2,
        };
        let model = ModelVoice::new(vec![0.6, 0.2, 1.0], chance);
        let learned = cosines(&[0.0, 0.8, 0.4]);
        let fused = with_model(Some(&[8.0, 4.0, 0.0]), Some(&learned), &model, 1.0);
        let learned = DENSE_WEIGHTS.1;
        let whole = 1.0 + MODEL_WEIGHT + learned;
        let expected = [
            1.0 + 0.5 * MODEL_WEIGHT,
            0.5 + learned,
            MODEL_WEIGHT + 0.5 * learned,
        ];
        for (score, expected) in fused.iter().zip(expected) {
            assert!((score - expected / whole).abs() < 1e-6, "{fused:?}");
        }
    }

    #[test]
    fn what_a_model_has_not_read_counts_as_without_it() {
        let chance = Chance {
            floor: 0.4,
            least: 0.2,
        };
        let (words, learned) = ([8.0, 4.0, 0.0], cosines(&[0.6, 0.0, 0.8]));
        let model = ModelVoice::new(vec![0.0, 0.9, 1.0], chance);
        let fused = with_model(Some(&words), Some(&learned), &model, 1.0);
        let alone = fuse(Some(&words), Some(&learned), 1.0);
        assert!((fused[0] - alone[0]).abs() < 1e-6, "{fused:?} {alone:?}");
        assert!(fused[0] > fused[1] && fused[0] > fused[2], "{fused:?}");
    }

    #[test]
    fn beside_a_model_what_was_learned_counts_by_its_trust_too() {
        let chance = Chance {
            floor: 0.4,
            least: 0.0,
        };
        let model = ModelVoice::new(vec![0.5, 0.5], chance);
        let learned = |trust| Cosines {
            trust,
            ..cosines(&[0.2, 0.8])
        };
        let gain = |trust| {
            let fused = with_model(Some(&[1.0, 1.0]), Some(&learned(trust)), &model, 1.0);
            fused[1] - fused[0]
        };
        assert!(gain(1.0) > gain(0.5) && gain(0.5) > 0.0);
    }

    #[test]
    fn the_best_is_found_wherever_it_stands() {
        for count in [1, 15, 16, 17, 40] {
            for at in 0..count {
                let mut scores = vec![0.25; count];
                scores[at] = 0.5;
                assert!(
                    (best(&scores) - 0.5).abs() < f32::EPSILON,
                    "{at} of {count}"
                );
            }
        }
        assert!(best(&[]).abs() < f32::EPSILON && best(&[-1.0; 20]).abs() < f32::EPSILON);
    }

    #[test]
    fn likeness_by_chance_finds_nothing() {
        let fused = fuse(
            Some(&[2.0, 0.0, 0.0]),
            Some(&cosines(&[0.1, 0.39, 0.41])),
            0.0,
        );
        assert!(fused[0] > fused[2] && fused[2] > 0.0);
        assert!(fused[1].abs() < f32::EPSILON);
    }

    #[test]
    fn chance_may_differ_from_slot_to_slot() {
        let by_language = Cosines {
            floors: Some(vec![0.4, 0.7]),
            ..cosines(&[0.5, 0.5])
        };
        assert_eq!(fuse(None, Some(&by_language), 0.5), [0.5, 0.0]);
        let fused = fuse(
            Some(&[0.0, 0.0, 1.0]),
            Some(&Cosines {
                floors: Some(vec![0.4, 0.7, 0.4]),
                ..cosines(&[0.5, 0.5, 0.1])
            }),
            0.5,
        );
        assert!(fused[0] > 0.0 && fused[1] <= 0.0, "{fused:?}");
    }

    #[test]
    fn one_voice_alone_speaks_for_itself() {
        assert_eq!(fuse(Some(&[1.0, 4.0]), None, 0.5), [0.25, 1.0]);
        assert_eq!(fuse(None, Some(&cosines(&[0.5, 0.3])), 0.5), [0.5, 0.0]);
        assert_eq!(
            fuse(Some(&[0.0, 0.0]), Some(&cosines(&[0.5, 0.3])), 0.5),
            [0.5, 0.0]
        );
        assert_eq!(fuse(Some(&[0.0, 0.0]), None, 0.5), [0.0, 0.0]);
    }
}
