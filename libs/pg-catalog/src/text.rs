//! The canonical text: one line per thing, the same for equal catalogs.

use std::fmt::{self, Display, Formatter};

use crate::catalog::{
    Catalog, Column, Constraint, Definition, EnumType, Extension, Function, Sequence, Table,
};

impl Catalog {
    /// The canonical text of this catalog: sorted, without anything that differs
    /// between databases of the same shape. Made to be kept in a repository and
    /// compared by line.
    pub fn fingerprint(&self) -> String {
        self.to_string()
    }
}

impl Display for Catalog {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        lines(f, "extension ", &self.extensions)?;
        lines(f, "enum ", &self.enums)?;
        lines(f, "", &self.tables)?;
        lines(f, "sequence ", &self.sequences)?;
        lines(f, "function ", &self.functions)?;
        lines(f, "view ", &self.views)
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "table {}", self.name)?;
        below(f, "column ", &self.columns)?;
        below(f, "constraint ", &self.constraints)?;
        below(f, "index ", &self.indexes)?;
        below(f, "trigger ", &self.triggers)
    }
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.data_type)?;
        if !self.nullable {
            f.write_str(" not null")?;
        }
        if let Some(default) = &self.default {
            write!(f, " default {}", OneLine(default))?;
        }
        let filling = self.filling.to_string();
        if filling.is_empty() {
            Ok(())
        } else {
            write!(f, " {filling}")
        }
    }
}

impl Display for Constraint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, OneLine(&self.definition))
    }
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, OneLine(&self.definition))
    }
}

impl Display for EnumType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.labels.join(", "))
    }
}

impl Display for Extension {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl Display for Sequence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.definition)?;
        match &self.owned_by {
            Some(column) => write!(f, " owned by {column}"),
            None => Ok(()),
        }
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} returns {} sha256 {}",
            self.name, self.returns, self.definition_hash
        )
    }
}

/// A text with its line breaks and indentation made single spaces.
struct OneLine<'a>(&'a str);

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut lines = self
            .0
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        f.write_str(lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| write!(f, " {line}"))
    }
}

fn lines(f: &mut Formatter<'_>, word: &str, things: &[impl Display]) -> fmt::Result {
    things
        .iter()
        .try_for_each(|thing| writeln!(f, "{word}{thing}"))
}

fn below(f: &mut Formatter<'_>, word: &str, things: &[impl Display]) -> fmt::Result {
    things
        .iter()
        .try_for_each(|thing| write!(f, "\n  {word}{thing}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_of_several_lines_becomes_one() {
        let view = Definition {
            name: "v".to_owned(),
            definition: " SELECT 1\n   FROM t;\n".to_owned(),
        };
        assert_eq!(view.to_string(), "v SELECT 1 FROM t;");
    }
}
