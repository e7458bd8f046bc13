-- Whether the events stand as the ledger writes them: dense, in order, each command's events together.

-- name: grammar
-- Which event may follow which inside one command ('' begins it), and which may be a command's last.
CREATE TABLE may_follow AS SELECT * FROM (VALUES
    ('', 'PolicyRecorded'), ('', 'AccountOpened'), ('', 'Credited'), ('', 'Adjusted'), ('', 'YearClosed'),
    ('', 'AccountTransferred'), ('', 'StatusChanged'), ('', 'AccountConfirmed'), ('', 'BindRequested'),
    ('', 'BindApproved'), ('', 'BindRejected'), ('', 'Bound'), ('', 'Unbound'), ('', 'PriorityReordered'),
    ('', 'LimitSet'), ('', 'TimelineAdvanced'), ('', 'QuotaGranted'), ('', 'QuotaReleased'),
    ('', 'SettlementDecided'), ('', 'SettlementCaptured'), ('', 'SettlementReleased'), ('', 'SettlementRefunded'),
    ('', 'RequestRefused'), ('', 'RequestRepeated'),
    ('PolicyRecorded', 'PolicyRecorded'), ('PolicyRecorded', 'BindRequested'), ('PolicyRecorded', 'BindApproved'),
    ('PolicyRecorded', 'Bound'), ('PolicyRecorded', 'Unbound'), ('PolicyRecorded', 'QuotaGranted'),
    ('PolicyRecorded', 'SettlementDecided'), ('PolicyRecorded', 'RequestRefused'),
    ('SettlementDecided', 'CoPaymentCharged'), ('SettlementDecided', 'CoPaymentHeld'),
    ('SettlementDecided', 'HoldPlaced'),
    ('SettlementDecided', 'SettlementCorrected'), ('SettlementCorrected', 'CoPaymentCharged'),
    ('CoPaymentCharged', 'CoPaymentCharged'), ('CoPaymentCharged', 'LimitUsed'),
    ('CoPaymentHeld', 'CoPaymentHeld'), ('CoPaymentHeld', 'HoldPlaced'),
    ('SettlementCaptured', 'CoPaymentCaptured'), ('SettlementCaptured', 'HoldEnded'),
    ('CoPaymentCaptured', 'CoPaymentCaptured'), ('CoPaymentCaptured', 'HoldEnded'),
    ('SettlementReleased', 'HoldReleased'), ('SettlementReleased', 'HoldEnded'),
    ('HoldReleased', 'HoldReleased'), ('HoldReleased', 'HoldEnded'),
    ('SettlementRefunded', 'RefundTaken'), ('RefundTaken', 'CoPaymentRefunded'),
    ('CoPaymentRefunded', 'CoPaymentRefunded'), ('CoPaymentRefunded', 'LimitRestored'),
    ('StatusChanged', 'Unbound'), ('AccountTransferred', 'Unbound'),
    ('Unbound', 'QuotaReleased'), ('Unbound', 'BindingSlotFreed'), ('QuotaReleased', 'BindingSlotFreed'),
    ('BindingSlotFreed', 'Unbound'), ('QuotaReleased', 'TimelineAdvanced'), ('QuotaGranted', 'TimelineAdvanced'),
    ('BindApproved', 'Bound'), ('Bound', 'BindingSlotTaken'), ('BindingSlotTaken', 'QuotaGranted')
) AS pairs (before, topic);
CREATE TABLE may_not_end AS SELECT * FROM (VALUES
    ('PolicyRecorded'), ('SettlementCaptured'), ('CoPaymentCaptured'), ('SettlementReleased'), ('HoldReleased'),
    ('CoPaymentHeld'), ('SettlementRefunded'), ('SettlementCorrected'), ('Unbound'), ('QuotaReleased'), ('BindApproved'), ('Bound')
) AS topics (topic);
-- Events that no command line asked for: each stands by itself, whatever was written before and after it.
CREATE TABLE noted AS SELECT * FROM (VALUES
    ('break', 'BreakOpened'), ('break', 'BreakChanged'), ('break', 'BreakAssigned'), ('break', 'BreakAsked'), ('break', 'BreakProposed'),
    ('break', 'BreakApproved'), ('break', 'BreakRefused'), ('break', 'CorrectionBegun'), ('break', 'BreakCorrected'),
    ('break', 'BreakNotCorrected'), ('break', 'BreakClosed'), ('break', 'BreakReopened'),
    ('period', 'PeriodOpened'), ('period', 'FileTaken'), ('period', 'PeriodMatched'), ('period', 'SignOffProposed'),
    ('period', 'SignOffRefused'), ('period', 'PeriodSigned'), ('periods', 'PeriodListed'), ('facts', 'FactsAdded'),
    ('subject', 'SubjectRestricted'), ('subject', 'SubjectReleased'), ('subject', 'SubjectUnmasked'),
    ('subject', 'SubjectForgotten'), ('checkpoints', 'CheckpointSigned')
) AS topics (home, topic);
INSERT INTO may_follow SELECT '', topic FROM noted;
CREATE TABLE homes AS SELECT * FROM noted UNION ALL SELECT * FROM (VALUES
    ('account', 'AccountOpened'), ('account', 'Credited'), ('account', 'Adjusted'), ('account', 'YearClosed'),
    ('account', 'AccountTransferred'), ('account', 'StatusChanged'), ('account', 'AccountConfirmed'),
    ('account', 'CoPaymentCharged'), ('account', 'CoPaymentHeld'), ('account', 'CoPaymentCaptured'),
    ('account', 'HoldReleased'), ('account', 'CoPaymentRefunded'), ('account', 'QuotaGranted'),
    ('account', 'QuotaReleased'), ('account', 'BindingSlotTaken'), ('account', 'BindingSlotFreed'),
    ('family', 'Bound'), ('family', 'Unbound'), ('family', 'PriorityReordered'), ('family', 'LimitSet'),
    ('family', 'TimelineAdvanced'), ('family', 'LimitUsed'), ('family', 'HoldPlaced'), ('family', 'HoldEnded'),
    ('family', 'LimitRestored'),
    ('settlement', 'SettlementDecided'), ('settlement', 'SettlementCaptured'), ('settlement', 'SettlementReleased'),
    ('settlement', 'SettlementRefunded'), ('settlement', 'SettlementCorrected'),
    ('request', 'RequestRefused'), ('request', 'RequestRepeated'), ('request', 'BindRequested'),
    ('request', 'BindApproved'), ('request', 'BindRejected'),
    ('refund', 'RefundTaken'), ('policies', 'PolicyRecorded')
) AS topics (home, topic);

