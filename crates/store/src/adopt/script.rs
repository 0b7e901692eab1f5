//! Pieces of our own first migrations: what they make is written down once.

use crate::migrate::MIGRATOR;

/// The last migration whose effects `base.txt` describes.
pub(super) const LAST_OF_BASE: i64 = 20_261_122_000_006;

/// The statements of the first migrations that begin with `start`, each with its
/// semicolon.
fn statements(start: &str) -> impl Iterator<Item = String> {
    let base = MIGRATOR.iter().filter(|m| m.version <= LAST_OF_BASE);
    base.flat_map(|migration| split(migration.sql.as_str()))
        .filter(move |statement| statement.starts_with(start))
}

/// The one that begins so.
///
/// # Panics
/// If no migration has it: they are built in, and a test asks for each.
pub(super) fn statement(start: &str) -> String {
    statements(start)
        .next()
        .unwrap_or_else(|| panic!("no statement of the first migrations begins with {start}"))
}

/// The functions of the triggers, replacing what is there.
pub(super) fn functions() -> String {
    let made = statements("CREATE FUNCTION update_");
    let replaced = made.map(|f| f.replacen("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1));
    replaced.collect::<Vec<_>>().join("\n")
}

/// Cuts a script of ours: a statement ends with a semicolon at the end of a line,
/// outside of a function's body.
fn split(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let (mut statement, mut in_body) = (String::new(), false);
    for line in sql.lines() {
        if statement.is_empty() && (line.is_empty() || line.starts_with("--")) {
            continue;
        }
        if line.matches("$$").count() % 2 == 1 {
            in_body = !in_body;
        }
        if !statement.is_empty() {
            statement.push('\n');
        }
        statement.push_str(line);
        if !in_body && line.ends_with(';') {
            statements.push(std::mem::take(&mut statement));
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_cut_between_its_statements() {
        let cut = split("-- why\nSELECT 1;\n\nDO $$\nBEGIN\n    NULL;\nEND;\n$$;\nSELECT\n  2;\n");
        assert_eq!(
            cut,
            [
                "SELECT 1;",
                "DO $$\nBEGIN\n    NULL;\nEND;\n$$;",
                "SELECT\n  2;"
            ]
        );
    }

    #[test]
    fn all_pieces_that_are_asked_for_are_there() {
        assert_eq!(functions().matches("CREATE OR REPLACE FUNCTION").count(), 4);
        for table in ["programs", "system_config", "prompt_templates"] {
            let seeds = statement(&format!("INSERT INTO {table}"));
            assert!(seeds.ends_with("ON CONFLICT DO NOTHING;"), "{seeds}");
        }
    }
}
