-- Whoever may use this schema, beside its owner, is a reader: of the views, and of nothing else.
-- The schema outlives tables and views, so a rebuild or an upgrade takes no right away.
DO $$
DECLARE
    reader regrole;
    seen regclass;
BEGIN
    FOR reader, seen IN
        SELECT DISTINCT right_.grantee, v.oid
        FROM pg_namespace s
        CROSS JOIN aclexplode(s.nspacl) right_
        JOIN pg_class v ON v.relnamespace = s.oid AND v.relkind = 'v'
        WHERE s.nspname = 'read_model' AND right_.privilege_type = 'USAGE'
            AND right_.grantee NOT IN (0, s.nspowner)
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO %s', seen, reader);
    END LOOP;
END $$;
