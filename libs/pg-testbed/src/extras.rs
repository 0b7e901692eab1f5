//! What PostgreSQL does not copy when it clones a database: its settings, the
//! rights on it, its limit of connections and its comment.

use std::fmt::Write as _;

use sqlx::{PgConnection, Row};

use crate::grants::{self, Grant};
use crate::names::{ident, literal};
use crate::note;
use crate::settings::{self, Setting};

/// What a clone has to be given besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras {
    settings: Vec<Setting>,
    /// `None` when nobody ever granted or revoked anything.
    grants: Option<Vec<Grant>>,
    /// How many sessions may be in it, if there is a limit.
    limit: Option<i32>,
    comment: String,
}

impl Extras {
    /// Reads those of a database.
    pub(crate) async fn read(
        connection: &mut PgConnection,
        database: &str,
    ) -> Result<Self, sqlx::Error> {
        let row = sqlx::query(
            "SELECT datacl IS NOT NULL AS granted, nullif(datconnlimit, -1) AS limit,
                    coalesce(shobj_description(oid, 'pg_database'), '') AS comment
               FROM pg_database WHERE datname = $1",
        );
        let row = row.bind(database).fetch_one(&mut *connection).await?;
        let grants = if row.try_get("granted")? {
            Some(grants::read(connection, database).await?)
        } else {
            None
        };
        let (_, comment) = note::read(row.try_get("comment")?);
        Ok(Self {
            settings: settings::read(connection, database).await?,
            grants,
            limit: row.try_get("limit")?,
            comment: comment.to_owned(),
        })
    }

    /// The statements that give them to a database, if there are any.
    pub(crate) fn apply(&self, database: &str) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let mut sql = String::from("BEGIN;\n");
        sql += &settings::apply(database, &self.settings);
        if let Some(grants) = &self.grants {
            sql += &grants::apply(database, grants);
        }
        if let Some(limit) = self.limit {
            let _ = writeln!(
                sql,
                "ALTER DATABASE {} CONNECTION LIMIT {limit};",
                ident(database)
            );
        }
        if !self.comment.is_empty() {
            let (database, comment) = (ident(database), literal(&self.comment));
            let _ = writeln!(sql, "COMMENT ON DATABASE {database} IS {comment};");
        }
        Some(sql + "COMMIT;")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_database_needs_nothing() {
        assert_eq!(Extras::default().apply("db"), None);
    }

    #[test]
    fn all_is_given_in_one_transaction() {
        let extras = Extras {
            grants: Some(Vec::new()),
            limit: Some(7),
            comment: "the shop's".to_owned(),
            ..Extras::default()
        };
        let expected = "BEGIN;\n\
            REVOKE ALL ON DATABASE \"db\" FROM PUBLIC;\n\
            ALTER DATABASE \"db\" CONNECTION LIMIT 7;\n\
            COMMENT ON DATABASE \"db\" IS 'the shop''s';\n\
            COMMIT;";
        assert_eq!(extras.apply("db").as_deref(), Some(expected));
    }
}
