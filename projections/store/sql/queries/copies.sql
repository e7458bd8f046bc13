-- Building new tables in `read_model_next` while the live ones are at work, and putting them in their place.

-- name: lock_rebuild
-- One program at a time rebuilds; the session holds it. Who comes later waits a moment: one that was killed may
-- still have a statement running.
SELECT pg_advisory_lock(7232050);

-- name: unlock_rebuild
SELECT pg_advisory_unlock(7232050);

-- name: hold_read_models
-- The lock of `lock_read_models`, held by the session across transactions.
SELECT pg_advisory_lock(7232049);

-- name: release_read_models
SELECT pg_advisory_unlock(7232049);

-- name: enter
-- Whoever reads several tables in one transaction is let in here, so that nobody is stopped halfway.
SELECT pg_advisory_xact_lock_shared(7232051);

-- name: close_the_gate
-- Wait until those who read have left; who comes now waits until the transaction ends.
SELECT pg_advisory_xact_lock(7232051);

-- name: patience
-- How long the statements of this session (or, if local, transaction) wait for a lock, and take altogether.
SELECT set_config('lock_timeout', %(lock_ms)s::text, %(local)s),
    set_config('statement_timeout', %(statement_ms)s::text, %(local)s);

-- name: next_tables
-- What is in the schema where new tables are filled.
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('read_model_next') AND relkind = 'r';

-- name: schema_exists
SELECT to_regnamespace(%(schema)s) IS NOT NULL;

-- name: tables_missing
SELECT name FROM unnest(%(tables)s::text[]) AS name
WHERE to_regclass('read_model.' || quote_ident(name)) IS NULL;

-- name: views_on
-- The views, ours or not, that stand directly on these tables. Their definitions name the tables without their schema.
SELECT DISTINCT c.oid::bigint AS place, (SELECT nspname FROM pg_namespace WHERE oid = c.relnamespace) AS schema, c.relname AS name,
    coalesce(c.reloptions, '{}') AS options, pg_get_viewdef(c.oid) AS definition
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid
JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid IN (SELECT to_regclass('read_model.' || quote_ident(name)) FROM unnest(%(tables)s::text[]) AS name)
ORDER BY place;

-- name: grants
-- Who else may do what with a table.
SELECT CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS role,
    a.privilege_type AS privilege, a.is_grantable AS grantable
FROM pg_class c
CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.oid = to_regclass('read_model.' || quote_ident(%(table)s)) AND a.grantee <> c.relowner;

-- name: transactions
-- Every transaction of others that is open in this database, and its process. One that waits for its turn to move
-- the read models has seen nothing yet, and takes a new look when it gets it.
SELECT l.virtualtransaction AS transaction, l.pid
FROM pg_locks l
JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'virtualxid' AND l.granted AND l.pid <> pg_backend_pid()
    AND a.datname = current_database() AND coalesce(a.backend_type, 'client backend') = 'client backend'
    AND NOT EXISTS (
        SELECT FROM pg_locks w
        WHERE w.pid = l.pid AND NOT w.granted AND w.locktype = 'advisory' AND w.classid = 0 AND w.objid = 7232049
    );
