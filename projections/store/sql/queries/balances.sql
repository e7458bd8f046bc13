-- name: balance
SELECT coalesce(sum(current_fen), 0)::bigint AS current_fen,
    coalesce(sum(carried_fen), 0)::bigint AS carried_fen,
    coalesce(sum(reserved_fen), 0)::bigint AS reserved_fen,
    coalesce(sum(held_fen), 0)::bigint AS held_fen,
    coalesce(sum(suspense_fen), 0)::bigint AS suspense_fen
FROM entries
WHERE account = %(account)s AND position <= %(upto)s AND at <= %(at)s;

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
