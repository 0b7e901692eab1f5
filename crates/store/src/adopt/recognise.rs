//! What a database is: empty, ours, the original's, or something else.

use std::fmt;

use sqlx::PgConnection;

use super::shape::{Column, Shape, Table, stranger};
use super::values::type_of_labels;
use crate::contract::{self, Finding};
use crate::migrate;

/// A step of the original's own migrations (Alembic).
#[derive(Debug)]
pub struct Revision {
    /// Its name in `alembic_version`.
    pub id: &'static str,
    /// What it brought, in words.
    pub brought: &'static str,
    /// Tables and columns (`table.column`) that are there from here on.
    adds: &'static [&'static str],
}

/// The ten revisions, oldest first.
pub(super) const REVISIONS: [Revision; 10] = [
    Revision {
        id: "2e0140e533a8",
        brought: "the first tables",
        adds: &[
            "documents",
            "document_programs",
            "document_tags",
            "prompt_templates",
            "conversations",
            "messages",
            "system_config",
            "audit_log",
        ],
    },
    Revision {
        id: "3f8d9a1c5e2b",
        brought: "writing styles",
        adds: &["writing_styles"],
    },
    Revision {
        id: "d160586f5e0f",
        brought: "the first configuration and templates",
        adds: &[],
    },
    Revision {
        id: "4a7e8b2d6c1f",
        brought: "accounts and sessions",
        adds: &["users", "user_sessions"],
    },
    Revision {
        id: "5b9c3d8e1f4a",
        brought: "the makers of writing styles",
        adds: &[],
    },
    Revision {
        id: "6f2e9b3a4d5c",
        brought: "outputs",
        adds: &["outputs"],
    },
    Revision {
        id: "7g3f0c9b5e6d",
        brought: "the context of conversations",
        adds: &["conversations.context"],
    },
    Revision {
        id: "8h4g1d0c6f7e",
        brought: "the sensitivity of documents",
        adds: &[
            "documents.is_sensitive",
            "documents.sensitivity_level",
            "documents.sensitivity_notes",
            "documents.sensitivity_confirmed_at",
            "documents.sensitivity_confirmed_by",
        ],
    },
    Revision {
        id: "9i5h2e1d7f8g",
        brought: "programs",
        adds: &["programs"],
    },
    Revision {
        id: "d90d97ca4bbf",
        brought: "documents tied to programs",
        adds: &[],
    },
];

/// The revision that brought the first configuration and templates.
pub(super) const SEEDS: usize = 2;

/// The revision that brought programs.
pub(super) const PROGRAMS: usize = 8;

/// What the original has and we do not need: a longer list of labels says it, or
/// another index does. As `table.name`.
pub(super) const SUPERSEDED: [&str; 7] = [
    "document_programs.valid_program",
    "users.valid_user_role",
    "outputs.valid_output_type",
    "outputs.valid_status",
    "users.idx_users_email",
    "programs.idx_programs_name",
    "document_programs.idx_document_programs_program_fk",
];

/// What the original has in another form, as `table.name` and that form.
pub(super) const OLDER_FORMS: [(&str, &str); 1] = [(
    "document_programs.fk_document_programs_program",
    "FOREIGN KEY (program) REFERENCES programs(name) ON DELETE RESTRICT",
)];

/// Where Alembic keeps the revision.
pub(super) const MARK: &str = "alembic_version";

/// The column that we add to a table of the original.
const OURS: &str = "writing_styles.style_type";

/// What a database is.
#[derive(Debug)]
pub enum Recognised {
    /// It holds no tables.
    Empty,
    /// Our own migrations have been here.
    Ours,
    /// It is the original's.
    Original(Original),
    /// It is something else.
    Unknown(Unknown),
}

/// A database of the original.
#[derive(Debug)]
pub struct Original {
    /// Whether `alembic_version` names the revision, or the tables told it.
    pub is_marked: bool,
    /// The place of the revision in [`REVISIONS`].
    pub(super) place: usize,
    /// Its catalog.
    pub(super) shape: Shape,
}

