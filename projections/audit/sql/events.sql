-- How the log gets into typed columns. `state` is one event as JSON, `$shape` what `columns.py` says it holds.

-- name: session
SET preserve_insertion_order = true;
SET parquet_metadata_cache = true;
SET enable_progress_bar = false;
SET TimeZone = 'UTC';

-- name: count_chunk
SELECT count(*) FROM chunk;

-- name: read_lines
-- A piece of the log, as the database gave it, in position order. One thread reads lines; typing them takes all.
CREATE OR REPLACE TABLE lines AS
SELECT *, NULL::BLOB AS bytes
FROM read_csv($source, delim = chr(2), quote = chr(1), escape = chr(1), header = false, auto_detect = false,
    columns = {'position': 'BIGINT', 'stream': 'VARCHAR', 'version': 'BIGINT', 'topic': 'VARCHAR', 'state': 'VARCHAR'},
    max_line_size = 67108864);

-- name: read_hex_lines
-- The same where some state is no text: the bytes come as hexadecimal digits, and what is no text is left empty.
CREATE OR REPLACE TABLE lines AS
SELECT position, stream, version, topic, try(decode(unhex(digits))) AS state, unhex(digits) AS bytes
FROM read_csv($source, delim = chr(2), quote = chr(1), escape = chr(1), header = false, auto_detect = false,
    columns = {'position': 'BIGINT', 'stream': 'VARCHAR', 'version': 'BIGINT', 'topic': 'VARCHAR', 'digits': 'VARCHAR'},
    max_line_size = 67108864);

-- name: typed_lines
CREATE OR REPLACE MACRO typed_lines(source, shape) AS TABLE
SELECT position, stream, version, topic, substr(stream, strpos(stream, ':') + 1) AS subject, readable,
    unnest(from_json(CASE WHEN readable THEN state END, shape))
FROM (SELECT *, coalesce(json_valid(state), false) AS readable FROM query_table(source));

-- name: keep_first
-- All that was read so far stays here; what does not fit into memory goes to the folder, compressed.
CREATE TABLE kept AS FROM typed_lines(lines, $shape);

-- name: keep_more
INSERT INTO kept FROM typed_lines(lines, $shape);

-- name: forget_lines
DROP TABLE lines;

-- name: chunk_kept
CREATE OR REPLACE VIEW chunk AS
SELECT * FROM kept WHERE position > getvariable('after') AND position <= getvariable('reach');

-- name: stage_rows
-- Rows as the database gave them, typed; `$source` has the columns that `$columns` names.
CREATE TABLE staged AS
SELECT * FROM read_csv($source, delim = chr(2), quote = chr(1), escape = chr(1), header = false, auto_detect = false,
    allow_quoted_nulls = false, columns = $columns, max_line_size = 67108864);

-- name: stored_kept
CREATE OR REPLACE VIEW stored AS FROM kept;

-- name: no_event
-- Every column there is and no event: files from before a column existed lack it, as none of their events fills it.
CREATE OR REPLACE TABLE no_event AS
SELECT NULL::BIGINT AS position, NULL::VARCHAR AS stream, NULL::BIGINT AS version, NULL::VARCHAR AS topic, NULL::VARCHAR AS subject,
    NULL::BOOLEAN AS readable, unnest(from_json('{}', $shape))
LIMIT 0;

-- name: files_differ
-- Whether some of the files have other columns than others: looking by name then takes every file's word at every question.
SELECT count(DISTINCT columns) > 1
FROM (SELECT sum(hash(name, type, num_children)) AS columns FROM parquet_schema(getvariable('files')) GROUP BY file_name);

-- name: stored_in_files
CREATE OR REPLACE VIEW stored AS
FROM no_event UNION ALL BY NAME FROM read_parquet(getvariable('files'), union_by_name = getvariable('files_differ'));

-- name: events_upto
-- `events` is what counts of all that was read, `chunk` the piece at hand.
CREATE OR REPLACE VIEW events AS SELECT * FROM stored WHERE position <= getvariable('upto');

