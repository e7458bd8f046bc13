-- Beside the log: who may act, and what files of the other side hold. What was decided stands in the log alone.

CREATE SCHEMA IF NOT EXISTS reconciliation;

-- What is recorded here is never changed or taken away; what counts is the last row, or the first.
CREATE OR REPLACE FUNCTION reconciliation.only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = '55000';
END $$;

-- One person, one number, for ever. `reads_like` is the number without what the eye passes over.
CREATE TABLE IF NOT EXISTS reconciliation.people (
    staff      text PRIMARY KEY,
    reads_like text NOT NULL UNIQUE
);

-- A database role is one person's, for ever.
CREATE TABLE IF NOT EXISTS reconciliation.roles (
    role  text PRIMARY KEY,
    staff text NOT NULL REFERENCES reconciliation.people
);

-- Whether a number is in service and an admin's; the last row of a number counts.
CREATE TABLE IF NOT EXISTS reconciliation.standing (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff  text NOT NULL REFERENCES reconciliation.people,
    active boolean NOT NULL,
    admin  boolean NOT NULL
);

-- scrypt hashes of secrets; the last row of a number counts.
CREATE TABLE IF NOT EXISTS reconciliation.secrets (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff  text NOT NULL REFERENCES reconciliation.people,
    secret text NOT NULL
);

-- Who stood behind what was recorded of a number: listed it, gave it a role, set its secret. Nobody for the first.
CREATE TABLE IF NOT EXISTS reconciliation.vouched (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff    text NOT NULL REFERENCES reconciliation.people,
    by_staff text REFERENCES reconciliation.people,
    what     text NOT NULL,
    by_role  text NOT NULL DEFAULT session_user,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS vouched_staff ON reconciliation.vouched (staff);

-- Sign-ins: the SHA-256 of a token, and until when it holds. They are taken away when they end.
CREATE TABLE IF NOT EXISTS reconciliation.sign_ins (
    token   bytea PRIMARY KEY,
    staff   text NOT NULL REFERENCES reconciliation.people,
    expires timestamptz NOT NULL
);

-- Sign-ins that failed, under whatever well-formed number was given.
CREATE TABLE IF NOT EXISTS reconciliation.failures (
    staff text NOT NULL,
    at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS failures_staff ON reconciliation.failures (staff, at);

-- Files by the SHA-256 of their bytes. One counts once a period's stream in the log says that it was taken.
CREATE TABLE IF NOT EXISTS reconciliation.files (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256 text NOT NULL UNIQUE,
    rows   integer NOT NULL
);

-- Rows of the other side as they were read. No names and no citizen-ID numbers: rows have no column for them.
CREATE TABLE IF NOT EXISTS reconciliation.rows (
    file        bigint NOT NULL,
    line        integer NOT NULL,
    total_fen   bigint NOT NULL,
    fund_fen    bigint NOT NULL,
    account_fen bigint NOT NULL,
    direction   text NOT NULL,
    day         date,
    settlement  text,
    visit       text,
    person      text,
    message     text,
    receipt     text,
    clr_type    text,
    insutype    text,
    agency      text,
    result      text,
    memo        text,
    legs        jsonb,
    status      text,
    PRIMARY KEY (file, line)
);

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['people', 'roles', 'standing', 'secrets', 'vouched', 'files', 'rows'] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = format('reconciliation.%I', kept)::regclass AND tgname = 'only_added'
        ) THEN
            EXECUTE format(
                'CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.%I '
                'FOR EACH STATEMENT EXECUTE FUNCTION reconciliation.only_added()', kept
            );
        END IF;
    END LOOP;
END $$;
