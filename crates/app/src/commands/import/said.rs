//! What is said about a file from outside of it: in a list beside the files, by the
//! names of their folders, or for all of them on the command line.

use archivist_domain::document::{check_year, clean_funder, clean_tags};
use archivist_domain::{DocType, DocumentField, Outcome};
use archivist_web::intake::Metadata;

/// What may be said about a file; what is not said is looked for elsewhere, at last in
/// the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What to call it.
    pub(super) title: Option<String>,
    /// Its kind.
    pub(super) doc_type: Option<DocType>,
    /// The year it is of.
    pub(super) year: Option<i32>,
    /// Programs in their canonical spelling.
    pub(super) programs: Option<Vec<String>>,
    /// Tags.
    pub(super) tags: Option<Vec<String>>,
    /// What became of it.
    pub(super) outcome: Option<Outcome>,
    /// Who is asked for money, or gave it.
    pub(super) funder: Option<String>,
    /// Free notes.
    pub(super) notes: Option<String>,
}

impl Said {
    /// The same, completed with what is said elsewhere. Tags are gathered.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            title: self.title.or_else(|| other.title.clone()),
            doc_type: self.doc_type.or(other.doc_type),
            year: self.year.or(other.year),
            programs: self.programs.or_else(|| other.programs.clone()),
            tags: match (self.tags, &other.tags) {
                (Some(mut mine), Some(theirs)) => {
                    let new = theirs.iter().filter(|tag| !mine.contains(tag));
                    let new: Vec<_> = new.cloned().collect();
                    mine.extend(new);
                    Some(mine)
                }
                (mine, theirs) => mine.or_else(|| theirs.clone()),
            },
            outcome: self.outcome.or(other.outcome),
            funder: self.funder.or_else(|| other.funder.clone()),
            notes: self.notes.or_else(|| other.notes.clone()),
        }
    }

    /// As an order has it.
    pub(super) fn into_metadata(self) -> Metadata {
        Metadata {
            doc_type: self.doc_type,
            year: self.year,
            programs: self.programs.unwrap_or_default(),
            tags: self.tags.unwrap_or_default(),
            outcome: self.outcome.unwrap_or(Outcome::NotApplicable),
            funder: self.funder,
            notes: self.notes,
            title: self.title,
            by_list: Vec::new(),
        }
    }

    /// The fields that are said and could be proposed.
    pub(super) fn fields(&self) -> Vec<DocumentField> {
        let said = [
            (DocumentField::Title, self.title.is_some()),
            (DocumentField::DocType, self.doc_type.is_some()),
            (DocumentField::Year, self.year.is_some()),
            (DocumentField::Outcome, self.outcome.is_some()),
            (DocumentField::Funder, self.funder.is_some()),
            (DocumentField::Programs, self.programs.is_some()),
        ];
        let said = said.into_iter().filter(|(_, is_said)| *is_said);
        said.map(|(field, _)| field).collect()
    }
}

/// The fields that can be said, by the names that people give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    DocType,
    Year,
    Programs,
    Tags,
    Outcome,
    Funder,
    Notes,
}

impl Field {
    /// The names, for messages.
    pub(super) const NAMES: &'static str =
        "title, doc_type, year, programs, tags, outcome, funder and notes";

    /// Whether it may have several values.
    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Programs | Self::Tags)
    }

    /// The field of a name, in any letter case.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
            "title" => Some(Self::Title),
            "doc_type" | "type" | "document_type" => Some(Self::DocType),
            "year" => Some(Self::Year),
            "programs" | "program" => Some(Self::Programs),
            "tags" | "tag" => Some(Self::Tags),
            "outcome" => Some(Self::Outcome),
            "funder" => Some(Self::Funder),
            "notes" | "note" => Some(Self::Notes),
            _ => None,
        }
    }
}

/// What the site knows, for checking what is said.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Names of the active programs.
    pub(super) programs: Vec<String>,
    /// The year it is.
    pub(super) year: i32,
}

