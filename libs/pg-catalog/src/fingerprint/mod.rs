//! The canonical form: every object with one line of text.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use crate::catalog::Catalog;

mod describe;
mod kind;
mod parse;

pub use kind::Kind;
pub use parse::ParseError;

/// The first line of a fingerprint's text; the number changes with the form.
const HEADER: &str = "# pg-catalog fingerprint 1";

/// A catalog as a sorted list of objects, each described in one line. Its text
/// ([`Display`]) is made to be kept in a repository and reviewed, and can be
/// read back ([`std::str::FromStr`]).
///
/// Equal catalogs have equal texts, also when they come from different versions
/// of PostgreSQL: what the server and its machine bring (see
/// [`Environment`](crate::Environment)) is listed as objects of
/// [`Kind::Environment`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    objects: BTreeMap<Key, String>,
}

impl Fingerprint {
    /// Keeps the objects of some kinds only.
    pub fn retain(&mut self, keep: impl Fn(Kind) -> bool) {
        self.objects.retain(|key, _| keep(key.kind()));
    }

    /// Forgets a table (or view, sequence, …) with all that hangs on it.
    pub fn forget(&mut self, name: &str) {
        self.objects.retain(|key, _| key.name != name);
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.objects.keys().filter(|key| key.kind() == kind).count()
    }

    /// The description of an object.
    pub(crate) fn get(&self, key: &Key) -> Option<&String> {
        self.objects.get(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.objects.keys()
    }

    fn add(&mut self, kind: Kind, name: &str, text: impl Display) {
        let key = Key {
            owner: kind,
            name: name.to_owned(),
            part: None,
        };
        self.objects.insert(key, text.to_string());
    }

    fn add_part(&mut self, owner: Kind, of: &str, kind: Kind, name: &str, text: impl Display) {
        let key = Key {
            owner,
            name: of.to_owned(),
            part: Some((kind, name.to_owned())),
        };
        self.objects.insert(key, text.to_string());
    }
}

impl From<&Catalog> for Fingerprint {
    fn from(catalog: &Catalog) -> Self {
        describe::catalog(catalog)
    }
}

impl Catalog {
    /// The canonical form of this catalog.
    pub fn fingerprint(&self) -> Fingerprint {
        self.into()
    }
}

/// Where an object stands: sorted, the parts of a table follow it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The kind of the object, or of what it is a part of.
    pub(crate) owner: Kind,
    pub(crate) name: String,
    pub(crate) part: Option<(Kind, String)>,
}

impl Key {
    pub(crate) fn kind(&self) -> Kind {
        self.part.as_ref().map_or(self.owner, |(kind, _)| *kind)
    }

    /// The name for people: `table.column` for a part.
    pub(crate) fn full_name(&self) -> String {
        match &self.part {
            Some((_, part)) => format!("{}.{part}", self.name),
            None => self.name.clone(),
        }
    }

    /// What this is a part of.
    pub(crate) fn whole(&self) -> Option<Self> {
        self.part.as_ref().map(|_| Self {
            part: None,
            ..self.clone()
        })
    }
}

impl Display for Fingerprint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        for (key, text) in &self.objects {
            match &key.part {
                None => write!(f, "{} {}", key.owner, Escaped(&key.name))?,
                Some((kind, name)) => write!(f, "  {kind} {}", Escaped(name))?,
            }
            if text.is_empty() {
                writeln!(f)?;
            } else {
                writeln!(f, ": {text}")?;
            }
        }
        Ok(())
    }
}

/// A name in which nothing ends it: colons and line breaks are escaped.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\\' => f.write_str("\\\\"),
            ':' => f.write_str("\\:"),
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            c => write!(f, "{c}"),
        })
    }
}
