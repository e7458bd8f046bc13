-- The present, for people with psql or a BI tool; README.md of the read models lists every column.
-- Views are made anew whenever this file or a table below them changes; readers.sql then gives readers their rights again.
DO $$
DECLARE
    old name;
BEGIN
    FOR old IN SELECT relname FROM pg_class WHERE relnamespace = 'read_model'::regnamespace AND relkind = 'v' LOOP
        EXECUTE format('DROP VIEW IF EXISTS read_model.%I CASCADE', old); -- by name: an earlier one may have taken it along
    END LOOP;
END $$;

CREATE VIEW positions AS
SELECT model, position FROM tracking;

CREATE VIEW accounts AS
SELECT account,
    (array_agg(region ORDER BY position DESC) FILTER (WHERE region IS NOT NULL))[1] AS region,
    (array_agg(insurance ORDER BY position DESC) FILTER (WHERE insurance IS NOT NULL))[1] AS insurance,
    (array_agg(status ORDER BY position DESC) FILTER (WHERE status IS NOT NULL))[1] AS status,
    min(at) FILTER (WHERE insurance IS NOT NULL) AS opened_at
FROM account_steps
GROUP BY account;

CREATE VIEW balances AS
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

CREATE VIEW statement_lines AS
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

CREATE VIEW bindings AS
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
CREATE VIEW debit_orders AS
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

-- Every order that ever stood: one row per place in it. The last one of each family has no end.
CREATE VIEW debit_order_history AS
SELECT c.beneficiary, c.from_position, c.until_position, c.from_at, c.until_at,
    row_number() OVER (
        PARTITION BY c.beneficiary, c.from_position
        ORDER BY CASE WHEN b.position < r.position THEN array_position(r.order_after, b.binder) END NULLS LAST,
            b.position
    ) AS rank,
    b.binder, b.relation, b.at AS since, b.binding
FROM (
    SELECT beneficiary, position AS from_position, at AS from_at,
        lead(position) OVER family AS until_position, lead(at) OVER family AS until_at
    FROM binding_steps
    WHERE step = 'reordered' OR (step IN ('bound', 'unbound') AND kind = 'mutual_aid')
    WINDOW family AS (PARTITION BY beneficiary ORDER BY position)
) c
JOIN binding_steps b ON b.beneficiary = c.beneficiary
    AND b.step = 'bound' AND b.kind = 'mutual_aid' AND b.position <= c.from_position
LEFT JOIN LATERAL (
    SELECT position, order_after FROM binding_steps
    WHERE beneficiary = c.beneficiary AND step = 'reordered' AND position <= c.from_position
    ORDER BY position DESC LIMIT 1
) r ON true
WHERE NOT EXISTS (
    SELECT FROM binding_steps
    WHERE beneficiary = b.beneficiary AND binding = b.binding AND step = 'unbound' AND position <= c.from_position
);

CREATE VIEW quotas AS
SELECT beneficiary, binding, binder, sum(delta_fen)::bigint AS quota_fen
FROM quota_entries
GROUP BY beneficiary, binding, binder;

-- A binder's limit counts what the pair used in the year, under earlier bindings too.
CREATE VIEW limits AS
SELECT u.beneficiary, u.year, u.binder, u.binding, u.used_fen, u.pair_used_fen,
    b.binding IS NOT NULL AS bound, b.limit_fen,
    CASE WHEN b.limit_fen IS NOT NULL THEN greatest(0, b.limit_fen - u.pair_used_fen) END AS remaining_fen
FROM (
    SELECT beneficiary, year, binder, binding, sum(delta_fen)::bigint AS used_fen,
        (sum(sum(delta_fen)) OVER (PARTITION BY beneficiary, year, binder))::bigint AS pair_used_fen
    FROM limit_uses u
    WHERE hold IS NULL
        OR NOT EXISTS (SELECT FROM limit_releases r WHERE r.beneficiary = u.beneficiary AND r.hold = u.hold)
    GROUP BY beneficiary, year, binder, binding
) u
LEFT JOIN bindings b ON b.beneficiary = u.beneficiary AND b.binding = u.binding;

CREATE VIEW settlements AS
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
    d.corrects, coalesce(d.exceptions, '{}') AS exceptions, d.position
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
WHERE d.step IN ('charge', 'hold', 'pay_premium', 'record');

-- What an account paid or holds for a settlement, from its latest word on it. Refunds go back last leg first.
CREATE VIEW legs AS
SELECT e.settlement, e.beneficiary, e.account AS payer, e.rank, l.bucket, l.amount_fen, e.binding,
    CASE e.type
        WHEN 'CoPaymentCharged' THEN 'charged'
        WHEN 'CoPaymentHeld' THEN 'held'
        WHEN 'CoPaymentCaptured' THEN 'captured'
        ELSE 'released'
    END AS state,
    least(l.amount_fen, greatest(0, coalesce(r.restored_fen, 0) - l.later_fen))::bigint AS restored_fen,
    e.at, e.position
