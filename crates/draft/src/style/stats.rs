//! How long samples are.

use archivist_domain::count;

/// Below, a style is guessed rather than measured; above, nothing more is learned.
const GOOD_TOTAL: std::ops::RangeInclusive<usize> = 1000..=10_000;

/// So few samples are hardly more than one text.
const FEW_SAMPLES: usize = 3;

/// The words of each sample, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStats {
    /// Words of each sample.
    pub word_counts: Vec<usize>,
}

impl SampleStats {
    /// Counts.
    pub fn of(samples: &[String]) -> Self {
        Self {
            word_counts: samples.iter().map(|text| count::words(text)).collect(),
        }
    }

    /// Words of all samples.
    pub fn total(&self) -> usize {
        self.word_counts.iter().sum()
    }

    /// Words of each sample on average, with one decimal.
    pub fn average(&self) -> f64 {
        let samples = self.word_counts.len().max(1);
        (self.total() as f64 / samples as f64 * 10.0).round() / 10.0
    }

    /// Words of the shortest sample.
    pub fn least(&self) -> usize {
        self.word_counts.iter().copied().min().unwrap_or(0)
    }

    /// Words of the longest sample.
    pub fn most(&self) -> usize {
        self.word_counts.iter().copied().max().unwrap_or(0)
    }

    /// What their number and length alone say about a guide made from them.
    pub fn warnings(&self) -> Vec<String> {
        let (total, least, most) = (self.total(), GOOD_TOTAL.start(), GOOD_TOTAL.end());
        let few = (self.word_counts.len() == FEW_SAMPLES).then(|| {
            format!("Only {FEW_SAMPLES} samples: four to seven tell the habit from the occasion")
        });
        let short = (total < *least).then(|| {
            format!("The samples have {total} words together: at least {least} give a surer guide")
        });
        let long = (total > *most).then(|| {
            format!("The samples have {total} words together: more than {most} add little")
        });
        [few, short, long].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word_counts: &[usize]) -> SampleStats {
        let word_counts = word_counts.to_vec();
        SampleStats { word_counts }
    }

    #[test]
    fn the_average_has_one_decimal() {
        let stats = of(&[200, 201, 201]);
        assert!((stats.average() - 200.7).abs() < 1e-9);
        assert_eq!(
            (stats.least(), stats.most(), stats.total()),
            (200, 201, 602)
        );
    }

    #[test]
    fn few_short_and_long_samples_are_warned_of() {
        let warnings = of(&[200, 200, 200]).warnings();
        assert!(warnings[0].contains("3 samples") && warnings[1].contains("600 words"));
        assert!(of(&[400, 400, 400, 400]).warnings().is_empty());
        let warnings = of(&[4000, 4000, 4000, 4000]).warnings();
        assert!(warnings[0].contains("16000 words"), "{warnings:?}");
    }
}
