-- The present, for people with psql or a BI tool; README.md of the read models lists every column.

CREATE OR REPLACE VIEW accounts AS
SELECT account,
    (array_agg(region ORDER BY position DESC) FILTER (WHERE region IS NOT NULL))[1] AS region,
    (array_agg(insurance ORDER BY position DESC) FILTER (WHERE insurance IS NOT NULL))[1] AS insurance,
    (array_agg(status ORDER BY position DESC) FILTER (WHERE status IS NOT NULL))[1] AS status,
    min(at) FILTER (WHERE insurance IS NOT NULL) AS opened_at
FROM account_steps
GROUP BY account;

CREATE OR REPLACE VIEW balances AS
SELECT a.account, e.current_fen, e.carried_fen,
    e.current_fen + e.carried_fen AS balance_fen, e.reserved_fen, e.held_fen,
    greatest(0, e.current_fen + e.carried_fen - e.reserved_fen - e.held_fen) AS available_fen,
    e.suspense_fen
FROM accounts a
CROSS JOIN LATERAL (
    SELECT coalesce(sum(current_fen), 0)::bigint AS current_fen,
        coalesce(sum(carried_fen), 0)::bigint AS carried_fen,
        coalesce(sum(suspense_fen), 0)::bigint AS suspense_fen,
        coalesce(sum(reserved_fen), 0)::bigint AS reserved_fen,
        coalesce(sum(held_fen), 0)::bigint AS held_fen
    FROM entries
    WHERE account = a.account
) e;

CREATE OR REPLACE VIEW statement_lines AS
SELECT e.account, e.position, e.at, e.recorded_at, e.type, l.bucket, l.amount_fen,
    coalesce(
        sum(l.amount_fen) FILTER (WHERE l.bucket <> 'suspense')
            OVER (PARTITION BY e.account ORDER BY e.position, l.place),
        0
    )::bigint AS balance_fen,
    e.settlement, e.beneficiary, e.rank, e.note
FROM entries e
CROSS JOIN LATERAL (
    VALUES (1, 'current', e.current_fen), (2, 'carried', e.carried_fen), (3, 'suspense', e.suspense_fen)
) l (place, bucket, amount_fen)
WHERE l.amount_fen IS NOT NULL;

CREATE OR REPLACE VIEW bindings AS
SELECT b.beneficiary, b.binding, b.kind, b.binder, b.relation, b.at AS since,
    CASE WHEN l.position IS NULL THEN b.limit_fen ELSE l.limit_fen END AS limit_fen, b.position
FROM binding_steps b
LEFT JOIN LATERAL (
    SELECT position, limit_fen FROM binding_steps
    WHERE beneficiary = b.beneficiary AND binding = b.binding AND step = 'limited'
    ORDER BY position DESC LIMIT 1
) l ON true
WHERE b.step = 'bound'
    AND NOT EXISTS (
        SELECT FROM binding_steps
        WHERE beneficiary = b.beneficiary AND binding = b.binding AND step = 'unbound'
    );

-- A binder bound after the last reordering stands behind those it named, in the order of binding.
CREATE OR REPLACE VIEW debit_orders AS
SELECT b.beneficiary,
    row_number() OVER (
        PARTITION BY b.beneficiary
        ORDER BY CASE WHEN b.position < r.position THEN array_position(r.order_after, b.binder) END NULLS LAST,
            b.position
    ) AS rank,
    b.binder, b.relation, b.since, b.limit_fen, b.binding
FROM bindings b
LEFT JOIN LATERAL (
    SELECT position, order_after FROM binding_steps
    WHERE beneficiary = b.beneficiary AND step = 'reordered'
    ORDER BY position DESC LIMIT 1
) r ON true
WHERE b.kind = 'mutual_aid';

CREATE OR REPLACE VIEW quotas AS
SELECT beneficiary, binding, binder, sum(delta_fen)::bigint AS quota_fen
FROM quota_entries
GROUP BY beneficiary, binding, binder;

CREATE OR REPLACE VIEW limits AS
SELECT u.beneficiary, u.year, u.binder, sum(u.delta_fen)::bigint AS used_fen
FROM limit_uses u
WHERE u.hold IS NULL
    OR NOT EXISTS (SELECT FROM limit_releases r WHERE r.beneficiary = u.beneficiary AND r.hold = u.hold)
GROUP BY u.beneficiary, u.year, u.binder;

CREATE OR REPLACE VIEW settlements AS
SELECT d.settlement, d.step AS op,
    CASE
        WHEN r.refundable_fen = 0 THEN 'refunded'
        WHEN r.refundable_fen > 0 THEN 'partly_refunded'
        WHEN d.step = 'hold' THEN coalesce(e.step, 'held')
        ELSE 'charged'
    END AS state,
    d.at, (d.at AT TIME ZONE 'Asia/Shanghai')::date AS business_day,
    d.beneficiary, d.region, d.institution, d.service_class, d.med_type,
    d.amount_fen, d.own_fen, d.shared_fen, d.cash_fen,
    coalesce(r.refunded_fen, 0)::bigint AS refunded_fen, coalesce(r.refunded_cash_fen, 0)::bigint AS refunded_cash_fen,
    d.position
FROM settlement_steps d
LEFT JOIN LATERAL (
    SELECT step FROM settlement_steps
    WHERE settlement = d.settlement AND d.step = 'hold' AND step IN ('captured', 'released')
    LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT min(refundable_fen) AS refundable_fen, sum(amount_fen) AS refunded_fen, sum(cash_fen) AS refunded_cash_fen
    FROM settlement_steps
    WHERE settlement = d.settlement AND step = 'refunded'
) r ON true
WHERE d.step IN ('charge', 'hold', 'pay_premium');
