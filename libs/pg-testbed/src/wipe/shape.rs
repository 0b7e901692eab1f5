//! Whether a database is still what it was at first, but for its rows.

use sqlx::PgConnection;

/// Notes what the database is now. Whatever is made in it before belongs to it.
pub(super) const BIRTH: &str = "
    CREATE TABLE _testbed.birth (shape text, outside text, moves text);
    INSERT INTO _testbed.birth SELECT _testbed.shape(), _testbed.outside();";

/// The functions that `_testbed.intact()` consists of.
pub(super) fn functions(catalogs: &[String]) -> String {
    [
        MOVES_FUNCTION,
        OUTSIDE_FUNCTION,
        &shape_function(catalogs),
        INTACT_FUNCTION,
    ]
    .concat()
}

/// The catalogs of which each row is only written anew when the schema changes, or
/// the rights or comments on anything in it, what PostgreSQL itself has made
/// included: all of this version of the server that are this database's own and that
/// we may read, but for statistics, and for three that are looked at more closely,
/// because TRUNCATE, temporary tables and large objects write to them.
pub(super) async fn catalogs(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let catalogs = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
          WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared
            AND has_table_privilege(oid, 'SELECT')
            AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data',
                                'pg_class', 'pg_namespace', 'pg_largeobject')
          ORDER BY relname",
    );
    catalogs.fetch_all(connection).await
}

/// A function that returns something else as soon as anything was written to a
/// catalog of this database, though it may have been rolled back; NULL if the
/// server does not count. A session has reported its counts before it is gone.
const MOVES_FUNCTION: &str = "
    CREATE TABLE _testbed.catalogs AS
      SELECT array_agg(oid) AS all FROM pg_class
       WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
         AND NOT relisshared AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data');
    CREATE FUNCTION _testbed.moves() RETURNS text LANGUAGE plpgsql AS $moves$
    DECLARE
      here oid := (SELECT oid FROM pg_database WHERE datname = current_database());
    BEGIN
      IF NOT current_setting('track_counts')::boolean THEN RETURN NULL; END IF;
      RETURN concat_ws('/', pg_stat_get_db_stat_reset_time(here),
        (SELECT sum(pg_stat_get_tuples_inserted(catalog) + pg_stat_get_tuples_updated(catalog)
                  + pg_stat_get_tuples_deleted(catalog))
           FROM _testbed.catalogs CROSS JOIN unnest(catalogs.all) AS catalog));
    END $moves$;";

/// A function that returns something else as soon as what the server keeps
/// about this database elsewhere was changed.
const OUTSIDE_FUNCTION: &str = "
    CREATE FUNCTION _testbed.outside() RETURNS text LANGUAGE plpgsql AS $outside$
    BEGIN
      RETURN (SELECT concat_ws('/', datdba, datistemplate, datconnlimit, datacl,
                (SELECT sum(hash_record_extended((setrole, setconfig), 0))
                   FROM pg_db_role_setting WHERE setdatabase = d.oid),
                shobj_description(d.oid, 'pg_database'))
                FROM pg_database d WHERE datname = current_database());
    END $outside$;";

/// A function that returns something else as soon as the schema was changed,
/// even if it was changed back. Of tables it looks at what they are, not at
/// their files, which TRUNCATE replaces.
fn shape_function(catalogs: &[String]) -> String {
    let mut parts = vec![
        "(SELECT sum(hash_record_extended((oid, relname, relnamespace, relkind, relowner,
            relacl::text, relam, relpersistence, relreplident, relispopulated, relrowsecurity,
            relforcerowsecurity, relispartition, reloptions), 0))
            FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relpersistence <> 't')"
            .to_owned(),
        "(SELECT sum(hash_record_extended((oid, xmin), 0)) FROM pg_namespace
           WHERE nspname !~ '^pg_(toast_)?temp_')"
            .to_owned(),
        "(SELECT sum(hashtextextended(md5(lo_get(oid)), 0)) FROM pg_largeobject_metadata)"
            .to_owned(),
        // Rights on what PostgreSQL itself has made.
        "(SELECT sum(hash_record_extended((oid, relacl::text), 0)) FROM pg_class
           WHERE oid < 16384 AND relacl IS NOT NULL)"
            .to_owned(),
        // Not everybody may read the catalog below it.
        "(SELECT sum(hashtextextended(mapping::text, 0)) FROM pg_user_mappings AS mapping)"
            .to_owned(),
    ];
    // Rows stay where they are, so they need not be summed up, which takes longer.
    let written =
        |catalog| format!("(SELECT hash_array_extended(array_agg(xmin), 0) FROM {catalog})");
    parts.extend(catalogs.iter().map(written));
    let parts = parts.join(",\n");
    format!(
        "CREATE FUNCTION _testbed.shape() RETURNS text LANGUAGE plpgsql AS $shape$
         BEGIN RETURN concat_ws('/', {parts}); END $shape$;"
    )
}

/// A function that tells whether the database is still what it was at first, but
/// for its rows. It looks closely when something has moved only.
const INTACT_FUNCTION: &str = "
    CREATE FUNCTION _testbed.intact() RETURNS boolean LANGUAGE plpgsql AS $intact$
    DECLARE
      birth record;
      seen text := _testbed.moves();
    BEGIN
      SELECT * INTO birth FROM _testbed.birth;
      IF _testbed.outside() IS DISTINCT FROM birth.outside THEN RETURN false; END IF;
      IF seen = birth.moves THEN RETURN true; END IF;
      IF _testbed.shape() IS DISTINCT FROM birth.shape THEN RETURN false; END IF;
      UPDATE _testbed.birth SET moves = seen;
      RETURN true;
    END $intact$;";
