//! What the names of folders say about the files in them, by a rule such as
//! `{year}/{program}/{doc_type}`.

use std::str::FromStr;

use super::said::{Field, Known, Said};

/// Stands for a name that says nothing.
const ANYTHING: &str = "_";

/// A rule: a pattern for each folder on the way from the top to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderRule(Vec<Segment>);

/// A pattern for one name: what stands around what is said, and which field it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    before: String,
    after: String,
    /// `None` where the name says nothing.
    field: Option<Field>,
    is_fixed: bool,
}

impl FromStr for FolderRule {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let segments = text.trim_matches('/').split('/').map(str::parse);
        segments.collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Segment {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((before, rest)) = text.split_once('{') else {
            return Ok(Self {
                before: text.to_owned(),
                after: String::new(),
                field: None,
                is_fixed: true,
            });
        };
        let (name, after) = rest
            .split_once('}')
            .ok_or_else(|| format!("'{text}': the '{{' is not closed"))?;
        if after.contains('{') {
            return Err(format!("'{text}': a folder's name can say one thing only"));
        }
        let field = match name {
            ANYTHING => None,
            name => Some(Field::of_name(name).ok_or_else(|| {
                format!("'{{{name}}}' is not known: use {}, or {{_}}", Field::NAMES)
            })?),
        };
        Ok(Self {
            before: before.to_owned(),
            after: after.to_owned(),
            field,
            is_fixed: false,
        })
    }
}

impl FolderRule {
    /// What the folders above a file say; `path` leads from the top to the file, with `/`.
    /// Folders below the rule, and files above its last folder, are fine: what is not there
    /// says nothing.
    pub(super) fn read(&self, path: &str, known: &Known) -> Result<Said, String> {
        let mut said = Said::default();
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
        let folders = folders.split('/').filter(|name| !name.is_empty());
        for (segment, name) in self.0.iter().zip(folders) {
            let told = segment
                .value(name)
                .ok_or_else(|| format!("the folder '{name}' does not fit '{segment}'"))?;
            if let Some(field) = segment.field {
                known
                    .say(&mut said, field, told)
                    .map_err(|problem| format!("the folder '{name}': {problem}"))?;
            }
        }
        Ok(said)
    }
}

impl Segment {
    /// What a name says by this pattern.
    fn value<'a>(&self, name: &'a str) -> Option<&'a str> {
        if self.is_fixed {
            return (self.before.to_lowercase() == name.to_lowercase()).then_some("");
        }
        name.strip_prefix(&self.before)?.strip_suffix(&self.after)
    }
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_fixed {
            return f.write_str(&self.before);
        }
        let what = match self.field {
            None => ANYTHING,
            Some(Field::Title) => "title",
            Some(Field::DocType) => "doc_type",
            Some(Field::Year) => "year",
            Some(Field::Programs) => "program",
            Some(Field::Tags) => "tag",
            Some(Field::Outcome) => "outcome",
            Some(Field::Funder) => "funder",
            Some(Field::Notes) => "notes",
        };
        write!(f, "{}{{{what}}}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use archivist_domain::DocType;

    use super::super::said::known;
    use super::*;

    fn read(rule: &str, path: &str) -> Result<Said, String> {
        rule.parse::<FolderRule>().unwrap().read(path, &known())
    }

    #[test]
    fn each_folder_says_what_the_rule_has_at_its_place() {
        let rule = "{year}/{program}/{doc_type}";
        let said = read(rule, "2024/health/Annual Reports/final/a.pdf").unwrap();
        assert_eq!(said.year, Some(2024));
        assert_eq!(said.programs.unwrap(), ["Health"]);
        assert_eq!(said.doc_type, Some(DocType::AnnualReport));
        // A file further up has fewer folders to say something.
        let said = read(rule, "2024/a.pdf").unwrap();
        assert_eq!((said.year, said.programs), (Some(2024), None));
        assert_eq!(read(rule, "a.pdf").unwrap(), Said::default());
    }

    #[test]
    fn names_may_hold_more_than_what_they_say() {
        let rule = "grants/FY{year}/{_}/{tag}/for {funder}";
        let said = read(rule, "Grants/FY2023/x/rural/for Maple Trust/a.pdf").unwrap();
        assert_eq!(said.year, Some(2023));
        assert_eq!(said.tags.unwrap(), ["rural"]);
        assert_eq!(said.funder.as_deref(), Some("Maple Trust"));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let problem = read("{year}", "Old/a.pdf").unwrap_err();
        assert!(
            problem.contains("the folder 'Old': 'Old' is not a year"),
            "{problem}"
        );
        let problem = read("FY{year}", "2023/a.pdf").unwrap_err();
        assert!(problem.contains("does not fit 'FY{year}'"), "{problem}");
        for rule in ["{yaer}", "{year", "{year}{tag}"] {
            assert!(rule.parse::<FolderRule>().is_err(), "{rule}");
        }
    }
}
