//! Each client's own settings (`SET`), on a session that others share.

use std::iter;

use super::client::Phase;
use super::stack::Effect;
use super::turn::Turn;
use crate::sql::{Scope, Setting};
use crate::wire::{Broken, Startup};

/// Startup parameters that are no settings, or that are the same for all.
const NOT_SETTINGS: [&str; 5] = [
    "user",
    "database",
    "replication",
    "options",
    "client_encoding",
];

/// Stands for the name of a setting where all are reset.
const ALL: &str = "*";

/// Gives a session back the settings that it began with.
const CLEAR: &str = "RESET SESSION AUTHORIZATION;RESET ROLE;RESET ALL;";

/// A setting as the SQL that makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    sql: String,
    scope: Scope,
    /// The level of the client's transaction in which it was made; `None` when
    /// it is committed.
    level: Option<usize>,
}

impl Entry {
    fn replaces(&self, old: &Self) -> bool {
        let passing = |entry: &Self| entry.scope == Scope::Transaction;
        self.name == old.name && self.level == old.level && passing(self) == passing(old)
    }

    /// Whether `RESET ALL` leaves it as it is.
    fn is_role(&self) -> bool {
        matches!(self.name.as_str(), "role" | "session authorization")
    }
}

/// A client's settings, from its first packet on.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    startup: Vec<(String, String)>,
    later: Vec<Entry>,
}

impl Settings {
    /// The settings that a client asks for when it connects.
    pub(crate) fn new(startup: &Startup) -> Self {
        let named = startup
            .0
            .iter()
            .filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()));
        let mut all: Vec<_> = named.cloned().collect();
        all.extend(options(startup.get("options").unwrap_or_default()));
        let startup = all.into_iter().map(|(name, value)| {
            let sql = format!(
                "SELECT pg_catalog.set_config({}, {}, false);",
                literal(&name),
                literal(&value)
            );
            (name.to_ascii_lowercase(), sql)
        });
        Self {
            startup: startup.collect(),
            later: Vec::new(),
        }
    }

    /// Notes a change that the server has made for the client.
    pub(crate) fn note(&mut self, setting: &Setting, sql: &str, level: usize) {
        let began = self.startup.iter().find(|(name, _)| *name == setting.name);
        let sql = match (setting.scope, began) {
            (Scope::Reset, Some((_, sql))) => sql.clone(),
            _ => sql.to_owned(),
        };
        self.later.push(Entry {
            name: setting.name.clone(),
            sql,
            scope: setting.scope,
            level: Some(level),
        });
        self.tidy();
    }

    /// Notes that all settings were reset, to those of the first packet.
    pub(crate) fn note_reset_all(&mut self, level: usize) {
        let startup = self.startup.iter().map(|(_, sql)| sql.as_str());
        self.later.push(Entry {
            name: ALL.to_owned(),
            sql: iter::once("RESET ALL;").chain(startup).collect(),
            scope: Scope::Reset,
            level: Some(level),
        });
    }

    /// Ends the client's transaction: what was for it alone goes.
    pub(crate) fn commit(&mut self) {
        if let Some(reset) = self.later.iter().rposition(|entry| entry.name == ALL) {
            let roles: Vec<Entry> = self.later.drain(..=reset).filter(Entry::is_role).collect();
            self.later.splice(..0, roles);
        }
        self.later.retain(|entry| entry.scope != Scope::Transaction);
        for entry in &mut self.later {
            entry.level = None;
        }
        self.tidy();
    }

    /// Undoes what was set from this level of the transaction up.
    pub(crate) fn undo(&mut self, level: usize) {
        self.later
            .retain(|entry| entry.level.is_none_or(|made| made < level));
    }

    /// Joins the levels from this one up to the level below it.
    pub(crate) fn join(&mut self, level: usize) {
        for entry in &mut self.later {
            entry.level = entry.level.map(|made| made.min(level - 1));
        }
    }

    /// The SQL that makes these settings in a session that has none.
    pub(crate) fn sql(&self) -> String {
        let startup = self.startup.iter().map(|(_, sql)| sql.as_str());
        startup
            .chain(self.later.iter().map(|entry| entry.sql.as_str()))
            .collect()
    }

    /// Forgets what a later entry of the same duration replaces.
    fn tidy(&mut self) {
        let all = std::mem::take(&mut self.later);
        for entry in all {
            self.later.retain(|old| !entry.replaces(old));
            self.later.push(entry);
        }
    }
}

