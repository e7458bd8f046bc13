-- name: late_facts
-- Payments that were recorded before a fact that had happened by their time. What each fact reaches:
-- an unbinding or a new limit, what the binder paid for the beneficiary; a new order, what its binders paid for the
-- beneficiary; a suspension, all shared money of the account and on its bills; a closing, its own money, too; a move to
-- another region, everything on its bills (its own members are unbound by facts of their own); an adjustment,
-- whatever the account paid.
WITH facts AS (
    SELECT position, at, binder AS payer, beneficiary AS patient, 1 AS least_rank, binder AS about
    FROM binding_steps
    WHERE position > %(since)s AND position <= %(upto)s
        AND (step = 'limited' OR step = 'unbound' AND kind = 'mutual_aid')
    UNION ALL
    SELECT b.position, b.at, o.payer, b.beneficiary, 1, NULL
    FROM binding_steps b
    CROSS JOIN LATERAL unnest(b.order_after) o (payer)
    WHERE b.position > %(since)s AND b.position <= %(upto)s AND b.step = 'reordered'
    UNION ALL
    SELECT position, at, account, NULL, CASE status WHEN 'closed' THEN 0 ELSE 1 END, account
    FROM account_steps
    WHERE position > %(since)s AND position <= %(upto)s AND status IN ('suspended', 'closed')
    UNION ALL
    SELECT s.position, s.at, p.payer, s.account, 0, s.account
    FROM account_steps s
    CROSS JOIN LATERAL (
        SELECT s.account AS payer WHERE s.status IS NULL
        UNION
        SELECT binder FROM binding_steps
        WHERE beneficiary = s.account AND step = 'bound' AND kind = 'mutual_aid' AND position < s.position
    ) p
    WHERE s.position > %(since)s AND s.position <= %(upto)s AND s.insurance IS NULL
        AND (s.region IS NOT NULL OR s.status IN ('suspended', 'closed'))
    UNION ALL
    SELECT position, at, account, NULL, 0, account
    FROM entries
    WHERE position > %(since)s AND position <= %(upto)s AND type = 'Adjusted' AND suspense_fen IS NULL
)
SELECT f.position AS fact, e.position, e.at, e.account AS payer, e.rank, e.settlement, e.beneficiary
FROM facts f
JOIN LATERAL (
    SELECT position, at, account, rank, settlement, beneficiary FROM entries
    WHERE account = f.payer AND position < f.position AND at >= f.at
        AND type IN ('CoPaymentCharged', 'CoPaymentHeld')
        AND rank >= f.least_rank AND (f.patient IS NULL OR beneficiary = f.patient)
) e ON true
WHERE (%(account)s::text IS NULL OR f.about = %(account)s)
    AND (%(beneficiary)s::text IS NULL OR e.beneficiary = %(beneficiary)s)
ORDER BY f.position, e.position;

-- name: settlement_payments
-- What came of the payments of these accounts for these settlements: paid (or held) by now, and given back.
SELECT account AS payer, settlement,
    coalesce(
        sum(-coalesce(current_fen, 0) - coalesce(carried_fen, 0) + coalesce(held_fen, 0))
            FILTER (WHERE type <> 'CoPaymentRefunded'),
        0
    )::bigint AS paid_fen,
    coalesce(
        sum(coalesce(current_fen, 0) + coalesce(carried_fen, 0) + coalesce(suspense_fen, 0))
            FILTER (WHERE type = 'CoPaymentRefunded'),
        0
    )::bigint AS refunded_fen
FROM entries
WHERE account = ANY(%(payers)s) AND settlement = ANY(%(settlements)s) AND position <= %(upto)s
GROUP BY account, settlement;