impl Original {
    /// The revision that it is at.
    pub fn revision(&self) -> &'static Revision {
        &REVISIONS[self.place]
    }
}

impl fmt::Display for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Revision { id, brought, .. } = self.revision();
        let place = self.place + 1;
        write!(
            f,
            "a database of the original system at revision {id} ({place} of 10: {brought})"
        )?;
        if self.is_marked {
            Ok(())
        } else {
            write!(f, ", told by its tables because {MARK} does not say it")
        }
    }
}

/// What makes a database neither ours nor the original's.
#[derive(Debug)]
pub struct Unknown {
    /// Whether any table of the original is there.
    pub resembles: bool,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.resembles {
            f.write_str(
                "this database resembles one of the original system, but this is not as there:",
            )?;
        } else {
            f.write_str(
                "this database was not made by this program or by the original system. It holds:",
            )?;
        }
        for finding in &self.findings {
            write!(f, "\n  {}", Line(finding))?;
        }
        f.write_str("\nNothing was changed. ")?;
        if self.resembles {
            f.write_str(
                "If the list shows additions of your own, move or drop them and try again \
                 (docs/moving.md says how); if this is another program's database, point \
                 DATABASE_URL at an empty one.",
            )
        } else {
            f.write_str("Point DATABASE_URL at an empty database.")
        }
    }
}

/// A finding on one line.
struct Line<'a>(&'a Finding);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding {
            subject,
            expected,
            found,
        } = self.0;
        match (expected, found) {
            (None, Some(found)) if found == "present" => write!(f, "{subject}: not known"),
            (None, Some(found)) => write!(f, "{subject}: not known ({found})"),
            (Some(_), None) => write!(f, "{subject}: missing"),
            (Some(expected), Some(found)) => {
                write!(f, "{subject}: {found}, where {expected} is expected")
            }
            (None, None) => f.write_str(subject),
        }
    }
}

/// Looks at a database; changes nothing.
pub async fn recognise(conn: &mut PgConnection) -> sqlx::Result<Recognised> {
    if migrate::has_history(&mut *conn).await? {
        return Ok(Recognised::Ours);
    }
    let catalog = contract::read(conn).await?;
    let shape = Shape::of(&contract::contract_of(&catalog).to_string());
    if shape.tables.is_empty() {
        return Ok(Recognised::Empty);
    }
    // Asked again: another process may have been making its tables just now.
    if migrate::has_history(&mut *conn).await? {
        return Ok(Recognised::Ours);
    }
    let marks = marks(conn, &shape).await?;
    Ok(match place_of(&shape, &marks) {
        Ok((place, is_marked)) => Recognised::Original(Original {
            is_marked,
            place,
            shape,
        }),
        Err(findings) => Recognised::Unknown(Unknown {
            resembles: shape.tables.keys().any(|table| is_of_original(table)),
            findings,
        }),
    })
}

/// What `alembic_version` says, where it is there.
async fn marks(conn: &mut PgConnection, shape: &Shape) -> sqlx::Result<Vec<String>> {
    if shape.column(MARK, "version_num").is_none() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar("SELECT version_num::text FROM alembic_version ORDER BY 1")
        .fetch_all(conn)
        .await
}

fn is_of_original(table: &str) -> bool {
    REVISIONS
        .iter()
        .any(|revision| revision.adds.contains(&table))
}