/// Reads `-c name=value --name=value`, where a backslash keeps a blank.
pub(super) fn options(text: &str) -> Vec<(String, String)> {
    let mut words = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, words.last_mut()) {
            ('\\', Some(word)) => word.extend(letters.next()),
            (blank, _) if blank.is_whitespace() => words.push(String::new()),
            (letter, Some(word)) => word.push(letter),
            (_, None) => {}
        }
    }
    let settings = words.iter().filter_map(|word| {
        let word = word
            .strip_prefix("-c")
            .or_else(|| word.strip_prefix("--"))
            .unwrap_or(word);
        let (name, value) = word.split_once('=')?;
        Some((name.replace('-', "_"), value.to_owned()))
    });
    settings.collect()
}

/// Quotes a text for SQL, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

impl Turn<'_, '_> {
    /// Gives the session the client's settings instead of those in effect.
    pub(super) async fn apply(&mut self, settings: String) -> Result<(), Broken> {
        let sql = CLEAR.to_owned() + &settings;
        match self.run(&sql).await? {
            Ok(_) => self.session.applied = Some(settings),
            Err(error) => {
                self.session.applied = None;
                self.session.stack.note(Effect::Maybe);
                self.client.wire.outgoing.extend_from_slice(error.bytes());
                self.failed = true;
            }
        }
        Ok(())
    }

    /// Notes a change of a setting that the server has made by this SQL.
    pub(super) fn note_setting(&mut self, setting: &Setting, sql: &str) {
        let in_block = self.client.phase == Phase::Block;
        let level = self.client.level();
        self.client.settings.note(setting, sql, level);
        // A setting that was given up may be one that the client began with, and
        // one for a transaction ends with a request that is one by itself.
        let lasts =
            setting.scope == Scope::Session || (setting.scope == Scope::Transaction && in_block);
        self.session.applied = lasts.then(|| self.client.settings.sql());
    }

    /// Asks for the values that the request has set by calling functions.
    pub(super) async fn read_called_settings(&mut self) -> Result<(), Broken> {
        for setting in std::mem::take(&mut self.called) {
            let name = literal(&setting.name);
            let sql = format!("SELECT pg_catalog.current_setting({name}, true);");
            if let Ok(value) = self.run(&sql).await? {
                let value = literal(&value.unwrap_or_default());
                let local = setting.scope == Scope::Transaction;
                let sql = format!("SELECT pg_catalog.set_config({name}, {value}, {local});");
                self.note_setting(&setting, &sql);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes the SQL of a setting at a level of a transaction.
    fn set(settings: &mut Settings, sql: &str, level: usize) {
        let mut words = sql.split(' ');
        let scope = match (words.next(), sql.contains("LOCAL")) {
            (Some("RESET"), _) => Scope::Reset,
            (_, true) => Scope::Transaction,
            (_, false) => Scope::Session,
        };
        let name = words.find(|word| *word != "LOCAL").unwrap();
        let setting = Setting {
            name: name.to_owned(),
            scope,
            called: false,
        };
        settings.note(&setting, &format!("{sql};"), level);
    }

    #[test]
    fn options_of_the_first_packet_are_settings() {
        let read = options("-c search_path=a,\\ b  --work-mem=1MB -cgeqo=off");
        let expected = [
            ("search_path", "a, b"),
            ("work_mem", "1MB"),
            ("geqo", "off"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read, expected);
    }

    #[test]
    fn what_was_for_a_transaction_ends_with_it() {
        let mut settings = Settings::default();
        set(&mut settings, "SET a 1", 0);
        set(&mut settings, "SET LOCAL a 2", 0);
        set(&mut settings, "SET b 3", 0);
        assert_eq!(settings.sql(), "SET a 1;SET LOCAL a 2;SET b 3;");
        settings.commit();
        assert_eq!(settings.sql(), "SET a 1;SET b 3;");
    }

    #[test]
    fn a_rollback_gives_earlier_settings_back() {
        let mut settings = Settings::default();
        set(&mut settings, "SET a 1", 0);
        settings.commit();
        set(&mut settings, "SET a 2", 1);
        settings.note_reset_all(2);
        settings.undo(2);
        settings.join(1);
        settings.undo(1);
        assert_eq!(settings.sql(), "SET a 1;SET a 2;");
        settings.undo(0);
        assert_eq!(settings.sql(), "SET a 1;");
    }

    #[test]
    fn reset_leads_back_to_the_first_packet() {
        let startup = Startup(vec![("TimeZone".to_owned(), "UTC".to_owned())]);
        let mut settings = Settings::new(&startup);
        let began = "SELECT pg_catalog.set_config(E'TimeZone', E'UTC', false);";
        set(&mut settings, "SET timezone Asia/Tokyo", 0);
        set(&mut settings, "RESET timezone", 0);
        assert_eq!(settings.sql(), format!("{began}{began}"));
        settings.note_reset_all(0);
        settings.commit();
        assert_eq!(settings.sql(), began);
    }
}