-- name: neighbours
-- Each event beside the one before it. A refusal begins a command of its own, even under an id used before,
-- unless the policy it asked stands before it; so does each event that no command asked for.
CREATE OR REPLACE TEMP TABLE neighbours AS
SELECT *, request = previous_request AND (topic <> 'RequestRefused' OR previous_topic = 'PolicyRecorded')
    AND topic NOT IN (SELECT topic FROM noted) AS same_command
FROM (
    SELECT position, stream, version, topic, readable, request, op, cause, rank, seen,
        lag(position) OVER w AS previous_position, lag(topic) OVER w AS previous_topic,
        lag(request) OVER w AS previous_request,
        lag(rank) OVER w AS previous_rank, lag(op) OVER w AS previous_op
    FROM (
        SELECT position, stream, version, topic, readable, request, op, cause, coalesce(rank, 0) AS rank,
            false AS seen
        FROM chunk
        UNION ALL BY NAME
        SELECT position, stream, topic, true AS readable, request, op, rank, true AS seen FROM last_event
    )
    WINDOW w AS (ORDER BY position)
)
WHERE NOT seen;

-- name: events_missing
-- Positions are dense from 1. A gap is named at its first position.
INSERT INTO differences
SELECT coalesce(previous_position, 0) + 1, 'event_missing', 'log', NULL,
    concat('events ', coalesce(previous_position, 0) + 1, ' to ', position - 1), 'nothing'
FROM neighbours
WHERE position > coalesce(previous_position, 0) + 1;

-- name: events_repeated
INSERT INTO differences
SELECT position, 'event_repeated', 'log', any_value(stream), 'one event', concat(count(*), ' events')
FROM neighbours
GROUP BY position
HAVING count(*) > 1;

