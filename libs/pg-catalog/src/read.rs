//! Reading a catalog from a database, one query for each kind of object.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

use crate::catalog::{
    Catalog, Column, Constraint, ConstraintKind, Definition, EnumType, Extension, Filling,
    ForeignKey, Function, Sequence, Table,
};

type Result<T> = std::result::Result<T, sqlx::Error>;

const EXTENSIONS: &str = "
    SELECT extname::text AS name, extversion AS version
      FROM pg_extension WHERE extname <> 'plpgsql' AND cardinality($1::text[]) > 0";

const ENUMS: &str = "
    SELECT t.oid::regtype::text AS name,
           ARRAY(SELECT enumlabel::text FROM pg_enum
                  WHERE enumtypid = t.oid ORDER BY enumsortorder) AS labels
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typtype = 'e' AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')";

/// Also tables without any column, which then have one row without a name.
const COLUMNS: &str = "
    SELECT c.oid::regclass::text AS table, a.attname::text AS name,
           format_type(a.atttypid, a.atttypmod) AS data_type, NOT a.attnotnull AS nullable,
           pg_get_expr(d.adbin, d.adrelid) AS default,
           a.attidentity::text || a.attgenerated::text AS filling
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')";

const CONSTRAINTS: &str = "
    SELECT k.conrelid::regclass::text AS table, k.conname::text AS name, k.contype::text AS kind,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key(number, place)
                   JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.number
                  ORDER BY place) AS columns,
           nullif(k.confrelid, 0)::regclass::text AS target,
           ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS key(number, place)
                   JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.number
                  ORDER BY place) AS target_columns,
           pg_get_constraintdef(k.oid) AS definition
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE k.contype <> 'n' AND n.nspname = ANY($1)";

const INDEXES: &str = "
    SELECT i.indrelid::regclass::text AS table, c.relname::text AS name,
           pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
             AS definition
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY($1)";

const TRIGGERS: &str = "
    SELECT t.tgrelid::regclass::text AS table, t.tgname::text AS name,
           pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'D' THEN ' DISABLED' ELSE '' END
             AS definition
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT t.tgisinternal AND n.nspname = ANY($1)";

const SEQUENCES: &str = "
    SELECT s.seqrelid::regclass::text AS name,
           format('%s start %s increment %s min %s max %s cache %s%s', s.seqtypid::regtype,
                  s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                  CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END) AS definition,
           (SELECT format('%s.%s', d.refobjid::regclass, a.attname)
              FROM pg_depend d
              JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')) AS owned_by
      FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')";

const FUNCTIONS: &str = "
    SELECT p.oid::regprocedure::text AS name,
           coalesce(pg_get_function_result(p.oid), '') AS returns,
           encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex') AS hash
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.prokind <> 'a' AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')";

const VIEWS: &str = "
    SELECT c.oid::regclass::text AS name,
           CASE c.relkind WHEN 'm' THEN 'materialized ' ELSE '' END || pg_get_viewdef(c.oid)
             AS definition
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')";

impl Catalog {
    /// Reads these schemas, such as `["public"]`, and the extensions. In a
    /// transaction of its own, because what PostgreSQL prints depends on the
    /// search path, which is therefore set to `public` meanwhile.
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
}

struct Reader<'a> {
    connection: &'a mut PgConnection,
    schemas: &'a [&'a str],
}

impl Reader<'_> {
    async fn catalog(&mut self) -> Result<Catalog> {
        Ok(Catalog {
            extensions: self.list(EXTENSIONS, extension).await?,
            enums: self.list(ENUMS, enum_type).await?,
            tables: self.tables().await?,
            sequences: self.list(SEQUENCES, sequence).await?,
            functions: self.list(FUNCTIONS, function).await?,
            views: self.list(VIEWS, definition).await?,
        })
    }

    async fn tables(&mut self) -> Result<Vec<Table>> {
        let mut tables = BTreeMap::new();
        for row in self.rows(COLUMNS).await? {
            let table = entry(&mut tables, &row)?;
            if let Some(column) = column(&row)? {
                table.columns.push(column);
            }
        }
        for row in self.rows(CONSTRAINTS).await? {
            entry(&mut tables, &row)?
                .constraints
                .push(constraint(&row)?);
        }
        for row in self.rows(INDEXES).await? {
            entry(&mut tables, &row)?.indexes.push(definition(&row)?);
        }
        for row in self.rows(TRIGGERS).await? {
            entry(&mut tables, &row)?.triggers.push(definition(&row)?);
        }
        Ok(tables.into_values().map(sorted).collect())
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

fn entry<'t>(tables: &'t mut BTreeMap<String, Table>, row: &PgRow) -> Result<&'t mut Table> {
    let name: String = row.try_get("table")?;
    let (columns, constraints, indexes, triggers) = (vec![], vec![], vec![], vec![]);
    let empty = Table {
        name: name.clone(),
        columns,
        constraints,
        indexes,
        triggers,
    };
    Ok(tables.entry(name).or_insert(empty))
}

fn sorted(mut table: Table) -> Table {
    table.columns.sort();
    table.constraints.sort();
    table.indexes.sort();
    table.triggers.sort();
    table
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

fn column(row: &PgRow) -> Result<Option<Column>> {
    let Some(name) = row.try_get("name")? else {
        return Ok(None);
    };
    Ok(Some(Column {
        name,
        data_type: row.try_get("data_type")?,
        nullable: row.try_get("nullable")?,
        default: row.try_get("default")?,
        filling: filling(row.try_get("filling")?)?,
    }))
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

/// A newer server may know what we do not: better an error than a silent gap.
fn unknown(what: &str, code: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("unknown {what}: {code:?}").into())
}