/// The place of the revision, and whether the database itself names it.
fn place_of(shape: &Shape, marks: &[String]) -> Result<(usize, bool), Vec<Finding>> {
    if !shape.tables.keys().any(|table| is_of_original(table)) {
        let tables = shape.tables.keys();
        return Err(tables
            .map(|t| stranger(&format!("table {t}"), ""))
            .collect());
    }
    let (place, is_marked) = match marks {
        [] => (told_by_tables(shape), false),
        [mark] => match REVISIONS.iter().position(|revision| revision.id == mark) {
            Some(place) => (place, true),
            None => return Err(vec![unknown_mark(mark)]),
        },
        several => return Err(vec![unknown_mark(&several.join(", "))]),
    };
    let mut findings = strangers(shape);
    findings.extend(missing(shape, place));
    if findings.is_empty() {
        Ok((place, is_marked))
    } else {
        Err(findings)
    }
}

fn unknown_mark(found: &str) -> Finding {
    Finding {
        subject: format!("revision in {MARK}"),
        expected: Some(format!(
            "one of the ten from {} to {}",
            REVISIONS[0].id, REVISIONS[9].id
        )),
        found: Some(found.to_owned()),
    }
}

/// The last revision whose traces, and those of all before it, are there.
fn told_by_tables(shape: &Shape) -> usize {
    let mut place = 0;
    for (at, revision) in REVISIONS.iter().enumerate().skip(1) {
        if !revision.adds.iter().all(|thing| is_there(shape, thing)) {
            break;
        }
        // A revision without traces is passed when a later one is reached.
        if !revision.adds.is_empty() {
            place = at;
        }
    }
    let last_leaves_a_key = shape.tables.get("document_programs").is_some_and(|table| {
        table
            .constraints
            .contains_key("fk_document_programs_program")
    });
    if place == PROGRAMS && last_leaves_a_key {
        place += 1;
    }
    place
}

fn is_there(shape: &Shape, thing: &str) -> bool {
    match thing.split_once('.') {
        Some((table, column)) => shape.column(table, column).is_some(),
        None => shape.tables.contains_key(thing),
    }
}

/// What the revision promises and is not there. A key, an index or a trigger that is
/// missing is made anew; a table or column would be lost data.
fn missing(shape: &Shape, place: usize) -> Vec<Finding> {
    let promised = REVISIONS[..=place].iter().flat_map(|r| r.adds);
    let later: Vec<_> = REVISIONS[place + 1..].iter().flat_map(|r| r.adds).collect();
    let mut missing: Vec<String> = promised
        .filter(|thing| !is_there(shape, thing))
        .map(ToString::to_string)
        .collect();
    for (name, table) in Shape::base().tables {
        if !shape.tables.contains_key(&name) {
            continue;
        }
        let columns = table
            .columns
            .keys()
            .map(|column| format!("{name}.{column}"));
        missing.extend(columns.filter(|thing| {
            !is_there(shape, thing) && thing != OURS && !later.contains(&&thing.as_str())
        }));
    }
    missing.sort();
    missing.dedup();
    let kind = |thing: &str| {
        if thing.contains('.') {
            "column"
        } else {
            "table"
        }
    };
    missing
        .into_iter()
        .map(|thing| Finding {
            subject: format!("{} {thing}", kind(&thing)),
            expected: Some("present".to_owned()),
            found: None,
        })
        .collect()
}

/// What neither the original nor we know.
fn strangers(shape: &Shape) -> Vec<Finding> {
    let base = Shape::base();
    let mut found = Vec::new();
    for (name, table) in &shape.tables {
        match base.tables.get(name) {
            Some(known) => found.extend(strangers_of(name, table, known)),
            None => found.push(stranger(&format!("table {name}"), "")),
        }
    }
    let enums = shape
        .enums
        .keys()
        .filter(|name| !base.enums.contains_key(*name));
    found.extend(enums.map(|name| stranger(&format!("ENUM type {name}"), "")));
    let functions = shape.functions.keys();
    let unknown = functions.filter(|name| !base.functions.contains_key(*name));
    found.extend(unknown.map(|name| stranger(&format!("function {name}"), "")));
    found.extend(shape.others.iter().cloned());
    found
}

