-- name: balance
-- Runs of entries that count whole are read as their sums; entries one by one where a run counts in part, by its times,
-- and behind the last run.
WITH sums AS MATERIALIZED (
    SELECT position, after, first_at, last_at, current_fen, carried_fen, reserved_fen, held_fen, suspense_fen
    FROM entry_sums
    WHERE account = %(account)s AND position <= %(upto)s
)
SELECT coalesce(sum(current_fen), 0)::bigint AS current_fen,
    coalesce(sum(carried_fen), 0)::bigint AS carried_fen,
    coalesce(sum(reserved_fen), 0)::bigint AS reserved_fen,
    coalesce(sum(held_fen), 0)::bigint AS held_fen,
    coalesce(sum(suspense_fen), 0)::bigint AS suspense_fen
FROM (
    SELECT current_fen, carried_fen, reserved_fen, held_fen, suspense_fen FROM sums WHERE last_at <= %(at)s
    UNION ALL
    SELECT e.current_fen, e.carried_fen, e.reserved_fen, e.held_fen, e.suspense_fen
    FROM sums s
    CROSS JOIN LATERAL (
        SELECT current_fen, carried_fen, reserved_fen, held_fen, suspense_fen FROM entries
        WHERE account = %(account)s AND position > s.after AND position <= s.position AND at <= %(at)s
        OFFSET 0 -- each run on its own, never all entries beside all runs
    ) e
    WHERE s.first_at <= %(at)s AND s.last_at > %(at)s
    UNION ALL
    SELECT current_fen, carried_fen, reserved_fen, held_fen, suspense_fen FROM entries
    WHERE account = %(account)s AND position > (SELECT coalesce(max(position), 0) FROM sums)
        AND position <= %(upto)s AND at <= %(at)s
) counted;

-- name: sum_up_entries
-- The run of an account's entries that ends here; none where nothing moved since the run before it.
INSERT INTO entry_sums (
    position, after, first_at, last_at, current_fen, carried_fen, suspense_fen, reserved_fen, held_fen, account
)
SELECT %(position)s, before.position, min(at), max(at), coalesce(sum(current_fen), 0), coalesce(sum(carried_fen), 0),
    coalesce(sum(suspense_fen), 0), coalesce(sum(reserved_fen), 0), coalesce(sum(held_fen), 0), %(account)s
FROM (SELECT coalesce(max(position), 0) AS position FROM entry_sums WHERE account = %(account)s) before
JOIN entries e ON e.account = %(account)s AND e.position > before.position AND e.position <= %(position)s
GROUP BY before.position;

-- name: moved_money
SELECT position, at, recorded_at, type::text, current_fen, carried_fen, suspense_fen, settlement, beneficiary, note
FROM entries
WHERE account = %(account)s AND position <= %(upto)s AND at <= %(at)s
    AND (current_fen IS NOT NULL OR carried_fen IS NOT NULL OR suspense_fen IS NOT NULL)
ORDER BY position;

-- name: payment_positions
-- The account events of one settlement, by the accounts that paid it.
SELECT position FROM entries
WHERE account = ANY(%(accounts)s) AND settlement = %(settlement)s AND position <= %(upto)s;

-- name: suspense
SELECT s.position, s.account, s.suspense_fen, s.since
FROM (
    SELECT account, sum(suspense_fen)::bigint AS suspense_fen, min(position) AS position,
        (array_agg(at ORDER BY position))[1] AS since
    FROM (
        SELECT account, position, at, suspense_fen,
            coalesce(
                max(position) FILTER (WHERE left_fen = 0) OVER (PARTITION BY account), 0
            ) AS settled
        FROM (
            SELECT account, position, at, suspense_fen,
                sum(suspense_fen) OVER (PARTITION BY account ORDER BY position) AS left_fen
            FROM entries
            WHERE suspense_fen IS NOT NULL AND position <= %(upto)s
        ) running
    ) entry
    WHERE position > settled
    GROUP BY account
) s
WHERE s.position > %(after)s
ORDER BY s.position
LIMIT %(limit)s;