-- name: events_unreadable
-- Bytes that are no JSON object, or lack what every event has, or what its topic must say.
INSERT INTO differences
SELECT position, 'event_unreadable', 'log', stream, concat('a ', topic), 'bytes that do not say it'
FROM chunk
WHERE NOT readable OR "at" IS NULL OR recorded_at IS NULL OR request IS NULL
    OR CASE topic
        WHEN 'AccountOpened' THEN region IS NULL OR insurance IS NULL
        WHEN 'Credited' THEN bucket IS NULL OR amount_fen IS NULL OR balance_fen IS NULL
        WHEN 'Adjusted' THEN bucket IS NULL OR delta_fen IS NULL OR balance_fen IS NULL
        WHEN 'YearClosed' THEN year IS NULL OR moved_fen IS NULL OR held_fen IS NULL
        WHEN 'AccountTransferred' THEN region IS NULL
        WHEN 'StatusChanged' THEN status IS NULL
        WHEN 'CoPaymentCharged' THEN settlement IS NULL OR beneficiary IS NULL
        WHEN 'CoPaymentHeld' THEN settlement IS NULL OR beneficiary IS NULL
        WHEN 'CoPaymentCaptured' THEN settlement IS NULL OR beneficiary IS NULL
        WHEN 'HoldReleased' THEN settlement IS NULL OR beneficiary IS NULL
        WHEN 'CoPaymentRefunded' THEN settlement IS NULL OR beneficiary IS NULL OR refund IS NULL
        WHEN 'QuotaGranted' THEN beneficiary IS NULL OR binding IS NULL OR amount_fen IS NULL OR quota_fen IS NULL
        WHEN 'QuotaReleased' THEN beneficiary IS NULL OR binding IS NULL OR released_fen IS NULL
        WHEN 'Bound' THEN binding IS NULL OR kind IS NULL OR binder IS NULL OR relation IS NULL
        WHEN 'Unbound' THEN binding IS NULL OR kind IS NULL OR binder IS NULL
        WHEN 'PriorityReordered' THEN "order" IS NULL
        WHEN 'LimitSet' THEN binding IS NULL OR binder IS NULL
        WHEN 'LimitUsed' THEN settlement IS NULL OR year IS NULL OR uses IS NULL
        WHEN 'HoldPlaced' THEN settlement IS NULL OR year IS NULL
        WHEN 'HoldEnded' THEN settlement IS NULL OR outcome IS NULL
        WHEN 'LimitRestored' THEN settlement IS NULL OR year IS NULL OR uses IS NULL
        WHEN 'SettlementDecided' THEN beneficiary IS NULL OR amount_fen IS NULL OR year IS NULL
        WHEN 'SettlementCorrected' THEN corrected_by IS NULL
        WHEN 'SettlementRefunded' THEN refund IS NULL OR amount_fen IS NULL OR refundable_fen IS NULL OR cash_fen IS NULL
        WHEN 'FactsAdded' THEN facts IS NULL
        ELSE false
    END;

-- name: events_out_of_place
-- An event that cannot stand behind the one before it, or in its stream at all.
INSERT INTO differences
SELECT n.position, 'event_out_of_place', 'log', n.stream,
    CASE WHEN same_command THEN concat('what follows ', previous_topic) ELSE 'the first event of a command' END,
    concat(n.topic, CASE WHEN same_command THEN '' ELSE concat(' after ', previous_topic) END)
FROM neighbours n
LEFT JOIN homes h ON h.topic = n.topic AND h.home = split_part(n.stream, ':', 1)
LEFT JOIN may_follow f ON f.topic = n.topic AND f.before = CASE WHEN n.same_command THEN n.previous_topic ELSE '' END
LEFT JOIN may_not_end e ON e.topic = n.previous_topic
WHERE n.readable
    AND (
        h.topic IS NULL
        OR (n.position = coalesce(n.previous_position, 0) + 1 AND (
            f.topic IS NULL
            OR (e.topic IS NOT NULL AND NOT coalesce(n.same_command, false))
            OR (NOT coalesce(n.same_command, false) AND n.topic = 'Unbound' AND n.cause <> 'unbind')
            OR (NOT coalesce(n.same_command, false) AND n.topic = 'TimelineAdvanced' AND n.op NOT IN ('reorder', 'set_limit'))
            OR (n.same_command AND n.topic = 'TimelineAdvanced' AND n.op NOT IN ('grant_quota', 'release_quota'))
            OR (n.same_command AND n.topic = 'Unbound' AND n.cause = 'unbind' AND n.previous_topic <> 'PolicyRecorded')
            OR (
                n.same_command AND n.topic = n.previous_topic
                AND n.topic IN ('CoPaymentCharged', 'CoPaymentHeld', 'CoPaymentCaptured', 'HoldReleased')
                AND n.rank <= n.previous_rank
            )
            OR (n.same_command AND n.topic = 'CoPaymentRefunded' AND n.previous_topic = n.topic AND n.rank >= n.previous_rank)
        ))
    );

