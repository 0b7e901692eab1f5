//! Reading a catalog from a database, one query for each kind of object.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

use crate::catalog::{
    Catalog, Column, Constraint, ConstraintKind, Definition, Domain, EnumType, Environment,
    Extension, Filling, ForeignKey, Function, Grant, Sequence, Setting, Table, View,
};

mod queries;

type Result<T> = std::result::Result<T, sqlx::Error>;

impl Catalog {
    /// Reads these schemas, such as `["public"]`, with the extensions and
    /// settings of the database. In a transaction of its own, because what
    /// PostgreSQL prints depends on the search path, which is therefore set to
    /// `public` meanwhile.
    pub async fn read(connection: &mut PgConnection, schemas: &[&str]) -> Result<Self> {
        let mut transaction = connection.begin().await?;
        sqlx::query("SET LOCAL search_path TO public")
            .execute(&mut *transaction)
            .await?;
        let mut reader = Reader {
            connection: &mut transaction,
            schemas,
        };
        let catalog = reader.catalog().await?;
        transaction.rollback().await?;
        Ok(catalog)
    }

    /// The schemas of a database that are neither PostgreSQL's own nor an
    /// extension's.
    pub async fn schemas(connection: &mut PgConnection) -> Result<Vec<String>> {
        sqlx::query_scalar(queries::SCHEMAS)
            .fetch_all(connection)
            .await
    }
}

struct Reader<'a> {
    connection: &'a mut PgConnection,
    schemas: &'a [&'a str],
}

impl Reader<'_> {
    async fn catalog(&mut self) -> Result<Catalog> {
        let mut parts = Parts::default();
        for (sql, kind) in PARTS {
            for row in self.rows(sql).await? {
                let owner = (row.try_get("table")?, kind);
                parts.entry(owner).or_default().push(definition(&row)?);
            }
        }
        Ok(Catalog {
            environment: environment(&self.rows(queries::ENVIRONMENT).await?)?,
            extensions: self.list(queries::EXTENSIONS, extension).await?,
            enums: self.list(queries::ENUMS, enum_type).await?,
            domains: self.list(queries::DOMAINS, domain).await?,
            types: self.list(queries::TYPES, definition).await?,
            tables: self.tables(&mut parts).await?,
            sequences: self.list(queries::SEQUENCES, sequence).await?,
            functions: self.list(queries::FUNCTIONS, function).await?,
            views: self.views(&mut parts).await?,
            grants: grants(&self.rows(queries::GRANTS).await?)?,
            default_grants: grants(&self.rows(queries::DEFAULT_GRANTS).await?)?,
            settings: self.list(queries::SETTINGS, setting).await?,
        })
    }

    async fn tables(&mut self, parts: &mut Parts) -> Result<Vec<Table>> {
        let mut tables = BTreeMap::new();
        for row in self.rows(queries::TABLES).await? {
            let table = table(&row, parts)?;
            tables.insert(table.name.clone(), table);
        }
        for row in self.rows(queries::COLUMNS).await? {
            if let Some(table) = tables.get_mut(row.try_get::<&str, _>("table")?) {
                table.columns.push(column(&row)?);
            }
        }
        for row in self.rows(queries::CONSTRAINTS).await? {
            if let Some(table) = tables.get_mut(row.try_get::<&str, _>("table")?) {
                table.constraints.push(constraint(&row)?);
            }
        }
        for table in tables.values_mut() {
            table.columns.sort();
            table.constraints.sort();
        }
        Ok(tables.into_values().collect())
    }

    async fn views(&mut self, parts: &mut Parts) -> Result<Vec<View>> {
        let rows = self.rows(queries::VIEWS).await?;
        let mut views = rows
            .iter()
            .map(|row| view(row, parts))
            .collect::<Result<Vec<_>>>()?;
        views.sort();
        Ok(views)
    }

    /// The objects of one query, sorted here: the server would sort by its own
    /// collation.
    async fn list<T: Ord>(
        &mut self,
        sql: &'static str,
        object: fn(&PgRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.rows(sql).await?;
        let mut objects = rows.iter().map(object).collect::<Result<Vec<T>>>()?;
        objects.sort();
        Ok(objects)
    }

    async fn rows(&mut self, sql: &'static str) -> Result<Vec<PgRow>> {
        sqlx::query(sql)
            .bind(self.schemas)
            .fetch_all(&mut *self.connection)
            .await
    }
}

/// What hangs on tables and on views, by the name of the relation.
type Parts = BTreeMap<(String, Part), Vec<Definition>>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Index,
    Trigger,
    Policy,
    Rule,
}

const PARTS: [(&str, Part); 4] = [
    (queries::INDEXES, Part::Index),
    (queries::TRIGGERS, Part::Trigger),
    (queries::POLICIES, Part::Policy),
    (queries::RULES, Part::Rule),
];

fn take(parts: &mut Parts, name: &str, part: Part) -> Vec<Definition> {
    let mut found = parts.remove(&(name.to_owned(), part)).unwrap_or_default();
    found.sort();
    found
}

fn table(row: &PgRow, parts: &mut Parts) -> Result<Table> {
    let name: String = row.try_get("name")?;
    Ok(Table {
        traits: row.try_get("traits")?,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: take(parts, &name, Part::Index),
        triggers: take(parts, &name, Part::Trigger),
        policies: take(parts, &name, Part::Policy),
        rules: take(parts, &name, Part::Rule),
        name,
    })
}

