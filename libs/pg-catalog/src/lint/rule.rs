//! The rules, with what to do instead.

use std::fmt::{self, Display, Formatter};

use serde::{Serialize, Serializer};

/// A rule for migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The file can be read.
    Syntax,
    /// Comments that allow something are well formed and needed.
    Allowance,
    /// Locks are waited for a limited time.
    LockTimeout,
    /// A new column gets a default that need not be computed for each row.
    VolatileDefault,
    /// A new column can be filled in rows that are there.
    RequiredColumn,
    /// A column becomes NOT NULL only after a CHECK has proved it.
    SetNotNull,
    /// A column keeps its type.
    ColumnType,
    /// An index is built while the table is in use.
    IndexConcurrently,
    /// CONCURRENTLY stands outside of a transaction.
    ConcurrentlyInTransaction,
    /// A new constraint does not look at all rows under a lock.
    ConstraintNotValid,
    /// A constraint is validated in another transaction than it is added in.
    ValidateApart,
    /// A key is made from an index that was built before.
    KeyUsingIndex,
    /// A new enum label is used only after it was committed.
    LabelAtOnce,
    /// Columns stay while a program may read them.
    DropColumn,
    /// Tables stay while a program may read them.
    DropTable,
    /// Names stay while a program may use them.
    Rename,
    /// A table is not written anew under a lock.
    Rewrite,
    /// Not all rows of a table are changed in one transaction.
    AllRows,
    /// Tables are not locked for others.
    LockTable,
}

/// Each rule with its name and what to do.
const RULES: [(Rule, &str, &str); 19] = [
    (Rule::Syntax, "syntax", "Close it."),
    (
        Rule::Allowance,
        "allowance",
        "Write `-- lint: allow(RULE) because REASON` before the statement that breaks the rule, or remove it.",
    ),
    (
        Rule::LockTimeout,
        "lock-timeout",
        "Begin with `SET LOCAL lock_timeout = '5s';` (without LOCAL outside of a transaction): \
         who waits for a lock makes everybody else wait.",
    ),
    (
        Rule::VolatileDefault,
        "volatile-default",
        "The whole table is written anew under a lock. Add the column without it, set the default, \
         and fill old rows in batches.",
    ),
    (
        Rule::RequiredColumn,
        "required-column",
        "It fails as soon as there is a row. Give it a constant default, or add it as nullable, \
         fill it, and make it NOT NULL later.",
    ),
    (
        Rule::SetNotNull,
        "set-not-null",
        "All rows are read under a lock. First add `CHECK (column IS NOT NULL) NOT VALID`, then \
         validate it in another migration; then SET NOT NULL trusts it.",
    ),
    (
        Rule::ColumnType,
        "column-type",
        "The table may be written anew under a lock, and programs that run meanwhile break. Add a \
         column of the new type, fill it, switch over, drop the old one later.",
    ),
    (
        Rule::IndexConcurrently,
        "index-concurrently",
        "Others wait until it is done. Use CREATE, DROP or REINDEX INDEX CONCURRENTLY in a migration \
         of its own, outside of a transaction.",
    ),
    (
        Rule::ConcurrentlyInTransaction,
        "concurrently-in-transaction",
        "PostgreSQL refuses that. Let this migration run outside of a transaction, with nothing else in it.",
    ),
    (
        Rule::ConstraintNotValid,
        "constraint-not-valid",
        "All rows are read under a lock. Add it NOT VALID, and VALIDATE CONSTRAINT in another migration.",
    ),
    (
        Rule::ValidateApart,
        "validate-apart",
        "The lock of ADD CONSTRAINT is held while all rows are read. Validate it in another migration.",
    ),
    (
        Rule::KeyUsingIndex,
        "key-using-index",
        "Everybody waits until its index is built. Build a unique index CONCURRENTLY first, then \
         ADD CONSTRAINT … USING INDEX.",
    ),
    (
        Rule::LabelAtOnce,
        "label-at-once",
        "A new label can be used only after the transaction that adds it. Use it in another migration.",
    ),
    (
        Rule::DropColumn,
        "drop-column",
        "Programs of the last release may still read it. Stop using it in one release, drop it in the next.",
    ),
    (
        Rule::DropTable,
        "drop-table",
        "Programs of the last release may still read it, and its rows are gone. Stop using it in one \
         release, drop it in the next.",
    ),
    (
        Rule::Rename,
        "rename",
        "Programs of the last release use the old name. Add the new one beside it, switch over, drop \
         the old one later.",
    ),
    (
        Rule::Rewrite,
        "rewrite",
        "Nobody can use the table until it is written anew. Do it while the site is down, or not at all.",
    ),
    (
        Rule::AllRows,
        "all-rows",
        "Every row stays locked until all are done. Change them in batches, from the program.",
    ),
    (
        Rule::LockTable,
        "lock-table",
        "Others cannot write, or not even read, until the transaction ends. Leave it to each \
         statement to take the lock that it needs.",
    ),
];

impl Rule {
    /// Its name, as allowances and messages have it.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// What to do instead.
    pub fn advice(self) -> &'static str {
        self.entry().2
    }

    /// The rule of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = RULES.iter().find(|(_, known, _)| *known == name);
        found.map(|(rule, _, _)| *rule)
    }

    fn entry(self) -> (Self, &'static str, &'static str) {
        let found = RULES.iter().find(|(rule, _, _)| *rule == self);
        found.copied().unwrap_or((self, "", ""))
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
