//! What the routes of writing styles take.

use archivist_domain::{StyleId, StylePurpose, StyleType, UserId, count};
use archivist_store::styles::{NewStyle, StyleChange};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::bounds;
use crate::error::{Error, FieldProblem};

const MAX_NAME_CHARS: usize = 100;
const MIN_PROMPT_CHARS: usize = 100;
const MIN_SAMPLES: usize = 3;
const MAX_SAMPLES: usize = 7;
const MIN_SAMPLE_WORDS: usize = 200;

/// Texts whose style is to be described.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "samples": ["… at least 200 words …", "… at least 200 words …", "… at least 200 words …"],
    "style_type": "grant",
    "style_name": "Letters to foundations",
}))]
pub(super) struct AnalyzeStyle {
    /// 3 to 7 texts of at least 200 words each.
    #[schema(min_items = 3, max_items = 7)]
    samples: Vec<String>,
    /// What the style is for: `grant`, `proposal`, `report` or `general`, in any letter
    /// case; `general` when not given.
    #[schema(default = "general", example = "grant")]
    style_type: Option<String>,
    /// What it will be called; comes back as it is given.
    style_name: Option<String>,
}

/// Texts that are long enough, and what their style is for.
#[derive(Debug)]
pub(super) struct Samples {
    pub(super) texts: Vec<String>,
    pub(super) purpose: StylePurpose,
    pub(super) name: Option<String>,
}

impl AnalyzeStyle {
    /// What to analyse, if all of it will do.
    pub(super) fn check(self) -> Result<Samples, Error> {
        let mut problems = sample_problems(&self.samples);
        let style_type = self.style_type.as_deref();
        let purpose = style_type.map_or(Some(StylePurpose::General), purpose);
        if purpose.is_none() {
            problems.push(FieldProblem::body("style_type", unknown_type()));
        }
        match purpose {
            Some(purpose) if problems.is_empty() => Ok(Samples {
                texts: self.samples,
                purpose,
                name: self.style_name,
            }),
            _ => Err(Error::Invalid(problems)),
        }
    }
}

fn sample_problems(samples: &[String]) -> Vec<FieldProblem> {
    let problem = |message| FieldProblem::body("samples", message);
    if !(MIN_SAMPLES..=MAX_SAMPLES).contains(&samples.len()) {
        let message = format!(
            "send {MIN_SAMPLES} to {MAX_SAMPLES} samples: these are {}",
            samples.len()
        );
        return vec![problem(message)];
    }
    let short = |(number, sample): (usize, &String)| {
        let words = count::words(sample);
        let message =
            || format!("sample {number} has {words} words: it needs at least {MIN_SAMPLE_WORDS}");
        (words < MIN_SAMPLE_WORDS).then(|| problem(message()))
    };
    (1..).zip(samples).filter_map(short).collect()
}

fn purpose(text: &str) -> Option<StylePurpose> {
    text.to_lowercase().parse().ok()
}

fn unknown_type() -> String {
    format!("must be one of {}", StylePurpose::LABELS.join(", "))
}

/// A new writing style.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Letters to foundations",
    "type": "grant",
    "description": "Warm and exact, as in our letters since 2020",
    "prompt_content": "Write in the first person plural. Keep sentences to about twenty words, and let every third one be short. Put the figure first and its meaning second.",
    "samples": [],
    "analysis_metadata": null,
}))]
pub(super) struct CreateStyle {
    /// Its name, which no other style has.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it is for: `grant`, `proposal`, `report` or `general`, in any letter case.
    #[schema(example = "grant")]
    r#type: String,
    /// What it is about.
    description: Option<String>,
    /// The guide itself: what `style_prompt` of an analysis holds, or a text of your own.
    #[schema(min_length = 100)]
    prompt_content: String,
    /// The texts that it was drawn from.
    samples: Option<Vec<String>>,
    /// What their analysis found.
    analysis_metadata: Option<Map<String, Value>>,
    /// Its register.
    register: Option<StyleType>,
}

