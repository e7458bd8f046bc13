-- name: family_steps
SELECT position, at, limit_fen, binding, step, kind, relation, beneficiary, binder, order_after
FROM binding_steps
WHERE beneficiary = %(beneficiary)s AND position <= %(upto)s AND at <= %(at)s
ORDER BY position;

-- name: binder_steps
SELECT position, at, limit_fen, binding, step, kind, relation, beneficiary, binder, order_after
FROM binding_steps
WHERE binder = %(binder)s AND position <= %(upto)s AND at <= %(at)s
ORDER BY position;

-- name: standing_bindings
-- Bindings that stand, oldest first; `region` is a prefix of either side's present region.
SELECT b.position, b.kind, b.binder, g.region AS binder_region, b.beneficiary, y.region AS beneficiary_region,
    b.relation, b.at AS since, CASE WHEN l.position IS NULL THEN b.limit_fen ELSE l.limit_fen END AS limit_fen,
    q.quota_fen
FROM binding_steps b
CROSS JOIN LATERAL (
    SELECT region FROM account_steps
    WHERE account = b.binder AND region IS NOT NULL AND position <= %(upto)s
    ORDER BY position DESC LIMIT 1
) g
CROSS JOIN LATERAL (
    SELECT region FROM account_steps
    WHERE account = b.beneficiary AND region IS NOT NULL AND position <= %(upto)s
    ORDER BY position DESC LIMIT 1
) y
LEFT JOIN LATERAL (
    SELECT position, limit_fen FROM binding_steps
    WHERE beneficiary = b.beneficiary AND binding = b.binding AND step = 'limited' AND position <= %(upto)s
    ORDER BY position DESC LIMIT 1
) l ON true
CROSS JOIN LATERAL (
    SELECT sum(delta_fen)::bigint AS quota_fen FROM quota_entries
    WHERE beneficiary = b.beneficiary AND binding = b.binding AND position <= %(upto)s
) q
WHERE b.step = 'bound' AND b.position > %(after)s AND b.position <= %(upto)s
    AND NOT EXISTS (
        SELECT FROM binding_steps
        WHERE beneficiary = b.beneficiary AND binding = b.binding AND step = 'unbound' AND position <= %(upto)s
    )
    AND (starts_with(g.region, %(region)s) OR starts_with(y.region, %(region)s))
ORDER BY b.position
LIMIT %(limit)s;