impl Known {
    /// Notes what a text says about a field; empty texts say nothing.
    pub(super) fn say(&self, said: &mut Said, field: Field, text: &str) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        match field {
            Field::Title => said.title = Some(text.to_owned()),
            Field::Funder => {
                said.funder = clean_funder(text).map_err(|wrong| format!("the funder {wrong}"))?;
            }
            Field::Notes => said.notes = Some(text.to_owned()),
            Field::DocType => {
                said.doc_type = Some(label(DocType::ALL, DocType::LABELS, text, "document type")?);
            }
            Field::Outcome => {
                said.outcome = Some(label(Outcome::ALL, Outcome::LABELS, text, "outcome")?);
            }
            Field::Year => said.year = Some(self.year_of(text)?),
            Field::Programs => said.programs = Some(self.programs_of(text)?),
            Field::Tags => {
                said.tags = Some(clean_tags(&parts(text))?);
            }
        }
        Ok(())
    }

    fn year_of(&self, text: &str) -> Result<i32, String> {
        let year = text
            .parse()
            .map_err(|_| format!("'{text}' is not a year: write it as {}", self.year))?;
        check_year(year, self.year).map_err(|error| error.to_string())
    }

    fn programs_of(&self, text: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        for name in parts(text) {
            let wanted = plain(&name);
            let program = self.programs.iter().find(|known| plain(known) == wanted);
            let program = program.ok_or_else(|| {
                format!(
                    "there is no active program '{name}': use one of {}",
                    self.programs.join(", ")
                )
            })?;
            if !found.contains(program) {
                found.push(program.clone());
            }
        }
        Ok(found)
    }
}

/// Several values in one text stand apart by `;`, or by `,` where there is no `;`.
fn parts(text: &str) -> Vec<String> {
    let separator = if text.contains(';') { ';' } else { ',' };
    let parts = text.split(separator).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A label as people write it: in any letter case, `_` and `-` for spaces, the plural for
/// the singular.
fn label<T: Copy>(all: &[T], labels: &[&str], text: &str, what: &str) -> Result<T, String> {
    let wanted = plain(text);
    let fits = |label: &&str| {
        let label = plain(label);
        wanted == label || wanted.strip_suffix('s') == Some(label.as_str())
    };
    let at = labels.iter().position(fits);
    at.map(|at| all[at])
        .ok_or_else(|| format!("'{text}' is no {what}: use one of {}", labels.join(", ")))
}

fn plain(text: &str) -> String {
    let words = text.replace(['_', '-'], " ").to_lowercase();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) fn known() -> Known {
    Known {
        programs: vec!["Early Childhood".to_owned(), "Health".to_owned()],
        year: 2026,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(field: Field, text: &str) -> Result<Said, String> {
        let mut said = Said::default();
        known().say(&mut said, field, text)?;
        Ok(said)
    }

    #[test]
    fn values_are_taken_as_people_write_them() {
        let doc_type = |text| said(Field::DocType, text).unwrap().doc_type;
        assert_eq!(doc_type("grant_proposals"), Some(DocType::GrantProposal));
        assert_eq!(doc_type("Annual Report"), Some(DocType::AnnualReport));
        assert_eq!(doc_type(" "), None);
        let programs = said(Field::Programs, "health; early-childhood").unwrap();
        assert_eq!(programs.programs.unwrap(), ["Health", "Early Childhood"]);
        let tags = said(Field::Tags, "rural, islands").unwrap();
        assert_eq!(tags.tags.unwrap(), ["rural", "islands"]);
        let funder = said(Field::Funder, " Maple Trust, Inc. ").unwrap();
        assert_eq!(funder.funder.as_deref(), Some("Maple Trust, Inc."));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        let wrong = |field, text: &str| said(field, text).unwrap_err();
        assert!(wrong(Field::Year, "1999").contains("between 2000 and 2027"));
        assert!(wrong(Field::Year, "last").contains("not a year"));
        assert!(wrong(Field::Funder, &"x".repeat(256)).contains("255"));
        assert!(wrong(Field::DocType, "Letter").contains("Strategic Plan"));
        assert!(wrong(Field::Programs, "Moon Base").contains("Early Childhood, Health"));
    }

    #[test]
    fn what_is_nearer_to_the_file_goes_first() {
        let near = Said {
            year: Some(2024),
            tags: Some(vec!["rural".to_owned()]),
            ..Said::default()
        };
        let far = Said {
            year: Some(2020),
            outcome: Some(Outcome::Funded),
            tags: Some(vec!["rural".to_owned(), "islands".to_owned()]),
            ..Said::default()
        };
        let both = near.or(&far).into_metadata();
        assert_eq!((both.year, both.outcome), (Some(2024), Outcome::Funded));
        assert_eq!(both.tags, ["rural", "islands"]);
    }
}
