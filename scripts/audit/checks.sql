-- A third check of the ledger, for an auditor with nothing but psql:
--
--     psql "$COPAY_DSN" -f scripts/audit/checks.sql
--
-- Every statement answers with rows of one shape: which check, the position in the log, whom or what it is about, what
-- should be there and what is. On a sound ledger every one of them answers with no row. Amounts are in fen. Nothing is
-- written, and nothing but SELECT on the schemas `ledger` and `read_model` is needed.

-- Positions are dense from 1: no event is missing.
SELECT 'positions' AS check, before + 1 AS position, NULL AS subject, 'an event' AS expected, 'nothing' AS found
FROM (
    SELECT notification_id AS position, lag(notification_id, 1, 0) OVER (ORDER BY notification_id) AS before
    FROM ledger.ledger_events
) events
WHERE position <> before + 1
ORDER BY position;

-- The versions of every stream are dense from 1, in the order of the log.
SELECT 'versions' AS check, position, stream AS subject, place::text AS expected, version::text AS found
FROM (
    SELECT notification_id AS position, originator_id AS stream, originator_version AS version,
        row_number() OVER (PARTITION BY originator_id ORDER BY notification_id) AS place
    FROM ledger.ledger_events
) events
WHERE version <> place
ORDER BY position;

-- What the payers of a settlement paid, and the cash, are the bill.
SELECT 'bills' AS check, position, subject, amount_fen::text AS expected, parts_fen::text AS found
FROM (
    SELECT notification_id AS position, originator_id AS subject, (fact ->> 'amount_fen')::bigint AS amount_fen,
        coalesce((fact ->> 'cash_fen')::bigint, 0) + (
            SELECT coalesce(sum(coalesce((s ->> 'from_current_fen')::bigint, 0) + coalesce((s ->> 'from_carried_fen')::bigint, 0)), 0)
            FROM jsonb_array_elements(coalesce(fact -> 'sources', '[]')) AS s
        ) AS parts_fen
    FROM ledger.ledger_events
    CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS fact) AS f
    WHERE topic = 'SettlementDecided'
) bills
WHERE amount_fen <> parts_fen
ORDER BY position;

-- What a settlement says a payer paid is what that account says it paid, or set aside.
WITH decided AS (
    SELECT notification_id AS position, substr(originator_id, 12) AS settlement, s ->> 'payer' AS payer,
        coalesce((s ->> 'from_current_fen')::bigint, 0) AS current_fen, coalesce((s ->> 'from_carried_fen')::bigint, 0) AS carried_fen
    FROM ledger.ledger_events
    CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS fact) AS f
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(fact -> 'sources', '[]')) AS s
    WHERE topic = 'SettlementDecided' AND (s ? 'from_current_fen' OR s ? 'from_carried_fen')
), paid AS (
    SELECT notification_id AS position, fact ->> 'settlement' AS settlement, substr(originator_id, 9) AS payer,
        coalesce((fact ->> 'current_fen')::bigint, 0) AS current_fen, coalesce((fact ->> 'carried_fen')::bigint, 0) AS carried_fen
    FROM ledger.ledger_events
    CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS fact) AS f
    WHERE topic IN ('CoPaymentCharged', 'CoPaymentHeld')
)
SELECT 'payments' AS check, coalesce(p.position, d.position) AS position, concat_ws(' ', settlement, payer) AS subject,
    concat_ws(' + ', d.current_fen, d.carried_fen) AS expected, concat_ws(' + ', p.current_fen, p.carried_fen) AS found
FROM decided d
FULL JOIN paid p USING (settlement, payer)
WHERE (d.current_fen, d.carried_fen) IS DISTINCT FROM (p.current_fen, p.carried_fen)
ORDER BY position;

-- The balance that a credit or correction records is the sum of all that happened to the account.
WITH moves AS (
    SELECT notification_id AS position, originator_id AS account, topic, (fact ->> 'balance_fen')::bigint AS balance_fen,
        CASE topic
            WHEN 'Credited' THEN (fact ->> 'amount_fen')::bigint
            WHEN 'Adjusted' THEN CASE fact ->> 'bucket' WHEN 'suspense' THEN 0 ELSE (fact ->> 'delta_fen')::bigint END
            WHEN 'CoPaymentRefunded' THEN coalesce((fact ->> 'current_fen')::bigint, 0) + coalesce((fact ->> 'carried_fen')::bigint, 0)
            ELSE -coalesce((fact ->> 'current_fen')::bigint, 0) - coalesce((fact ->> 'carried_fen')::bigint, 0)
        END AS delta_fen
    FROM ledger.ledger_events
    CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS fact) AS f
    WHERE topic IN ('Credited', 'Adjusted', 'CoPaymentCharged', 'CoPaymentCaptured', 'CoPaymentRefunded')
)
SELECT 'balances recorded' AS check, position, account AS subject, running_fen::text AS expected, balance_fen::text AS found
FROM (
    SELECT *, sum(delta_fen) OVER (PARTITION BY account ORDER BY position) AS running_fen FROM moves
) running
WHERE balance_fen <> running_fen
ORDER BY position;

-- Every request id leads to an event that carries it.
SELECT 'request ids' AS check, k.position, k.request_id AS subject, k.request_id AS expected,
    coalesce(convert_from(e.state, 'UTF8')::jsonb ->> 'request', 'nothing') AS found
FROM ledger.request_keys k
LEFT JOIN ledger.ledger_events e ON e.notification_id = k.position
WHERE convert_from(e.state, 'UTF8')::jsonb ->> 'request' IS DISTINCT FROM k.request_id
ORDER BY k.position;

-- The balances that people are shown are what the log comes to, as far as the read models have come.
WITH moves AS (
    SELECT notification_id AS position, substr(originator_id, 9) AS account, CASE topic
            WHEN 'Credited' THEN (fact ->> 'amount_fen')::bigint
            WHEN 'Adjusted' THEN CASE fact ->> 'bucket' WHEN 'suspense' THEN 0 ELSE (fact ->> 'delta_fen')::bigint END
            WHEN 'CoPaymentRefunded' THEN coalesce((fact ->> 'current_fen')::bigint, 0) + coalesce((fact ->> 'carried_fen')::bigint, 0)
            ELSE -coalesce((fact ->> 'current_fen')::bigint, 0) - coalesce((fact ->> 'carried_fen')::bigint, 0)
        END AS delta_fen
    FROM ledger.ledger_events
    CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS fact) AS f
    WHERE topic IN ('Credited', 'Adjusted', 'CoPaymentCharged', 'CoPaymentCaptured', 'CoPaymentRefunded')
        AND notification_id <= (SELECT position FROM read_model.tracking WHERE model = 'balances')
)
SELECT 'balances shown' AS check, max(m.position) AS position, b.account AS subject, coalesce(sum(m.delta_fen), 0)::text AS expected,
    b.balance_fen::text AS found
FROM read_model.balances b
LEFT JOIN moves m ON m.account = b.account
GROUP BY b.account, b.balance_fen
HAVING coalesce(sum(m.delta_fen), 0) <> b.balance_fen
ORDER BY position;
