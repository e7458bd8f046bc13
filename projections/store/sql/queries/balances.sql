-- name: balance
SELECT coalesce(sum(current_fen), 0)::bigint AS current_fen,
    coalesce(sum(carried_fen), 0)::bigint AS carried_fen,
    coalesce(sum(reserved_fen), 0)::bigint AS reserved_fen,
    coalesce(sum(held_fen), 0)::bigint AS held_fen,
    coalesce(sum(suspense_fen), 0)::bigint AS suspense_fen
FROM entries
WHERE account = %(account)s AND position <= %(upto)s AND at <= %(at)s;

-- name: statement
SELECT position, at, recorded_at, type, bucket, amount_fen, balance_fen, settlement, beneficiary, note
FROM (
    SELECT e.position, e.at, e.recorded_at, e.type::text, l.place, l.bucket, l.amount_fen,
        coalesce(
            sum(l.amount_fen) FILTER (WHERE l.bucket <> 'suspense') OVER (ORDER BY e.position, l.place), 0
        )::bigint AS balance_fen,
        e.settlement, e.beneficiary, e.note
    FROM entries e
    CROSS JOIN LATERAL (
        VALUES (1, 'current', e.current_fen), (2, 'carried', e.carried_fen), (3, 'suspense', e.suspense_fen)
    ) l (place, bucket, amount_fen)
    WHERE e.account = %(account)s AND e.position <= %(upto)s AND l.amount_fen IS NOT NULL
) lines
WHERE at >= %(from)s AND at < %(before)s
ORDER BY position, place;

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
