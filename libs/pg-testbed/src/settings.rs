//! Settings of a database, which cloning it does not carry over.

use std::fmt::Write as _;

use sqlx::{PgConnection, Row};

use crate::names::{ident, literal};

/// One `ALTER DATABASE … SET`, or `ALTER ROLE … IN DATABASE … SET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    role: Option<String>,
    name: String,
    value: String,
}

/// The settings of a database, in a fixed order.
pub(crate) async fn read(
    connection: &mut PgConnection,
    database: &str,
) -> Result<Vec<Setting>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT r.rolname::text AS role, setting
           FROM pg_db_role_setting s
           JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = $1
           LEFT JOIN pg_roles r ON r.oid = s.setrole
          CROSS JOIN unnest(s.setconfig) AS setting
          WHERE s.setrole = 0 OR r.oid IS NOT NULL
          ORDER BY 1 NULLS FIRST, 2",
    );
    let rows = rows.bind(database).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(Setting::new(row.try_get("role")?, row.try_get("setting")?)))
        .collect()
}

impl Setting {
    fn new(role: Option<String>, text: &str) -> Self {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        Self {
            role,
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }
}

/// The statements that give a database these settings. Each value is first set
/// in the session and then taken over: lists such as `search_path` need no
/// quoting of their own that way. A role is not: under it we could not go on. To be
/// run in one transaction.
pub(crate) fn apply(database: &str, settings: &[Setting]) -> String {
    let mut sql = String::new();
    for Setting { role, name, value } in settings {
        let role = role
            .as_ref()
            .map_or(String::new(), |role| format!("ROLE {} IN ", ident(role)));
        let (of, value) = (ident(database), literal(value));
        if name == "role" {
            let _ = writeln!(sql, "ALTER {role}DATABASE {of} SET role = {value};");
            continue;
        }
        let _ = writeln!(sql, "SELECT set_config({}, {value}, true);", literal(name));
        let name = ident(name);
        let _ = writeln!(sql, "ALTER {role}DATABASE {of} SET {name} FROM CURRENT;");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_roles_name_the_role() {
        let settings = [
            Setting::new(None, "role=web"),
            Setting::new(None, "search_path=app, public"),
            Setting::new(Some("web".to_owned()), "app.motto=it's = fine"),
        ];
        let expected = "ALTER DATABASE \"db\" SET role = 'web';\n\
            SELECT set_config('search_path', 'app, public', true);\n\
            ALTER DATABASE \"db\" SET \"search_path\" FROM CURRENT;\n\
            SELECT set_config('app.motto', 'it''s = fine', true);\n\
            ALTER ROLE \"web\" IN DATABASE \"db\" SET \"app.motto\" FROM CURRENT;\n";
        assert_eq!(apply("db", &settings), expected);
    }
}
