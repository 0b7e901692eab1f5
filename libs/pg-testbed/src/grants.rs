//! Rights on a database, which cloning it does not carry over.

use std::fmt::Write as _;

use sqlx::{PgConnection, Row};

use crate::names::ident;

/// One right on a database, held by a role or by everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// `None` is everybody (`PUBLIC`).
    role: Option<String>,
    privilege: String,
    grantable: bool,
}

/// The rights on a database, without the owner's own, which it always has.
pub(crate) async fn read(
    connection: &mut PgConnection,
    database: &str,
) -> Result<Vec<Grant>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT r.rolname::text AS role, held.privilege_type AS privilege,
                held.is_grantable AS grantable
           FROM pg_database d CROSS JOIN aclexplode(d.datacl) AS held
           LEFT JOIN pg_roles r ON r.oid = held.grantee
          WHERE d.datname = $1 AND held.grantee <> d.datdba
            AND (held.grantee = 0 OR r.oid IS NOT NULL)
          ORDER BY 1 NULLS FIRST, 2",
    );
    let rows = rows.bind(database).fetch_all(connection).await?;
    let grant = |row: &sqlx::postgres::PgRow| {
        Ok(Grant {
            role: row.try_get("role")?,
            privilege: row.try_get("privilege")?,
            grantable: row.try_get("grantable")?,
        })
    };
    rows.iter().map(grant).collect()
}

/// The statements that leave a new database with these rights and no others.
pub(crate) fn apply(database: &str, grants: &[Grant]) -> String {
    let database = ident(database);
    let mut sql = format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC;\n");
    for grant in grants {
        let role = grant.role.as_deref().map(ident);
        let role = role.as_deref().unwrap_or("PUBLIC");
        let option = if grant.grantable {
            " WITH GRANT OPTION"
        } else {
            ""
        };
        let privilege = &grant.privilege;
        let _ = writeln!(
            sql,
            "GRANT {privilege} ON DATABASE {database} TO {role}{option};"
        );
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rights_of_everybody_go_first() {
        let grants = [
            Grant {
                role: None,
                privilege: "TEMPORARY".to_owned(),
                grantable: false,
            },
            Grant {
                role: Some("web".to_owned()),
                privilege: "CONNECT".to_owned(),
                grantable: true,
            },
        ];
        let expected = "REVOKE ALL ON DATABASE \"db\" FROM PUBLIC;\n\
            GRANT TEMPORARY ON DATABASE \"db\" TO PUBLIC;\n\
            GRANT CONNECT ON DATABASE \"db\" TO \"web\" WITH GRANT OPTION;\n";
        assert_eq!(apply("db", &grants), expected);
    }
}
