//! The queries. Each takes the names of the schemas as its only parameter, and
//! none needs more rights than connecting.

pub(super) const ENVIRONMENT: &str = "
    SELECT split_part(current_setting('server_version'), ' ', 1) AS server_version,
           pg_encoding_to_char(d.encoding)::text AS encoding,
           d.datcollate::text AS collation, d.datctype::text AS character_classes,
           CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin'
                                 ELSE d.datlocprovider::text END AS locale_provider,
           coalesce(named ->> 'datlocale', named ->> 'daticulocale') AS locale
      FROM pg_database d, to_jsonb(d) AS named
     WHERE d.datname = current_database() AND cardinality($1::text[]) >= 0";

pub(super) const EXTENSIONS: &str = "
    SELECT extname::text AS name, extversion AS version
      FROM pg_extension WHERE extname <> 'plpgsql' AND cardinality($1::text[]) > 0";

pub(super) const ENUMS: &str = "
    SELECT t.oid::regtype::text AS name,
           ARRAY(SELECT enumlabel::text FROM pg_enum
                  WHERE enumtypid = t.oid ORDER BY enumsortorder) AS labels
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typtype = 'e' AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')";

pub(super) const DOMAINS: &str = "
    SELECT t.oid::regtype::text AS name, format_type(t.typbasetype, t.typtypmod) AS base_type,
           NOT t.typnotnull AS nullable, t.typdefault AS default,
           ARRAY(SELECT conname::text FROM pg_constraint
                  WHERE contypid = t.oid AND contype = 'c' ORDER BY conname) AS check_names,
           ARRAY(SELECT pg_get_constraintdef(oid) FROM pg_constraint
                  WHERE contypid = t.oid AND contype = 'c' ORDER BY conname) AS checks
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typtype = 'd' AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')";

pub(super) const TYPES: &str = "
    SELECT t.oid::regtype::text AS name,
           CASE t.typtype WHEN 'r' THEN
             (SELECT 'range of ' || format_type(rngsubtype, NULL)
                FROM pg_range WHERE rngtypid = t.oid)
           ELSE
             (SELECT format('composite (%s)', string_agg(
                       format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum))
                FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped)
           END AS definition
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_class c ON c.oid = t.typrelid
     WHERE (t.typtype = 'r' OR c.relkind = 'c') AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')";

pub(super) const TABLES: &str = "
    SELECT c.oid::regclass::text AS name,
           array_remove(ARRAY[
             CASE WHEN c.relpersistence = 'u' THEN 'unlogged' END,
             CASE WHEN c.relkind = 'f' THEN 'foreign' END,
             'partitioned by ' || pg_get_partkeydef(c.oid),
             (SELECT format(CASE WHEN c.relispartition THEN 'partition of %s' ELSE 'inherits %s' END,
                            string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno))
                FROM pg_inherits WHERE inhrelid = c.oid HAVING count(*) > 0),
             pg_get_expr(c.relpartbound, c.oid),
             CASE WHEN c.relrowsecurity THEN 'row level security' END,
             CASE WHEN c.relforcerowsecurity THEN 'also for its owner' END,
             'with ' || array_to_string(c.reloptions, ', ')], NULL) AS traits
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')";

pub(super) const COLUMNS: &str = "
    SELECT c.oid::regclass::text AS table, a.attname::text AS name,
           format_type(a.atttypid, a.atttypmod) AS data_type,
           CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
             AS collation,
           NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS default,
           a.attidentity::text || a.attgenerated::text AS filling
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname = ANY($1)";

/// Of NOT NULL, which only PostgreSQL 18 lists, those that are not valid yet.
pub(super) const CONSTRAINTS: &str = "
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
     WHERE (k.contype <> 'n' OR NOT k.convalidated) AND n.nspname = ANY($1)";

pub(super) const INDEXES: &str = "
    SELECT i.indrelid::regclass::text AS table, c.relname::text AS name,
           concat(pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN ' INVALID' END)
             AS definition
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY($1)";