-- name: take_chunk
-- A piece of an archive; what no check reads stays there.
CREATE OR REPLACE TABLE chunk AS
SELECT COLUMNS(lambda name: list_contains(getvariable('replayed'), name)) FROM stored
WHERE position > getvariable('after') AND position <= getvariable('reach');

-- name: all_events
-- The same without a bound: positions need not be looked at when all of them count.
CREATE OR REPLACE VIEW events AS FROM stored;

-- name: moves_in_files
-- What events did to people who have numbers, in an archive, where it is worked out once and folded often.
CREATE OR REPLACE VIEW moves AS SELECT * FROM read_parquet(getvariable('moves_files')) WHERE position <= getvariable('upto');

-- name: all_moves_in_files
CREATE OR REPLACE VIEW moves AS SELECT * FROM read_parquet(getvariable('moves_files'));

-- name: unnumbered
-- Events whose people have no numbers: all of a log that comes from a database, next to none of an archive.
CREATE OR REPLACE VIEW unnumbered AS FROM events;

-- name: unnumbered_in_files
CREATE OR REPLACE VIEW unnumbered AS SELECT * FROM events WHERE position NOT IN (SELECT position FROM moves);

-- name: account_moves
-- What each event of an account did to its figures: signed fen. The only place that gives an event its signs.
CREATE OR REPLACE MACRO account_moves(source) AS TABLE
SELECT position, "at", recorded_at, subject AS account, version, topic, settlement, refund, beneficiary, rank, binding,
    bucket, kind, reason, balance_fen, quota_fen,
    CASE topic
        WHEN 'CoPaymentCharged' THEN -coalesce(current_fen, 0)
        WHEN 'Credited' THEN CASE bucket WHEN 'current' THEN amount_fen ELSE 0 END
        WHEN 'CoPaymentCaptured' THEN -coalesce(current_fen, 0)
        WHEN 'CoPaymentRefunded' THEN coalesce(current_fen, 0)
        WHEN 'Adjusted' THEN CASE bucket WHEN 'current' THEN delta_fen ELSE 0 END
        WHEN 'YearClosed' THEN -moved_fen
        ELSE 0
    END AS current_fen,
    CASE topic
        WHEN 'CoPaymentCharged' THEN -coalesce(carried_fen, 0)
        WHEN 'Credited' THEN CASE bucket WHEN 'carried' THEN amount_fen ELSE 0 END
        WHEN 'CoPaymentCaptured' THEN -coalesce(carried_fen, 0)
        WHEN 'CoPaymentRefunded' THEN coalesce(carried_fen, 0)
        WHEN 'Adjusted' THEN CASE bucket WHEN 'carried' THEN delta_fen ELSE 0 END
        WHEN 'YearClosed' THEN moved_fen
        ELSE 0
    END AS carried_fen,
    CASE topic
        WHEN 'CoPaymentRefunded' THEN coalesce(suspense_fen, 0)
        WHEN 'Adjusted' THEN CASE bucket WHEN 'suspense' THEN delta_fen ELSE 0 END
        ELSE 0
    END AS suspense_fen,
    CASE topic
        WHEN 'CoPaymentHeld' THEN coalesce(current_fen, 0)
        WHEN 'CoPaymentCaptured' THEN -coalesce(current_fen, 0)
        WHEN 'HoldReleased' THEN -coalesce(current_fen, 0)
        WHEN 'YearClosed' THEN -held_fen
        ELSE 0
    END AS held_current_fen,
    CASE topic
        WHEN 'CoPaymentHeld' THEN coalesce(carried_fen, 0)
        WHEN 'CoPaymentCaptured' THEN -coalesce(carried_fen, 0)
        WHEN 'HoldReleased' THEN -coalesce(carried_fen, 0)
        WHEN 'YearClosed' THEN held_fen
        ELSE 0
    END AS held_carried_fen,
    CASE topic
        WHEN 'CoPaymentCharged' THEN CASE
            WHEN from_quota THEN -coalesce(quota_part_fen, coalesce(current_fen, 0) + coalesce(carried_fen, 0)) ELSE 0
        END
        WHEN 'CoPaymentHeld' THEN CASE WHEN from_quota THEN -coalesce(current_fen, 0) - coalesce(carried_fen, 0) ELSE 0 END
        WHEN 'HoldReleased' THEN CASE WHEN from_quota THEN coalesce(current_fen, 0) + coalesce(carried_fen, 0) ELSE 0 END
        WHEN 'CoPaymentRefunded' THEN CASE
            WHEN into_quota THEN coalesce(quota_part_fen, coalesce(current_fen, 0) + coalesce(carried_fen, 0)) ELSE 0
        END
        WHEN 'QuotaGranted' THEN amount_fen
        WHEN 'QuotaReleased' THEN -released_fen
        ELSE 0
    END AS reserved_fen,
    CASE WHEN limit_year IS NOT NULL THEN CASE topic
        WHEN 'CoPaymentCharged' THEN coalesce(current_fen, 0) + coalesce(carried_fen, 0)
        WHEN 'CoPaymentHeld' THEN coalesce(current_fen, 0) + coalesce(carried_fen, 0)
        WHEN 'HoldReleased' THEN -coalesce(current_fen, 0) - coalesce(carried_fen, 0)
        WHEN 'CoPaymentRefunded' THEN -limit_fen
    END END AS use_fen, limit_year