-- name: versions
-- A stream's versions are dense from 1, in log order. A jump is named where it arises.
CREATE OR REPLACE TEMP TABLE versions AS
SELECT position, stream, version, off,
    lag(off, 1, known) OVER w AS previous_off,
    recorded_at, lag(recorded_at, 1, known_at) OVER w AS previous_recorded_at
FROM (
    SELECT position, c.stream, c.version, coalesce(s.off, 0) AS known, c.recorded_at, s.recorded_at AS known_at,
        c.version - coalesce(s.version, 0) - row_number() OVER (PARTITION BY c.stream ORDER BY position) AS off
    FROM chunk c
    LEFT JOIN stream_state s ON s.stream = c.stream
    WHERE split_part(c.stream, ':', 1) IN ('account', 'family', 'policies', 'checkpoints')
)
WINDOW w AS (PARTITION BY stream ORDER BY position);
INSERT INTO differences
SELECT position, 'version_out_of_line', 'log', stream, concat('version ', version - off), concat('version ', version)
FROM versions
WHERE off <> previous_off AND off <> 0;
CREATE OR REPLACE TABLE stream_state AS
SELECT stream, CAST(sum(version) AS BIGINT) AS version, arg_max(off, place) AS off,
    arg_max(recorded_at, place) AS recorded_at
FROM (
    SELECT stream, version, off, recorded_at, 0 AS place FROM stream_state
    UNION ALL
    SELECT stream, count(*), arg_max(off, position), arg_max(recorded_at, position), 1 FROM versions GROUP BY stream
)
GROUP BY stream;

-- name: recorded_backwards
-- Recording times never go back within a stream: its next event was decided after the one before was written. Between
-- streams they may, by as long as one writer waits for another, and so may checkpoints of two signers.
INSERT INTO differences
SELECT position, 'recorded_out_of_order', 'log', stream, concat('not before ', previous_recorded_at), CAST(recorded_at AS VARCHAR)
FROM versions
WHERE recorded_at < previous_recorded_at AND stream <> 'checkpoints';

-- name: versions_of_the_rest
-- Streams that seldom have a second event: each version stands behind the one before it.
INSERT INTO differences
SELECT later.position, 'version_out_of_line', 'log', later.stream, concat('version ', later.version - 1, ' before it'),
    CASE WHEN earlier.position IS NULL THEN 'none' ELSE concat('it stands at ', earlier.position) END
FROM (
    SELECT position, stream, version FROM events
    WHERE version > 1 AND split_part(stream, ':', 1) NOT IN ('account', 'family', 'policies', 'checkpoints')
) later
LEFT JOIN (
    SELECT position, stream, version FROM events
    WHERE stream IN (
        SELECT stream FROM events
        WHERE version > 1 AND split_part(stream, ':', 1) NOT IN ('account', 'family', 'policies', 'checkpoints')
    )
) earlier ON earlier.stream = later.stream AND earlier.version = later.version - 1
WHERE earlier.position IS NULL OR earlier.position > later.position;

-- name: remember_last
CREATE OR REPLACE TABLE last_event AS
SELECT position, stream, topic, request, op, coalesce(rank, 0) AS rank FROM chunk
ORDER BY position DESC LIMIT 1;

-- name: the_end
-- The last command of the log is whole.
INSERT INTO differences
SELECT position + 1, 'event_missing', 'log', stream, concat('what follows ', topic), 'the end of the log'
FROM last_event
WHERE topic IN (SELECT topic FROM may_not_end) AND getvariable('whole');