fn strangers_of(name: &str, table: &Table, known: &Table) -> Vec<Finding> {
    let mut found = table.others.clone();
    if !table.traits.is_empty() {
        found.push(stranger(&format!("table {name}"), &table.traits));
    }
    for (column, actual) in &table.columns {
        let subject = format!("column {name}.{column}");
        match known.columns.get(column) {
            None => found.push(stranger(&subject, &actual.data_type)),
            Some(expected) if !is_convertible(name, column, actual, expected) => {
                found.push(Finding {
                    subject,
                    expected: Some(expected.data_type.clone()),
                    found: Some(actual.data_type.clone()),
                });
            }
            Some(_) => {}
        }
    }
    let kinds = [
        ("constraint", &table.constraints, &known.constraints),
        ("index", &table.indexes, &known.indexes),
        ("trigger", &table.triggers, &known.triggers),
    ];
    for (kind, actual, expected) in kinds {
        for (part, text) in actual {
            let subject = format!("{kind} {name}.{part}");
            match expected.get(part) {
                Some(known) if is_as_known(name, part, text, known) => {}
                Some(known) => found.push(Finding {
                    subject,
                    expected: Some(known.clone()),
                    found: Some(text.clone()),
                }),
                None if SUPERSEDED.contains(&format!("{name}.{part}").as_str()) => {}
                None => found.push(stranger(&subject, text)),
            }
        }
    }
    found
}

/// Columns of labels may still be texts, or of the type under its name.
fn is_convertible(table: &str, column: &str, actual: &Column, expected: &Column) -> bool {
    let is_text = ["character varying", "text", "character("]
        .iter()
        .any(|text| actual.data_type.starts_with(text));
    let holds_labels = type_of_labels(table, column).is_some();
    actual.data_type == expected.data_type || (holds_labels && is_text)
}

fn is_as_known(table: &str, part: &str, text: &str, known: &str) -> bool {
    let older = OLDER_FORMS
        .iter()
        .any(|(name, form)| *name == format!("{table}.{part}") && *form == text);
    // Guards new rows only: it is said and tried again after adoption.
    older || text == known || text.strip_suffix(" NOT VALID") == Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_tables_of(place: usize) -> Shape {
        let mut shape = Shape::base();
        let later: Vec<_> = REVISIONS[place + 1..].iter().flat_map(|r| r.adds).collect();
        for thing in later {
            match thing.split_once('.') {
                Some((table, column)) => {
                    if let Some(table) = shape.tables.get_mut(table) {
                        table.columns.remove(column);
                    }
                }
                None => {
                    shape.tables.remove(*thing);
                }
            }
        }
        if place < 9
            && let Some(table) = shape.tables.get_mut("document_programs")
        {
            table.constraints.remove("fk_document_programs_program");
        }
        shape
    }

    #[test]
    fn tables_tell_the_revision() {
        // The third and the fifth leave no table or column behind.
        for (place, told) in [
            (0, 0),
            (1, 1),
            (2, 1),
            (3, 3),
            (4, 3),
            (5, 5),
            (6, 6),
            (7, 7),
            (8, 8),
            (9, 9),
        ] {
            let shape = all_tables_of(place);
            assert_eq!(place_of(&shape, &[]).unwrap(), (told, false), "{place}");
            let mark = vec![REVISIONS[place].id.to_owned()];
            assert_eq!(place_of(&shape, &mark).unwrap(), (place, true));
        }
    }

    #[test]
    fn a_mark_that_promises_more_than_is_there_is_not_believed() {
        let findings = place_of(&all_tables_of(4), &["d90d97ca4bbf".to_owned()]).unwrap_err();
        let subjects: Vec<_> = findings.iter().map(|f| f.subject.as_str()).collect();
        assert!(subjects.contains(&"table outputs"), "{subjects:?}");
        assert!(
            subjects.contains(&"column conversations.context"),
            "{subjects:?}"
        );
    }
}
