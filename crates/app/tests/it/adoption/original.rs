//! The original's database at any of its revisions, with rows of the kinds that live
//! sites hold.

use sqlx::AssertSqlSafe;

use crate::support::Site;

/// The password of everybody.
pub(super) const PASSWORD: &str = "Meadow-4-lantern";

/// Its revisions, oldest first, each with what it does and with rows for what it made.
pub(super) const REVISIONS: [(&str, &str, &str); 10] = [
    (
        "2e0140e533a8",
        include_str!("original/01_2e0140e533a8.sql"),
        include_str!("rows/from_01.sql"),
    ),
    (
        "3f8d9a1c5e2b",
        include_str!("original/02_3f8d9a1c5e2b.sql"),
        include_str!("rows/from_02.sql"),
    ),
    (
        "d160586f5e0f",
        include_str!("original/03_d160586f5e0f.sql"),
        include_str!("rows/from_03.sql"),
    ),
    (
        "4a7e8b2d6c1f",
        include_str!("original/04_4a7e8b2d6c1f.sql"),
        include_str!("rows/from_04.sql"),
    ),
    (
        "5b9c3d8e1f4a",
        include_str!("original/05_5b9c3d8e1f4a.sql"),
        "",
    ),
    (
        "6f2e9b3a4d5c",
        include_str!("original/06_6f2e9b3a4d5c.sql"),
        include_str!("rows/from_06.sql"),
    ),
    (
        "7g3f0c9b5e6d",
        include_str!("original/07_7g3f0c9b5e6d.sql"),
        "",
    ),
    (
        "8h4g1d0c6f7e",
        include_str!("original/08_8h4g1d0c6f7e.sql"),
        "",
    ),
    (
        "9i5h2e1d7f8g",
        include_str!("original/09_9i5h2e1d7f8g.sql"),
        "",
    ),
    (
        "d90d97ca4bbf",
        include_str!("original/10_d90d97ca4bbf.sql"),
        "",
    ),
];

/// A database of the original, as it stands after so many of its revisions.
pub(super) fn after(revisions: usize) -> Original {
    let done = &REVISIONS[..revisions];
    let mut script: String = done.iter().map(|(_, schema, _)| *schema).collect();
    let hash = bcrypt::hash(PASSWORD, 4).unwrap();
    let rows = done
        .iter()
        .map(|(_, _, rows)| rows.replace("PASSWORD", &hash));
    script.extend(rows);
    let mark = done[revisions - 1].0;
    script.extend(["INSERT INTO alembic_version VALUES ('", mark, "');\n"]);
    Original { script }
}

/// The same at its last revision.
pub(super) fn at_head() -> Original {
    after(REVISIONS.len())
}

/// What makes the database.
pub(super) struct Original {
    script: String,
}

impl Original {
    /// As made before the original used Alembic, or without its mark.
    pub(super) fn without_mark(self) -> Self {
        self.then("DROP TABLE alembic_version;")
    }

    /// Without the rows that our stricter constraints do not allow.
    pub(super) fn in_order(self) -> Self {
        self.then("DELETE FROM outputs WHERE title IN ('Decided early', 'Generous');")
    }

    /// With something done to it.
    pub(super) fn then(mut self, sql: &str) -> Self {
        self.script += sql;
        self.script += "\n";
        self
    }

    /// A site with this database.
    pub(super) async fn site(self) -> Site {
        let site = Site::with_empty_database().await;
        let script = AssertSqlSafe(self.script);
        sqlx::raw_sql(script).execute(&site.pool()).await.unwrap();
        site
    }
}