pub(super) const TRIGGERS: &str = "
    SELECT t.tgrelid::regclass::text AS table, t.tgname::text AS name,
           concat(pg_get_triggerdef(t.oid), CASE t.tgenabled WHEN 'D' THEN ' DISABLED'
                  WHEN 'R' THEN ' ON REPLICAS ONLY' WHEN 'A' THEN ' ALWAYS' END) AS definition
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT t.tgisinternal AND n.nspname = ANY($1)";

pub(super) const POLICIES: &str = "
    SELECT p.polrelid::regclass::text AS table, p.polname::text AS name,
           concat(CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
                  CASE p.polcmd WHEN 'r' THEN ' for select' WHEN 'a' THEN ' for insert'
                                WHEN 'w' THEN ' for update' WHEN 'd' THEN ' for delete' ELSE ' for all' END,
                  ' to ', (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', '
                                             ORDER BY role::regrole::text COLLATE \"C\")
                             FROM unnest(p.polroles) AS role),
                  ' using ' || pg_get_expr(p.polqual, p.polrelid),
                  ' with check ' || pg_get_expr(p.polwithcheck, p.polrelid)) AS definition
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY($1)";

pub(super) const RULES: &str = "
    SELECT r.ev_class::regclass::text AS table, r.rulename::text AS name,
           concat(pg_get_ruledef(r.oid), CASE r.ev_enabled WHEN 'D' THEN ' DISABLED'
                  WHEN 'R' THEN ' ON REPLICAS ONLY' WHEN 'A' THEN ' ALWAYS' END) AS definition
      FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE r.rulename <> '_RETURN' AND n.nspname = ANY($1)";

pub(super) const SEQUENCES: &str = "
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

