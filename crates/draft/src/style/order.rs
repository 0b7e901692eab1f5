//! Thought composition: what sentences do, and in which order.

use super::aspect::{Aspect, listed, percent};
use super::corpus::{Corpus, Paragraph, Sentence, share};
use super::sentences::capital;
use super::words::{LINKS, MOVES, Move};
use crate::text;

/// The logic of a paragraph shows from three sentences on.
const LEAST_SENTENCES: usize = 3;

/// What fewer sentences of a hundred do is an accident.
const LEAST_SHARE: f64 = 0.05;

/// Nearer than this in the paragraph, two moves have no order.
const SAME_PLACE: f64 = 0.1;

/// Figures about one move.
#[derive(Debug)]
struct Step {
    r#move: &'static Move,
    sentences: usize,
    /// Where it stands in its paragraphs, 0 (first) to 1 (last).
    place: f64,
}

/// Figures about the order of thoughts.
#[derive(Debug)]
pub(super) struct Order {
    sentences: usize,
    /// Usual moves, by place.
    steps: Vec<Step>,
    /// What opens and what closes most paragraphs.
    opening: Option<&'static str>,
    closing: Option<&'static str>,
    reasons: usize,
}

impl Order {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let cues: Vec<Vec<_>> = MOVES
            .iter()
            .map(|it| it.cues.iter().map(|cue| text::stems(cue)).collect())
            .collect();
        let paragraphs: Vec<_> = corpus
            .paragraphs()
            .filter(|paragraph| paragraph.sentences.len() >= LEAST_SENTENCES)
            .map(|paragraph| moves(paragraph, &cues))
            .collect();
        let sentences = paragraphs.iter().map(Vec::len).sum();
        let mut steps: Vec<_> = (0..MOVES.len())
            .map(|at| step(at, &paragraphs))
            .filter(|step| share(step.sentences, sentences) >= LEAST_SHARE)
            .collect();
        steps.sort_by(|a, b| a.place.total_cmp(&b.place));
        let because = LINKS.iter().find(|link| link.name == "cause and effect");
        let gives_reason = |sentence: &&Sentence| {
            because.is_some_and(|link| text::holds_any(&sentence.lower(), link.phrases))
        };
        Self {
            sentences,
            opening: usual(paragraphs.iter().filter_map(|it| it.first())),
            closing: usual(paragraphs.iter().filter_map(|it| it.last())),
            reasons: corpus.sentences().filter(gives_reason).count(),
            steps,
        }
    }

    /// The moves in their order; those that are found at the same place stand together.
    fn stages(&self) -> Vec<Vec<&'static Move>> {
        let mut stages: Vec<(f64, Vec<_>)> = Vec::new();
        for step in &self.steps {
            match stages.last_mut() {
                Some((place, moves)) if step.place - *place < SAME_PLACE => {
                    moves.push(step.r#move);
                }
                _ => stages.push((step.place, vec![step.r#move])),
            }
        }
        stages.into_iter().map(|(_, moves)| moves).collect()
    }

    /// The moves in their order, in words; `None` where there is none.
    pub(super) fn line(&self) -> Option<String> {
        let stages = self.stages();
        let names = |moves: &Vec<&Move>| {
            let names: Vec<_> = moves.iter().map(|it| it.name.to_owned()).collect();
            listed(&names)
        };
        let names: Vec<_> = stages.iter().map(names).collect();
        (names.len() > 1).then(|| names.join(" → "))
    }

    /// The moves in their order, as tasks.
    pub(super) fn tasks(&self) -> Vec<String> {
        let tasks = |moves: Vec<&Move>| {
            let tasks: Vec<_> = moves.iter().map(|it| it.task).collect();
            tasks.join(", or ")
        };
        self.stages().into_iter().map(tasks).collect()
    }

    pub(super) fn tell(&self, all_sentences: usize) -> Aspect {
        let mut aspect = Aspect::new("Thought composition");
        self.tell_moves(&mut aspect);
        self.tell_ends(&mut aspect);
        self.tell_logic(&mut aspect, all_sentences);
        aspect
    }

    fn tell_moves(&self, aspect: &mut Aspect) {
        let shares: Vec<_> = self
            .steps
            .iter()
            .map(|step| {
                format!(
                    "{} ({})",
                    step.r#move.name,
                    percent(step.sentences, self.sentences)
                )
            })
            .collect();
        if shares.is_empty() {
            aspect.find(
                "The samples follow no order of need, action and result that could be measured.",
            );
            aspect.advise("Follow the order of events, and give each paragraph one point.");
            return;
        }
        aspect.find(format!(
            "By their cue words the sentences of longer paragraphs speak of {}.",
            listed(&shares)
        ));
        if let Some(line) = self.line() {
            aspect.find(format!(
                "Within a paragraph thoughts usually come in this order: {line}."
            ));
            aspect.advise(format!("In this order, {}.", self.tasks().join("; then ")));
            aspect.do_this(format!("Order thoughts as the samples do: {line}."));
        }
    }

    fn tell_ends(&self, aspect: &mut Aspect) {
        match (self.opening, self.closing) {
            (Some(opening), Some(closing)) if opening == closing => {
                aspect.find(format!(
                    "Paragraphs often open and close with the {opening}."
                ));
                aspect.advise(format!(
                    "Frame a paragraph with the {opening}, and let the rest carry it."
                ));
            }
            (opening, closing) => {
                if let Some(opening) = opening {
                    aspect.find(format!(
                        "Where an opening has a clear task, it mostly gives the {opening}."
                    ));
                    aspect.advise(format!(
                        "Open with the {opening} rather than with background."
                    ));
                }
                if let Some(closing) = closing {
                    aspect.find(format!(
                        "Where a close has a clear task, it mostly gives the {closing}."
                    ));
                    aspect.advise(format!(
                        "End on the {closing}, so that it stays with the reader."
                    ));
                }
            }
        }
    }

    fn tell_logic(&self, aspect: &mut Aspect, all: usize) {
        let reasons = share(self.reasons, all);
        let figure = percent(self.reasons, all);
        if reasons >= 0.08 {
            aspect.find(format!(
                "{} of the sentences state a cause, a purpose or a consequence in so many words.",
                capital(&figure)
            ));
            aspect.advise("Spell the logic out: say why a step is taken and what follows from it.");
            aspect.avoid("Do not leave a claim without its reason.");
        } else {
            aspect.find(format!("Only {figure} of the sentences name a cause or consequence; the logic lies in the order of facts."));
            aspect.advise("Let facts stand side by side in an order that makes the reason plain, and spell it out only where a reader could miss it.");
        }
    }
}

/// What each sentence of a paragraph does: places in [`MOVES`].
fn moves(paragraph: &Paragraph, cues: &[Vec<Vec<String>>]) -> Vec<Vec<usize>> {
    let of_sentence = |sentence: &Sentence| {
        let stems: Vec<_> = sentence
            .words
            .iter()
            .map(|word| word.stem.clone())
            .collect();
        let speaks =
            |cues: &Vec<Vec<String>>| cues.iter().any(|cue| text::holds_phrase(&stems, cue));
        (0..cues.len()).filter(|&at| speaks(&cues[at])).collect()
    };
    paragraph.sentences.iter().map(of_sentence).collect()
}

fn step(at: usize, paragraphs: &[Vec<Vec<usize>>]) -> Step {
    let (mut sentences, mut places) = (0, 0.0);
    for paragraph in paragraphs {
        for (place, moves) in paragraph.iter().enumerate() {
            if moves.contains(&at) {
                sentences += 1;
                places += share(place, paragraph.len() - 1);
            }
        }
    }
    Step {
        r#move: &MOVES[at],
        sentences,
        place: places / sentences.max(1) as f64,
    }
}

/// The move that most of these sentences make, where a third of them make it.
fn usual<'a>(sentences: impl Iterator<Item = &'a Vec<usize>>) -> Option<&'static str> {
    let sentences: Vec<_> = sentences.collect();
    let count = |at: &usize| sentences.iter().filter(|moves| moves.contains(at)).count();
    let most = (0..MOVES.len()).max_by_key(|at| (count(at), std::cmp::Reverse(*at)))?;
    (count(&most) > 0 && count(&most) * 3 >= sentences.len()).then(|| MOVES[most].name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn need_comes_before_action_and_action_before_result() {
        let corpus = Corpus::of(&[
            "Many children lack books at home. Our coaches visit each of \
             them weekly. Reading levels improved in the spring."
                .to_owned(),
        ]);
        let order = Order::of(&corpus);
        assert_eq!(order.line().unwrap(), "need → action → result");
        assert_eq!(
            (order.opening, order.closing),
            (Some("need"), Some("result"))
        );
    }

    #[test]
    fn moves_of_the_same_place_have_no_order() {
        let corpus = Corpus::of(&[
            "Children need books and face a long way. Coaches help where \
             they can. They visit because it helps, so the need is met and levels improve."
                .to_owned(),
        ]);
        let order = Order::of(&corpus);
        let line = order.line().unwrap();
        assert!(line.ends_with("result and reason"), "{line}");
        assert_eq!(order.tasks().len(), order.stages().len());
    }

    #[test]
    fn nothing_is_claimed_of_what_has_no_cue() {
        let order = Order::of(&Corpus::of(&[
            "The sky is blue. The sea is green.".to_owned()
        ]));
        assert_eq!((order.line(), order.opening), (None, None));
        assert!(order.tell(2).findings[0].contains("no order"));
    }
}