FROM query_table(source)
WHERE topic IN ('Credited', 'Adjusted', 'YearClosed', 'CoPaymentCharged', 'CoPaymentHeld', 'CoPaymentCaptured', 'HoldReleased',
    'CoPaymentRefunded', 'QuotaGranted', 'QuotaReleased');

-- name: decided_sources
-- Every payer that a decision asked, in the order asked: the figures it saw, and what it paid.
CREATE OR REPLACE MACRO decided_sources(source) AS TABLE
SELECT position, request, subject AS settlement, coalesce(op, 'charge') AS op, beneficiary, year, "at", unnest(sources) AS asked,
    generate_subscripts(sources, 1) AS place
FROM query_table(source)
WHERE topic = 'SettlementDecided';

-- name: limit_changes
-- What was used of yearly limits, and given back by refunds and released holds; one row per event and binder.
CREATE OR REPLACE MACRO limit_changes(source) AS TABLE
SELECT position, subject AS beneficiary, year, CASE topic WHEN 'LimitRestored' THEN -1 ELSE 1 END AS sign, unnest(uses) AS part
FROM query_table(source)
WHERE topic IN ('LimitUsed', 'HoldPlaced', 'LimitRestored')
UNION ALL
SELECT e.position, p.subject, p.year, -1, unnest(p.uses)
FROM query_table(source) p
JOIN (SELECT position, subject, settlement FROM query_table(source) WHERE topic = 'HoldEnded' AND outcome = 'released') e
    ON e.subject = p.subject AND e.settlement = p.settlement
WHERE p.topic = 'HoldPlaced';

-- name: business_day
-- The Shanghai day of an instant in UTC. Since 1992 that is eight hours on; before, the zone's table says.
CREATE OR REPLACE MACRO business_day(instant) AS
CASE
    WHEN instant >= TIMESTAMP '1992-01-01' THEN CAST(instant + INTERVAL 8 HOUR AS DATE)
    ELSE CAST(timezone('Asia/Shanghai', timezone('UTC', instant)) AS DATE)
END;

-- name: tables
-- What the checks find, and what they must remember from one piece of the log to the next.
CREATE TABLE differences (
    position BIGINT, kind VARCHAR, place VARCHAR, subject VARCHAR, expected VARCHAR, found VARCHAR
);
CREATE TABLE claims (
    what VARCHAR, settlement VARCHAR, other VARCHAR, who VARCHAR, side INTEGER, position BIGINT,
    first_fen BIGINT, second_fen BIGINT, mark BIGINT
);
CREATE TABLE account_state (
    account VARCHAR, events BIGINT, current_fen BIGINT, carried_fen BIGINT, held_current_fen BIGINT,
    held_carried_fen BIGINT, reserved_fen BIGINT, balance_off_fen BIGINT
);
CREATE TABLE stream_state (stream VARCHAR, version BIGINT, off BIGINT, recorded_at TIMESTAMP);
CREATE TABLE last_event (
    position BIGINT, stream VARCHAR, topic VARCHAR, request VARCHAR, op VARCHAR, rank BIGINT
);