/// PostgreSQL has no text for an aggregate: its parts stand for it.
pub(super) const FUNCTIONS: &str = "
    SELECT p.oid::regprocedure::text AS name,
           coalesce(pg_get_function_result(p.oid), '') AS returns,
           encode(sha256(convert_to(CASE WHEN p.prokind = 'a' THEN
             (SELECT format('%s %s %s %s %s', a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype,
                            a.agginitval, a.aggkind) FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
             ELSE pg_get_functiondef(p.oid) END, 'UTF8')), 'hex') AS hash
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')";

pub(super) const VIEWS: &str = "
    SELECT c.oid::regclass::text AS name, c.relkind = 'm' AS materialized,
           pg_get_viewdef(c.oid) || CASE WHEN c.reloptions IS NULL THEN ''
             ELSE ' WITH ' || array_to_string(c.reloptions, ', ') END AS definition
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY($1)
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')";

/// One row for each privilege by which an object differs from a new one. How
/// many privileges there are in all depends on the server (MAINTAIN came with
/// 17): `of` is that number, by which a grant of all is known.
pub(super) const GRANTS: &str = "
    WITH object(object, kind, owner, acl, class, id) AS (
      SELECT 'schema ' || quote_ident(nspname), 'n', nspowner, nspacl, 'pg_namespace'::regclass, oid
        FROM pg_namespace WHERE nspname = ANY($1)
      UNION ALL
      SELECT CASE WHEN relkind = 'S' THEN 'sequence ' WHEN relkind IN ('v', 'm') THEN 'view '
                  ELSE 'table ' END || c.oid::regclass::text,
             CASE relkind WHEN 'S' THEN 's' ELSE 'r' END, relowner, relacl, 'pg_class'::regclass, c.oid
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND nspname = ANY($1)
      UNION ALL
      SELECT format('column %s.%I', c.oid::regclass, attname), 'c', relowner, attacl,
             'pg_class'::regclass, c.oid
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE attacl IS NOT NULL AND NOT attisdropped AND nspname = ANY($1)
      UNION ALL
      SELECT 'function ' || p.oid::regprocedure::text, 'f', proowner, proacl, 'pg_proc'::regclass, p.oid
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname = ANY($1)
      UNION ALL
      SELECT 'type ' || t.oid::regtype::text, 'T', typowner, typacl, 'pg_type'::regclass, t.oid
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
       WHERE typacl IS NOT NULL AND nspname = ANY($1)
      UNION ALL
      SELECT 'database', 'd', datdba, datacl, 'pg_database'::regclass, oid
        FROM pg_database WHERE datname = current_database() AND cardinality($1) > 0
    ), own AS (
      SELECT object, kind::\"char\" AS kind, owner, acl, acldefault(kind::\"char\", owner) AS base FROM object
       WHERE acl IS NOT NULL AND NOT EXISTS (
             SELECT FROM pg_depend WHERE classid = class AND objid = id AND deptype = 'e')
    ), had AS (
      SELECT object, owner, entry.* FROM own, aclexplode(base) AS entry
    ), has AS (
      SELECT object, owner, entry.* FROM own, aclexplode(acl) AS entry
    ), difference AS (
      SELECT object, owner, grantee, privilege_type, is_grantable, true AS granted FROM has
       WHERE NOT EXISTS (SELECT FROM had WHERE (had.object, had.grantee, had.privilege_type, had.is_grantable)
                                             = (has.object, has.grantee, has.privilege_type, has.is_grantable))
      UNION
      SELECT object, owner, grantee, privilege_type, false, false FROM had
       WHERE NOT EXISTS (SELECT FROM has WHERE (has.object, has.grantee, has.privilege_type)
                                            = (had.object, had.grantee, had.privilege_type))
    )
    SELECT object, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role,
           privilege_type || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END AS privilege,
           granted, (SELECT count(*) FROM had WHERE had.object = d.object AND had.grantee = d.owner) AS of
      FROM difference d WHERE grantee <> owner";

/// As [`GRANTS`], for objects to come. Outside of a schema the usual privileges
/// are replaced, within one they are added to.
pub(super) const DEFAULT_GRANTS: &str = "
    WITH own AS (
      SELECT format('%s made by %s%s',
               CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                 WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE defaclobjtype::text END,
               CASE WHEN defaclrole = datdba THEN 'the owner' ELSE defaclrole::regrole::text END,
               ' in ' || quote_ident(nspname)) AS object,
             defaclrole AS owner, defaclacl AS acl,
             acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole) AS usual,
             defaclnamespace = 0 AS replaces
        FROM pg_default_acl JOIN pg_database ON datname = current_database()
        LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
       WHERE n.oid IS NULL OR nspname = ANY($1)
    ), had AS (
      SELECT object, entry.* FROM own, aclexplode(usual) AS entry WHERE replaces
    ), has AS (
      SELECT object, entry.* FROM own, aclexplode(acl) AS entry
    ), difference AS (
      SELECT object, grantee, privilege_type, is_grantable, true AS granted FROM has
       WHERE NOT EXISTS (SELECT FROM had WHERE (had.object, had.grantee, had.privilege_type, had.is_grantable)
                                             = (has.object, has.grantee, has.privilege_type, has.is_grantable))
      UNION
      SELECT object, grantee, privilege_type, false, false FROM had
       WHERE NOT EXISTS (SELECT FROM has WHERE (has.object, has.grantee, has.privilege_type)
                                            = (had.object, had.grantee, had.privilege_type))
    )
    SELECT object, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role,
           privilege_type || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END AS privilege,
           granted, (SELECT count(*) FROM aclexplode(usual) AS entry WHERE entry.grantee = owner) AS of
      FROM difference JOIN own USING (object) WHERE grantee <> owner";

/// Settings of programs' own, which have a dot in their name, may be secret.
pub(super) const SETTINGS: &str = "
    SELECT r.rolname::text AS role, split_part(setting, '=', 1) AS name,
           CASE WHEN split_part(setting, '=', 1) LIKE '%.%'
                THEN 'sha256 ' || encode(sha256(convert_to(setting, 'UTF8')), 'hex')
                ELSE substr(setting, strpos(setting, '=') + 1) END AS value
      FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
      LEFT JOIN pg_roles r ON r.oid = s.setrole
     CROSS JOIN unnest(s.setconfig) AS setting
     WHERE d.datname = current_database() AND cardinality($1::text[]) > 0
       AND (s.setrole = 0 OR r.oid IS NOT NULL)";

/// Every schema that is not the system's own or an extension's.
pub(super) const SCHEMAS: &str = "
    SELECT nspname::text AS name FROM pg_namespace n
     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e')
     ORDER BY nspname COLLATE \"C\"";
