-- Views, and who may read them.

-- name: views_label
-- Which views stand in the schema; null before there are any.
SELECT obj_description(to_regnamespace('read_model'), 'pg_namespace');

-- name: role_exists
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s);

-- name: may_log_in
SELECT rolcanlogin FROM pg_roles WHERE rolname = %(role)s;

-- name: readable_views
SELECT relname FROM pg_class
WHERE relnamespace = 'read_model'::regnamespace AND relkind = 'v' AND has_table_privilege(%(role)s, oid, 'SELECT')
ORDER BY relname COLLATE "C";
