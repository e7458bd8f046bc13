-- name: session
-- Statements name the tables of read models without their schema: the live ones are always those in `read_model`.
SELECT set_config('search_path', 'read_model', false), set_config('TimeZone', 'UTC', false);

-- name: tables_of
-- For this transaction, or until asked again: whose tables statements name.
SELECT set_config('search_path', %(schema)s, true);

-- name: roles_known
SELECT to_regprocedure('ledger.role_for(text)') IS NOT NULL;

-- name: work_as_projector
-- With the rights of the role that owns the read models, and no others, where this database names one.
SELECT set_config('role', ledger.role_for('projector'), false);

-- name: lock_read_models
-- One transaction at a time moves or remakes read models; whoever waits sees what the one before it did.
SELECT pg_advisory_xact_lock(7232049);

-- name: tracking_exists
SELECT to_regclass('read_model.tracking') IS NOT NULL;

-- name: tracking
SELECT model, version, position FROM read_model.tracking;

-- name: track_from_start
INSERT INTO read_model.tracking (model, version, position) VALUES (%(model)s, %(version)s, 0)
ON CONFLICT (model) DO UPDATE SET version = excluded.version, position = 0;

-- name: track
UPDATE read_model.tracking SET position = %(position)s WHERE model = ANY(%(models)s);

-- name: column_types
-- The types of a table's columns, for a binary COPY; an enum is written as its text.
SELECT a.attname, CASE t.typtype WHEN 'e' THEN 'text'::regtype::oid ELSE t.oid END::integer
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(quote_ident(%(schema)s) || '.' || quote_ident(%(table)s)) AND a.attnum > 0 AND NOT a.attisdropped;