fn view(row: &PgRow, parts: &mut Parts) -> Result<View> {
    let name: String = row.try_get("name")?;
    Ok(View {
        materialized: row.try_get("materialized")?,
        definition: row.try_get("definition")?,
        indexes: take(parts, &name, Part::Index),
        triggers: take(parts, &name, Part::Trigger),
        rules: take(parts, &name, Part::Rule),
        name,
    })
}

fn environment(rows: &[PgRow]) -> Result<Environment> {
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Environment {
        server_version: row.try_get("server_version")?,
        encoding: row.try_get("encoding")?,
        collation: row.try_get("collation")?,
        character_classes: row.try_get("character_classes")?,
        locale_provider: row.try_get("locale_provider")?,
        locale: row.try_get("locale")?,
    })
}

fn extension(row: &PgRow) -> Result<Extension> {
    Ok(Extension {
        name: row.try_get("name")?,
        version: row.try_get("version")?,
    })
}

fn enum_type(row: &PgRow) -> Result<EnumType> {
    Ok(EnumType {
        name: row.try_get("name")?,
        labels: row.try_get("labels")?,
    })
}

fn domain(row: &PgRow) -> Result<Domain> {
    let names: Vec<String> = row.try_get("check_names")?;
    let checks: Vec<String> = row.try_get("checks")?;
    let check = |(name, definition)| Definition { name, definition };
    Ok(Domain {
        name: row.try_get("name")?,
        base_type: row.try_get("base_type")?,
        nullable: row.try_get("nullable")?,
        default: row.try_get("default")?,
        checks: names.into_iter().zip(checks).map(check).collect(),
    })
}

fn column(row: &PgRow) -> Result<Column> {
    Ok(Column {
        name: row.try_get("name")?,
        data_type: row.try_get("data_type")?,
        collation: row.try_get("collation")?,
        nullable: row.try_get("nullable")?,
        default: row.try_get("default")?,
        filling: filling(row.try_get("filling")?)?,
    })
}

fn filling(code: &str) -> Result<Filling> {
    match code {
        "" => Ok(Filling::Plain),
        "a" => Ok(Filling::IdentityAlways),
        "d" => Ok(Filling::IdentityByDefault),
        "s" => Ok(Filling::GeneratedStored),
        "v" => Ok(Filling::GeneratedVirtual),
        _ => Err(unknown("kind of column", code)),
    }
}

fn constraint(row: &PgRow) -> Result<Constraint> {
    let target: Option<String> = row.try_get("target")?;
    let columns = row.try_get("target_columns")?;
    Ok(Constraint {
        name: row.try_get("name")?,
        kind: constraint_kind(row.try_get("kind")?)?,
        columns: row.try_get("columns")?,
        references: target.map(|table| ForeignKey { table, columns }),
        definition: row.try_get("definition")?,
    })
}

fn constraint_kind(code: &str) -> Result<ConstraintKind> {
    match code {
        "p" => Ok(ConstraintKind::PrimaryKey),
        "u" => Ok(ConstraintKind::Unique),
        "c" => Ok(ConstraintKind::Check),
        "f" => Ok(ConstraintKind::ForeignKey),
        "x" => Ok(ConstraintKind::Exclusion),
        "t" => Ok(ConstraintKind::Trigger),
        "n" => Ok(ConstraintKind::NotNull),
        _ => Err(unknown("kind of constraint", code)),
    }
}

fn definition(row: &PgRow) -> Result<Definition> {
    Ok(Definition {
        name: row.try_get("name")?,
        definition: row.try_get("definition")?,
    })
}

fn sequence(row: &PgRow) -> Result<Sequence> {
    Ok(Sequence {
        name: row.try_get("name")?,
        definition: row.try_get("definition")?,
        owned_by: row.try_get("owned_by")?,
    })
}

fn function(row: &PgRow) -> Result<Function> {
    Ok(Function {
        name: row.try_get("name")?,
        returns: row.try_get("returns")?,
        definition_hash: row.try_get("hash")?,
    })
}

fn setting(row: &PgRow) -> Result<Setting> {
    Ok(Setting {
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        value: row.try_get("value")?,
    })
}

/// One grant for each object and role, from one row for each privilege.
fn grants(rows: &[PgRow]) -> Result<Vec<Grant>> {
    let mut grants: BTreeMap<(String, String), Grant> = BTreeMap::new();
    let mut all_privileges = BTreeMap::new();
    for row in rows {
        let (object, role): (String, String) = (row.try_get("object")?, row.try_get("role")?);
        all_privileges.insert(object.clone(), row.try_get::<i64, _>("of")?);
        let new = Grant {
            object: object.clone(),
            role: role.clone(),
            granted: Vec::new(),
            revoked: Vec::new(),
        };
        let grant = grants.entry((object, role)).or_insert(new);
        let list = if row.try_get("granted")? {
            &mut grant.granted
        } else {
            &mut grant.revoked
        };
        list.push(row.try_get("privilege")?);
    }
    for grant in grants.values_mut() {
        let all = usize::try_from(all_privileges[&grant.object]).unwrap_or_default();
        shorten(&mut grant.granted, all);
        shorten(&mut grant.revoked, all);
    }
    Ok(grants.into_values().collect())
}

/// Sorts privileges, and calls them ALL where these are `all` there are.
fn shorten(privileges: &mut Vec<String>, all: usize) {
    privileges.sort();
    let plain = privileges.iter().all(|it| !it.ends_with("option"));
    if plain && all > 1 && privileges.len() == all {
        *privileges = vec!["ALL".to_owned()];
    }
}

/// A newer server may know what we do not: better an error than a silent gap.
fn unknown(what: &str, code: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("unknown {what}: {code:?}").into())
}
