//! What is told of one aspect, and how figures are put into words.

use super::corpus::share;

/// One aspect of the guide.
#[derive(Debug, Default)]
pub(super) struct Aspect {
    pub(super) title: &'static str,
    /// What the samples do: whole sentences.
    pub(super) findings: Vec<String>,
    /// How to write like that: whole sentences.
    pub(super) advice: Vec<String>,
    pub(super) dos: Vec<String>,
    pub(super) donts: Vec<String>,
}

impl Aspect {
    pub(super) fn new(title: &'static str) -> Self {
        Self {
            title,
            ..Self::default()
        }
    }

    pub(super) fn find(&mut self, sentence: impl Into<String>) {
        self.findings.push(sentence.into());
    }

    pub(super) fn advise(&mut self, sentence: impl Into<String>) {
        self.advice.push(sentence.into());
    }

    pub(super) fn do_this(&mut self, rule: impl Into<String>) {
        self.dos.push(rule.into());
    }

    pub(super) fn avoid(&mut self, rule: impl Into<String>) {
        self.donts.push(rule.into());
    }
}

/// `34%`.
pub(super) fn percent(part: usize, whole: usize) -> String {
    format!("{:.0}%", share(part, whole) * 100.0)
}

/// A share in words.
pub(super) fn portion(share: f64) -> &'static str {
    match share {
        s if s < 0.02 => "hardly any",
        s if s < 0.12 => "few",
        s if s < 0.2 => "about one in six",
        s if s < 0.29 => "about a quarter",
        s if s < 0.4 => "about a third",
        s if s < 0.6 => "about half",
        s if s < 0.72 => "about two thirds",
        s if s < 0.9 => "most",
        _ => "nearly all",
    }
}

/// How many of a thousand, with one decimal.
pub(super) fn per_thousand(part: usize, whole: usize) -> f64 {
    share(part, whole) * 1000.0
}

/// `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_in_words() {
        for (part, words) in [
            (0.0, "hardly any"),
            (0.33, "about a third"),
            (1.0, "nearly all"),
        ] {
            assert_eq!(portion(part), words);
        }
        assert_eq!(percent(1, 3), "33%");
        assert_eq!(percent(0, 0), "0%");
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&items), "a, b and c");
    }
}
