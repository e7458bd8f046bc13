-- The log as it is written by the ledger: dense positions from 1, in commit order.

-- name: log_exists
SELECT to_regclass('ledger.ledger_events') IS NOT NULL;

-- name: log_end
SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events;

-- name: log_batch
SELECT notification_id, originator_id, originator_version, topic, state
FROM ledger.ledger_events
WHERE notification_id > %(after)s AND notification_id <= %(upto)s
ORDER BY notification_id;

-- name: log_streams
SELECT notification_id, originator_id, originator_version, topic, state
FROM ledger.ledger_events
WHERE originator_id = ANY(%(streams)s) AND notification_id <= %(upto)s
ORDER BY notification_id;

-- name: log_positions
SELECT notification_id, originator_id, originator_version, topic, state
FROM ledger.ledger_events
WHERE notification_id = ANY(%(positions)s)
ORDER BY notification_id;

-- name: log_has_format
SELECT to_regclass('ledger.format') IS NOT NULL;

-- name: log_format
SELECT max(version) FROM ledger.format;
