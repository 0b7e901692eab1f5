//! What is said of each object.

use std::fmt::{self, Display, Formatter};

use super::{Fingerprint, Kind};
use crate::canonical;
use crate::catalog::{
    Catalog, Column, Definition, Domain, Environment, Function, Grant, Sequence, Table, View,
};

pub(super) fn catalog(catalog: &Catalog) -> Fingerprint {
    let mut found = Fingerprint::default();
    environment(&mut found, &catalog.environment);
    for it in &catalog.extensions {
        found.add(Kind::Extension, &it.name, "");
        let version = format!("extension {}", it.name);
        found.add(Kind::Environment, &version, &it.version);
    }
    for it in &catalog.enums {
        found.add(Kind::Enum, &it.name, Labels(&it.labels));
    }
    for it in &catalog.domains {
        domain(&mut found, it);
    }
    for it in &catalog.types {
        found.add(Kind::Type, &it.name, &it.definition);
    }
    for it in &catalog.tables {
        table(&mut found, it);
    }
    for it in &catalog.sequences {
        found.add(Kind::Sequence, &it.name, it);
    }
    for it in &catalog.functions {
        found.add(Kind::Function, &it.name, it);
    }
    for it in &catalog.views {
        view(&mut found, it);
    }
    privileges(&mut found, Kind::Grant, &catalog.grants);
    privileges(&mut found, Kind::DefaultGrant, &catalog.default_grants);
    for it in &catalog.settings {
        let role = it.role.iter().map(|role| format!(" of {role}"));
        let name = it.name.clone() + &role.collect::<String>();
        found.add(Kind::Setting, &name, canonical::one_line(&it.value));
    }
    found
}

fn environment(found: &mut Fingerprint, environment: &Environment) {
    let facts = [
        ("server version", &environment.server_version),
        ("encoding", &environment.encoding),
        ("collation", &environment.collation),
        ("character classes", &environment.character_classes),
        ("locale provider", &environment.locale_provider),
    ];
    let locale = environment.locale.as_ref().map(|it| ("locale", it));
    for (name, text) in facts.into_iter().chain(locale) {
        found.add(Kind::Environment, name, text);
    }
}

fn domain(found: &mut Fingerprint, domain: &Domain) {
    let not_null = if domain.nullable { "" } else { " not null" };
    let default = DefaultOf(domain.default.as_deref());
    let text = format!("{}{not_null}{default}", domain.base_type);
    found.add(Kind::Domain, &domain.name, text);
    parts(
        found,
        (Kind::Domain, &domain.name),
        Kind::Constraint,
        &domain.checks,
    );
}

fn table(found: &mut Fingerprint, table: &Table) {
    let whole = (Kind::Table, table.name.as_str());
    found.add(Kind::Table, &table.name, table.traits.join("; "));
    for it in &table.columns {
        found.add_part(Kind::Table, &table.name, Kind::Column, &it.name, it);
    }
    for it in &table.constraints {
        let text = canonical::definition(&it.definition);
        found.add_part(Kind::Table, &table.name, Kind::Constraint, &it.name, text);
    }
    parts(found, whole, Kind::Index, &table.indexes);
    parts(found, whole, Kind::Trigger, &table.triggers);
    parts(found, whole, Kind::Policy, &table.policies);
    parts(found, whole, Kind::Rule, &table.rules);
}

fn view(found: &mut Fingerprint, view: &View) {
    let whole = (Kind::View, view.name.as_str());
    let materialized = if view.materialized {
        "materialized "
    } else {
        ""
    };
    let query = canonical::view(&view.definition);
    found.add(Kind::View, &view.name, format!("{materialized}{query}"));
    parts(found, whole, Kind::Index, &view.indexes);
    parts(found, whole, Kind::Trigger, &view.triggers);
    parts(found, whole, Kind::Rule, &view.rules);
}

fn parts(found: &mut Fingerprint, whole: (Kind, &str), kind: Kind, all: &[Definition]) {
    for it in all {
        let text = canonical::definition(&it.definition);
        found.add_part(whole.0, whole.1, kind, &it.name, text);
    }
}

fn privileges(found: &mut Fingerprint, kind: Kind, grants: &[Grant]) {
    for it in grants {
        let name = format!("{} to {}", it.object, it.role);
        found.add(kind, &name, it);
    }
}

/// Labels as SQL writes them: a label may hold a comma.
struct Labels<'a>(&'a [String]);

impl Display for Labels<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (place, label) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let label = canonical::one_line(&format!("'{}'", label.replace('\'', "''")));
            write!(f, "{comma}{label}")?;
        }
        Ok(())
    }
}

struct DefaultOf<'a>(Option<&'a str>);

impl Display for DefaultOf<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |default| {
            write!(f, " default {}", canonical::one_line(default))
        })
    }
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.data_type)?;
        if let Some(collation) = &self.collation {
            write!(f, " collate {collation}")?;
        }
        if !self.nullable {
            f.write_str(" not null")?;
        }
        write!(f, "{}", DefaultOf(self.default.as_deref()))?;
        let filling = self.filling.to_string();
        if filling.is_empty() {
            Ok(())
        } else {
            write!(f, " {filling}")
        }
    }
}

impl Display for Sequence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.definition)?;
        match &self.owned_by {
            Some(column) => write!(f, " owned by {column}"),
            None => Ok(()),
        }
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.returns.is_empty() {
            write!(f, "returns {} ", self.returns)?;
        }
        write!(f, "sha256 {}", self.definition_hash)
    }
}

impl Display for Grant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.granted.is_empty() {
            parts.push(self.granted.join(", "));
        }
        if !self.revoked.is_empty() {
            parts.push(format!("revoked {}", self.revoked.join(", ")));
        }
        f.write_str(&parts.join("; "))
    }
}