impl CreateStyle {
    /// The fields to store, if all of them will do.
    pub(super) fn check(self, created_by: UserId) -> Result<NewStyle, Error> {
        let purpose = purpose(&self.r#type);
        let wrong_type = purpose.is_none();
        let problems: Vec<_> = name_problem(&self.name)
            .into_iter()
            .chain(wrong_type.then(|| FieldProblem::body("type", unknown_type())))
            .chain(prompt_problem(&self.prompt_content))
            .collect();
        match purpose {
            Some(purpose) if problems.is_empty() => Ok(NewStyle {
                style_id: StyleId(Uuid::new_v4()),
                name: self.name,
                purpose,
                register: self.register,
                description: self.description,
                prompt: self.prompt_content,
                samples: self.samples.unwrap_or_default(),
                analysis: self.analysis_metadata.map(Value::Object),
                created_by: Some(created_by),
            }),
            _ => Err(Error::Invalid(problems)),
        }
    }
}

/// What is to change in a writing style; what is left out or null stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Letters to family foundations", "active": true}))]
pub(super) struct UpdateStyle {
    /// A new name, which no other style has.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// A new description.
    description: Option<String>,
    /// A new guide.
    #[schema(min_length = 100)]
    prompt_content: Option<String>,
    /// Whether it is offered.
    active: Option<bool>,
}

impl UpdateStyle {
    /// The change to store, if all its fields will do; `None` when there is none.
    pub(super) fn check(self) -> Result<Option<StyleChange>, Error> {
        let problems: Vec<_> = (self.name.as_deref().and_then(name_problem))
            .into_iter()
            .chain(self.prompt_content.as_deref().and_then(prompt_problem))
            .collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let changes = self.name.is_some()
            || self.description.is_some()
            || self.prompt_content.is_some()
            || self.active.is_some();
        Ok(changes.then_some(StyleChange {
            name: self.name,
            description: self.description,
            prompt: self.prompt_content,
            active: self.active,
        }))
    }
}

fn name_problem(name: &str) -> Option<FieldProblem> {
    let message = bounds::characters(name, &(1..=MAX_NAME_CHARS))?;
    Some(FieldProblem::body("name", message))
}

fn prompt_problem(prompt: &str) -> Option<FieldProblem> {
    let message = bounds::characters(prompt, &(MIN_PROMPT_CHARS..=usize::MAX))?;
    Some(FieldProblem::body("prompt_content", message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields_of(error: Error) -> Vec<String> {
        let Error::Invalid(problems) = error else {
            panic!("field by field");
        };
        let field = |problem: FieldProblem| problem.loc[1].name().to_owned();
        problems.into_iter().map(field).collect()
    }

    #[test]
    fn samples_are_counted_and_measured() {
        let long = "word ".repeat(200);
        let check = |body| {
            serde_json::from_value::<AnalyzeStyle>(body)
                .unwrap()
                .check()
        };
        let good = json!({ "samples": [long, long, long], "style_type": "GRANT" });
        assert_eq!(check(good).unwrap().purpose, StylePurpose::Grant);
        let short = json!({ "samples": ["one two", long, ""], "style_type": "letter" });
        let fields = fields_of(check(short).unwrap_err());
        assert_eq!(fields, ["samples", "samples", "style_type"]);
        for count in [0, 2, 8] {
            let wrong = json!({ "samples": vec![long.clone(); count] });
            assert_eq!(fields_of(check(wrong).unwrap_err()), ["samples"]);
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let body = json!({ "name": "", "type": "letter", "prompt_content": "short" });
        let body: CreateStyle = serde_json::from_value(body).unwrap();
        let error = body.check(UserId(Uuid::nil())).unwrap_err();
        assert_eq!(fields_of(error), ["name", "type", "prompt_content"]);
    }

    #[test]
    fn null_changes_nothing() {
        let body: UpdateStyle =
            serde_json::from_value(json!({ "name": null, "type": "report" })).unwrap();
        assert!(body.check().unwrap().is_none());
    }
}