FROM entries e
LEFT JOIN (
    SELECT account, settlement,
        sum(coalesce(current_fen, 0) + coalesce(carried_fen, 0) + coalesce(suspense_fen, 0)) AS restored_fen
    FROM entries
    WHERE type = 'CoPaymentRefunded'
    GROUP BY account, settlement
) r ON r.account = e.account AND r.settlement = e.settlement
CROSS JOIN LATERAL (
    SELECT CASE
            WHEN e.type IN ('CoPaymentHeld', 'HoldReleased') THEN abs(e.held_fen) - abs(coalesce(e.held_carried_fen, 0))
            ELSE -coalesce(e.current_fen, 0)
        END AS current_fen,
        CASE
            WHEN e.type IN ('CoPaymentHeld', 'HoldReleased') THEN abs(coalesce(e.held_carried_fen, 0))
            ELSE -coalesce(e.carried_fen, 0)
        END AS carried_fen
) m
CROSS JOIN LATERAL (
    VALUES ('current', m.current_fen, m.carried_fen), ('carried', m.carried_fen, 0)
) l (bucket, amount_fen, later_fen)
WHERE l.amount_fen > 0
    AND (
        e.type IN ('CoPaymentCharged', 'CoPaymentCaptured', 'HoldReleased')
        OR e.type = 'CoPaymentHeld' AND NOT EXISTS (
            SELECT FROM entries later
            WHERE later.account = e.account AND later.settlement = e.settlement
                AND later.type IN ('CoPaymentCaptured', 'HoldReleased')
        )
    );

-- Charges and premiums on their day, holds on the day of their capture, refunds as reverse entries on theirs.
CREATE VIEW totals AS
SELECT f.business_day, f.institution, f.region, a.insurance, f.op, f.service_class, f.direction,
    count(*) AS count, sum(f.amount_fen)::bigint AS amount_fen, sum(f.own_fen)::bigint AS own_fen,
    sum(f.amount_fen - f.own_fen - f.cash_fen)::bigint AS shared_fen, sum(f.cash_fen)::bigint AS cash_fen
FROM (
    SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS business_day, 'forward' AS direction,
        institution, region, beneficiary, step AS op, service_class, amount_fen, own_fen, cash_fen
    FROM total_entries
    WHERE step IN ('charge', 'pay_premium', 'record')
    UNION ALL
    SELECT (c.at AT TIME ZONE 'Asia/Shanghai')::date, 'forward',
        d.institution, d.region, d.beneficiary, d.step, d.service_class, d.amount_fen, d.own_fen, d.cash_fen
    FROM total_entries c
    JOIN total_entries d ON d.settlement = c.settlement AND d.step = 'hold'
    WHERE c.step = 'captured'
    UNION ALL
    SELECT (r.at AT TIME ZONE 'Asia/Shanghai')::date, 'reverse',
        d.institution, d.region, d.beneficiary, d.step, d.service_class, r.amount_fen,
        (
            SELECT coalesce(sum(x.fen), 0) FROM unnest(r.restored_to, r.restored_fen) AS x (payer, fen)
            WHERE x.payer = d.beneficiary
        ),
        r.cash_fen
    FROM total_entries r
    JOIN total_entries d ON d.settlement = r.settlement AND d.step IN ('charge', 'hold', 'pay_premium', 'record')
    WHERE r.step = 'refunded'
) f
LEFT JOIN account_steps a ON a.account = f.beneficiary AND a.insurance IS NOT NULL
GROUP BY f.business_day, f.institution, f.region, a.insurance, f.op, f.service_class, f.direction;

-- The log itself, event by event. What is known of a person beside the log (ledger.subjects) is no part of it.
DO $$
BEGIN
    IF to_regclass('ledger.ledger_events') IS NOT NULL THEN
        CREATE VIEW history AS
        SELECT e.notification_id AS position, e.originator_id AS stream, e.originator_version AS version,
            split_part(e.originator_id, ':', 1) AS kind,
            substr(e.originator_id, strpos(e.originator_id, ':') + 1) AS subject,
            e.topic AS type, (s.fact ->> 'at')::timestamptz AS at,
            (s.fact ->> 'recorded_at')::timestamptz AS recorded_at,
            s.fact ->> 'by' AS by, s.fact ->> 'request' AS request,
            s.fact - '{at,recorded_at,by,request}'::text[] AS data
        FROM ledger.ledger_events e
        CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS fact OFFSET 0) s;
    END IF;
END $$;
