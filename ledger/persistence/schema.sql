-- Beside the library's own event table (ledger.ledger_events): request keys, subjects, the one way to append, and
-- what keeps anybody from changing what was appended. Run again, it changes nothing; run on a database of an older
-- program, it adds what that lacks. Who may use what of it stands in `rights.py`.

CREATE TABLE IF NOT EXISTS ledger.format (version integer NOT NULL);

-- One row per request id ever answered. The answer is read from the event at `position`.
CREATE TABLE IF NOT EXISTS ledger.request_keys (
    request_id text PRIMARY KEY,
    position   bigint NOT NULL,
    digest     bytea NOT NULL
);

-- What is known of a person beside the log, so that it can be forgotten.
CREATE TABLE IF NOT EXISTS ledger.subjects (
    account text PRIMARY KEY,
    born    date NOT NULL
);

-- Which database role plays which part in this ledger (`writer`, `projector` …); nothing where none were made.
CREATE TABLE IF NOT EXISTS ledger.roles (
    part text PRIMARY KEY,
    role name NOT NULL
);

-- The role that plays a part, for whoever may work as it; null for everybody else.
CREATE OR REPLACE FUNCTION ledger.role_for(wanted text) RETURNS name
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.role FROM ledger.roles r JOIN pg_roles known ON known.rolname = r.role
    WHERE r.part = wanted AND pg_has_role(
        session_user, known.oid,
        CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END
    )
$$;

-- What was appended stays as it is, whoever asks: the second line, behind the rights of roles.
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what is in %.% stays: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Correct a mistake by appending what corrects it.';
END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger.request_keys
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
-- The digest of an opening covers a birth date: it is blanked when that person is forgotten, and never changed.
CREATE OR REPLACE TRIGGER only_blanked BEFORE UPDATE ON ledger.request_keys
    FOR EACH ROW WHEN (
        (new.request_id, new.position, new.digest)
        IS DISTINCT FROM (old.request_id, old.position, '\x00000000000000000000000000000000'::bytea)
    ) EXECUTE FUNCTION ledger.refuse_change();

-- Take the one writer lock until the transaction ends, and see that what a decision rests on still holds.
-- Under this lock position order is commit order, and positions are dense.
--   since, reads: the decision read these streams as of position `since`; a later event on one of them is a conflict,
--                 unless its position lies in (own_first, own_last]: the batch this writer saved just before.
--   absent:       streams the decision took to be empty.
-- Returns the position of the last event. SQLSTATE 40001: what was read has changed.
-- It has the rights of its caller, as `append` has; so neither pins a search path, which would take a tenth of its time.
CREATE OR REPLACE FUNCTION ledger.begin_append(
    since bigint, reads text[], own_first bigint, own_last bigint, absent text[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7310001);
    SELECT coalesce(max(notification_id), 0) INTO last FROM ledger.ledger_events;
    IF last > since AND EXISTS (
        SELECT FROM ledger.ledger_events
        WHERE notification_id > since AND (notification_id <= own_first OR notification_id > own_last)
          AND originator_id = ANY (reads)
    ) OR cardinality(absent) > 0 AND EXISTS (
        SELECT FROM ledger.ledger_events WHERE originator_id = ANY (absent)
    ) THEN
        RAISE EXCEPTION 'what the decision read has changed' USING ERRCODE = '40001';
    END IF;
    RETURN last;
END $$;

-- Append a batch, or nothing, in one round trip: the way for a few events. Many are copied after `begin_append`.
--   key_events: which event of the batch (from 1) answers each request id.
-- Returns the position before the first event. SQLSTATE 40001 as above; 23505: a version or a request id was taken
-- meanwhile. Either way nothing is stored.
CREATE OR REPLACE FUNCTION ledger.append(
    since bigint, reads text[], own_first bigint, own_last bigint, absent text[],
    ids text[], versions bigint[], topics text[], states bytea[],
    key_ids text[], key_events bigint[], key_digests bytea[],
    born_accounts text[], born_dates date[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last bigint := ledger.begin_append(since, reads, own_first, own_last, absent);
BEGIN
    INSERT INTO ledger.ledger_events (originator_id, originator_version, topic, state, notification_id)
        SELECT e.id, e.version, e.topic, e.state, last + e.n
        FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS e (id, version, topic, state, n);
    INSERT INTO ledger.request_keys (request_id, position, digest)
        SELECT k.id, last + k.event, k.digest FROM unnest(key_ids, key_events, key_digests) AS k (id, event, digest);
    IF cardinality(born_accounts) > 0 THEN
        INSERT INTO ledger.subjects (account, born) SELECT * FROM unnest(born_accounts, born_dates);
    END IF;
    IF cardinality(ids) > 0 THEN
        PERFORM pg_notify('ledger_events', '');
    END IF;
    RETURN last;
END $$;

-- Append signed checkpoints, and nothing else, in the same way: for the role that may write these alone.
CREATE OR REPLACE FUNCTION ledger.append_checkpoints(
    since bigint, reads text[], own_first bigint, own_last bigint, absent text[], versions bigint[], states bytea[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last bigint := ledger.begin_append(since, reads, own_first, own_last, absent);
BEGIN
    INSERT INTO ledger.ledger_events (originator_id, originator_version, topic, state, notification_id)
        SELECT 'checkpoints', e.version, 'CheckpointSigned', e.state, last + e.n
        FROM unnest(versions, states) WITH ORDINALITY AS e (version, state, n);
    PERFORM pg_notify('ledger_events', '');
    RETURN last;
END $$;
REVOKE EXECUTE ON FUNCTION
    ledger.append_checkpoints(bigint, text[], bigint, bigint, text[], bigint[], bytea[]) FROM PUBLIC;
